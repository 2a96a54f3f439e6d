"""Findings and counts in words."""

from collections.abc import Sequence


def of_runs(details: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The lines of the first run that has any, and how many more have some."""
    found = [(run, lines) for run, lines in enumerate(details) if lines]
    if not found or len(details) == 1:
        return tuple(found[0][1]) if found else ()
    run, lines = found[0]
    more = len(found) - 1
    others = [f"and alike in {plural(more, 'more run')}"] if more else []
    return (*(f"run {run}: {line}" for line in lines), *others)


def plural(count: int, noun: str) -> str:
    """The count with its noun: 1 layer, 2,000 layers."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
