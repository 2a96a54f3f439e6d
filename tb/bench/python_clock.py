"""The array behind the bulk harness with its clock driven from Python: what the bulk path beats."""

from pathlib import Path

from cocotb.clock import Clock

from pymodel.array.config import ArrayConfig
from tb.array_adapter import ArrayAdapter
from tb.bulk import adapter, harness
from tb.bulk.adapter import HARNESS, config

__all__ = ["HARNESS", "config", "create", "parameters"]

CLOCK_NS = 10


def parameters(config: ArrayConfig) -> dict[str, int | str]:
    """Those of the bulk path, less the harness's own clock."""
    return harness.parameters(config, hdl_clock=False)


def create(dut: harness.Handle, config: ArrayConfig, folder: Path) -> ArrayAdapter:
    """The bulk path's adapter, and the clock."""
    Clock(dut.ext_clk, CLOCK_NS, unit="ns", impl="py").start()
    return adapter.create(dut, config, folder)
