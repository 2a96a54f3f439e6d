"""The map as data: every kernel against every rule, from the counts of the samples."""

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from golden import litert
from golden.conformance.case import SEED, Sample
from golden.conformance.data_classes import ABOUT
from golden.conformance.measure import Count
from golden.conformance.why import why

Apart = tuple[int, int, float]
Measured = tuple[Sample, dict[litert.Kernel, Count]]


@dataclass(frozen=True)
class Tally:
    """How a kernel took the cases of one sample; the fields are those of Sample and Count."""

    op: str
    form: str
    kernel: str
    data_class: str
    cases: int
    refused: int
    not_delegated: int
    outputs: int


@dataclass(frozen=True)
class Row:
    """A kernel against a rule, over all samples of an op's form.

    Attributes:
        outputs: elements compared; fewer than the kernel's where the rule takes not all cases.
        mismatches, largest: how many differ, and by how much at most.
        why: a sentence where some differ.
        classes: (outputs, mismatches, largest difference) by class of data.
    """

    op: str
    form: str
    kernel: str
    rule: str
    outputs: int
    mismatches: int
    largest: float
    why: str
    classes: dict[str, Apart]


@dataclass(frozen=True)
class ConformanceMap:
    """Everything that map.json holds.

    Attributes:
        oracle, numpy: versions.
        seed: of every case.
        classes: what each class of data forces.
    """

    oracle: str
    numpy: str
    seed: int
    classes: dict[str, str]
    tallies: tuple[Tally, ...]
    rows: tuple[Row, ...]


def followed(op: str, form: str, kernel: litert.Kernel) -> str:
    """The rule that the project says `kernel` follows for an op in one of its forms."""
    return litert.rule(op, kernel, groups=2 if form == "grouped" else 1)


def build(measured: Iterable[Measured]) -> ConformanceMap:
    """The map of what was measured, in its order."""
    tallies: list[Tally] = []
    table: dict[tuple[str, str, litert.Kernel, str], dict[str, Apart]] = {}
    for sample, counts in measured:
        form = (sample.op, sample.form)
        for kernel, count in counts.items():
            name, took = sample.data_class, (count.refused, count.not_delegated, count.outputs)
            tallies.append(Tally(*form, kernel, name, count.cases, *took))
            for rule, apart in count.differences.items():
                by_class = table.setdefault((*form, kernel, rule), {})
                by_class[name] = (apart.outputs, apart.mismatches, _number(apart.largest))
    rows = [_row(*key, by_class) for key, by_class in table.items()]
    oracle = f"{litert.PACKAGE} {importlib.metadata.version(litert.PACKAGE)}"
    return ConformanceMap(oracle, np.__version__, SEED, ABOUT, tuple(tallies), tuple(rows))


def _row(
    op: str,
    form: str,
    kernel: litert.Kernel,
    rule: str,
    classes: dict[str, Apart],
) -> Row:
    outputs = sum(count for count, _, _ in classes.values())
    mismatches = sum(differing for _, differing, _ in classes.values())
    largest = max(distance for _, _, distance in classes.values())
    reason = why(op, form, followed(op, form, kernel), rule) if mismatches else ""
    return Row(op, form, kernel, rule, outputs, mismatches, largest, reason, classes)


def _number(value: float) -> float:
    """A whole number as an int, which JSON writes without a point."""
    return int(value) if float(value).is_integer() else value
