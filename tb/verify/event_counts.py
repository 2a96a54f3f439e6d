"""Holds the numeric events that the RTL counted against the model's."""

from dataclasses import replace

from tb.verify.report import LayerReport


def with_model_events(row: LayerReport, expected: dict[str, dict[str, int]] | None) -> LayerReport:
    """The row with the model's events: where the RTL's counters differ, the layer fails."""
    if expected is None or row.mismatches is None or row.events == expected:
        return row
    found = row.events or {}
    wrong = [
        f"{stage} {kind} {found.get(stage, {}).get(kind, 0):,}, the model "
        f"{expected.get(stage, {}).get(kind, 0):,}"
        for stage, kind in _places(found, expected)
    ]
    line = f"RTL counts other numeric events than the model: {'; '.join(wrong)}"
    return replace(row, status="fail", details=(*row.details, line))


def _places(*events: dict[str, dict[str, int]]) -> list[tuple[str, str]]:
    """Stages and kinds in which two sets of counts differ."""
    a, b = events
    every = sorted(
        {(stage, kind) for one in events for stage, kinds in one.items() for kind in kinds}
    )
    return [
        (stage, kind)
        for stage, kind in every
        if a.get(stage, {}).get(kind) != b.get(stage, {}).get(kind)
    ]
