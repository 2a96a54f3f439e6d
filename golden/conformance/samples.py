"""All samples of the map, in its order, and their cases."""

from golden.conformance.case import Case, Sample
from golden.conformance.host_cases import host_case, host_samples
from golden.conformance.mac_cases import mac_case, mac_samples
from pymodel.ops.registry import ARRAY_OPS


def samples() -> list[Sample]:
    """Every sample that the map counts: the ops of the array first."""
    return [*mac_samples(), *host_samples()]


def make_case(sample: Sample, number: int) -> Case:
    """Case `number` of a sample."""
    return (mac_case if sample.op in ARRAY_OPS else host_case)(sample, number)
