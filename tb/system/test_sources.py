"""Which Verilog files a top needs, in folders as other teams keep them."""

from pathlib import Path

import pytest

from pymodel.errors import InputError
from tb.paths import RTL_DIR
from tb.sources import header_folders, included_files, rtl_sources


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def _names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_only_what_the_top_needs() -> None:
    needed = ["operand_buffers.v", "buffer_ram.v", "stream_loader.v"]
    assert _names(rtl_sources("operand_buffers")) == needed
    assert "dla_top.v" not in _names(rtl_sources("dla_core"))


def test_folders_below_and_files_of_other_names(tmp_path: Path) -> None:
    rtl = _write(
        tmp_path,
        {
            "top/chip_r3.v": "module chip (input wire a);\n  mac u_mac (.a(a));\nendmodule\n",
            "lib/cells.sv": "module adder; endmodule\nmodule automatic mac (input a);\nendmodule\n",
            "lib/other.v": "// mac\nmodule other; endmodule\n",
        },
    )
    assert _names(rtl_sources("chip", rtl)) == ["chip_r3.v", "cells.sv"]


def test_packages_come_before_their_users(tmp_path: Path) -> None:
    rtl = _write(
        tmp_path,
        {
            "chip.sv": "module chip import types::*; (input word_t a);\nendmodule\n",
            "types.sv": "package types;\n  localparam W = widths::W;\nendpackage\n",
            "widths.sv": "package widths;\n  localparam W = 8;\nendpackage\n",
        },
    )
    assert _names(rtl_sources("chip", rtl)) == ["widths.sv", "types.sv", "chip.sv"]


def test_what_names_in_comments_refer_to_is_not_needed(tmp_path: Path) -> None:
    rtl = _write(
        tmp_path,
        {
            "chip.v": "// see mac\nmodule chip; /* mac */ endmodule\n// module ghost;\n",
            "mac.v": "module mac; endmodule\n",
        },
    )
    assert _names(rtl_sources("chip", rtl)) == ["chip.v"]
    with pytest.raises(InputError, match="none of its 2 Verilog files declares module ghost"):
        rtl_sources("ghost", rtl)


def test_module_in_two_files(tmp_path: Path) -> None:
    """Of a module that is needed; copies of others don't matter."""
    rtl = _write(
        tmp_path,
        {
            "chip.v": "module chip; mac u_mac (); endmodule\n",
            "mac.v": "`ifdef FAST\nmodule mac; endmodule\n`else\nmodule mac; endmodule\n`endif\n",
            "old/tb.v": "module tb; endmodule\n",
            "tb.v": "module tb; endmodule\n",
        },
    )
    assert _names(rtl_sources("chip", rtl)) == ["chip.v", "mac.v"]
    _write(rtl, {"old/mac.v": "module mac; endmodule\n"})
    with pytest.raises(InputError, match=r"mac\.v and old/mac\.v both declare mac"):
        rtl_sources("chip", rtl)


def test_no_verilog(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        rtl_sources("chip", tmp_path / "none")
    (tmp_path / "chip.vhd").write_text("entity chip is end;\n")
    with pytest.raises(InputError, match="it holds no Verilog file"):
        rtl_sources("chip", tmp_path)


def test_headers_in_folders_below(tmp_path: Path) -> None:
    rtl = _write(
        tmp_path,
        {
            "chip.v": '`include "defs.vh"\nmodule chip; endmodule\n',
            "include/defs.vh": '`include "more.svh"\n',
            "include/more.svh": "",
            "doc/readme.txt": "",
        },
    )
    assert header_folders(rtl) == [rtl, rtl / "include"]
    found = included_files(rtl_sources("chip", rtl), header_folders(rtl))
    assert _names(found) == ["defs.vh", "more.svh"]
    assert header_folders(RTL_DIR) == [RTL_DIR]
