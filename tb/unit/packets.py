"""Random packets for the loader, and the words that its documented layout makes of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tb.registers import load_definitions

ACTIVATIONS, WEIGHTS, PARAMETERS, TABLE = (
    load_definitions()[f"DEST_{name}"] for name in ("ACTIVATIONS", "WEIGHTS", "PARAMETERS", "TABLE")
)
TABLE_WORDS = 64


@dataclass(frozen=True)
class Buffers:
    """The buffers' shape: lanes, element width in bits, and depth in words by destination."""

    ic_lanes: int
    oc_lanes: int
    element_bits: int
    depth: dict[int, int]

    @property
    def word_bits(self) -> int:
        """Width of the elements in one beat."""
        return self.ic_lanes * self.element_bits

    def beats_a_word(self, tdest: int) -> int:
        """Beats that fill one word of a buffer."""
        return {WEIGHTS: self.oc_lanes, PARAMETERS: 3 * self.oc_lanes}.get(tdest, 1)


@dataclass(frozen=True)
class Write:
    """One word that reaches a buffer: `lane` is the bank of an output lane, 0 for activations
    and the table."""

    tdest: int
    lane: int
    address: int
    data: int


def expected_writes(
    tdest: int, address: int, beats: list[int], buffers: Buffers
) -> Iterator[Write | None]:
    """What each beat of a packet does: a write, or None; out of range it does nothing."""
    mask = (1 << buffers.word_bits) - 1
    for number, beat in enumerate(beats):
        if out_of_range(tdest, address, number, buffers):
            yield None
        elif tdest == ACTIVATIONS:
            yield Write(tdest, 0, address + number, beat & mask)
        elif tdest == TABLE:
            yield Write(tdest, 0, address + number, beat & 0xFFFFFFFF)
        elif tdest == WEIGHTS:
            word, lane = divmod(number, buffers.oc_lanes)
            yield Write(tdest, lane, address + word, beat & mask)
        elif number % 3 < 2:
            yield None  # bias and multiplier wait for their shift
        else:
            word, lane = divmod(number // 3, buffers.oc_lanes)
            bias, multiplier = (value & 0xFFFFFFFF for value in beats[number - 2 : number])
            yield Write(tdest, lane, address + word, (beat & 0xFF) << 64 | multiplier << 32 | bias)


def out_of_range(tdest: int, address: int, number: int, buffers: Buffers) -> bool:
    """Whether beat `number` of a packet from word `address` on lies beyond its buffer."""
    return address + number // buffers.beats_a_word(tdest) >= buffers.depth[tdest]


def random_packet(
    random: np.random.Generator, buffers: Buffers, beat_bits: int
) -> tuple[int, int, list[int]]:
    """Return destination, load address and beats; one in a few reaches past its buffer's end."""
    tdest = int(random.choice([ACTIVATIONS, WEIGHTS, PARAMETERS, TABLE], p=[0.3, 0.3, 0.3, 0.1]))
    address = int(random.integers(0, buffers.depth[tdest] + 1))
    length = int(random.integers(1, 3 * buffers.beats_a_word(tdest) + 2))
    beats = [int.from_bytes(random.bytes(beat_bits // 8)) for _ in range(length)]
    return tdest, address, beats
