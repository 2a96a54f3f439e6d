"""rtl/post_slot.v: the post-processing unit, and its handshake with two streams."""

from dataclasses import replace
from typing import Any, get_args

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from pymodel.affine.requantise import quantise_multiplier
from pymodel.post_processing import (
    Elementwise,
    ElementwiseOp,
    Int8Array,
    PostProcessing,
    Scaling,
    post_process,
)
from tb.image import post_registers
from tb.registers import load_definitions
from tb.unit.bench import cycle, pack, random_generator, read, run_bench, start_clock, write
from tb.unit.combinational import all_driven

OPS: tuple[ElementwiseOp, ...] = get_args(ElementwiseOp)
CODES = np.arange(-128, 128).astype(np.int8)
RATIOS = (1.0, 0.37, 2.0**-7, 0.999)
"""Of the second operand's scale to the first one's, in turn from spread to spread."""
THINNED = 150
"""Vectors of a bench that is exhaustive on Verilator, with many lanes."""
IDLE = {"table_we": 0, "s_valid": 1, "operand_valid": 1, "m_ready": 1, "post": 0}
STREAM = {"s_keep": "m_keep", "s_last": "m_last"}


def lanes_of(dut: Any) -> int:
    return len(dut.s_data) // int(dut.ELEM_W.value)


def spread(random: np.random.Generator, op: ElementwiseOp, place: int) -> Elementwise:
    """Return numbers as TFLite makes them of scales, zero points at the ends among them."""
    ends = (-128, 127, 0, -1)
    zero_points = [
        int(random.choice(ends)) if place % 2 else int(random.integers(-128, 128)) for _ in range(3)
    ]
    a_scale, b_scale = 0.05, 0.05 * RATIOS[place % len(RATIOS)]
    a, b, y = (Scaling(zero_point=zero_point) for zero_point in zero_points)
    if op == "multiply":
        q, shift = quantise_multiplier(a_scale * b_scale / float(random.uniform(5e-6, 0.02)))
    else:
        twice = 2 * max(a_scale, b_scale)
        (a_q, a_shift), (b_q, b_shift) = (
            quantise_multiplier(s / twice) for s in (a_scale, b_scale)
        )
        a = replace(a, multiplier=a_q, shift=a_shift)
        b = replace(b, multiplier=b_q, shift=b_shift)
        q, shift = quantise_multiplier(twice / (2.0**20 * float(random.uniform(0.01, 0.3))))
    y = replace(y, multiplier=q, shift=shift)
    low, high = sorted(int(code) for code in random.integers(-128, 128, 2))
    limits = {"clamp_min": low, "clamp_max": high} if place % 3 == 2 else {}
    return Elementwise(op=op, a=a, b=b, y=y, **limits)


def post_word(post: PostProcessing) -> int:
    """Return the registers of `post` as the DUT's port holds them."""
    first = load_definitions()["REG_POST_MODE"]
    writes = post_registers(post).items()
    return sum(value << 8 * (load_definitions()[name] - first) for name, value in writes)


async def load_table(dut: Any, table: Int8Array) -> None:
    await cycle(dut)  # up to a falling edge, whenever it is called
    for place, entries in enumerate(table.reshape(-1, 4)):
        await cycle(dut, {"table_we": 1, "table_waddr": place, "table_wdata": pack(entries, 8)})
    await cycle(dut, {"table_we": 0})


async def check(dut: Any, post: PostProcessing, a: Int8Array, b: Int8Array) -> None:
    """Compare all outputs for the pairs (a, b), a vector at a time."""
    lanes = lanes_of(dut)
    expected = post_process(a, post, b if post.elementwise else None)
    rows = np.arange(len(a)).reshape(-1, lanes)
    if len(rows) > THINNED and (lanes == 1 or not all_driven()):
        rows = random_generator().choice(rows, THINNED, replace=False)
    write(dut, {"post": post_word(post)})
    for row in rows:
        dut.s_data.value = int.from_bytes(a[row].tobytes(), "little")
        dut.operand_data.value = int.from_bytes(b[row].tobytes(), "little")
        await Timer(1, unit="ns")
        got = read(dut.m_data).to_bytes(lanes, "little")
        wanted = expected[row].tobytes()
        assert got == wanted, f"{post.elementwise}: a {a[row]}, b {b[row]}"


@cocotb.test()
@cocotb.parametrize(op=OPS)
async def bench_all_pairs(dut: Any, op: ElementwiseOp) -> None:
    """All 65,536 pairs of codes in a spread of scales and zero points, some with a clamp."""
    random = random_generator()
    a, b = (codes.reshape(-1) for codes in np.meshgrid(CODES, CODES, indexing="ij"))
    await start_clock(dut, IDLE)
    for place in range(6):
        await check(dut, PostProcessing(elementwise=spread(random, op, place)), a, b)


@cocotb.test()
async def bench_tables(dut: Any) -> None:
    """All 256 entries of random tables, which stand one behind the other and before an op."""
    random = random_generator()
    await start_clock(dut, IDLE)
    b = random.permutation(CODES)
    for place in range(4):
        table = random.integers(-128, 128, 256).astype(np.int8)
        await load_table(dut, table)
        await check(dut, PostProcessing(table=table), CODES, b)
        for op in OPS:
            post = PostProcessing(table=table, elementwise=spread(random, op, place))
            await check(dut, post, CODES, b)
        await check(dut, PostProcessing(), CODES, b)


@cocotb.test()
async def bench_handshake(dut: Any) -> None:
    """With an op both streams move together or not at all; without one the operand stays."""
    random = random_generator()
    await start_clock(dut, IDLE)
    op = PostProcessing(elementwise=spread(random, "add", 0))
    for post in (PostProcessing(), op):
        write(dut, {"post": post_word(post)})
        for _ in range(100):
            flags = {name: int(random.integers(2)) for name in ("s_valid", "operand_valid")}
            flags |= {"m_ready": int(random.integers(2))}
            marks = {name: int(random.integers(1 << len(getattr(dut, name)))) for name in STREAM}
            write(dut, flags | marks)
            await Timer(1, unit="ns")
            s, operand, m = flags.values()
            if post is op:
                found = (read(dut.m_valid), read(dut.s_ready), read(dut.operand_ready))
                assert found == (s & operand, m & operand, m & s)
            else:
                assert (read(dut.m_valid), read(dut.s_ready), read(dut.operand_ready)) == (s, m, 0)
            for source, sink in STREAM.items():
                assert read(getattr(dut, sink)) == marks[source], sink


@pytest.mark.slow_on("icarus")
@pytest.mark.parametrize("lanes", [1, 16])
def test_post_slot(sim: str, lanes: int) -> None:
    run_bench("post_slot", __name__, sim, {"LANES": lanes})
