"""What was found in several runs, as a few lines."""

from collections.abc import Sequence


def of_runs(details: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The lines of the first run that has any, and how many more have some."""
    found = [(run, lines) for run, lines in enumerate(details) if lines]
    if not found or len(details) == 1:
        return tuple(found[0][1]) if found else ()
    run, lines = found[0]
    more = len(found) - 1
    others = [f"and alike in {more} more run{'' if more == 1 else 's'}"] if more else []
    return (*(f"run {run}: {line}" for line in lines), *others)
