"""The Makefile and its set-up scripts: what is missing or misspelt is one sentence and status 2."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tb.paths import PROJECT_ROOT

SETUP = PROJECT_ROOT / "tb" / "setup"
SHELL_TOOLS = ("sh", "dirname", "id", "rm", "cat", "perl", "make", "env")


def run(*command: str | Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in the project's root, outside of any surrounding make."""
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    environment |= {"PATH": path} if path is not None else {}
    return subprocess.run(
        [str(word) for word in command],
        cwd=PROJECT_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """Return a PATH with a shell's tools, but no Python, compiler, simulator, apt-get or sudo."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in SHELL_TOOLS:
        found = shutil.which(tool)
        assert found is not None, tool
        (folder / tool).symlink_to(found)
    return str(folder)


def fake_python(path: str, script: str) -> None:
    python = Path(path) / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def assert_one_sentence(done: subprocess.CompletedProcess[str], pattern: str) -> None:
    """Check for status 2, nothing on the output, and one line of error."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert re.fullmatch(rf"set-up: [^\n]*{pattern}[^\n]*\n", done.stderr), done.stderr


def test_help_lists_only_what_works() -> None:
    listed = re.findall(r"^make ([\w-]+) ", run("make", "help").stdout, re.MULTILINE)
    assert {"verify", "test", "golden", "check-golden", "lint", "clean", "help"} <= set(listed)
    for target in listed:
        done = run("make", "--dry-run", target)
        assert done.returncode == 0, done.stderr
        for module in re.findall(r"-m ((?:tb|golden)[\w.]*)", done.stdout):
            place = PROJECT_ROOT / module.replace(".", "/")
            assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), module


def test_misspelt_variable() -> None:
    done = run("make", "MODLE=a.tflite")
    assert done.returncode == 2
    assert "unknown variable MODLE; known are" in done.stderr


def test_options_with_values_are_no_variables() -> None:
    done = run("make", "--dry-run", "test", "ARGS=-k 'not slow' --durations=4 --maxfail=1")
    assert done.returncode == 0, done.stderr
    assert "--durations=4 --maxfail=1" in done.stdout


def test_values_reach_the_command() -> None:
    given = ["MODEL=a b.tflite", "INPUT=x.npy", "SIM=icarus", "JOBS=2", "PARTIAL=1", "SEED=7"]
    given += ["DATAPATH=my path.json"]
    line = run("make", "--dry-run", "verify", *given).stdout
    wanted = ["--model 'a b.tflite'", "--input 'x.npy'", "--sim 'icarus'", "--jobs '2'"]
    for option in [*wanted, "--partial", "--seed '7'", "--datapath 'my path.json'"]:
        assert option in line
    dut = ["RTL=my rtl", "TOP=chip", "ADAPTER=my.adapter"]
    line = run("make", "--dry-run", "verify", *dut).stdout
    assert "--rtl 'my rtl' --top 'chip' --adapter 'my.adapter'" in line
    assert "--partial" not in run("make", "--dry-run", "verify", "PARTIAL=0").stdout
    chained = run("make", "--dry-run", "verify", "CHAIN=1", "RUNS=20", "NUMERICS=xnnpack", "FOLD=0")
    for option in ("--chain", "--runs '20'", "--numerics 'xnnpack'", "--no-fold"):
        assert option in chained.stdout
    plain = run("make", "--dry-run", "verify", "CHAIN=0", "FOLD=1").stdout
    assert "--chain" not in plain and "--no-fold" not in plain


def test_values_reach_quantisation() -> None:
    given = ["MODEL=a b.tflite", "DATA=x y.npy", "SCHEME=percentile:99.9", "DATAPATH=dfp8"]
    line = run("make", "--dry-run", "quantize", *given, "OUT=my net", "ARGS=--analysed 5").stdout
    wanted = ["--model 'a b.tflite'", "--data 'x y.npy'", "--scheme 'percentile:99.9'"]
    for option in [*wanted, "--datapath 'dfp8'", "--out 'my net'", "--analysed 5"]:
        assert option in line


def test_values_reach_the_wavenet() -> None:
    given = ["SIM=icarus", "JOBS=2", "SAMPLES=4000", "SEED=7", "REPLAY=0", "ARGS=--streams 8"]
    line = run("make", "--dry-run", "wavenet", *given).stdout
    wanted = ["--sim 'icarus'", "--jobs '2'", "--samples '4000'", "--seed '7'", "--replay '0'"]
    for option in [*wanted, "--streams 8"]:
        assert option in line


def test_no_python(bare_path: str, tmp_path: Path) -> None:
    done = run(SETUP / "venv.sh", tmp_path / "venv", path=bare_path)
    assert_one_sentence(done, "python3 is not on PATH; install Python 3.11 or later")


def test_old_python(bare_path: str, tmp_path: Path) -> None:
    fake_python(bare_path, 'case "$2" in *print*) echo 3.9;; *) exit 1;; esac')
    done = run(SETUP / "venv.sh", tmp_path / "venv", path=bare_path)
    assert_one_sentence(done, "version 3.9; 3.11 or later is needed")


def test_python_without_venv(bare_path: str, tmp_path: Path) -> None:
    fake_python(bare_path, 'case "$2" in *print*) echo 3.12;; *ensurepip*) exit 1;; esac')
    done = run(SETUP / "venv.sh", tmp_path / "venv", path=bare_path)
    assert_one_sentence(done, "install the package python3.12-venv")


def test_python_that_tensorflow_has_no_wheel_for(bare_path: str) -> None:
    fake_python(bare_path, 'case "$2" in *exit*) exit 1;; *) echo 3.13;; esac')
    done = run(SETUP / "tensorflow.sh", path=bare_path)
    assert_one_sentence(done, r"no wheel for Python 3\.13; 3\.11 or 3\.12")


def test_no_compiler(bare_path: str, tmp_path: Path) -> None:
    done = run(SETUP / "simulation.sh", tmp_path / "venv", path=bare_path)
    assert_one_sentence(done, r"c\+\+ is not on PATH; Verilator needs perl, make and g\+\+")


def test_no_icarus_and_no_apt(bare_path: str) -> None:
    done = run(SETUP / "icarus.sh", path=bare_path)
    assert_one_sentence(done, "Icarus Verilog is not on PATH; install the package iverilog")


def test_failing_installation_shows_its_output(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho no route to host\nexit 1\n")
    python.chmod(0o755)
    done = run(SETUP / "packages.sh", tmp_path, "requirements.txt")
    assert done.returncode == 2
    assert done.stdout == "set-up: installing the packages of requirements.txt\n"
    assert "no route to host" in done.stderr


def test_requirements_are_pinned() -> None:
    files = [PROJECT_ROOT / "requirements.txt", *(PROJECT_ROOT / "requirements").glob("*.txt")]
    assert len(files) == 5
    for path in files:
        lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
        assert lines and all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines), path


def test_switch_that_is_neither_on_nor_off() -> None:
    done = run("make", "CHAIN=yes")
    assert done.returncode == 2
    assert "CHAIN=yes: each of CHAIN FOLD PARTIAL KEEP is 0 or 1" in done.stderr
