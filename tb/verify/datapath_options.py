"""The command's option for the datapath: a preset's name, or a JSON file."""

import re
from dataclasses import replace
from pathlib import Path

from pymodel.array.config import ArrayConfig
from pymodel.datapath import Datapath
from pymodel.datapath_json import load_datapath
from pymodel.errors import InputError
from pymodel.presets import PRESETS, preset
from tb.dut import Dut


def datapath_named(text: str) -> Datapath:
    """The preset `text`, or the datapath of the JSON file `text`.

    Raises:
        InputError: neither a preset nor a path of a JSON file, or what `load_datapath` refuses.
    """
    path = Path(text)
    if text not in PRESETS and (path.suffix == ".json" or path.exists()):
        return load_datapath(path)
    try:
        return preset(text)
    except InputError as error:
        raise InputError(f"{error}; a datapath of your own is a .json file") from error


def config_of(
    datapath: Datapath, dut: Dut, config: ArrayConfig, ic_lanes: int | None, oc_lanes: int | None
) -> ArrayConfig:
    """`config` around the datapath, with other lanes where they are given.

    Raises:
        InputError: the DUT has an adapter of its own, which says what its datapath is.
    """
    if dut.adapter != Dut().adapter:
        raise InputError(
            f"--datapath is of the project's array; {dut.top} has the one that config() of "
            f"{dut.adapter} gives"
        )
    path = datapath if ic_lanes is None else replace(datapath, ic_lanes=ic_lanes)
    path = path if oc_lanes is None else replace(path, oc_lanes=oc_lanes)
    return replace(config, datapath=path)


def file_name(datapath: Datapath) -> str:
    """The datapath's name as a part of a file's."""
    return re.sub(r"[^\w.-]", "_", datapath.name)
