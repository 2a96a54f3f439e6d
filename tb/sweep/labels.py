"""Places labels beside each other so that none covers another."""

from collections.abc import Sequence


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions from `low` to `high`, as near to the wanted ones as a distance of `gap` allows.

    The order of the wanted positions is kept. Where not all fit, the gap becomes what does.
    """
    if not wanted:
        return []
    room = (high - low) / max(len(wanted) - 1, 1)
    gap = min(gap, room)
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    blocks: list[list[float]] = []  # of sum of first positions, and members
    for rank, place in enumerate(order):
        blocks.append([wanted[place] - rank * gap, 1])
        while len(blocks) > 1 and _mean(blocks[-2]) >= _mean(blocks[-1]):
            total, members = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += members
    starts = [_mean(block) for block in blocks for _ in range(int(block[1]))]
    last = high - (len(wanted) - 1) * gap
    found = [0.0] * len(wanted)
    for rank, place in enumerate(order):
        found[place] = min(max(starts[rank], low), last) + rank * gap
    return found


def fanned(row: Sequence[int]) -> list[int]:
    """A row of points, from left to right, in the upward order of labels on their right whose
    lines do not cross: the leftmost point has the lowest label, the next the highest, and so on
    towards the middle."""
    return [*row[::2], *reversed(row[1::2])]


def _mean(block: Sequence[float]) -> float:
    return block[0] / block[1]
