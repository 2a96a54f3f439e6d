"""Checks the model against LiteRT, layer by layer, on LiteRT's own tensors.

Layers are independent of each other: each computes on the tensors of the kernel that it is
compared with. What the RTL must produce is the model's output on the reference kernels' tensors,
under the rule that the RTL runs.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from golden import litert
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.numerics import rtl_rule, rule
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS, evaluate
from tb.bulk.plan import Task
from tb.verify.agreement import agreement, describe
from tb.verify.oracle import (
    NUMERICS_KERNEL,
    Oracle,
    Tensors,
    array_kernels,
    host_kernel,
    tensor,
)


@dataclass(frozen=True)
class NotChecked:
    """A layer that the model does not take, and why."""

    layer: Layer
    reason: str


@dataclass(frozen=True, eq=False)
class ModelCheck:
    """A modelled layer: how the model stands to the oracle, and what the RTL is to do.

    rule: the RTL's, or a host op's. conv, x, expected: the RTL's task, input and the model's output
    under `rule`, int8 NHWC; None for an op that the array doesn't run. oracle: the kernels that
    the model was compared with, each with its rule; oracle_mismatches: outputs that differ, all
    kernels together; both None where there is none. wanted: the rule of the numerics asked for,
    where the RTL runs another, and rule_differences: outputs that differ between the two.
    """

    layer: Layer
    outputs: int
    rule: str
    oracle: str | None = None
    oracle_mismatches: int | None = None
    wanted: str | None = None
    rule_differences: int | None = None
    details: tuple[str, ...] = ()
    conv: Convolution | None = None
    x: NDArray[np.signedinteger] | None = None
    expected: NDArray[np.signedinteger] | None = None

    def task(self, index: int) -> Task | None:
        """What the RTL is to do, numbered `index`; None for an op that the array doesn't run."""
        if self.conv is None or self.x is None or self.expected is None:
            return None
        return Task(index, self.conv, self.x, self.expected)


@dataclass
class _Findings:
    """What comparisons with one or more kernels have come to."""

    kernels: list[str] = field(default_factory=list)
    mismatches: int = 0
    details: list[str] = field(default_factory=list)

    def compare(
        self, kernel: str, expected: NDArray[np.generic], found: NDArray[np.generic]
    ) -> None:
        comparison = agreement(expected, found)
        if kernel not in self.kernels:
            self.kernels.append(kernel)
        self.mismatches += comparison.mismatches
        if comparison.mismatches:
            self.details.append(f"model against {kernel}: {describe(comparison, expected.dtype)}")

    @property
    def oracle(self) -> str | None:
        return ", ".join(self.kernels) or None

    @property
    def oracle_mismatches(self) -> int | None:
        return self.mismatches if self.kernels else None


def check_layer(
    network: Network,
    layer: Layer,
    oracle: Oracle,
    numerics: str = "rtl",
    follows: str | None = None,
) -> ModelCheck | NotChecked:
    """Run one layer in pymodel, and compare it with the oracle under the rules of `numerics`.

    `follows`: the numerics whose rules the kernel follows in this layer, where they are others.
    """
    follows = follows or numerics
    try:
        if layer.op in ARRAY_OPS:
            return _check_array_op(network, layer, oracle, numerics, follows)
        if layer.op in HOST_OPS:
            return _check_host_op(network, layer, oracle, numerics, follows)
    except InputError as error:
        return NotChecked(layer, str(error))
    return NotChecked(layer, "the op has no model")


def _check_array_op(
    network: Network, layer: Layer, oracle: Oracle, numerics: str, follows: str
) -> ModelCheck:
    lower = ARRAY_OPS[layer.op]
    groups = lower(network, layer, rtl_rule(follows, layer.op)).geometry.groups
    wanted, rtl = (find(follows, layer.op, groups) for find in (rule, rtl_rule))
    conv = lower(network, layer, rtl)
    x = _nhwc(network, layer.inputs[0], oracle["reference"], conv.geometry.input_shape)
    expected = run(conv, x)
    findings = _Findings()
    for kernel in array_kernels(numerics, layer.op):
        own = kernel == NUMERICS_KERNEL.get(numerics)
        followed = wanted if own else litert.rule(layer.op, kernel, groups)
        modelled = lower(network, layer, followed)
        try:
            golden_x, golden_y = (
                _nhwc(network, index, oracle[kernel], shape)
                for index, shape in (
                    (layer.inputs[0], conv.geometry.input_shape),
                    (layer.outputs[0], conv.geometry.output_shape),
                )
            )
        except InputError as error:
            findings.details.append(f"not compared with {litert.version(kernel)}: {error}")
            continue
        name = f"{litert.version(kernel)} ({followed})"
        findings.compare(name, golden_y, run(modelled, golden_x))
    differences = None
    if wanted != rtl:
        other = run(lower(network, layer, wanted), x)
        differences = int(np.count_nonzero(other != expected))
    return ModelCheck(
        layer=layer,
        outputs=expected.size,
        rule=rtl,
        oracle=findings.oracle,
        oracle_mismatches=findings.oracle_mismatches,
        wanted=None if wanted == rtl else wanted,
        rule_differences=differences,
        details=tuple(findings.details),
        conv=conv,
        x=x,
        expected=expected,
    )


def _check_host_op(
    network: Network, layer: Layer, oracle: Oracle, numerics: str, follows: str
) -> ModelCheck:
    kernel, followed = host_kernel(numerics, layer.op, follows), rule(follows, layer.op)
    tensors = oracle[kernel]
    inputs = [tensor(network, index, tensors) for index in layer.inputs if index != ABSENT]
    outputs = evaluate(network, layer, inputs, followed)
    findings = _Findings()
    for index, output in zip(layer.outputs, outputs, strict=True):
        name = f"{litert.version(kernel)} ({followed})"
        findings.compare(name, tensor(network, index, tensors), output)
    return ModelCheck(
        layer=layer,
        outputs=sum(output.size for output in outputs),
        rule=followed,
        oracle=findings.oracle,
        oracle_mismatches=findings.oracle_mismatches,
        details=tuple(findings.details),
    )


def _nhwc(
    network: Network, index: int, tensors: Tensors, shape: tuple[int, ...]
) -> NDArray[np.signedinteger]:
    """An int8 tensor of one oracle run in a convolution's shape."""
    return tensor(network, index, tensors).reshape(shape).astype(np.int8, copy=False)
