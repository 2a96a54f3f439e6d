"""The model's chains through a network: under the RTL's rules, and under those asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden import litert
from pymodel.chain import run_network
from pymodel.errors import InputError
from pymodel.ops.numerics import HOST_RULES
from pymodel.ops.registry import HOST_OPS
from tb.bulk.chain_plan import Arrays, ChainRun, final_codes
from tb.codes import codes
from tb.verify.network import ModelChecks
from tb.verify.oracle import NUMERICS_KERNEL, Tensors, tensor
from tb.verify.report import LayerReport
from tb.verify.subject import Inputs, Subject


@dataclass(frozen=True)
class Rules:
    """The rule of each layer that is computed, by index: what the RTL runs, and what was asked for.

    Layers without a rule take their outputs from the oracle. on_array: those that the array runs.
    """

    rtl: Mapping[int, str]
    asked: Mapping[int, str]
    on_array: Collection[int]

    @property
    def differ(self) -> bool:
        """Whether the two chains can differ."""
        return self.rtl != self.asked


def rules_of(rows: list[LayerReport], checks: ModelChecks) -> Rules:
    """Rules of the layers that the model's checks took, and that the array holds."""
    rtl, asked = {}, {}
    for row in rows:
        if row.rule is not None and (row.on_array or row.op in HOST_OPS):
            rtl[row.index] = row.rule
            asked[row.index] = checks.wanted_rule(row.index) or row.rule
    return Rules(rtl, asked, [row.index for row in rows if row.on_array])


@dataclass(frozen=True, eq=False)
class ModelChains:
    """One run of the model's chains.

    run: what the RTL is to do. differences: outputs of each layer, by index, on which the two
    chains differ, and final_differences those of the network. final: the network's outputs under
    the rules asked for.
    """

    run: ChainRun
    differences: Mapping[int, int]
    final_differences: int
    final: NDArray[np.int64]


def model_chains(
    subject: Subject, number: int, inputs: Inputs, rules: Rules, oracle: Tensors
) -> ModelChains:
    """Run number `number` of the subject; `oracle` holds the tensors of layers without a rule."""
    network = subject.network
    given = {
        index: tensor(network, index, oracle)
        for layer in network.layers
        if layer.index not in rules.rtl
        for index in layer.outputs
    }
    rtl = run_network(network, inputs, rules.rtl, given)
    asked = run_network(network, inputs, rules.asked, given) if rules.differ else rtl
    run = ChainRun(
        first=number * (len(network.layers) + 1),
        inputs=inputs,
        given=given,
        expected={
            index: rtl[network.layers[index].outputs[0]].astype(np.int8) for index in rules.on_array
        },
        final=final_codes(network, rtl),
    )
    final = final_codes(network, asked)
    return ModelChains(
        run=run,
        differences={
            layer.index: sum(_differing(rtl, asked, index) for index in layer.outputs)
            for layer in network.layers
        },
        final_differences=int(np.count_nonzero(final != run.final)),
        final=final,
    )


def _differing(a: Arrays, b: Arrays, index: int) -> int:
    return int(np.count_nonzero(codes(a[index]) != codes(b[index])))


def chain_kernel(numerics: str) -> litert.Kernel:
    """The kernels whose tensors stand in for layers without a model."""
    return NUMERICS_KERNEL.get(numerics, "reference")


def final_oracle(
    subject: Subject, rules: Rules, checks: ModelChecks
) -> tuple[litert.Kernel | None, str]:
    """The kernels whose own final output the model's chain must equal; or None, and why not."""
    if subject.numerics not in NUMERICS_KERNEL:
        return None, f"no oracle runs a whole network by the rules of {subject.numerics}"
    unknown = {
        layer.op
        for layer in subject.network.layers
        if layer.index in rules.asked
        and layer.op in HOST_OPS
        and not _known(checks.follows(layer.index), layer.op)
    }
    if unknown:
        return (
            None,
            f"the rules of {', '.join(sorted(unknown))} in {subject.numerics} are not known",
        )
    return NUMERICS_KERNEL[subject.numerics], ""


def _known(numerics: str, op: str) -> bool:
    return numerics == "litert-ref" or op in HOST_RULES.get(numerics, {})


def final_of(subject: Subject, oracle: Tensors) -> NDArray[np.int64] | None:
    """The oracle's own final output; None where LiteRT kept none."""
    network = subject.network
    try:
        return final_codes(network, {i: tensor(network, i, oracle) for i in network.outputs})
    except InputError:
        return None
