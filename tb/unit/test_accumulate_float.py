"""rtl/accumulate_float.v behind accumulate.v and tree_node.v, against exact rationals."""

from typing import Any

import cocotb
import pytest

from tb.registers import load_definitions
from tb.unit.bench import random_generator, run_bench
from tb.unit.combinational import check
from tb.unit.exact_floats import add, decode, encode
from tb.unit.float_bench import exact_format, format_named, packed
from tb.unit.float_operands import code_pairs, corner_codes, draw_exact

pytestmark = pytest.mark.slow

DRAWS = 2000
FORMATS = ("float32", "float32_flush", "float16", "bfloat16", "e5m2")


@cocotb.test()
async def bench_sums(dut: Any) -> None:
    """Codes and their sum, or a code and an exact product, with the events of the one rounding."""
    fmt = format_named(dut, "ACC_FLOAT")
    ports = ("acc", "addend") if hasattr(dut, "acc") else ("a", "b")
    if hasattr(dut, "EXACT_ADDEND") and int(dut.EXACT_ADDEND.value):
        random, bits = random_generator(), len(dut.addend) - 15
        drawn = draw_exact(fmt, bits, DRAWS, random)
        accs = random.integers(0, 1 << fmt.bits, len(drawn)).tolist()
        pairs = list(zip(accs, drawn, strict=True))
        pairs += [(acc, value) for acc in corner_codes(fmt) for value in drawn[:30]]
        addends = [value for _, (value, _) in pairs]
        rows = [(acc, bus) for acc, (_, bus) in pairs]
    else:
        rows = code_pairs(fmt, fmt, DRAWS)
        addends = [decode(code, fmt) for _, code in rows]

    def expected(row: int) -> tuple[int, int]:
        return encode(add(decode(rows[row][0], fmt), addends[row]), fmt)

    await check(dut, ports, rows, "sum", expected)


def parameters(name: str) -> dict[str, int]:
    return {"FORMAT": load_definitions()["FORMAT_MINIFLOAT"], "ACC_FLOAT": packed(name)}


@pytest.mark.parametrize("name", FORMATS)
def test_accumulate_float(sim: str, name: str) -> None:
    bits = exact_format(name).bits
    run_bench("accumulate", __name__, sim, parameters(name) | {"IN_W": bits, "ACC_W": bits})


@pytest.mark.parametrize("significand", [8, 48])
@pytest.mark.parametrize("name", FORMATS)
def test_accumulate_exact_products(sim: str, name: str, significand: int) -> None:
    widths = {"IN_W": significand + 15, "ACC_W": exact_format(name).bits, "EXACT_ADDEND": 1}
    run_bench("accumulate", __name__, sim, parameters(name) | widths)


@pytest.mark.parametrize("name", FORMATS)
def test_tree_node_of_floats(sim: str, name: str) -> None:
    run_bench("tree_node", __name__, sim, parameters(name) | {"W": exact_format(name).bits})
