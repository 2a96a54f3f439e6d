"""Ops of the post-processing on their way to the RTL: which are taken, as what, and in which files.

Nothing here runs the RTL.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from golden import litert
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, write_op
from pymodel import quantised
from pymodel.array.config import ArrayConfig
from pymodel.network import Network
from pymodel.ops.post import identity
from pymodel.post_processing import Elementwise, PostProcessing, Scaling
from pymodel.presets import preset
from pymodel.quantised import Scheme
from tb.bulk.plan import Settings, Task, read_plan, write_plan
from tb.dut import Dut
from tb.model.quantised_operands import PAIRS, int8
from tb.verify.float_network import FloatChecks, FloatSubject
from tb.verify.model_checks import ModelCheck, check_layer
from tb.verify.oracle import Oracle
from tb.verify.rows import model_row

CONFIG = ArrayConfig()
TABLE = np.arange(-128, 128, dtype=np.int8)[::-1].copy()
SUM = Elementwise(
    op="subtract",
    a=Scaling(zero_point=-3, multiplier=1 << 30, shift=-2),
    b=Scaling(zero_point=4, multiplier=(1 << 31) - 1, shift=-31),
    y=Scaling(zero_point=127, multiplier=0, shift=30),
    clamp_min=-100,
    clamp_max=101,
)


@pytest.mark.parametrize("table", [None, TABLE], ids=["", "table"])
@pytest.mark.parametrize("elementwise", [None, SUM], ids=["", "subtract"])
def test_plan_round_trip(
    tmp_path: Path, table: np.ndarray | None, elementwise: Elementwise | None
) -> None:
    x = int8([[[[1, 2, 3]]]])
    post = PostProcessing(table=table, elementwise=elementwise)
    operand = None if elementwise is None else x + np.int8(3)
    task = Task(7, identity("one", 1, 3), x, x, post, operand)
    write_plan(tmp_path, [task, replace(task, index=8, post=None, operand=None)], Settings(CONFIG))
    (again, plain), _ = read_plan(tmp_path)
    assert again.post is not None and again.post.elementwise == elementwise
    for found, expected in ((again.post.table, table), (again.operand, operand)):
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert found.dtype == np.int8 and np.array_equal(found, expected)
    assert plain.post is None and plain.operand is None


def added() -> tuple[bytes, Network]:
    """ADD of a and b, with scales whose ties tell the kernels apart."""
    scales = {"a": (0.5, 3), "b": (0.25, -4), "y": (1.0, 7)}
    a, b, y = (
        Operand(name, PAIRS[0].shape, scale=scale, zero_point=zero_point)
        for name, (scale, zero_point) in scales.items()
    )
    content = write_op("ADD", [a, b], [y])
    return content, parse_tflite(content, "net", "net.tflite")


@pytest.mark.parametrize(("numerics", "wanted"), [("rtl", None), ("xnnpack", "common_shift")])
def test_a_check_gives_the_rtl_the_reference_kernels_rule(
    numerics: str, wanted: str | None
) -> None:
    """All pairs: where XNNPACK's sum is another, it is counted, as LiteRT's kernels differ."""
    content, network = added()
    kernels: tuple[litert.Kernel, ...] = ("reference", "xnnpack")
    oracle = {kernel: litert.run(content, list(PAIRS), kernel) for kernel in kernels}
    check = check_layer(network, network.layers[0], oracle, numerics, post_processing=True)
    assert isinstance(check, ModelCheck)
    task = check.task(3)
    assert task is not None and task.index == 3
    y = network.outputs[0]
    golden, other = (oracle[kernel][y] for kernel in kernels)
    np.testing.assert_array_equal(task.expected.reshape(golden.shape), golden)
    assert task.operand is not None and task.post is not None
    np.testing.assert_array_equal(task.x.reshape(PAIRS[0].shape), PAIRS[0])
    np.testing.assert_array_equal(task.operand.reshape(PAIRS[1].shape), PAIRS[1])

    differing = int(np.count_nonzero(golden != other))
    assert differing > 0
    assert (check.rule, check.wanted, check.oracle_mismatches) == ("double_away", wanted, 0)
    assert check.rule_differences == (None if wanted is None else differing)

    row = model_row(network, network.layers[0], [check, check], CONFIG, 0.0)
    assert (row.on_array, row.macs, row.geometry) == (True, 0, "256x256")
    assert row.outputs == 2 * 65536


def test_a_dut_without_post_processing_leaves_the_op_to_the_model() -> None:
    content, network = added()
    oracle: Oracle = {"reference": litert.run(content, list(PAIRS), "reference")}
    check = check_layer(network, network.layers[0], oracle)
    assert isinstance(check, ModelCheck) and check.task(0) is None
    row = model_row(network, network.layers[0], [check], CONFIG, 0.0)
    assert (row.on_array, row.status, row.geometry) == (False, "model_only", "")


def test_only_what_says_so_has_post_processing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    functions = "from tb.serial_mac.adapter import config, create, parameters\n"
    (tmp_path / "with_unit.py").write_text(functions + "POST_PROCESSING = True\n")
    assert Dut().post_processing and Dut(tmp_path, "engine", "with_unit").post_processing
    assert not Dut(top="serial_mac", adapter="tb.serial_mac.adapter").post_processing


@pytest.mark.parametrize(
    ("datapath", "post_processing", "rule"),
    [
        ("int8", True, "double_away"),
        ("int8", False, "double_away"),
        ("dfp8", True, "float64"),
    ],
)
def test_a_float_network(datapath: str, post_processing: bool, rule: str) -> None:
    """MUL of floats: in affine int8 alone it becomes a task, with the codes of two runs."""
    operands = [Operand(name, (2, 3), "float32") for name in "ab"]
    content = write_op("MUL", operands, [Operand("y", (2, 3), "float32")])
    network = parse_tflite(content, "net", "net.tflite")
    rng = np.random.default_rng(4)
    runs = [[rng.normal(size=(2, 3)).astype(np.float32) for _ in "ab"] for _ in range(2)]
    scheme = Scheme(quantised.ranges_of(network, runs))
    config = replace(CONFIG, datapath=preset(datapath), events=True)
    subject = FloatSubject(Path("net.tflite"), network, scheme, runs)
    checks = FloatChecks(subject, config, post_processing)
    (row,) = checks.rows()
    on_array = rule != "float64" and post_processing
    assert (row.rule, row.on_array, row.macs, row.outputs) == (rule, on_array, 0, 12)
    assert row.geometry == ("2x3" if on_array else "")
    assert [task.index for task in checks.tasks] == ([0, 1] if on_array else [])
    assert checks.events(0) == ({} if on_array else None)
    for task, inputs in zip(checks.tasks, runs, strict=False):
        codes = [checks.network.codecs[i].encode(x, "x") for i, x in enumerate(inputs)]
        assert task.operand is not None
        np.testing.assert_array_equal(task.x.reshape(2, 3), codes[0])
        np.testing.assert_array_equal(task.operand.reshape(2, 3), codes[1])
        y = quantised.run(checks.network, inputs)[network.outputs[0]]
        np.testing.assert_array_equal(task.expected.reshape(2, 3), y)
