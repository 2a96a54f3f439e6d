"""The files between Python and the bulk harness: hex images, programs, plans, records."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from golden.cases.load import load_suite
from pymodel.array.config import ArrayConfig
from tb.bulk import harness
from tb.bulk.hexfile import HexFileError, as_words, read_hex, write_hex
from tb.bulk.host import check_records
from tb.bulk.plan import (
    RECORDS_FILE,
    Record,
    Settings,
    Task,
    append_record,
    read_plan,
    read_records,
    write_plan,
)
from tb.bulk.program import Program
from tb.dut import Dut
from tb.runner import SimulationFailed
from tb.scoreboard import Mismatch

CASE = load_suite("corner")[0]


@pytest.mark.parametrize("size", [1, 4, 12, 16])
def test_hex_round_trip(tmp_path: Path, size: int) -> None:
    words = np.random.default_rng(size).integers(0, 256, (50, size), dtype=np.uint8)
    path = tmp_path / "words.hex"
    write_hex(path, words)
    lines = path.read_text().splitlines()
    assert lines == [row[::-1].tobytes().hex() for row in words]
    data, unknown = read_hex(path, 50, 2 * size)
    assert np.array_equal(data, words) and not unknown.any()


def test_unknown_digits_comments_and_odd_widths(tmp_path: Path) -> None:
    path = tmp_path / "dump.hex"
    path.write_text("// 0x00000000\n1F0\n@1\nxa0\n0Z7\n")
    data, unknown = read_hex(path, 3, 3)
    assert data.tolist() == [[0xF0, 0x01], [0xA0, 0x00], [0x07, 0x00]]
    assert unknown.tolist() == [[False, False], [False, True], [True, False]]


@pytest.mark.parametrize("text", ["12\n3\n", "12\n", "12\n34\n56\n", "12\ng4\n"])
def test_other_dumps_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dump.hex"
    path.write_text(text)
    with pytest.raises(HexFileError, match="expected 2 words of 2 hex digits"):
        read_hex(path, 2, 2)


def test_missing_dump(tmp_path: Path) -> None:
    with pytest.raises(HexFileError, match=r"log\.hex: the simulator left no dump"):
        read_hex(tmp_path / "log.hex", 1, 8)


def test_program_encoding() -> None:
    program = Program(tape_bytes=16, operand_bytes=4)
    program.reset(4)
    program.write(0x44, 0xFFFFFF80)
    program.stream(2, np.array([[1, 2, 3, 4]], dtype=np.uint8))
    program.wait(100)
    program.read(0x0C)
    words = as_words(program.instructions()).reshape(-1, 3)
    assert words[:, 2].tolist() == [
        harness.OP_RESET << 24, harness.OP_WRITE << 24 | 0x44, harness.OP_STREAM << 24 | 2,
        harness.OP_WAIT << 24, harness.OP_READ << 24 | 0x0C, harness.OP_END << 24,
    ]  # fmt: skip
    assert words[:, 1].tolist() == [4, 0xFFFFFF80, 1, 0, 0, 0]
    assert words[3, 0] == 100
    assert program.tape().tolist() == [[1, 2, 3, 4] + [0] * 12]
    assert (program.tape_beats, program.log_words) == (1, 2)


def test_opcodes_are_the_harness_s() -> None:
    """Python's numbers against the localparams of the Verilog that replays the program."""
    text = harness.SOURCE.read_text()
    for prefix in ("OP_", "STOP_"):
        names = [name for name in vars(harness) if name.startswith(prefix)]
        assert names
        for name in names:
            assert any(
                f"{name} = {width}'d{getattr(harness, name)}" in text for width in (8, 32)
            ), name


def _task(index: int) -> Task:
    return Task(index, CASE.convolution, CASE.x, CASE.expected)


def test_plan_round_trip(tmp_path: Path) -> None:
    dut = Dut(Path("a b"), "top", "some.adapter")
    settings = Settings(ArrayConfig(act_depth=77), dut, repeats=3)
    write_plan(tmp_path, [_task(4)], settings)
    (task,), read = read_plan(tmp_path)
    assert read == settings
    assert task.index == 4
    conv, again = CASE.convolution, task.conv
    assert (again.name, again.geometry) == (conv.name, conv.geometry)
    assert (again.x_zero_point, again.w_zero_point) == (conv.x_zero_point, conv.w_zero_point)
    for name in ("rule", "zero_point", "clamp_min", "clamp_max"):
        assert getattr(again.requantise, name) == getattr(conv.requantise, name)
    for found, expected in (
        (again.weights, conv.weights),
        (again.bias, conv.bias),
        (again.requantise.multiplier, conv.requantise.multiplier),
        (again.requantise.shift, conv.requantise.shift),
        (task.x, CASE.x),
        (task.expected, CASE.expected),
    ):
        assert found.dtype == expected.dtype and np.array_equal(found, expected)


def test_records_round_trip_without_a_torn_line(tmp_path: Path) -> None:
    records = [
        Record(0, outputs=5, mismatches=1, first=Mismatch((0, 1, 2, 3), -4, None), unknown=1),
        Record(1, error="the DUT did not finish"),
    ]
    assert read_records(tmp_path) == []
    for record in records:
        append_record(tmp_path, record)
    with (tmp_path / RECORDS_FILE).open("a") as file:
        file.write('{"index": 2, "outp')
    assert read_records(tmp_path) == records


def test_only_whole_records_are_believed() -> None:
    tasks = [_task(0), _task(1), _task(2), _task(3)]
    size = CASE.expected.size
    whole, short = Record(0, outputs=size), Record(1, outputs=size - 1)
    checked = check_records(tasks, [short, whole, Record(3, outputs=size), Record(3, outputs=size)])
    assert [record.index for record in checked] == [0, 1, 2, 3]
    assert [record.error for record in checked] == [
        None,
        f"{size - 1} outputs were compared, the layer has {size}",
        "no comparison was recorded",
        "2 comparisons were recorded, expected 1",
    ]


def test_no_tasks_is_no_success() -> None:
    with pytest.raises(SimulationFailed, match="nothing would be checked"):
        check_records([], [replace(Record(0), outputs=1)])
