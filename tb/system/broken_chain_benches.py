"""cocotb benches of a chain that don't do what tb.bulk.chain does: each skips something."""

from dataclasses import replace
from pathlib import Path

import cocotb
from cocotb.handle import HierarchyObject

from tb.bulk.chain import run_chain
from tb.bulk.chain_plan import read_chain
from tb.bulk.plan import Record, append_record, read_plan


async def _records(dut: HierarchyObject, runs: slice = slice(None)) -> list[Record]:
    """What tb.bulk.chain would record of some of the runs."""
    _, settings = read_plan(Path.cwd())
    chain = read_chain(Path.cwd())
    adapter = settings.dut.module().create(dut, settings.config, Path.cwd())
    records: list[Record] = []
    for run in chain.runs[runs]:
        await run_chain(adapter, chain, run, settings, records.append)
    return records


def _write(*records: Record) -> None:
    for record in records:
        append_record(Path.cwd(), record)


@cocotb.test()
async def bench_runs_nothing(_: HierarchyObject) -> None:
    """Passes, and has looked at nothing."""


@cocotb.test()
async def bench_skips_the_last_run(dut: HierarchyObject) -> None:
    _write(*await _records(dut, slice(None, -1)))


@cocotb.test()
async def bench_skips_the_final_outputs(dut: HierarchyObject) -> None:
    chain = read_chain(Path.cwd())
    final = {run.first + len(chain.network.layers) for run in chain.runs}
    _write(*(record for record in await _records(dut) if record.index not in final))


@cocotb.test()
async def bench_skips_a_final_output(dut: HierarchyObject) -> None:
    records = await _records(dut)
    _write(*records[:-1], replace(records[-1], outputs=records[-1].outputs - 1))


@cocotb.test()
async def bench_compares_twice(dut: HierarchyObject) -> None:
    records = await _records(dut)
    _write(*records, records[0])
