"""Assembles a .tflite flatbuffer of one subgraph from tensors and operators."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

from golden.tflite.importer import IDENTIFIER, SCHEMA_VERSION

INT8_VERSIONS = {
    "ADD": 2, "AVERAGE_POOL_2D": 2, "BATCH_TO_SPACE_ND": 2, "CONCATENATION": 2, "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3, "DEQUANTIZE": 2, "FULLY_CONNECTED": 4, "LOGISTIC": 2,
    "MAX_POOL_2D": 2, "MEAN": 2, "MUL": 2, "PACK": 2, "PAD": 2, "PADV2": 2, "RELU": 2,
    "RELU6": 2, "SLICE": 2, "SOFTMAX": 2, "SPACE_TO_BATCH_ND": 2, "SPLIT": 2,
    "STRIDED_SLICE": 2, "SUB": 2, "TANH": 2, "TRANSPOSE": 2,
}  # fmt: skip
"""The op versions that brought int8, from TFLite's `GetBuiltinOperatorVersion`; others are 1."""


@dataclass
class ModelBuilder:
    """The parts of a .tflite under construction: offsets into `builder`, in file order."""

    builder: flatbuffers.Builder = field(default_factory=lambda: flatbuffers.Builder(1024))
    buffers: list[int] = field(default_factory=list)
    tensors: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    operators: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.buffer(None)  # buffer 0: of all tensors without data

    def vector(self, offsets: list[int]) -> int:
        """A vector of tables."""
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return int(self.builder.EndVector())

    def array(self, values: NDArray[np.generic]) -> int:
        """A vector of numbers."""
        return int(self.builder.CreateNumpyVector(values))

    def indices(self, values: Sequence[int]) -> int:
        """A vector of int32."""
        return self.array(np.array(values, dtype=np.int32))

    def buffer(self, data: NDArray[np.generic] | None) -> int:
        """A new buffer's index."""
        raw = None if data is None else self.builder.CreateByteVector(data.tobytes())
        tflite.BufferStart(self.builder)
        if raw is not None:
            tflite.BufferAddData(self.builder, raw)
        self.buffers.append(tflite.BufferEnd(self.builder))
        return len(self.buffers) - 1

    def tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        code: int,
        scale: NDArray[np.float32] | None = None,
        zero_point: int = 0,
        axis: int = 0,
        data: NDArray[np.generic] | None = None,
        signature: tuple[int, ...] | None = None,
    ) -> int:
        """A new tensor's index; one without `data` is an activation.

        `signature` is the shape with -1 for the extents that are open, if any is.
        """
        b = self.builder
        buffer = 0 if data is None else self.buffer(data)
        quantisation = None if scale is None else self._quantisation(scale, zero_point, axis)
        shape_offset = self.indices(shape)
        open_offset = None if signature is None else self.indices(signature)
        name_offset = b.CreateString(name)
        tflite.TensorStart(b)
        tflite.TensorAddShape(b, shape_offset)
        tflite.TensorAddType(b, code)
        tflite.TensorAddBuffer(b, buffer)
        tflite.TensorAddName(b, name_offset)
        if quantisation is not None:
            tflite.TensorAddQuantization(b, quantisation)
        if open_offset is not None:
            tflite.TensorAddShapeSignature(b, open_offset)
        self.tensors.append(tflite.TensorEnd(b))
        return len(self.tensors) - 1

    def _quantisation(self, scale: NDArray[np.float32], zero_point: int, axis: int) -> int:
        b = self.builder
        scales = self.array(scale)
        zero_points = self.array(np.full(scale.size, zero_point, dtype=np.int64))
        tflite.QuantizationParametersStart(b)
        tflite.QuantizationParametersAddScale(b, scales)
        tflite.QuantizationParametersAddZeroPoint(b, zero_points)
        tflite.QuantizationParametersAddQuantizedDimension(b, axis)
        return int(tflite.QuantizationParametersEnd(b))

    def operator(
        self,
        op: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options_name: str | None = None,
        options: int = 0,
    ) -> None:
        """Append an operator and its code; without `options_name` it has no options table."""
        b = self.builder
        builtin = getattr(tflite.BuiltinOperator, op)
        tflite.OperatorCodeStart(b)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(b, builtin)
        tflite.OperatorCodeAddBuiltinCode(b, builtin)
        tflite.OperatorCodeAddVersion(b, INT8_VERSIONS.get(op, 1))
        self.codes.append(tflite.OperatorCodeEnd(b))
        ins, outs = self.indices(inputs), self.indices(outputs)
        tflite.OperatorStart(b)
        tflite.OperatorAddOpcodeIndex(b, len(self.codes) - 1)
        tflite.OperatorAddInputs(b, ins)
        tflite.OperatorAddOutputs(b, outs)
        if options_name is not None:
            tflite.OperatorAddBuiltinOptionsType(b, getattr(tflite.BuiltinOptions, options_name))
            tflite.OperatorAddBuiltinOptions(b, options)
        self.operators.append(tflite.OperatorEnd(b))

    def finish(self, sources: Sequence[int], sinks: Sequence[int]) -> bytes:
        """The whole file, with the network's input and output tensors."""
        b = self.builder
        tensors, operators = self.vector(self.tensors), self.vector(self.operators)
        ins, outs = self.indices(sources), self.indices(sinks)
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, tensors)
        tflite.SubGraphAddInputs(b, ins)
        tflite.SubGraphAddOutputs(b, outs)
        tflite.SubGraphAddOperators(b, operators)
        subgraphs = self.vector([tflite.SubGraphEnd(b)])
        codes, buffers = self.vector(self.codes), self.vector(self.buffers)
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, SCHEMA_VERSION)
        tflite.ModelAddOperatorCodes(b, codes)
        tflite.ModelAddSubgraphs(b, subgraphs)
        tflite.ModelAddBuffers(b, buffers)
        b.Finish(tflite.ModelEnd(b), file_identifier=IDENTIFIER)
        return bytes(b.Output())
