"""Register addresses, bits and codes of the array, read from the RTL's own header.

`rtl/dla_defs.vh` is the only place that holds them: each line `localparam NAME = value;` becomes
one name here, so that a bench cannot drift from the RTL.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pymodel.errors import InputError

DEFINITIONS_FILE = Path(__file__).resolve().parent.parent / "rtl" / "dla_defs.vh"

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LOCALPARAM = re.compile(r"\blocalparam\b(?:\s+signed\b)?(?:\s*\[[^\]]*\])?\s*([^;]+);")
_ASSIGNMENT = re.compile(r"\s*(\w+)\s*=\s*(.+?)\s*", re.DOTALL)
_SIZED = re.compile(r"(\d+)?\s*'\s*[sS]?([bBoOdDhH])\s*([0-9a-fA-F_]+)")
_RADIX = {"b": 2, "o": 8, "d": 10, "h": 16}


def parse_literal(text: str) -> int:
    """Value of a Verilog integer literal such as `8'h1C`, `'d3` or `12`.

    Raises ValueError when `text` is anything else (an expression, a string, X or Z digits).
    """
    sized = _SIZED.fullmatch(text.strip())
    if sized:
        return int(sized.group(3).replace("_", ""), _RADIX[sized.group(2).lower()])
    return int(text.strip().replace("_", ""), 10)


@dataclass(frozen=True)
class Definitions:
    """Named constants of one Verilog header: `definitions["REG_ID"]` is an int."""

    source: str
    values: dict[str, int]

    def __getitem__(self, name: str) -> int:
        try:
            return self.values[name]
        except KeyError:
            raise InputError(
                f"{self.source}: no localparam named {name}; define it there"
            ) from None

    def name_of(self, prefix: str, value: int) -> str:
        """The name with this prefix and value, e.g. `ERR_ZERO_SIZE`, or the number itself."""
        for name, candidate in self.values.items():
            if name.startswith(prefix) and candidate == value:
                return name
        return str(value)


def parse_definitions(text: str, source: str) -> Definitions:
    """All integer localparams of a Verilog header given as text.

    Raises InputError naming `source` when a value isn't an integer literal or a name comes twice.
    """
    values: dict[str, int] = {}
    for declaration in _LOCALPARAM.findall(_COMMENT.sub("", text)):
        for item in declaration.split(","):
            assignment = _ASSIGNMENT.fullmatch(item)
            if assignment is None:
                raise InputError(f"{source}: expected NAME = value, found {item.strip()!r}")
            name, literal = assignment.groups()
            if name in values:
                raise InputError(f"{source}: localparam {name} is defined twice; keep one")
            try:
                values[name] = parse_literal(literal)
            except ValueError:
                raise InputError(
                    f"{source}: localparam {name} must be an integer literal, found {literal!r}"
                ) from None
    return Definitions(source, values)


@cache
def load_definitions(path: Path = DEFINITIONS_FILE) -> Definitions:
    """The constants of a header of the RTL. Raises InputError when the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror})") from error
    return parse_definitions(text, path.name)


def event_registers() -> list[int]:
    """Addresses of the counters of numeric events: stage by stage, kind by kind."""
    code = load_definitions()
    count = code["EVENT_STAGES"] * code["EVENT_KINDS"]
    return [code["REG_EVENTS"] + 4 * place for place in range(count)]


def halves(high: int, low: int) -> int:
    """A register that holds two 16-bit fields, {high, low}.

    Raises InputError when a field is outside 0..65535.
    """
    for field in (high, low):
        if not 0 <= field <= 0xFFFF:
            raise InputError(f"register field {field} does not fit 16 bits; tile the layer smaller")
    return high << 16 | low


def word(value: int) -> int:
    """A signed or unsigned register value as its 32-bit pattern."""
    return value & 0xFFFFFFFF
