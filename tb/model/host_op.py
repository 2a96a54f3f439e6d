"""One host op: through a .tflite file into the model, and through LiteRT's reference kernel."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import NO_OPTIONS, Operand, Option, write_op
from pymodel.ops.registry import evaluate

Array = NDArray[np.generic]


def constant(name: str, values: object, dtype: str = "int32") -> Operand:
    """A constant operand, such as paddings or an axis."""
    data = np.array(values, dtype=dtype)
    return Operand(name, data.shape, dtype, data=data)


def model(content: bytes, inputs: Sequence[Array], rule: str | None = None) -> tuple[Array, ...]:
    """What pymodel computes of the one op in a .tflite file, given the network's inputs.

    Without `rule` it follows LiteRT's reference kernel.
    """
    network = parse_tflite(content, "net", "net.tflite")
    layer = network.layers[0]
    given = dict(zip(network.inputs, inputs, strict=True))
    arrays = []
    for index in layer.inputs:
        array = given[index] if index in given else network.tensors[index].data
        assert array is not None
        arrays.append(array)
    return evaluate(network, layer, arrays, rule)


def draw(operand: Operand, rng: np.random.Generator) -> Array:
    """Codes drawn evenly from the operand's whole range; floats around 0."""
    dtype = np.dtype(operand.dtype)
    if dtype.kind == "f":
        return rng.normal(size=operand.shape).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, operand.shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, operand.shape, dtype, endpoint=True)


def assert_as_litert(
    op: str,
    inputs: Sequence[Operand],
    outputs: Sequence[Operand],
    options: Mapping[str, Option] = NO_OPTIONS,
    seed: int = 1,
) -> None:
    """The model's outputs have the bits, shapes and dtypes of LiteRT's, on random codes."""
    content = write_op(op, inputs, outputs, options)
    rng = np.random.default_rng(seed)
    unique = {id(operand): operand for operand in inputs if operand.data is None}
    fed = [draw(operand, rng) for operand in unique.values()]
    tensors = litert.run(content, fed, "reference")
    network = parse_tflite(content, "net", "net.tflite")
    for index, found in zip(network.outputs, model(content, fed), strict=True):
        assert found.dtype == tensors[index].dtype
        np.testing.assert_array_equal(found, tensors[index])


def assert_as_kernel(
    content: bytes, inputs: Sequence[Array], kernel: litert.Kernel = "reference"
) -> None:
    """The model's outputs, by the kernel's rule, are the bits that `kernel` computes."""
    tensors = litert.run(content, inputs, kernel)
    network = parse_tflite(content, "net", "net.tflite")
    rule = litert.rule(network.layers[0].op, kernel)
    for index, found in zip(network.outputs, model(content, inputs, rule), strict=True):
        assert found.dtype == tensors[index].dtype
        np.testing.assert_array_equal(found, tensors[index])
