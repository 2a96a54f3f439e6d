"""The command's options for the DUT: another team's RTL in the array's place, and its lanes."""

import argparse
from pathlib import Path
from typing import Protocol

from pymodel.array.config import ArrayConfig
from pymodel.datapath import Datapath
from pymodel.errors import InputError
from tb.dut import PAGE, Dut
from tb.sources import rtl_sources
from tb.verify.datapath_options import config_of, file_name


class DutOptions(Protocol):
    """The options that name a DUT; each is None where it is not given."""

    rtl: Path | None
    top: str | None
    adapter: str | None
    ic_lanes: int | None
    oc_lanes: int | None


NAMES = ("rtl", "top", "adapter", "ic_lanes", "oc_lanes")


def add_dut_options(parser: argparse.ArgumentParser) -> None:
    """Add NAMES to the parser."""
    group = parser.add_argument_group(
        "device under test", f"the project's array by default; {PAGE} explains how to connect RTL"
    )
    group.add_argument("--rtl", type=Path, help="folder with the DUT's Verilog")
    group.add_argument("--top", help="the DUT's module")
    group.add_argument("--adapter", help="dotted name of the Python module that drives the DUT")
    group.add_argument("--ic-lanes", type=int, help="lanes, if not the adapter's own (16)")
    group.add_argument(
        "--oc-lanes", type=int, help="output channels, if not the adapter's own (16)"
    )


def dut_of(options: DutOptions, datapath: Datapath | None = None) -> tuple[Dut, ArrayConfig]:
    """The DUT that the options name, and what layers are cut for: its own datapath, or `datapath`.

    Raises:
        InputError: there is no such Verilog or adapter, an option that belongs to another is
            missing, or the DUT has not such lanes or not this datapath.
    """
    if (options.top is None) != (options.adapter is None):
        given, missing = ("top", "adapter") if options.adapter is None else ("adapter", "top")
        raise InputError(
            f"--{given} needs --{missing} too: the adapter drives the module that --top names; "
            f"see {PAGE}"
        )
    if options.top is not None and options.rtl is None:
        raise InputError(
            f"--top {options.top} needs --rtl, the folder with its Verilog; see {PAGE}"
        )
    own = Dut()
    dut = Dut(
        rtl=own.rtl if options.rtl is None else options.rtl.resolve(),
        top=own.top if options.top is None else options.top,
        adapter=own.adapter if options.adapter is None else options.adapter,
    )
    rtl_sources(dut.top, dut.rtl)
    config = dut.config(options.ic_lanes, options.oc_lanes)
    if datapath is not None:
        config = config_of(datapath, dut, config, options.ic_lanes, options.oc_lanes)
    return dut, config


def dut_words(options: DutOptions) -> list[str]:
    """The given ones of NAMES, as they stand in a command."""
    words = []
    for name in NAMES:
        value = getattr(options, name)
        words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    return words


def run_name(name: str, sim: str, dut: Dut, datapath: Datapath | None = None) -> str:
    """The run's name: a DUT of another team does not overwrite the results of the array, nor does
    one datapath those of another."""
    words = [name, sim]
    words += [] if datapath is None else [file_name(datapath)]
    return "-".join(words if dut.own else [*words, dut.top])
