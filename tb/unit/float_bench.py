"""What the float benches share: the formats, a fast drive, and the comparison of all outputs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import cocotb
from cocotb.triggers import Timer

from tb.paths import RTL_DIR
from tb.registers import parse_definitions
from tb.unit.exact_floats import ExactFormat

DEFINITIONS_FILE = RTL_DIR / "float_defs.vh"
CODES = parse_definitions(DEFINITIONS_FILE.read_text(), DEFINITIONS_FILE.name)
SPECIALS = {CODES[f"SPECIAL_{name.upper()}"]: name for name in ("ieee", "fn", "none")}
IEEE, FN, NONE = SPECIALS
SATURATE, INFINITE = (CODES[f"FLOAT_OVERFLOW_{name}"] for name in ("SATURATE", "IEEE"))

Parameters = dict[str, int]
FORMATS: dict[str, Parameters] = {
    "e4m3fn": {"E": 4, "M": 3, "SPECIAL": FN, "OVERFLOW": SATURATE},
    "e5m2": {"E": 5, "M": 2},
    "e5m2_flush": {"E": 5, "M": 2, "DENORMALS": 0, "OVERFLOW": SATURATE},
    "ristretto": {"E": 4, "M": 3, "SPECIAL": NONE, "DENORMALS": 0, "OVERFLOW": SATURATE},
    "e3m5": {"E": 3, "M": 5, "BIAS": 5},
    "float16": {"E": 5, "M": 10},
    "bfloat16": {"E": 8, "M": 7},
    "float32": {"E": 8, "M": 23},
    "float32_flush": {"E": 8, "M": 23, "DENORMALS": 0, "OVERFLOW": SATURATE},
}
"""Parameters of the modules that round; what is left out keeps the module's default."""


def format_of(dut: Any, suffix: str = "") -> ExactFormat:
    """Return the format that the DUT's parameters describe, those whose names end in `suffix`."""

    def parameter(name: str) -> int:
        return int(getattr(dut, name + suffix).value)

    return ExactFormat(
        exponent_bits=parameter("E"),
        mantissa_bits=parameter("M"),
        bias=parameter("BIAS"),
        special=SPECIALS[parameter("SPECIAL")],
        denormals=bool(parameter("DENORMALS")),
        saturate=hasattr(dut, "OVERFLOW") and int(dut.OVERFLOW.value) == SATURATE,
    )


def operand_parameters(name: str, suffix: str = "") -> Parameters:
    """Return the parameters of an operand's format, which has no OVERFLOW, with `suffix`."""
    return {f"{key}{suffix}": value for key, value in FORMATS[name].items() if key != "OVERFLOW"}


async def drive(
    dut: Any, inputs: Sequence[str], rows: Iterable[Sequence[int]], outputs: Sequence[str]
) -> list[tuple[int, ...]]:
    """Return the unsigned outputs of a combinational DUT for each row of inputs.

    Inputs that stay are not written again: the last column should be the one that varies most.
    """
    ports = [getattr(dut, name) for name in inputs]
    results = [getattr(dut, name) for name in outputs]
    before: list[int | None] = [None] * len(ports)
    settle = Timer(1, unit="ns")
    got = []
    for row in rows:
        for place, value in enumerate(row):
            if value != before[place]:
                ports[place].value = before[place] = value
        await settle
        got.append(tuple([int(handle.value) for handle in results]))
    return got


async def check(
    dut: Any,
    inputs: Sequence[str],
    rows: Sequence[Sequence[int]],
    output: str,
    expected: Callable[[int], tuple[int, int]],
) -> None:
    """Compare a code and its events with what `expected` gives for the number of each row."""
    got = await drive(dut, inputs, rows, (output, "events"))
    wanted = [expected(place) for place in range(len(rows))]
    expect_equal(inputs, rows, wanted, got)


def expect_equal(
    inputs: Sequence[str], rows: Sequence[Sequence[int]], wanted: Sequence[Any], got: Sequence[Any]
) -> None:
    """Fail unless all rows agree; show how many don't, and the first of them."""
    assert len(rows) == len(wanted) == len(got) > 0
    wrong = [place for place in range(len(rows)) if wanted[place] != got[place]]
    cocotb.log.info("%d rows compared, %d differ", len(rows), len(wrong))
    if wrong:
        shown = {name: hex(value) for name, value in zip(inputs, rows[wrong[0]], strict=True)}
        raise AssertionError(
            f"{len(wrong)} of {len(rows)} differ; first at {shown}: "
            f"expected {_hex(wanted[wrong[0]])}, got {_hex(got[wrong[0]])}"
        )


def _hex(result: Any) -> str:
    plain = isinstance(result, tuple) and all(isinstance(part, int) for part in result)
    return ", ".join(map(hex, result)) if plain else str(result)
