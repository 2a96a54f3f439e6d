"""The bulk way into the DUT: jobs are queued as a program, and the simulator replays it alone.

Python writes the program and its stream data to the run's folder, raises `go`, sleeps until
`done`, and reads what came out: its cost per simulated cycle is nil. A batch runs when a result
is asked for, or when the next job would not fit the harness's memories beside those queued.

As an adapter module this drives the project's own array (tb/CONNECT.md).
"""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

from pymodel.array.config import ArrayConfig
from pymodel.errors import InputError
from tb.adapter import NO_EVENTS, Counters, DutError, DutHang, OutputBeats
from tb.array_adapter import ArrayAdapter
from tb.bulk import harness
from tb.bulk.batch import BatchResult, replay
from tb.bulk.program import ACCESS_LIMIT, Program
from tb.dut import Harness
from tb.image import JobImage
from tb.registers import event_registers, load_definitions

RESET_CYCLES = 4
_COUNTERS = ("REG_BUSY_CYCLES", "REG_STALL_CYCLES", "REG_MAC_CYCLES")
POST_PROCESSING = True
HARNESS = Harness(harness.TOPLEVEL, harness.SOURCE, harness.DUT, harness.VLT)


def config() -> ArrayConfig:
    """The array as it is by default."""
    return ArrayConfig()


def parameters(config: ArrayConfig) -> dict[str, int | str]:
    """Parameters of the harness around the array of `config`."""
    return harness.parameters(config)


def create(dut: harness.Handle, config: ArrayConfig, folder: Path) -> ArrayAdapter:
    """The adapter of a running simulation, whose clock the harness makes itself."""
    dut.go.value = 0
    return ArrayAdapter(BulkAdapter(dut, config, folder))


@dataclass(frozen=True)
class _Queued:
    """A job's part of the batch: its number, its program, and the output vectors it should give."""

    number: int
    program: Program
    output_beats: int


class BulkAdapter:
    """`tb.adapter.Adapter` of job images over tb/hdl/bulk_harness.v."""

    def __init__(
        self,
        dut: harness.Handle,
        config: ArrayConfig,
        folder: Path,
        depths: harness.Depths = harness.DEFAULT_DEPTHS,
    ) -> None:
        """`folder` is the simulator's working folder, which the harness reads and writes."""
        self.cycles = 0
        """Clock cycles of all batches so far, loading included."""
        self.batches = 0
        self._dut = dut
        self._config = config
        self._folder = folder
        self._depths = depths
        self._definitions = load_definitions()
        self._building = self._empty()
        self._queue: list[_Queued] = []
        self._results: deque[tuple[OutputBeats, Counters] | DutError] = deque()
        self._counters: Counters | None = None
        self._jobs = 0

    async def reset(self) -> None:
        """Reset the DUT, drop what is queued, and check that the DUT is the array of `config`."""
        self._building = self._empty()
        self._queue.clear()
        self._results.clear()
        self._jobs = 0
        program = self._empty()
        program.reset(RESET_CYCLES)
        program.read(self._definitions["REG_ID"])
        program.read(self._definitions["REG_SHAPE"])
        result = await self._replay(program)
        error = self._stopped(result, program, 0, "reset")
        if error is not None:
            raise error
        expected = (self._definitions["ID_VALUE"], self._shape())
        for what, value, wanted, unknown in zip(
            ("ID", "SHAPE"), result.log, expected, result.log_unknown, strict=True
        ):
            if unknown or value != wanted:
                got = "X" if unknown else f"0x{int(value):08X}"
                raise DutError(f"reset: register {what} reads {got}, expected 0x{wanted:08X}")

    async def configure(self, image: JobImage) -> None:
        """Queue the job's register writes."""
        for address, value in image.writes:
            self._building.write(address, value)

    async def load(self, image: JobImage) -> None:
        """Queue the job's stream packets."""
        for packet in image.packets:
            self._building.write(self._definitions["REG_LOAD_ADDR"], packet.address)
            self._building.stream(packet.tdest, packet.beats)

    async def run(self, image: JobImage) -> None:
        """Queue the job's start, the wait for its end, and the reads of status and counters."""
        program, self._building = self._building, self._empty()
        if len(image.operand):
            program.operand(image.operand)
        control = self._definitions["REG_CONTROL"]
        program.write(control, 1 << self._definitions["CONTROL_START"])
        program.wait(2 * image.mac_cycles + 4 * image.output_beats + ACCESS_LIMIT)
        for name in ("REG_STATUS", *_COUNTERS):
            program.read(self._definitions[name])
        for address in event_registers() if self._config.events else ():
            program.read(address)
        program.write(control, 1 << self._definitions["CONTROL_CLEAR"])
        job = _Queued(self._jobs, program, image.output_beats)
        self._jobs += 1
        if not self._fits([*self._queue, job]):
            await self._execute()
            if not self._fits([job]):
                raise InputError(
                    f"job {job.number}: {len(program.steps)} steps, {program.tape_beats} input "
                    f"beats, {program.operand_beats} operands and {job.output_beats} output beats "
                    f"do not fit the bulk harness ({self._depths}); tile the layer smaller"
                )
        self._queue.append(job)

    async def read(self) -> OutputBeats:
        """Output of the oldest job not read yet; runs the queued batch when that is needed."""
        if not self._results:
            await self._execute()
        if not self._results:
            raise DutError("read: every job that was run has been read")
        result = self._results.popleft()
        if isinstance(result, DutError):
            raise result
        beats, self._counters = result
        return beats

    async def counters(self) -> Counters:
        """Counters of the job that `read` returned last."""
        if self._counters is None:
            raise DutError("counters: no job has been read")
        return self._counters

    def _empty(self) -> Program:
        return Program(harness.stream_bytes(self._config), harness.output_bytes(self._config))

    def _shape(self) -> int:
        """What REG_SHAPE must read."""
        datapath, definitions = self._config.datapath, self._definitions
        fields = {
            "SHAPE_IC_LANES": datapath.ic_lanes,
            "SHAPE_OC_LANES": datapath.oc_lanes,
            "SHAPE_ELEM_W": datapath.storage_bits,
            "SHAPE_FORMAT": definitions[f"FORMAT_{datapath.format.upper()}"],
        }
        return sum(value << definitions[name] for name, value in fields.items())

    def _fits(self, jobs: list[_Queued]) -> bool:
        programs = [job.program for job in jobs]
        return (
            sum(len(program.steps) for program in programs) < self._depths.program
            and sum(program.tape_beats for program in programs) <= self._depths.tape
            and sum(program.operand_beats for program in programs) <= self._depths.operand
            and sum(program.log_words for program in programs) <= self._depths.log
            and sum(job.output_beats for job in jobs) < self._depths.capture
        )

    async def _replay(self, program: Program) -> BatchResult:
        beat_bytes = harness.output_bytes(self._config)
        result = await replay(self._dut, self._folder, program, beat_bytes)
        self.cycles += result.cycles
        self.batches += 1
        return result

    async def _execute(self) -> None:
        """Run the queued jobs as one batch and keep a result, or an error, for each."""
        jobs, self._queue = self._queue, []
        if not jobs:
            return
        batch = self._empty()
        for job in jobs:
            batch.extend(job.program)
        result = await self._replay(batch)
        first_step = first_word = first_beat = 0
        for job in jobs:
            error = self._stopped(result, job.program, first_step, f"job {job.number}")
            words = slice(first_word, first_word + job.program.log_words)
            if error is None and result.log_unknown[words].any():
                error = DutError(f"job {job.number}: status or counters hold X digits")
            if error is not None:
                self._results.append(error)
                break
            end_beat, status, busy, stalled, mac, *events = (int(w) for w in result.log[words])
            counters = Counters(busy, stalled, mac, tuple(events) or NO_EVENTS)
            self._results.append(
                self._refused(job, status) or (result.beats.part(first_beat, end_beat), counters)
            )
            first_step += len(job.program.steps)
            first_word, first_beat = words.stop, end_beat

    def _stopped(
        self, result: BatchResult, program: Program, first_step: int, what: str
    ) -> DutError | None:
        """The error when the batch ended inside `program`, whose first step is `first_step`."""
        if result.stop == harness.STOP_CAPTURE:
            return DutError(f"{what}: the DUT sent more than {self._depths.capture} output beats")
        if result.stop == harness.STOP_OPERAND:
            return DutError(f"{what}: the DUT left operands untaken, of this job or a later one")
        at = result.completed - first_step
        if result.stop == harness.STOP_END or at >= len(program.steps):
            return None
        step = program.steps[at].describe()
        if result.stop == harness.STOP_LIMIT:
            limit = program.steps[at].limit
            return DutHang(f"{what}: the DUT did not {step} within {limit} cycles")
        return DutError(f"{what}: the DUT answered with an error when asked to {step}")

    def _refused(self, job: _Queued, status: int) -> DutError | None:
        """The error that the DUT's status register shows."""
        if not status >> self._definitions["STATUS_ERROR"] & 1:
            return None
        code = status >> self._definitions["STATUS_CODE"] & 0xFF
        name = self._definitions.name_of("ERR_", code)
        return DutError(f"job {job.number}: the DUT reports {name} (status 0x{status:08X})")
