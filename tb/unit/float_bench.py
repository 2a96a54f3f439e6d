"""What the float benches share: the formats, and how a DUT's parameters describe them."""

from typing import Any

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


def packed(name: str) -> int:
    """Return a format as the one number that ELEM_FLOAT and ACC_FLOAT hold."""
    fields = {"BIAS": (1 << FORMATS[name]["E"] - 1) - 1, "SPECIAL": IEEE, "DENORMALS": 1}
    fields |= {"OVERFLOW": INFINITE} | FORMATS[name]
    return sum(value << CODES[f"FLOAT_{field}"] for field, value in fields.items())


def exact_format(name: str) -> ExactFormat:
    """Return the format of this name."""
    given = FORMATS[name]
    return ExactFormat(
        exponent_bits=given["E"],
        mantissa_bits=given["M"],
        bias=given.get("BIAS", (1 << given["E"] - 1) - 1),
        special=SPECIALS[given.get("SPECIAL", IEEE)],
        denormals=bool(given.get("DENORMALS", 1)),
        saturate=given.get("OVERFLOW", INFINITE) == SATURATE,
    )


def format_named(dut: Any, parameter: str) -> ExactFormat:
    """Return the format that the DUT has packed in `parameter`."""
    value = int(getattr(dut, parameter).value)
    return next(exact_format(name) for name in FORMATS if packed(name) == value)
