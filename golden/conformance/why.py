"""Why a kernel and a rule differ: a sentence for every difference that the map shows.

They explain measured differences: the accumulators of the differing outputs (of a host's op, the
real results) were looked at, and all are of the kind that the sentence names. "Second rounding" is
that of the shift to the right, after the first one's of the multiplication
(pymodel.affine.requantise).
"""

from pymodel.ops.registry import ARRAY_OPS

NEGATIVE_TIES = "ties of the second rounding below zero: the kernel rounds {}, the rule {}"
ONCE = (
    "where the second rounding is a tie: the rule rounds once, so that it has no such tie or knows "
    "on which side the value lies; and where acc << shift wraps, which the rule does in 64 bits"
)
TWICE_TO_FLOAT = (
    "ties, real ones and those that the first rounding makes or hides: the kernel rounds twice, "
    "ties {}, the rule once, in floating point, ties {}; and where acc << shift wraps in the kernel"
)
FLOAT_TO_TWICE = (
    "ties, real ones and those that the first rounding makes or hides: the kernel rounds once, in "
    "floating point, ties {}, the rule twice, ties {}; and where acc << shift wraps in the rule"
)
BLOCKS = "the output channels that fill blocks of eight are {}: as {} there"

ARRAY: dict[tuple[str, str], str] = {
    ("double_away", "double_up"): NEGATIVE_TIES.format("away from zero", "up"),
    ("double_away", "single"): ONCE,
    ("double_away", "double_up_by_8"): BLOCKS.format("double_up in the rule", "double_up"),
    ("double_away", "float_even"): TWICE_TO_FLOAT.format("away from zero", "to even"),
    ("double_away", "float_away"): TWICE_TO_FLOAT.format("away from zero", "away from zero"),
    ("double_up", "double_away"): NEGATIVE_TIES.format("up", "away from zero"),
    ("double_up", "single"): ONCE,
    ("double_up", "double_up_by_8"): (
        "the channels past the last block of eight are double_away in the rule: negative ties"
    ),
    ("double_up", "float_even"): TWICE_TO_FLOAT.format("up", "to even"),
    ("double_up", "float_away"): TWICE_TO_FLOAT.format("up", "away from zero"),
    ("double_up_by_8", "double_away"): BLOCKS.format("double_up in the kernel", "double_away"),
    ("double_up_by_8", "double_up"): (
        "the channels past the last block of eight are double_away in the kernel: negative ties"
    ),
    ("double_up_by_8", "single"): ONCE,
    ("double_up_by_8", "float_even"): TWICE_TO_FLOAT.format("up or away from zero", "to even"),
    ("double_up_by_8", "float_away"): TWICE_TO_FLOAT.format(
        "up or away from zero", "away from zero"
    ),
    ("float_even", "double_away"): FLOAT_TO_TWICE.format("to even", "away from zero"),
    ("float_even", "double_up"): FLOAT_TO_TWICE.format("to even", "up"),
    ("float_even", "double_up_by_8"): FLOAT_TO_TWICE.format("to even", "up or away from zero"),
    ("float_even", "single"): (
        "ties: to even in the kernel, up in the rule; seldom, where float32 rounds the product to "
        "a tie; and past 32 bits, where the rule wraps"
    ),
    ("float_even", "float_away"): (
        "ties: to even in the kernel, away from zero in the rule; seldom, where float32 rounds the "
        "product to a tie; and past 32 bits, as under float_even"
    ),
    ("float_even", "float_even"): (
        "only below -2^31: the kernel adds a negative zero point to -2^31 with wrap-around "
        "(DEPTHWISE_CONV_2D in part of the outputs), the rule saturates"
    ),
    ("float_away", "double_away"): FLOAT_TO_TWICE.format("away from zero", "away from zero"),
    ("float_away", "double_up"): FLOAT_TO_TWICE.format("away from zero", "up"),
    ("float_away", "double_up_by_8"): FLOAT_TO_TWICE.format(
        "away from zero", "up or away from zero"
    ),
    ("float_away", "single"): (
        "ties below zero: away from zero in the kernel, up in the rule; and past 32 bits, where "
        "the rule wraps"
    ),
    ("float_away", "float_even"): (
        "ties: away from zero in the kernel, to even in the rule; and past 32 bits, as under "
        "float_away"
    ),
    ("float_away", "float_away"): (
        "only past 32 bits: the kernel takes such a result as -2^31 and adds the zero point with "
        "wrap-around, the rule saturates"
    ),
}
"""Of the ops of the array, by (the rule that the kernel follows, the rule that it is compared
with)."""

MULTIPLIER_8 = (
    "multiplier_8 has a multiplier in 256ths, so that the product itself differs, and ties go up; "
    "{} has one of 31 bits and rounds twice, ties {}"
)
WEIGHTED_SUM = (
    "within 0.001 of half way between two codes, nearly all exact ties below zero: away from zero "
    "by double_away, up by common_shift"
)
FLOAT_QUANTIZE = "exact ties: away from zero by double_away, to even by the others"
HOST: dict[tuple[str, str], dict[frozenset[str], str]] = {
    ("ADD", ""): {
        frozenset({"double_away", "common_shift"}): WEIGHTED_SUM,
        frozenset({"double_away"}): (
            "the kernel takes whole blocks of 16 elements (of 8, where one input is a scalar) by "
            "other arithmetic: an input is rounded once, not twice, which shows in single outputs "
            "of millions, and the sum is kept in 16 bits, where it wraps"
        ),
    },
    ("SUB", ""): {frozenset({"double_away", "common_shift"}): WEIGHTED_SUM},
    ("MUL", ""): {
        frozenset({"double_away", "float_even"}): (
            "within 1/16 of half way between two codes: double_away rounds twice, ties away from "
            "zero, float_even once, ties to even"
        ),
        frozenset({"double_away"}): (
            "the kernel limits the products of whole blocks of 16 elements to 16 bits and adds "
            "the zero point, which wraps"
        ),
    },
    ("MAX_POOL_2D", ""): {
        frozenset({"clamp_away", "clamp_even"}): (
            "a fused activation's bound half way between two codes: away from zero by clamp_away, "
            "to the even code by clamp_even"
        ),
    },
    ("MEAN", ""): {
        frozenset({"double_away", "double_up_by_16"}): (
            "means over rows and columns with keep_dims: double_up_by_16 rescales the zero points "
            "apart from the sum, and its second rounding goes up in whole blocks of 16 channels"
        ),
        frozenset({"double_away", "float_even"}): (
            "within 1/4 of half way between two codes: double_away rounds twice, ties away from "
            "zero, float_even once, ties to even"
        ),
        frozenset({"double_up_by_16", "float_even"}): (
            "double_up_by_16 rounds the zero points apart from the sum and twice, float_even all "
            "of it once, ties to even"
        ),
    },
    ("LEAKY_RELU", ""): {
        frozenset({"double_away", "multiplier_8"}): MULTIPLIER_8.format(
            "double_away", "away from zero"
        )
    },
    ("SOFTMAX", ""): {
        frozenset({"fixed_point", "float_table"}): (
            "within 1e-5 of half way between two codes, where the errors of fixed point and of "
            "float32 decide"
        )
    },
    ("QUANTIZE", ""): {
        frozenset({"double_away", "double_up"}): FLOAT_QUANTIZE,
        frozenset({"double_away", "multiplier_8"}): FLOAT_QUANTIZE,
    },
    ("QUANTIZE", "from int8"): {
        frozenset({"double_away", "double_up"}): (
            "ties of the second rounding below zero: away from zero by double_away, up by double_up"
        ),
        frozenset({"double_away", "multiplier_8"}): MULTIPLIER_8.format(
            "double_away", "away from zero"
        ),
        frozenset({"double_up", "multiplier_8"}): MULTIPLIER_8.format("double_up", "up"),
    },
    ("DEQUANTIZE", ""): {
        frozenset({"exact", "two_products"}): (
            "two_products rounds scale * code and scale * zero point apart, exact their difference "
            "once"
        )
    },
}
"""Of the host's ops, by (op, form) and the two rules, in either order; one rule alone where a
kernel is not wholly described by the rule that it follows most."""


BOUND = (
    "; and a fused activation's bound half way between two codes, which XNNPACK rounds to the even "
    "code, TFLite away from zero"
)
XNNPACK_RULES = {"float_even", "common_shift"}
FUSING = {*ARRAY_OPS, "ADD", "SUB", "MUL"}
"""Ops with a fused activation, in which one of these rules is XNNPACK's."""


def why(op: str, form: str, followed: str, rule: str) -> str:
    """The sentence for the differences of a kernel that follows `followed` from `rule`; empty
    where there is none."""
    if op in ARRAY_OPS:
        sentence = ARRAY.get((followed, rule), "")
    else:
        sentence = HOST.get((op, form), {}).get(frozenset({followed, rule}), "")
    one_of_them = (followed in XNNPACK_RULES) != (rule in XNNPACK_RULES)
    return sentence + BOUND if sentence and op in FUSING and one_of_them else sentence
