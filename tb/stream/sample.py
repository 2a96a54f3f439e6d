"""Programs of the bulk harness: one that makes a stream's layers resident, one for each sample."""

from dataclasses import dataclass, replace

import numpy as np

from pymodel.array.layout import pack_activations, pack_parameters, pack_weights
from pymodel.post_processing import Int8Array
from pymodel.stream import StreamPlan
from tb.bulk import harness
from tb.bulk.adapter import RESET_CYCLES
from tb.bulk.program import ACCESS_LIMIT, Program
from tb.image import PARAMETER_BITS, Packet, element_bytes, register_writes, table_packets
from tb.registers import load_definitions
from tb.stream.places import Places


@dataclass(frozen=True)
class Captured:
    """Where a value lies among the output vectors of its sample."""

    start: int
    count: int


class SampleProgrammer:
    """Writes programs, and knows what the registers and the table hold from one to the next."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.captured = _captured(places)
        self._definitions = load_definitions()
        self._registers: dict[int, int] = {}
        self._table: Packet | None = None
        self._readers: dict[int, list[int]] = {}
        for ring, each in enumerate(places.plan.rings):
            self._readers.setdefault(each.value, []).append(ring)

    def load_programs(self) -> list[Program]:
        """After a reset: the histories before the first sample, then each step's numbers."""
        start = self._empty()
        start.reset(RESET_CYCLES)
        return [start, *map(self._load_ring, range(len(self.places.plan.rings))), *self._numbers()]

    def sample_program(self, sample: int, pixel: Int8Array) -> Program:
        """All steps on one sample; `pixel` is the input's, int8 (in_channels,)."""
        program, lanes = self._empty(), self.places.config.datapath.ic_lanes
        padded = np.zeros(-(-len(pixel) // lanes) * lanes, dtype=np.int8)
        padded[: len(pixel)] = pixel
        words = element_bytes(padded.reshape(-1, lanes), bits=8)
        for ring in self._readers.get(0, []):
            self._stream(program, Packet(self._activations, self._newest(ring, sample), words))
        for place, step in enumerate(self.places.plan.steps):
            self._run(program, place, sample)
            if step.operand == 0:
                program.operand(words)
            elif step.operand is not None:
                source = self.captured[step.operand - 1]
                program.operand_feed(source.start, source.count)
            program.write(self._definitions["REG_CONTROL"], 1 << self._definitions["CONTROL_START"])
            program.wait(
                4 * self.places.extents[place].steps(self.places.jobs[place]) + ACCESS_LIMIT
            )
            own = self.captured[place]
            for ring in self._readers.get(place + 1, []):
                program.write(self._definitions["REG_LOAD_ADDR"], self._newest(ring, sample))
                program.feed(self._activations, own.start, own.count)
        return program

    def _run(self, program: Program, place: int, sample: int) -> None:
        """Registers and table of a step, as far as they hold something else."""
        job = self.places.job(place, sample)
        for address, value in register_writes(job):
            if self._registers.get(address) != value:
                program.write(address, value)
                self._registers[address] = value
        for packet in table_packets(job.post):
            if self._table is None or not np.array_equal(packet.beats, self._table.beats):
                self._stream(program, packet)
                self._table = packet

    def _load_ring(self, ring: int) -> Program:
        """The ring full of its fill."""
        places, each = self.places, self.places.plan.rings[ring]
        reader = places.reader(ring)
        job = replace(places.jobs[reader], in_w=each.pixels, in_cols=range(each.pixels))
        x = np.full((1, 1, each.pixels, each.channels), each.fill, dtype=np.int8)
        words = pack_activations(x, places.plan.steps[reader].conv, job, places.config)
        program = self._empty()
        self._stream(program, Packet(self._activations, job.act_start, element_bytes(words, 8)))
        return program

    def _numbers(self) -> list[Program]:
        """Weights and parameters of each step."""
        places, programs = self.places, []
        for step, job in zip(places.plan.steps, places.jobs, strict=True):
            program = self._empty()
            weights = element_bytes(pack_weights(step.conv, job, places.config), bits=8)
            parameters = pack_parameters(step.conv, job, places.config).reshape(-1, 1)
            for name, base, beats in (
                ("WEIGHTS", job.weight_base, weights),
                ("PARAMETERS", job.param_base, element_bytes(parameters, PARAMETER_BITS)),
            ):
                self._stream(program, Packet(self._definitions[f"DEST_{name}"], base, beats))
            programs.append(program)
        return programs

    def _stream(self, program: Program, packet: Packet) -> None:
        program.write(self._definitions["REG_LOAD_ADDR"], packet.address)
        program.stream(packet.tdest, packet.beats)

    def _newest(self, ring: int, sample: int) -> int:
        return self.places.newest(ring, sample)

    @property
    def _activations(self) -> int:
        return self._definitions["DEST_ACTIVATIONS"]

    def _empty(self) -> Program:
        config = self.places.config
        return Program(harness.stream_bytes(config), harness.output_bytes(config))


def _captured(places: Places) -> list[Captured]:
    """Of each step, in order."""
    found, start = [], 0
    for size in places.extents:
        found.append(Captured(start, size.blocks))
        start += size.blocks
    return found


def depths_of(plan: StreamPlan) -> harness.Depths:
    """Harness memories that hold a sample's program: all registers of every step, and a table."""
    steps = len(plan.steps)
    return replace(harness.DEFAULT_DEPTHS, program=max(4096, 48 * steps), log=max(4096, 2 * steps))
