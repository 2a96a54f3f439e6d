"""Sets of rounding rules: which variant of its arithmetic each op follows, under one name.

| numerics   | whose arithmetic                                                                  |
|------------|-----------------------------------------------------------------------------------|
| litert-ref | TFLite's portable reference kernels                                               |
| litert-opt | TFLite's optimised kernels, without a delegate                                    |
| xnnpack    | XNNPACK, which TFLite's interpreter delegates to by default                       |
| cmsis-nn   | CMSIS-NN's kernels, as built by default (two roundings)                           |
| rtl        | what the array's hardware runs: for each op the rule of one of TFLite's kernels   |
"""

from pymodel.affine.requantise import INTEGER_RULES
from pymodel.errors import InputError
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS, RTL_RULE

NUMERICS = ("litert-ref", "litert-opt", "xnnpack", "cmsis-nn", "rtl")

ARRAY_RULES: dict[str, dict[str, str]] = {
    "litert-ref": {
        "CONV_2D": "double_away",
        "DEPTHWISE_CONV_2D": "double_away",
        "FULLY_CONNECTED": "float_away",
    },
    "litert-opt": {
        "CONV_2D": "double_up",
        "DEPTHWISE_CONV_2D": "double_up_by_8",
        "FULLY_CONNECTED": "double_up",
    },
    "xnnpack": dict.fromkeys(ARRAY_OPS, "float_even"),
    "cmsis-nn": dict.fromkeys(ARRAY_OPS, "double_away"),
    "rtl": RTL_RULE,
}
"""The requantise rule of each op on the array, by numerics: measured on LiteRT's kernels, and on
CMSIS-NN's own test vectors."""

SAME_IN_LITERT: dict[str, str] = {
    "AVERAGE_POOL_2D": "exact",
    "BATCH_TO_SPACE_ND": "exact",
    "CONCATENATION": "exact",
    "EXPAND_DIMS": "exact",
    "LOGISTIC": "table",
    "PACK": "exact",
    "PAD": "exact",
    "PADV2": "exact",
    "RELU": "double_away",
    "RELU6": "double_away",
    "RESHAPE": "exact",
    "SHAPE": "exact",
    "SLICE": "exact",
    "SPACE_TO_BATCH_ND": "exact",
    "SPLIT": "exact",
    "SQUEEZE": "exact",
    "STRIDED_SLICE": "exact",
    "TANH": "table",
    "TRANSPOSE": "exact",
}
"""The host's ops in which LiteRT's kernels do not differ, or that XNNPACK leaves to the others."""

HOST_RULES: dict[str, dict[str, str]] = {
    "litert-opt": {
        **SAME_IN_LITERT,
        "DEQUANTIZE": "two_products",
        "LEAKY_RELU": "double_away",
        "MAX_POOL_2D": "clamp_away",
        "MEAN": "double_up_by_16",
        "MUL": "double_away",
        "QUANTIZE": "double_up",
        "SOFTMAX": "float_table",
        "SUB": "double_away",
    },
    "xnnpack": {
        **SAME_IN_LITERT,
        "ADD": "common_shift",
        "DEQUANTIZE": "exact",
        "LEAKY_RELU": "multiplier_8",
        "MAX_POOL_2D": "clamp_even",
        "MEAN": "float_even",
        "MUL": "float_even",
        "QUANTIZE": "multiplier_8",
        "SOFTMAX": "float_table",
        "SUB": "common_shift",
    },
}
"""Rules of the host's ops, by numerics other than the reference kernels', where they are known.

They are measured, op by op (golden/conformance/MAP.md). The optimised ADD follows none of them."""


def rule(numerics: str, op: str, groups: int = 1) -> str:
    """The rule that `op` follows under `numerics`; a host op's first rule unless another is known.

    `groups` is a convolution's: TFLite's optimised CONV_2D leaves grouped ones to the reference.

    Raises:
        InputError: no such numerics, or an op that has no model.
    """
    if numerics not in NUMERICS:
        raise InputError(f"numerics must be one of {', '.join(NUMERICS)}, found {numerics!r}")
    if op in ARRAY_OPS:
        grouped = numerics == "litert-opt" and op == "CONV_2D" and groups > 1
        return ARRAY_RULES["litert-ref" if grouped else numerics][op]
    if op not in HOST_OPS:
        known = ", ".join((*ARRAY_OPS, *HOST_OPS))
        raise InputError(f"op must be one that has a model, {known}, found {op!r}")
    return HOST_RULES.get(numerics, {}).get(op, HOST_OPS[op].RULES[0])


def rtl_rule(numerics: str, op: str, groups: int = 1) -> str:
    """The rule that the RTL runs for `op`: that of `numerics`, if it has it, else its own.

    Raises:
        InputError: no such numerics, or an op that the array does not run.
    """
    wanted = rule(numerics, op, groups)
    if op not in RTL_RULE:
        raise InputError(f"op must be one of the array's, {', '.join(RTL_RULE)}, found {op!r}")
    return wanted if wanted in INTEGER_RULES else RTL_RULE[op]
