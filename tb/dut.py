"""A DUT under test: where its Verilog lies, what its top is called, and the module that drives it.

The project's own array is described in the same way as another team's RTL (tb/CONNECT.md).
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

from pymodel.array.config import ArrayConfig
from pymodel.errors import InputError
from tb.adapter import Adapter
from tb.job import LayerJob
from tb.paths import PROJECT_ROOT, RTL_DIR
from tb.sources import header_folders, rtl_sources

PAGE = "tb/CONNECT.md"


@dataclass(frozen=True)
class Harness:
    """Verilog that stands around the DUT in a simulation, with a clock of its own for instance.

    toplevel: the harness's module. source: its file. dut: the module that it instantiates as the
    DUT. vlt: Verilator configuration that names the signals which Python touches.
    """

    toplevel: str
    source: Path
    dut: str
    vlt: Path


class AdapterModule(Protocol):
    """What an adapter module offers.

    It may have a `HARNESS: Harness` too, and `POST_PROCESSING = True` if its DUT carries out a
    job's post-processing.
    """

    def config(self) -> ArrayConfig:
        """Lanes and buffer depths that layers are cut for, unless the command asks for others."""

    def parameters(self, config: ArrayConfig) -> Mapping[str, int | str]:
        """The toplevel's parameters. InputError for a `config` that the DUT has not."""

    def create(self, dut: Any, config: ArrayConfig, folder: Path) -> Adapter[LayerJob]:
        """The adapter in a running simulation: `dut` is its toplevel, `folder` its own folder."""


_FUNCTIONS = ("config", "parameters", "create")


@dataclass(frozen=True)
class Dut:
    """rtl: folder of Verilog, searched through. top: the DUT's module. adapter: dotted module name.

    The default is the project's array, on the bulk path.
    """

    rtl: Path = RTL_DIR
    top: str = "dla_top"
    adapter: str = "tb.bulk.adapter"

    @property
    def own(self) -> bool:
        """Whether this is the project's array and nothing else."""
        return self == Dut()

    def module(self) -> AdapterModule:
        """The adapter module.

        Raises:
            InputError: it cannot be imported, lacks a function, or its harness is for another DUT.
        """
        try:
            module = importlib.import_module(self.adapter)
        except Exception as error:
            raise InputError(
                f"adapter {self.adapter}: cannot be imported ({_sentence(error)}); give the dotted "
                "name of a module on PYTHONPATH"
            ) from error
        for name in _FUNCTIONS:
            if not callable(getattr(module, name, None)):
                raise InputError(f"adapter {self.adapter}: it has no function {name}; see {PAGE}")
        harness = getattr(module, "HARNESS", None)
        if harness is not None and harness.dut != self.top:
            raise InputError(
                f"adapter {self.adapter}: its harness {harness.toplevel} instantiates "
                f"{harness.dut}, the DUT's top is {self.top}"
            )
        return cast(AdapterModule, module)

    def config(self, ic_lanes: int | None = None, oc_lanes: int | None = None) -> ArrayConfig:
        """The adapter's configuration, with other lanes where they are given.

        Raises:
            InputError: as `module` does, for lanes that are illegal or that the DUT has not, and
                for a module whose functions fail or give anything else than they should.
        """
        module = self.module()
        try:
            config = module.config()
            if not isinstance(config, ArrayConfig):
                raise TypeError(f"config() gives {type(config).__name__}, expected ArrayConfig")
            path = config.datapath
            path = path if ic_lanes is None else replace(path, ic_lanes=ic_lanes)
            path = path if oc_lanes is None else replace(path, oc_lanes=oc_lanes)
            config = replace(config, datapath=path)
            module.parameters(config)
        except InputError:
            raise
        except Exception as error:
            raise InputError(f"adapter {self.adapter}: {_sentence(error)}; see {PAGE}") from error
        return config

    def harness(self) -> Harness | None:
        """The harness around the DUT, if its adapter needs one."""
        harness: Harness | None = getattr(self.module(), "HARNESS", None)
        return harness

    @property
    def post_processing(self) -> bool:
        """Whether the DUT carries out a job's post-processing: its adapter module says so."""
        return getattr(self.module(), "POST_PROCESSING", False) is True

    def sources(self) -> list[Path]:
        """Verilog files of the simulation. InputError when the DUT's top is not in its folder."""
        harness = self.harness()
        return [*([harness.source] if harness else []), *rtl_sources(self.top, self.rtl)]

    def includes(self) -> list[Path]:
        """Folders in which the Verilog's include files lie."""
        return header_folders(self.rtl)

    def describe(self) -> dict[str, str]:
        """The DUT as a report names it; paths inside the project are relative to it."""
        rtl = self.rtl.resolve()
        inside = rtl.is_relative_to(PROJECT_ROOT)
        return {
            "top": self.top,
            "rtl": (rtl.relative_to(PROJECT_ROOT) if inside else rtl).as_posix(),
            "adapter": self.adapter,
        }


def _sentence(error: Exception) -> str:
    """Type and message of an error on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())
