"""Copies of the RTL with one line edited, so that a check of it has something to find."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tb.paths import RTL_DIR


@dataclass(frozen=True)
class Edit:
    """Replaces `old`, which stands once in the RTL's file `name`, by `new`."""

    name: str
    old: str
    new: str


_DONE = "done_q <= 1'b1;"
_LOW_BITS = "sum[ELEM_W-1:0];"
STUCK_OUTPUT = Edit("clamp.v", _LOW_BITS, "{sum[ELEM_W-1:1], 1'b1};")
UNKNOWN_OUTPUT = Edit("clamp.v", _LOW_BITS, "{sum[ELEM_W-1:1], 1'bx};")
NEVER_DONE = Edit("job_control.v", _DONE, "done_q <= 1'b0;")
NEVER_READY = Edit("stream_loader.v", "s_axis_tready = enable;", "s_axis_tready = 1'b0;")
NEVER_ANSWERS = Edit("axil_registers.v", "s_axil_bvalid  = bvalid_q;", "s_axil_bvalid  = 1'b0;")
FINISHES = Edit("job_control.v", _DONE, "$finish;")


def edited_rtl(edit: Edit, folder: Path, rtl: Path = RTL_DIR) -> Path:
    """A copy of the folder `rtl` in `folder`, with the edit made."""
    copy = folder / "rtl"
    shutil.copytree(rtl, copy)
    path = copy / edit.name
    text = path.read_text()
    assert text.count(edit.old) == 1, f"{edit.name} holds `{edit.old}` {text.count(edit.old)} times"
    path.write_text(text.replace(edit.old, edit.new))
    return copy
