"""All samples of the map, in its order, and their cases."""

from golden.conformance import mac_cases
from golden.conformance.case import Case, Sample


def samples() -> list[Sample]:
    """Every sample that the map counts."""
    return mac_cases.mac_samples()


def make_case(sample: Sample, number: int) -> Case:
    """Case `number` of a sample."""
    return mac_cases.mac_case(sample, number)


def classes() -> dict[str, str]:
    """What each class of data forces, in a sentence, by its name."""
    return {name: found.about for name, found in mac_cases.CLASSES.items()}
