"""What the float benches share: formats, operands with corners, exact-value buses, the comparison."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import Timer

from tb.paths import RTL_DIR
from tb.registers import parse_definitions
from tb.unit.exact_floats import NAN, ExactFormat, Real

DEFINITIONS_FILE = RTL_DIR / "float_defs.vh"
CODES = parse_definitions(DEFINITIONS_FILE.read_text(), DEFINITIONS_FILE.name)
EXPONENT_BITS = CODES["EXPONENT_W"]
SPECIALS = {CODES[f"SPECIAL_{name.upper()}"]: name for name in ("ieee", "fn", "none")}
IEEE, FN, NONE = SPECIALS
SATURATE, INFINITE = CODES["OVERFLOW_SATURATE"], CODES["OVERFLOW_IEEE"]

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


def exhaustive(dut: Any, fmt: ExactFormat) -> bool:
    """Whether all pairs of codes are driven: 8 bits, on the simulator that is fast enough."""
    return fmt.bits <= 8 and "icarus" not in cocotb.SIM_NAME.lower()


def corner_codes(fmt: ExactFormat) -> list[int]:
    """Return codes of either sign at which the format's meaning changes, and ones beside 1."""
    one = fmt.bias << fmt.mantissa_bits
    normal = 1 << fmt.mantissa_bits
    near = (0, 1, 2, normal - 1, normal, normal + 1, one - 1, one, one + 1, fmt.largest_code - 1)
    special = (fmt.largest_code, fmt.infinity_code, fmt.nan_code, fmt.sign_code - 1)
    codes = {code for code in near + special if code < fmt.sign_code}
    return sorted(codes | {code | fmt.sign_code for code in codes})


def code_pairs(dut: Any, a: ExactFormat, b: ExactFormat, count: int) -> list[tuple[int, int]]:
    """Return all pairs of 8-bit codes where that is quick, else the corners' and `count` drawn ones.

    Of the drawn ones a third are of one format's near codes and opposite signs, so that they
    cancel, and a third are up to M + 3 powers of two apart, so that they tie.
    """
    if exhaustive(dut, a) and exhaustive(dut, b):
        return list(product(range(1 << a.bits), range(1 << b.bits)))
    random = np.random.default_rng(cocotb.RANDOM_SEED)
    pinned = list(product(corner_codes(a), corner_codes(b)))
    first = random.integers(0, 1 << a.bits, count)
    second = random.integers(0, 1 << b.bits, count)
    near = first ^ random.integers(0, 1 << 3, count) ^ a.sign_code
    apart = random.integers(0, a.mantissa_bits + 4, count) << a.mantissa_bits
    few_bits = random.integers(0, 4, count) << a.mantissa_bits >> 2
    below = (first >> a.mantissa_bits << a.mantissa_bits) - apart + few_bits
    kind = random.integers(0, 3, count)
    related = np.where(kind == 0, near, below) % (1 << a.bits)
    second = np.where((kind == 2) | (a.bits != b.bits), second, related)
    return pinned + list(zip(first.tolist(), second.tolist(), strict=True))


def pack_exact(value: Real, significand: int, exponent: int, bits: int) -> int:
    """Return the bus of an exact value, whose number is significand * 2^exponent."""
    flags = (value == NAN) << 2 | value.infinite << 1 | value.negative
    bus = flags << EXPONENT_BITS | exponent & (1 << EXPONENT_BITS) - 1
    return bus << bits | significand


def unpack_exact(bus: int, bits: int) -> tuple[Real, int]:
    """Return the value on a bus with a significand of `bits`, and its exponent."""
    significand, flags = bus & (1 << bits) - 1, bus >> bits + EXPONENT_BITS
    field = bus >> bits & (1 << EXPONENT_BITS) - 1
    exponent = field - (field >> EXPONENT_BITS - 1 << EXPONENT_BITS)
    negative = bool(flags & 1)
    if flags & 4:
        return NAN, exponent
    if flags & 2:
        return Real(negative, None, True), exponent
    return Real(negative, significand * Fraction(2) ** exponent), exponent


def draw_exact(
    fmt: ExactFormat, bits: int, count: int, random: np.random.Generator
) -> list[tuple[Real, int]]:
    """Return exact values with their buses: every special one, and `count` numbers about a format.

    Significands have `bits`, a quarter of them zeros on top and half of them zeros or ones below;
    the values reach past the format's range at both ends.
    """
    drawn = [_special(kind, bits) for kind in (NAN, *(Real(sign, None, True) for sign in (0, 1)))]
    drawn += [_number(sign, 0, exponent, bits) for sign in (0, 1) for exponent in (-99, 0, 99)]
    low = 1 - fmt.bias - fmt.mantissa_bits - 4
    high = (1 << fmt.exponent_bits) - fmt.bias + 2
    for _ in range(count):
        significand = int(random.integers(0, 1 << min(bits, 62))) << max(0, bits - 62)
        length = int(random.integers(1, bits + 1))
        pattern = random.integers(0, 4)
        if pattern == 0:
            significand >>= bits - length
        elif pattern == 1:
            significand = significand >> length << length
        elif pattern == 2:
            significand |= (1 << length) - 1
        top = int(random.integers(low, high))
        exponent = top - bits + 1
        drawn.append(_number(bool(random.integers(0, 2)), significand, exponent, bits))
    return drawn


def _special(value: Real, bits: int) -> tuple[Real, int]:
    return value, pack_exact(value, 1, 0, bits)


def _number(negative: bool, significand: int, exponent: int, bits: int) -> tuple[Real, int]:
    value = Real(bool(negative), significand * Fraction(2) ** exponent)
    return value, pack_exact(value, significand, exponent, bits)


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
    """Compare a code and its events with those that `expected` gives for each row, by its number."""
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
