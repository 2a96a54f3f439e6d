"""rtl/job_check.v against the register map's rules, in whole numbers of any size."""

from dataclasses import replace
from typing import Any, get_args

import cocotb
import numpy as np
import pytest
from cocotb.triggers import Timer

from pymodel.array.job import Job
from pymodel.formats.float_format import E4M3, FloatFormat
from pymodel.post_processing import Elementwise, ElementwiseOp, PostProcessing, Scaling
from tb.array_parameters import packed_float
from tb.image import register_writes
from tb.registers import load_definitions
from tb.unit.bench import random_generator, read, run_bench, write
from tb.unit.jobs import SMALL, random_job, vary
from tb.unit.rules import float_format_of

SIZES = (
    *("in_h", "in_w", "out_h", "out_w", "kernel_h", "kernel_w", "stride_h", "stride_w"),
    *("dilation_h", "dilation_w", "in_channels", "out_channels"),
)
BASES = ("act_start", "weight_base", "param_base")
NUMBERS = (*SIZES, *BASES, "act_base", "act_wrap")
FIELDS = (*NUMBERS, "load_psum", "keep_psum", "depthwise", "clamp_min", "clamp_max")
RANDOM_JOBS = 1500
ROUNDINGS = {
    "affine_int8": {0, 1, 2},
    "dynamic_fixed_point": {0, 1, 2, 3},
    "power_of_two": {0, 1, 2, 3},
    "minifloat": {0},
}
"""Codes of REG_MODE that are rules, by number format."""


ONE = vary(SMALL, {**dict.fromkeys(SIZES, 1), "act_wrap": 1, "clamp_min": 0, "clamp_max": 1})
"""One step, and a clamp that is legal in every format."""


def format_of(dut: Any) -> str:
    """Return the DUT's number format."""
    code = load_definitions()
    return next(n for n in ROUNDINGS if code[f"FORMAT_{n.upper()}"] == int(dut.FORMAT.value))


def place(code: int, dut: Any) -> int:
    """Return where a stored code stands in the order of its format; in floats -0 is below +0."""
    if format_of(dut) != "minifloat":
        return code
    fmt = float_format_of(int(dut.ELEM_FLOAT.value))
    assert fmt is not None
    negative, magnitude = divmod(code & (1 << fmt.width) - 1, 1 << fmt.width - 1)
    return -1 - magnitude if negative else magnitude


def expected_code(job: Job, rounding: int, dut: Any) -> str:
    """Return the name of the first rule that `job` breaks; ERR_NONE when it is legal."""
    ic_lanes, oc_lanes = int(dut.IC_LANES.value), int(dut.OC_LANES.value)
    groups, blocks = -(-job.in_channels // ic_lanes), -(-job.out_channels // oc_lanes)
    pixel_words = groups
    if job.depthwise:
        pixel_words = blocks = -(-job.out_channels // min(ic_lanes, oc_lanes))
        groups = 1
    pixels = job.in_h * job.in_w
    rules = {
        "ERR_ZERO_SIZE": all(getattr(job, name) > 0 for name in SIZES),
        "ERR_ACT_RANGE": pixels * pixel_words <= job.act_wrap
        and job.act_start + job.act_wrap <= int(dut.ACT_DEPTH.value)
        and job.act_base < job.act_wrap,
        "ERR_WEIGHT_RANGE": job.weight_base + blocks * groups * job.kernel_h * job.kernel_w
        <= int(dut.WEIGHT_DEPTH.value),
        "ERR_PARAM_RANGE": job.param_base + blocks <= int(dut.PARAM_DEPTH.value),
        "ERR_PSUM_RANGE": not (job.load_psum or job.keep_psum)
        or blocks * job.out_h * job.out_w <= int(dut.PSUM_DEPTH.value),
        "ERR_ROUNDING": rounding in ROUNDINGS[format_of(dut)],
        "ERR_CLAMP": place(job.clamp_min, dut) <= place(job.clamp_max, dut),
        "ERR_DEPTHWISE": not job.depthwise or job.in_channels == job.out_channels,
        "ERR_POST": post_is_legal(job, dut),
    }
    return next((name for name, kept in rules.items() if not kept), "ERR_NONE")


def post_is_legal(job: Job, dut: Any) -> bool:
    """Return whether the DUT has the post-processing of `job`, and its clamp is in order."""
    op, has_table = (
        (job.post.elementwise, job.post.table is not None) if job.post else (None, False)
    )
    if format_of(dut) != "affine_int8":
        return op is None and not has_table
    return op is None or op.clamp_min <= op.clamp_max


def post_word(job: Job) -> int:
    """Return the job's registers from REG_POST_MODE on, as the DUT's port holds them."""
    first, last = (load_definitions()[f"REG_POST_{name}"] for name in ("MODE", "CLAMP"))
    writes = [write for write in register_writes(job) if first <= write[0] <= last]
    return sum(value << 8 * (address - first) for address, value in writes)


async def check(dut: Any, job: Job, rounding: int = 0) -> str:
    """Compare the DUT's code for `job`, and return its name."""
    numbers = {name: getattr(job, name) for name in FIELDS}
    write(dut, {**numbers, "rounding": rounding, "post": post_word(job)})
    await Timer(1, unit="ns")
    got = load_definitions().name_of("ERR_", read(dut.code))
    expected = expected_code(job, rounding, dut)
    assert got == expected, f"expected {expected}, got {got} for {job}, rounding {rounding}"
    return got


@cocotb.test()
async def bench_limits(dut: Any) -> None:
    """Each limit is legal, and one past it is its own error; legal jobs come between."""
    depth = {name: int(getattr(dut, f"{name}_DEPTH").value) for name in ("ACT", "WEIGHT", "PSUM")}
    params = int(dut.PARAM_DEPTH.value)
    blocks = params * int(dut.OC_LANES.value)
    one = ONE
    wide = replace(one, in_w=depth["ACT"], act_wrap=depth["ACT"])
    psum = replace(one, out_w=depth["PSUM"], keep_psum=True)
    past = replace(psum, out_w=depth["PSUM"] + 1)
    cases = {
        "ERR_NONE": [
            *(one, wide, psum, replace(one, clamp_min=5, clamp_max=5)),
            *(replace(one, out_channels=blocks), replace(one, kernel_w=depth["WEIGHT"])),
            *(replace(past, keep_psum=False), replace(wide, act_base=depth["ACT"] - 1)),
            *(replace(one, act_start=depth["ACT"] - 1), replace(one, param_base=params - 1)),
            replace(one, weight_base=depth["WEIGHT"] - 1),
        ],
        "ERR_ZERO_SIZE": [vary(one, {name: 0}) for name in SIZES],
        "ERR_ACT_RANGE": [
            *(replace(one, act_wrap=0), replace(one, act_base=1), replace(wide, in_h=2)),
            *(replace(one, act_wrap=depth["ACT"] + 1), replace(wide, act_wrap=depth["ACT"] - 1)),
            *(replace(one, act_start=depth["ACT"]), replace(one, act_start=(1 << 32) - 1)),
            replace(wide, act_start=1),
        ],
        "ERR_WEIGHT_RANGE": [
            *(replace(one, kernel_w=depth["WEIGHT"] + 1), replace(one, weight_base=0xFFFF)),
            *(replace(one, weight_base=depth["WEIGHT"]), replace(one, kernel_w=2, weight_base=47)),
        ],
        "ERR_PARAM_RANGE": [
            *(replace(one, out_channels=blocks + 1), replace(one, param_base=params)),
            *(replace(one, out_channels=blocks, param_base=1), replace(one, param_base=0xFFFF)),
        ],
        "ERR_PSUM_RANGE": [past, replace(past, keep_psum=False, load_psum=True)],
        "ERR_CLAMP": [replace(one, clamp_min=1, clamp_max=0)],
        "ERR_DEPTHWISE": [
            replace(one, depthwise=True, out_channels=2, act_wrap=2),
            replace(one, depthwise=True, in_channels=2),
        ],
    }
    for name, jobs in cases.items():
        for job in jobs:
            assert await check(dut, job) == name
    for rounding in range(4):
        known = rounding in ROUNDINGS[format_of(dut)]
        assert await check(dut, one, rounding) == ("ERR_NONE" if known else "ERR_ROUNDING")


@cocotb.test()
async def bench_post_processing(dut: Any) -> None:
    """Every op, with and without a table, its clamp in order or not."""
    none, table = Scaling(zero_point=0), np.zeros(256, dtype=np.int8)
    seen = set()
    for op in (None, *get_args(ElementwiseOp)):
        for low, high in ((-128, 127), (-1, 0), (5, 5), (1, 0), (127, -128), (0, -1)):
            numbers = op and Elementwise(
                op=op, a=none, b=none, y=none, clamp_min=low, clamp_max=high
            )
            for each in (None, table):
                post = PostProcessing(table=each, elementwise=numbers)
                seen.add(await check(dut, replace(ONE, post=post)))
    assert seen == {"ERR_NONE", "ERR_POST"}


@cocotb.test()
async def bench_every_clamp(dut: Any) -> None:
    """Both ends at any code of 8 bits."""
    seen = set()
    for low in range(-128, 128):
        for high in {low, -128, -127, -1, 0, 1, 64, 127, *range(low - 2, low + 3)}:
            if -128 <= high < 128:
                seen.add(await check(dut, replace(ONE, clamp_min=low, clamp_max=high)))
    assert seen == {"ERR_NONE", "ERR_CLAMP"}


@cocotb.test()
async def bench_largest_fields(dut: Any) -> None:
    """Fields at and near their largest values don't wrap into a legal size."""
    random = random_generator()
    for _ in range(RANDOM_JOBS):
        sizes = random.choice([1, 2, 3, 256, 4096, 0x8000, 0xFFFF], len(SIZES))
        act_wrap = int(random.choice([1, 1 << 16, 1 << 31, (1 << 32) - 1]))
        changes = dict(zip(SIZES, map(int, sizes), strict=True)) | {"act_wrap": act_wrap}
        await check(dut, vary(SMALL, changes))


@cocotb.test()
async def bench_random_jobs(dut: Any) -> None:
    """Legal jobs with one or two fields replaced."""
    random = random_generator()
    lanes = int(dut.IC_LANES.value), int(dut.OC_LANES.value)
    seen = set()
    for _ in range(RANDOM_JOBS):
        job = random_job(random, *lanes)
        for name in random.choice(NUMBERS, 2, replace=False):
            job = vary(job, {str(name): int(random.integers(0, 40))})
        flags = random.random(2) < 0.5
        low, high = (int(code) for code in random.integers(-128, 128, 2))
        low, high = (low, high) if random.random() < 0.2 else sorted((low, high))
        job = replace(job, load_psum=bool(flags[0]), keep_psum=bool(flags[1]))
        job = replace(job, clamp_min=low, clamp_max=high)
        seen.add(await check(dut, job, int(random.integers(4))))
    assert {"ERR_NONE", "ERR_ZERO_SIZE", "ERR_ACT_RANGE", "ERR_CLAMP", "ERR_DEPTHWISE"} <= seen
    assert ("ERR_ROUNDING" in seen) == (len(ROUNDINGS[format_of(dut)]) < 4)
    assert np.any(["RANGE" in name and "ACT" not in name for name in seen])


@pytest.mark.slow_on("icarus")
@pytest.mark.parametrize(
    ("ic_lanes", "oc_lanes", "number_format", "element"),
    [
        (1, 1, "affine_int8", None),
        (4, 16, "dynamic_fixed_point", None),
        (16, 16, "affine_int8", None),
        (4, 4, "power_of_two", None),
        (4, 4, "minifloat", E4M3),
        (2, 2, "minifloat", FloatFormat(3, 2)),
    ],
)
def test_job_check(
    sim: str, ic_lanes: int, oc_lanes: int, number_format: str, element: FloatFormat | None
) -> None:
    depths = {"ACT_DEPTH": 96, "WEIGHT_DEPTH": 48, "PARAM_DEPTH": 4, "PSUM_DEPTH": 20}
    lanes = {"IC_LANES": ic_lanes, "OC_LANES": oc_lanes}
    code = load_definitions()[f"FORMAT_{number_format.upper()}"]
    path = {"FORMAT": code, "ELEM_FLOAT": packed_float(element)}
    run_bench("job_check", __name__, sim, {**lanes, **depths, **path})
