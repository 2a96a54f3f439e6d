"""Checks the model against LiteRT, layer by layer, on LiteRT's own tensors.

Layers are independent of each other: each computes on the tensors of the kernel that it is
compared with. What the RTL must produce is the model's output on the reference kernels' tensors,
under the rule that the RTL runs.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from golden import litert
from pymodel.convolution import Convolution
from pymodel.errors import InputError
from pymodel.layer import run
from pymodel.network import ABSENT, Layer, Network
from pymodel.ops.numerics import rtl_rule, rule
from pymodel.ops.post import Alone, alone
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS, evaluate
from pymodel.post_processing import PostProcessing
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
    under `rule`, int8 NHWC; None for an op that the array doesn't run. post, operand: of an op that
    the array runs in its post-processing; conv is then the identity. oracle: the kernels that
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
    post: PostProcessing | None = None
    operand: NDArray[np.signedinteger] | None = None

    def task(self, index: int) -> Task | None:
        """What the RTL is to do, numbered `index`; None for an op that the array doesn't run."""
        if self.conv is None or self.x is None or self.expected is None:
            return None
        return Task(index, self.conv, self.x, self.expected, self.post, self.operand)


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
    post_processing: bool = False,
) -> ModelCheck | NotChecked:
    """Run one layer in pymodel, and compare it with the oracle under the rules of `numerics`.

    `follows`: the numerics whose rules the kernel follows in this layer, where they are others.
    `post_processing`: whether the DUT runs ops beside convolutions.
    """
    follows = follows or numerics
    try:
        if layer.op in ARRAY_OPS:
            return _check_array_op(network, layer, oracle, numerics, follows)
        if layer.op in HOST_OPS:
            check = _check_host_op(network, layer, oracle, numerics, follows)
            return _on_array(network, check, oracle["reference"]) if post_processing else check
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
    outputs = evaluate(network, layer, _inputs(network, layer, tensors), followed)
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


def _on_array(network: Network, check: ModelCheck, tensors: Tensors) -> ModelCheck:
    """The check of a host op with what the RTL is to do, if its post-processing takes the op.

    The RTL runs the rule of the reference kernel, whose `tensors` it is given.
    """
    layer = check.layer
    job = _alone(network, layer, tensors)
    if job is None:
        return check
    expected, wanted, rtl = job.outputs(), check.rule, HOST_OPS[layer.op].RULES[0]
    check = replace(
        check,
        rule=rtl,
        conv=job.conv,
        x=job.x,
        expected=expected,
        post=job.post,
        operand=job.operand,
    )
    if wanted == rtl:
        return check
    (other,) = evaluate(network, layer, _inputs(network, layer, tensors), wanted)
    differences = int(np.count_nonzero(other.reshape(expected.shape) != expected))
    return replace(check, wanted=wanted, rule_differences=differences)


def _alone(network: Network, layer: Layer, tensors: Tensors) -> Alone | None:
    """The layer as a job of its own; None where the array's post-processing does not take it."""
    try:
        return alone(network, layer, _inputs(network, layer, tensors))
    except InputError:
        return None


def _inputs(network: Network, layer: Layer, tensors: Tensors) -> list[NDArray[np.generic]]:
    """The arrays of a layer's inputs, without absent ones."""
    return [tensor(network, index, tensors) for index in layer.inputs if index != ABSENT]


def _nhwc(
    network: Network, index: int, tensors: Tensors, shape: tuple[int, ...]
) -> NDArray[np.signedinteger]:
    """An int8 tensor of one oracle run in a convolution's shape."""
    return tensor(network, index, tensors).reshape(shape).astype(np.int8, copy=False)
