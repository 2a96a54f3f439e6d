"""What tb/hdl/bulk_harness.v offers: its parameters, files, instructions and stop reasons."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cocotb.handle import LogicObject

from pymodel.array.config import ArrayConfig
from tb.array_parameters import array_parameters

TOPLEVEL, DUT = "bulk_harness", "dla_top"
HDL_DIR = Path(__file__).resolve().parent.parent / "hdl"
SOURCE = HDL_DIR / "bulk_harness.v"
VLT = HDL_DIR / "bulk_harness.vlt"

SIZES_FILE, PROGRAM_FILE, TAPE_FILE = "sizes.hex", "program.hex", "tape.hex"
OPERAND_FILE = "operand.hex"
CAPTURED_FILE, LOG_FILE, SUMMARY_FILE = "captured.hex", "log.hex", "summary.hex"

OP_END, OP_RESET, OP_WRITE, OP_READ, OP_STREAM, OP_WAIT = range(6)
OP_FEED, OP_OPERAND, OP_OPERAND_FEED = range(6, 9)
STOP_END, STOP_LIMIT, STOP_RESPONSE, STOP_CAPTURE, STOP_PROGRAM, STOP_OPERAND = range(6)
SUMMARY_WORDS = 5


@dataclass(frozen=True)
class Depths:
    """Words of the harness's memories; a program that needs more is split into batches."""

    program: int = 4096
    tape: int = 65536
    operand: int = 65536
    capture: int = 65536
    log: int = 4096


DEFAULT_DEPTHS = Depths()


class Handle(Protocol):
    """The harness as cocotb sees it: the only signals that Python touches."""

    ext_clk: LogicObject
    go: LogicObject
    done: LogicObject


def stream_bytes(config: ArrayConfig) -> int:
    """Bytes of the array's input stream: one activation or weight vector, or a 32-bit word."""
    return max(4, config.datapath.ic_lanes * config.datapath.storage_bits // 8)


def output_bytes(config: ArrayConfig) -> int:
    """Bytes of the array's output stream: one output vector."""
    return config.datapath.oc_lanes * config.datapath.storage_bits // 8


def parameters(
    config: ArrayConfig, depths: Depths = DEFAULT_DEPTHS, hdl_clock: bool = True
) -> dict[str, int | str]:
    """Parameters of the harness, the array's among them."""
    return {
        **array_parameters(config),
        "HDL_CLOCK": int(hdl_clock),
        "PROGRAM_DEPTH": depths.program,
        "TAPE_DEPTH": depths.tape,
        "OPERAND_DEPTH": depths.operand,
        "CAPTURE_DEPTH": depths.capture,
        "LOG_DEPTH": depths.log,
    }
