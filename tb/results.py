"""Read cocotb's results XML. It is believed only when it shows that tests ran."""

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path


class ResultsError(Exception):
    """The results file doesn't show a complete run in which something was tested."""


@dataclass(frozen=True)
class Results:
    """Names of the cocotb tests by outcome; parametrised ones are named `bench/parameter=value`."""

    passed: tuple[str, ...]
    failed: tuple[str, ...]
    skipped: tuple[str, ...]

    @property
    def executed(self) -> tuple[str, ...]:
        return self.passed + self.failed


def read_results(path: Path) -> Results:
    """Return the outcome of each test in a results file of cocotb's.

    Raises:
        ResultsError: the file is missing, empty or not XML, as after a simulator that ended early.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except FileNotFoundError:
        raise ResultsError("the simulator ended without writing results") from None
    except ElementTree.ParseError as error:
        raise ResultsError(f"the results file {path.name} is not readable XML ({error})") from None
    outcomes: dict[str, list[str]] = {"passed": [], "failed": [], "skipped": []}
    for case in root.iter("testcase"):
        if case.find("skipped") is not None:
            outcome = "skipped"
        elif case.find("failure") is not None or case.find("error") is not None:
            outcome = "failed"
        else:
            outcome = "passed"
        outcomes[outcome].append(case.get("name", ""))
    return Results(**{outcome: tuple(names) for outcome, names in outcomes.items()})


def require_tests(results: Results, testcases: tuple[str, ...]) -> None:
    """Check that a test ran, and that each of `testcases` did where they are named.

    Raises:
        ResultsError: nothing ran, all was skipped, or a named test is unknown or was skipped.
    """
    executed = {name.split("/")[0] for name in results.executed} | set(results.executed)
    missing = [name for name in testcases if name not in executed]
    if missing:
        raise ResultsError(f"the module ran no test named {', '.join(missing)}")
    if not results.executed:
        skipped = f"all {len(results.skipped)} were skipped" if results.skipped else "it has none"
        raise ResultsError(f"the module ran no test: {skipped}")
