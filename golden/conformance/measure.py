"""Counts, over the cases of a sample, where a LiteRT kernel and each rule of the model differ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from golden import litert
from golden.conformance.case import Case, Sample
from golden.conformance.model import final_outputs, rules
from golden.conformance.samples import make_case
from golden.tflite.importer import parse_tflite
from pymodel.errors import InputError
from pymodel.network import Network

Arrays = Sequence[NDArray[np.generic]]
KERNELS: tuple[litert.Kernel, ...] = get_args(litert.Kernel)


@dataclass
class Difference:
    """Of one kernel's outputs from one rule's: of how many, how many, and by how much at most.

    A rule that does not take a case's numbers has fewer outputs than the kernel.
    """

    outputs: int = 0
    mismatches: int = 0
    largest: float = 0

    def add(self, expected: Arrays, found: Arrays) -> None:
        """Compare two lists of arrays, element by element."""
        for ours, theirs in zip(expected, found, strict=True):
            apart = np.abs(ours.astype(np.float64) - theirs.reshape(ours.shape).astype(np.float64))
            self.outputs += apart.size
            self.mismatches += int(np.count_nonzero(apart))
            self.largest = max(self.largest, float(apart.max(initial=0)))


@dataclass
class Count:
    """Of one kernel over the cases of a sample.

    Attributes:
        cases: all of them; the next two are among them, and compare no output.
        refused: the kernel refuses the model.
        not_delegated: XNNPACK leaves the op to the optimised kernel.
        outputs: elements that the kernel computed, and that are compared.
        differences: by rule.
    """

    cases: int = 0
    refused: int = 0
    not_delegated: int = 0
    outputs: int = 0
    differences: dict[str, Difference] = field(default_factory=dict)


def measure(sample: Sample, numbers: Iterable[int] | None = None) -> dict[litert.Kernel, Count]:
    """Run the cases of a sample, all or those with `numbers`, on every kernel and in the model.

    Raises:
        InputError: LiteRT is not installed, or the model refuses a case; it names the case.
    """
    counts: dict[litert.Kernel, Count] = {kernel: Count() for kernel in KERNELS}
    for number in range(sample.cases) if numbers is None else numbers:
        case = make_case(sample, number)
        network = parse_tflite(case.content, case.name, case.name)
        expected = final_outputs(network, case.inputs)
        for kernel, count in counts.items():
            _compare(case, network, expected, kernel, count)
    return counts


def _compare(
    case: Case,
    network: Network,
    expected: dict[str, tuple[NDArray[np.generic], ...]],
    kernel: litert.Kernel,
    count: Count,
) -> None:
    """Add one case on one kernel to its count."""
    count.cases += 1
    for rule in rules(network.layers[-1].op):
        count.differences.setdefault(rule, Difference())
    op = network.layers[-1].op
    try:
        if kernel == "xnnpack" and op in litert.not_delegated(case.content):
            count.not_delegated += 1
            return
        tensors = litert.run(case.content, case.inputs, kernel)
    except InputError:
        if not litert.available():
            raise
        count.refused += 1
        return
    found = [tensors[index] for index in network.outputs]
    count.outputs += sum(array.size for array in found)
    for rule, arrays in expected.items():
        count.differences[rule].add(arrays, found)
