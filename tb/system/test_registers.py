"""The register map's reader against Verilog of every kind that it takes and refuses."""

import pytest

from pymodel.errors import InputError
from tb.registers import halves, load_definitions, parse_definitions, parse_literal, word


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("8'h1C", 28), ("32'h444C_4131", 0x444C4131), ("4'b1010", 10), ("'d3", 3),
     ("2'o3", 3), ("1_000", 1000)],
)  # fmt: skip
def test_literals(text: str, value: int) -> None:
    assert parse_literal(text) == value


@pytest.mark.parametrize("text", ["8'hx0", "A + 1", '"DLA1"', ""])
def test_no_literals(text: str) -> None:
    with pytest.raises(ValueError):
        parse_literal(text)


def test_comments_ranges_and_lists() -> None:
    text = """
        // localparam COMMENTED = 1;
        localparam ONE = 1; /* localparam ALSO = 2; */
        localparam [7:0] TWO = 8'h02, THREE = 8'h03;
    """
    assert parse_definitions(text, "x.vh").values == {"ONE": 1, "TWO": 2, "THREE": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("localparam A = B + 1;", "x.vh: localparam A must be an integer literal, found 'B \\+ 1'"),
        ("localparam A = 1; localparam A = 2;", "x.vh: localparam A is defined twice"),
        ("localparam A;", "x.vh: expected NAME = value, found 'A'"),
    ],
)
def test_refused_headers(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_definitions(text, "x.vh")


def test_the_rtl_header() -> None:
    definitions = load_definitions()
    assert definitions["REG_ID"] == 0 and definitions["ID_VALUE"] == int.from_bytes(b"DLA1")
    registers = [v for name, v in definitions.values.items() if name.startswith("REG_")]
    assert len(set(registers)) == len(registers) and all(v % 4 == 0 for v in registers)
    assert definitions.name_of("ERR_", definitions["ERR_CLAMP"]) == "ERR_CLAMP"
    assert definitions.name_of("ERR_", 255) == "255"
    with pytest.raises(InputError, match="no localparam named REG_IDS"):
        definitions["REG_IDS"]


def test_fields() -> None:
    assert halves(0x1234, 0xFFFF) == 0x1234FFFF
    assert word(-1) == 0xFFFFFFFF and word(5) == 5
    for high, low in ((65536, 0), (0, -1)):
        with pytest.raises(InputError, match="does not fit 16 bits"):
            halves(high, low)
