"""The samples of the host's ops, and their cases."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from golden.conformance import binary_cases, elementwise_cases, moving_cases, window_cases
from golden.conformance.case import Case, Sample
from golden.conformance.operands import Written

Builder = Callable[[np.random.RandomState, str], Written]


def _table(
    builders: Mapping[str, Builder], classes: Mapping[str, Sequence[str]], cases: int
) -> dict[tuple[str, str, str], tuple[Builder, int]]:
    """Builder and number of cases by (op, form, class); a form follows the op after a slash."""
    found = {}
    for name, builder in builders.items():
        op, _, form = name.partition("/")
        for data_class in classes[name]:
            found[op, form, data_class] = (builder, cases)
    return found


TABLE = (
    _table(binary_cases.BUILDERS, binary_cases.CLASSES, 24)
    | _table(window_cases.BUILDERS, window_cases.CLASSES, 200)
    | _table(elementwise_cases.BUILDERS, elementwise_cases.CLASSES, 60)
    | _table(moving_cases.BUILDERS, dict.fromkeys(moving_cases.BUILDERS, moving_cases.CLASSES), 40)
)


def host_samples() -> list[Sample]:
    """All samples of the host's ops."""
    return [
        Sample(op, form, data_class, cases) for (op, form, data_class), (_, cases) in TABLE.items()
    ]


def host_case(sample: Sample, number: int) -> Case:
    """Case `number` of a sample."""
    builder, _ = TABLE[sample.op, sample.form, sample.data_class]
    content, inputs = builder(sample.random(number), sample.data_class)
    return Case(f"{sample.name} {number}", content, inputs)
