"""The committed conformance map: complete, in step with its page, and true for a part run anew."""

from collections import Counter

import pytest

from golden import litert
from golden.conformance.case import Sample
from golden.conformance.conformance_map import Row, followed
from golden.conformance.data_classes import FAR_PAST_THE_RANGE
from golden.conformance.measure import KERNELS, measure
from golden.conformance.model import rules
from golden.conformance.page import PAGE, render
from golden.conformance.samples import samples
from golden.conformance.storage import load, to_json
from golden.conformance.why import why
from pymodel.ops.registry import ARRAY_OPS, HOST_OPS

MAP = load()
ROWS = {(row.op, row.form, row.kernel, row.rule): row for row in MAP.rows}
NOT_DESCRIBED = {("ADD", "optimised")}
"""Kernels that no rule describes wholly; the map says why."""
# Classes FAR_PAST_THE_RANGE are left out: there a kernel's result may depend on the processor.
ANEW = [
    sample
    for sample in samples()
    if (sample.op, sample.data_class)
    in {
        ("CONV_2D", "large_kernel"),
        ("CONV_2D", "near_2_30"),
        ("DEPTHWISE_CONV_2D", "near_2_30"),
        ("FULLY_CONNECTED", "ties"),
        ("FULLY_CONNECTED", "weight_zero_point"),
        ("MUL", "broadcast"),
        ("MEAN", "ties"),
        ("LEAKY_RELU", "zero_point_ends"),
        ("QUANTIZE", "ties"),
        ("DEQUANTIZE", "all_codes"),
        ("SPLIT", "random"),
    }
]


def test_page_is_made_from_the_map() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(MAP), "run `make conformance`"


def test_map_is_written_as_it_is_read() -> None:
    text = (PAGE.parent / "map.json").read_text(encoding="utf-8")
    assert text == to_json(MAP)


def test_versions_are_the_installed_ones() -> None:
    assert litert.version("reference").startswith(MAP.oracle), "run `make conformance`"


def test_every_op_kernel_and_rule_is_there() -> None:
    ops = {*ARRAY_OPS, *HOST_OPS}
    expected = {(op, kernel, rule) for op in ops for kernel in KERNELS for rule in rules(op)}
    assert {(row.op, row.kernel, row.rule) for row in MAP.rows} == expected


def test_every_sample_is_there() -> None:
    counted = {(t.op, t.form, t.data_class, t.cases) for t in MAP.tallies}
    assert counted == {(s.op, s.form, s.data_class, s.cases) for s in samples()}


def test_the_kernels_compute() -> None:
    """Reference and optimised take every case; each op of the array is compared widely."""
    for tally in MAP.tallies:
        if tally.kernel != "xnnpack":
            assert (tally.refused, tally.not_delegated) == (0, 0), tally
            assert tally.outputs > 0, tally
    outputs: Counter[tuple[str, str]] = Counter()
    for tally in MAP.tallies:
        outputs[tally.op, tally.kernel] += tally.outputs
    assert all(outputs[op, kernel] > 1_000_000 for op in ARRAY_OPS for kernel in KERNELS)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_named_rule_is_exact(kernel: litert.Kernel) -> None:
    """The rule that pymodel names for each kernel differs nowhere but where kernels overflow."""
    for op, form in {(row.op, row.form) for row in MAP.rows}:
        if (op, kernel) not in NOT_DESCRIBED:
            row = ROWS[op, form, kernel, followed(op, form, kernel)]
            differing = {name for name, (_, count, _) in row.classes.items() if count}
            assert differing <= set(FAR_PAST_THE_RANGE), row


def test_the_data_tells_the_rules_apart() -> None:
    """No kernel that computes agrees with another rule than its own."""
    for row in MAP.rows:
        own = row.rule == followed(row.op, row.form, _kernel(row))
        alike = (row.op, row.form) == ("QUANTIZE", "") and row.rule in ("double_up", "multiplier_8")
        if row.outputs and not own and not alike:
            assert row.mismatches > 50, row


def test_each_difference_is_explained() -> None:
    for row in MAP.rows:
        sentence = why(row.op, row.form, followed(row.op, row.form, _kernel(row)), row.rule)
        assert row.why == (sentence if row.mismatches else ""), "run `make conformance`"
        assert bool(row.why) == bool(row.mismatches), row


@pytest.mark.parametrize("sample", ANEW, ids=lambda s: s.name)
def test_sample_run_anew(sample: Sample) -> None:
    for kernel, count in measure(sample).items():
        (tally,) = (
            t
            for t in MAP.tallies
            if (t.op, t.form, t.kernel, t.data_class)
            == (sample.op, sample.form, kernel, sample.data_class)
        )
        assert (count.cases, count.refused, count.not_delegated, count.outputs) == (
            tally.cases,
            tally.refused,
            tally.not_delegated,
            tally.outputs,
        )
        for rule, apart in count.differences.items():
            stored = ROWS[sample.op, sample.form, kernel, rule].classes[sample.data_class]
            assert (apart.outputs, apart.mismatches, apart.largest) == stored, (kernel, rule)


def _kernel(row: Row) -> litert.Kernel:
    return next(kernel for kernel in KERNELS if kernel == row.kernel)
