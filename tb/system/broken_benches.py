"""cocotb benches of the bulk path that don't do what tb.bulk.bench does: each skips something."""

import os
from dataclasses import replace
from pathlib import Path

import cocotb
from cocotb.handle import HierarchyObject

from tb.bulk.bench import run_task
from tb.bulk.plan import Record, append_record, read_plan


async def _records(dut: HierarchyObject) -> list[Record]:
    """What tb.bulk.bench would record of the whole plan."""
    tasks, settings = read_plan(Path.cwd())
    adapter = settings.dut.module().create(dut, settings.config, Path.cwd())
    return [await run_task(adapter, task, settings) for task in tasks]


def _write(*records: Record) -> None:
    for record in records:
        append_record(Path.cwd(), record)


@cocotb.test()
async def bench_runs_nothing(_: HierarchyObject) -> None:
    """Passes, and has looked at nothing."""


@cocotb.test()
async def bench_skips_the_last_task(dut: HierarchyObject) -> None:
    _write(*(await _records(dut))[:-1])


@cocotb.test()
async def bench_skips_an_output(dut: HierarchyObject) -> None:
    _write(*(replace(each, outputs=each.outputs - 1) for each in await _records(dut)))


@cocotb.test()
async def bench_compares_twice(dut: HierarchyObject) -> None:
    records = await _records(dut)
    _write(*records, *records)


@cocotb.test()
async def bench_ends_before_the_last_task(dut: HierarchyObject) -> None:
    """The simulator is gone without an error."""
    _write(*(await _records(dut))[:-1])
    os._exit(0)


@cocotb.test()
async def bench_ends_after_the_last_task(dut: HierarchyObject) -> None:
    """All is compared, but nobody says that the test passed."""
    _write(*await _records(dut))
    os._exit(0)


@cocotb.test()
async def bench_fails_after_the_last_task(dut: HierarchyObject) -> None:
    _write(*await _records(dut))
    raise AssertionError("the bench itself went wrong")
