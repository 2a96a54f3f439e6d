"""LiteRT in a process of its own: the same tensors, and a sentence where it crashes or hangs."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from golden import litert
from golden.litert_process import LitertProcess
from golden.tflite.importer import load_tflite
from golden.tflite.op_writer import Operand, write_op
from pymodel.errors import InputError
from tb.model.host_op import constant
from tb.model.networks import DEMO
from tb.verify.__main__ import main as verify

X = Operand("x", (2, 6), "int8", 0.5)
CODES = np.zeros((2, 6), dtype=np.int8)


def test_same_tensors_as_in_this_process() -> None:
    network = load_tflite(DEMO)
    x = np.random.default_rng(1).integers(-128, 128, network.tensors[network.inputs[0]].shape)
    codes = [x.astype(np.int8)]
    with LitertProcess() as oracle:
        for kernel in litert.RESOLVERS:
            here, there = litert.run(DEMO, codes, kernel), oracle.run(DEMO, codes, kernel)
            assert here.keys() == there.keys()
            for index, expected in here.items():
                np.testing.assert_array_equal(there[index], expected)


def test_what_litert_refuses_is_said_as_in_this_process() -> None:
    content = write_op("TRANSPOSE", [X, constant("perm", [5, 0])], [replace(X, name="y")])
    with pytest.raises(InputError) as here:
        litert.run(content, [CODES], "reference")
    with LitertProcess() as oracle, pytest.raises(InputError) as there:
        oracle.run(content, [CODES], "reference")
    assert str(there.value) == str(here.value)


def crashing() -> bytes:
    """A SOFTMAX whose beta is 2^-134: LiteRT aborts when it makes a multiplier of it."""
    y = Operand("y", X.shape, "int8", 2.0**-8, -128)
    return write_op("SOFTMAX", [X], [y], {"beta": 2.0**-134})


def test_a_crash_is_one_sentence_and_the_next_run_works() -> None:
    sound = write_op("TRANSPOSE", [X, constant("perm", [1, 0])], [replace(X, shape=(6, 2))])
    with LitertProcess() as oracle:
        with pytest.raises(InputError, match="LiteRT ended with SIGABRT on the reference kernels"):
            oracle.run(crashing(), [CODES], "reference")
        assert oracle.run(sound, [CODES], "reference")[2].shape == (6, 2)


def test_the_command_outlives_a_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "crashing.tflite"
    path.write_bytes(crashing())
    assert verify(["--model", str(path), "--seed", "1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {path}: LiteRT ended with SIGABRT") and error.count("\n") == 1


def test_too_much_memory_is_refused() -> None:
    borders = constant("paddings", [[0, 2**15], [0, 2**16]])
    content = write_op("PAD", [X, borders], [replace(X, name="y")])
    with LitertProcess() as oracle, pytest.raises(InputError, match=r"LiteRT (refuses|ended)"):
        oracle.run(content, [CODES], "reference")


def test_a_run_that_does_not_end_is_ended() -> None:
    started = time.monotonic()
    with LitertProcess(time_limit_s=5) as oracle:
        os.kill(oracle.pid, signal.SIGSTOP)
        with pytest.raises(InputError, match="LiteRT was not done after 5 s"):
            oracle.run(DEMO, [np.zeros((1, 8, 8, 1), dtype=np.int8)], "reference")
    assert time.monotonic() - started < 30
