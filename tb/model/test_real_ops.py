"""Each op in float64 against LiteRT's float reference kernel, on single-op files."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import tflite
from numpy.testing import assert_allclose

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import NO_OPTIONS, Operand, Option, write_op
from pymodel import real
from pymodel.errors import InputError
from tb.model.host_op import constant

RELU6, RELU_N1 = tflite.ActivationFunctionType.RELU6, tflite.ActivationFunctionType.RELU_N1_TO_1
SAME, VALID = tflite.Padding.SAME, tflite.Padding.VALID
Case = tuple[str, Sequence[Operand], tuple[int, ...], Mapping[str, Option]]


def floats(*shape: int) -> Operand:
    return Operand("x", shape, "float32")


def drawn(*shape: int) -> Operand:
    data = np.random.default_rng(len(shape)).normal(size=shape).astype(np.float32)
    return Operand("constant", shape, "float32", data=data)


def window(padding: int, stride: int, **more: Option) -> dict[str, Option]:
    return {"padding": padding, "stride_h": stride, "stride_w": stride, **more}


DILATED = {"dilation_h_factor": 2, "dilation_w_factor": 1}
MASKS = dict.fromkeys(("end_mask", "ellipsis_mask", "new_axis_mask"), 0)
CASES: dict[str, Case] = {
    "conv": ("CONV_2D", [floats(1, 6, 5, 3), drawn(4, 3, 3, 3), drawn(4)], (1, 6, 5, 4),
             window(SAME, 1)),
    "conv_stride_dilation": ("CONV_2D", [floats(2, 9, 9, 2), drawn(5, 3, 2, 2), drawn(5)],
                             (2, 3, 4, 5), window(VALID, 2, **DILATED)),
    "conv_groups_relu6": ("CONV_2D", [floats(1, 4, 4, 6), drawn(4, 1, 1, 3), drawn(4)],
                          (1, 4, 4, 4), window(SAME, 1, fused_activation_function=RELU6)),
    "depthwise": ("DEPTHWISE_CONV_2D", [floats(1, 5, 5, 3), drawn(1, 3, 3, 6), drawn(6)],
                  (1, 3, 3, 6), window(SAME, 2, depth_multiplier=2)),
    "fully_connected": ("FULLY_CONNECTED", [floats(3, 8), drawn(5, 8), drawn(5)], (3, 5),
                        {"fused_activation_function": RELU_N1}),
    "add_broadcast": ("ADD", [floats(1, 3, 4, 5), floats(4, 1)], (1, 3, 4, 5), {}),
    "sub_relu6": ("SUB", [floats(1, 3, 4), drawn(1, 3, 4)], (1, 3, 4),
                  {"fused_activation_function": RELU6}),
    "mul": ("MUL", [floats(2, 7), drawn(7)], (2, 7), {}),
    "max_pool": ("MAX_POOL_2D", [floats(1, 5, 6, 3)], (1, 3, 3, 3),
                 window(SAME, 2, filter_height=3, filter_width=2)),
    "average_pool": ("AVERAGE_POOL_2D", [floats(1, 5, 6, 3)], (1, 3, 3, 3),
                     window(SAME, 2, filter_height=3, filter_width=2)),
    "mean": ("MEAN", [floats(2, 4, 5, 3), constant("axes", [1, -2])], (2, 3), {}),
    "mean_keep_dims": ("MEAN", [floats(2, 4, 5), constant("axes", [2])], (2, 4, 1),
                       {"keep_dims": True}),
    "relu": ("RELU", [floats(3, 9)], (3, 9), {}),
    "relu6": ("RELU6", [floats(3, 9)], (3, 9), {}),
    "leaky_relu": ("LEAKY_RELU", [floats(3, 9)], (3, 9), {"alpha": 0.25}),
    "logistic": ("LOGISTIC", [floats(3, 9)], (3, 9), {}),
    "tanh": ("TANH", [floats(3, 9)], (3, 9), {}),
    "softmax": ("SOFTMAX", [floats(3, 9)], (3, 9), {"beta": 0.5}),
    "reshape": ("RESHAPE", [floats(3, 8), constant("shape", [2, 12])], (2, 12), {}),
    "pad": ("PAD", [floats(1, 2, 3, 1), constant("paddings", [[0, 0], [1, 2], [0, 3], [0, 0]])],
            (1, 5, 6, 1), {}),
    "padv2": ("PADV2", [floats(1, 2, 3, 1),
                        constant("paddings", [[0, 0], [1, 2], [0, 3], [0, 0]]),
                        constant("value", [1.5], "float32")], (1, 5, 6, 1), {}),
    "transpose": ("TRANSPOSE", [floats(2, 3, 4), constant("perm", [2, 0, 1])], (4, 2, 3), {}),
    "squeeze": ("SQUEEZE", [floats(1, 3, 1, 4)], (3, 4), {}),
    "expand_dims": ("EXPAND_DIMS", [floats(3, 4), constant("axis", 1)], (3, 1, 4), {}),
    "concatenation": ("CONCATENATION", [floats(2, 3), drawn(2, 4)], (2, 7), {"axis": 1}),
    "slice": ("SLICE", [floats(4, 5), constant("begin", [1, 2]), constant("size", [2, -1])],
              (2, 3), {}),
    "strided_slice": ("STRIDED_SLICE",
                      [floats(6, 5), constant("begin", [1, 4]), constant("end", [6, 0]),
                       constant("strides", [2, -2])], (3, 2), MASKS),
    "split": ("SPLIT", [constant("axis", 1), floats(2, 6)], (2, 3), {"num_splits": 2}),
    "pack": ("PACK", [floats(2, 3), drawn(2, 3)], (2, 2, 3), {"axis": 1, "values_count": 2}),
    "space_to_batch": ("SPACE_TO_BATCH_ND",
                       [floats(1, 4, 3, 2), constant("block", [2, 2]),
                        constant("paddings", [[0, 0], [1, 0]])], (4, 2, 2, 2), {}),
    "batch_to_space": ("BATCH_TO_SPACE_ND",
                       [floats(4, 2, 2, 2), constant("block", [2, 2]),
                        constant("crops", [[0, 0], [1, 0]])], (1, 4, 3, 2), {}),
}  # fmt: skip
"""Op, inputs, shape of each output, options."""


def written(case: Case) -> bytes:
    op, inputs, shape, options = case
    inputs = [
        Operand(f"input{place}", one.shape, one.dtype, data=one.data)
        for place, one in enumerate(inputs)
    ]
    count = 2 if op == "SPLIT" else 1
    outputs = [Operand(f"y{place}", shape, "float32") for place in range(count)]
    return write_op(op, inputs, outputs, options)


@pytest.mark.parametrize("name", CASES)
def test_equals_litert(name: str) -> None:
    """Within float32's own rounding, whatever the reference kernel's order of summation."""
    content = written(CASES[name])
    network = parse_tflite(content, "net", "net.tflite")
    rng = np.random.default_rng(7)
    fed = [
        rng.normal(scale=3, size=network.tensors[index].shape).astype(np.float32)
        for index in network.inputs
    ]
    expected, found = litert.run(content, fed, "reference"), real.run(network, fed)
    for index in network.outputs:
        assert found[index].dtype == np.float64
        assert_allclose(found[index].astype(np.float64), expected[index], rtol=1e-5, atol=1e-6)


def test_every_op_has_a_case() -> None:
    """SHAPE gives integers, and is met inside networks alone."""
    assert {case[0] for case in CASES.values()} == real.REAL_OPS.keys() - {"SHAPE"}


def test_an_unknown_op_is_named() -> None:
    content = write_op("COS", [floats(3)], [Operand("y", (3,), "float32")], NO_OPTIONS)
    network = parse_tflite(content, "net", "net.tflite")
    with pytest.raises(InputError, match=r"^layer y: a float network cannot hold op COS; known "):
        real.run(network, [np.zeros(3, dtype=np.float32)])


def test_a_quantised_tensor_is_named() -> None:
    x, y = Operand("x", (3,), "int8", 0.5), Operand("y", (3,), "int8", 0.5)
    network = parse_tflite(write_op("RELU", [x], [y]), "net", "net.tflite")
    with pytest.raises(InputError, match=r"^tensor x: is quantised \(int8 with 1 scales\); "):
        real.run(network, [np.zeros(3, dtype=np.int8)])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([], "network net: 1 inputs are needed, found 0"),
        ([np.zeros((2, 9))], r"input input0: shape must be \(3, 9\), found \(2, 9\)"),
    ],
    ids=["none", "shape"],
)
def test_inputs_that_do_not_fit(inputs: list[np.ndarray], message: str) -> None:
    network = parse_tflite(written(CASES["relu"]), "net", "net.tflite")
    with pytest.raises(InputError, match=f"^{message}$"):
        real.run(network, inputs)
