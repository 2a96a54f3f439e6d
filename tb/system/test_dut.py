"""The description of a DUT: what an adapter module must offer, and what is said if it doesn't."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pymodel.errors import InputError
from tb.bulk import adapter as bulk
from tb.dut import Dut
from tb.paths import PROJECT_ROOT, RTL_DIR
from tb.serial_mac import adapter as serial

SOUND = """
from pymodel.array.config import ArrayConfig
from tb.serial_mac.adapter import config, create, parameters
"""
Write = Callable[[str, str], Dut]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes an adapter module outside the project, and its DUT."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name: str, text: str) -> Dut:
        (tmp_path / f"{name}.py").write_text(text)
        return Dut(tmp_path, "engine", name)

    return write


def test_the_array_is_described_like_any_other() -> None:
    dut = Dut()
    assert dut.own and not Dut(top="dla_core").own
    assert dut.module() is bulk and dut.config() == bulk.config()
    harness = dut.harness()
    assert harness is not None and (harness.toplevel, harness.dut) == ("bulk_harness", "dla_top")
    assert dut.sources()[:2] == [harness.source, RTL_DIR / "dla_top.v"]
    assert dut.describe() == {"top": "dla_top", "rtl": "rtl", "adapter": "tb.bulk.adapter"}


def test_a_dut_without_a_harness(tmp_path: Path) -> None:
    folder = PROJECT_ROOT / "tb" / "hdl" / "serial_mac"
    dut = Dut(folder, "serial_mac", "tb.serial_mac.adapter")
    assert not dut.own and dut.module() is serial and dut.harness() is None
    assert {path.parent for path in dut.sources()} == {folder}
    assert dut.describe()["rtl"] == "tb/hdl/serial_mac"
    assert Dut(tmp_path).describe()["rtl"] == tmp_path.as_posix()


def test_other_lanes() -> None:
    path = Dut().config(ic_lanes=4).datapath
    assert (path.ic_lanes, path.oc_lanes) == (4, 16)
    assert Dut().config(oc_lanes=2).datapath.oc_lanes == 2
    with pytest.raises(InputError, match="ic_lanes must be a power of two from 1 to 32, found 0"):
        Dut().config(ic_lanes=0)
    with pytest.raises(InputError, match="serial_mac has 1 x 1 lanes, found 1 x 4"):
        Dut(adapter="tb.serial_mac.adapter", top="serial_mac").config(oc_lanes=4)


def test_module_outside_the_project(write: Write) -> None:
    assert write("sound_adapter", SOUND).config() == serial.config()


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("broken_syntax", "def config(:\n", r"cannot be imported \(SyntaxError: .*"),
        ("broken_import", "import no_such_module\n", "No module named 'no_such_module'"),
        ("raises", "raise RuntimeError('a\\nb')\n", r"\(RuntimeError: a b\)"),
        ("lacks_create", "from tb.serial_mac.adapter import config, parameters\n",
         "it has no function create; see tb/CONNECT.md"),
        ("names_no_function", SOUND + "parameters = {}\n", "it has no function parameters"),
        ("other_config", SOUND + "def config():\n    return {'ic_lanes': 4}\n",
         r"config\(\) gives dict, expected ArrayConfig"),
        ("other_signature", SOUND + "def parameters():\n    return {}\n", "TypeError: parameters"),
        ("bad_depth", SOUND + "def config():\n    return ArrayConfig(act_depth=0)\n",
         "act_depth must lie from 1 to 65536 words, found 0"),
    ],
)  # fmt: skip
def test_unusable_module(write: Write, name: str, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        write(name, text).config()
    assert "\n" not in str(caught.value)


def test_no_such_module() -> None:
    with pytest.raises(InputError, match=r"adapter no\.such: cannot be imported \(ModuleNotFound"):
        Dut(adapter="no.such").module()


def test_harness_of_another_dut() -> None:
    with pytest.raises(InputError, match="bulk_harness instantiates dla_top, the DUT's top is mac"):
        Dut(top="mac").module()
