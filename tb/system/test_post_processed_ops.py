"""Ops of the post-processing on the RTL: all codes, and all pairs of them, as LiteRT computes them.

Icarus runs a sample: a spread of scales over every code against 16 others. A finding names the op
and its seed: `binary(op, seed, codes)` or `unary(op, seed)` is the task.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from golden import litert
from golden.cases.load import load_suite
from golden.tflite.importer import parse_tflite
from golden.tflite.op_writer import Operand, Option, write_op
from pymodel.array.config import ArrayConfig
from pymodel.array.tiler import tile
from pymodel.layer import run
from pymodel.ops.post import alone, post_processing
from pymodel.post_processing import PostProcessing, post_process
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Record, Settings, Task
from tb.model.quantised_operands import CODES, PAIRS, random_codes, random_operand

BINARY = ("ADD", "SUB", "MUL")
UNARY = ("LEAKY_RELU", "LOGISTIC", "QUANTIZE", "RELU", "RELU6", "TANH")
SEEDS = range(8)
ICARUS_SEEDS, ICARUS_STEP = range(2), 17
LOGISTIC = Operand("y", CODES.shape, scale=1 / 256, zero_point=-128)
CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))

Codes = NDArray[np.int8]


def task_of(content: bytes, inputs: Sequence[Codes]) -> Task:
    """The only op of a file as a task whose outputs are LiteRT's."""
    network = parse_tflite(content, "net", "net.tflite")
    job = alone(network, network.layers[0], inputs)
    expected = litert.run(content, inputs, "reference")[network.outputs[0]]
    shape = job.conv.geometry.output_shape
    return Task(0, job.conv, job.x, expected.reshape(shape).astype(np.int8), job.post, job.operand)


def binary(op: str, seed: int, codes: Sequence[Codes]) -> Task:
    """Any scales and zero points, one of the fused activations."""
    rng = np.random.default_rng(seed)
    a, b, y = (random_operand(name, codes[0].shape, rng) for name in "aby")
    return task_of(write_op(op, [a, b], [y], {"fused_activation_function": seed % 4}), codes)


def unary(op: str, seed: int) -> Task:
    """Any scales and zero points on all codes; LOGISTIC's output has TFLite's own."""
    rng = np.random.default_rng(seed)
    x, y = (random_operand(name, CODES.shape, rng) for name in "xy")
    options: dict[str, Option] = {"alpha": float(rng.random())} if op == "LEAKY_RELU" else {}
    return task_of(write_op(op, [x], [LOGISTIC if op == "LOGISTIC" else y], options), [CODES])


def finding(task: Task, record: Record) -> str | None:
    """What is wrong with a task, in a line; None if every output was compared and agrees."""
    if record.error is not None:
        return record.error
    if record.first is not None:
        return f"{record.mismatches} of {record.outputs} differ; {record.first.describe(8)}"
    found = (record.outputs, record.mismatches, record.unknown, record.jobs)
    expected = (task.expected.size, 0, 0, len(tile(task.conv, CONFIG)))
    return None if found == expected else f"recorded {found}, expected {expected}"


def assert_all_agree(tasks: dict[str, Task], sim: str) -> None:
    numbered = [replace(task, index=index) for index, task in enumerate(tasks.values())]
    records = run_bulk(numbered, Simulation(sim, Settings(CONFIG)))
    found = {
        name: finding(task, record)
        for name, task, record in zip(tasks, numbered, records, strict=True)
    }
    assert {name: line for name, line in found.items() if line is not None} == {}


def test_all_codes_and_pairs(sim: str) -> None:
    whole = sim == "verilator"
    seeds = SEEDS if whole else ICARUS_SEEDS
    pairs = [codes if whole else codes[:, ::ICARUS_STEP].copy() for codes in PAIRS]
    assert pairs[0].size >= 4096
    tasks = {f"{op} {seed}": binary(op, seed, pairs) for op in BINARY for seed in seeds}
    tasks |= {f"{op} {seed}": unary(op, seed) for op in UNARY for seed in seeds}
    assert_all_agree(tasks, sim)


def test_odd_shapes(sim: str) -> None:
    """Channels that fill no lanes, one channel, no dimension, and both operands broadcast."""
    tasks: dict[str, Task] = {}
    for left, right in (((3, 5), (5,)), ((2, 1, 1), (2, 3, 1)), ((), ()), ((1, 9), (4, 1))):
        rng = np.random.default_rng(len(tasks))
        a, b = random_operand("a", left, rng), random_operand("b", right, rng)
        y = random_operand("y", np.broadcast_shapes(left, right), rng)
        codes = [random_codes(left, rng), random_codes(right, rng)]
        tasks[f"{left} {right}"] = task_of(write_op("MUL", [a, b], [y]), codes)
    assert_all_agree(tasks, sim)


def test_behind_convolutions(sim: str) -> None:
    """Convolution, table and element-wise op in one job, on every corner case.

    What each part gives an oracle has confirmed: the case's output, TANH's and the op's.
    """
    tasks: dict[str, Task] = {}
    for seed, case in enumerate(load_suite("corner")):
        rng = np.random.default_rng(seed)
        x, a, b, y = (random_operand(name, CODES.shape, rng) for name in "xaby")
        parts = [write_op("TANH", [x], [y]), write_op(BINARY[seed % 3], [a, b], [y])]
        networks = [parse_tflite(part, "net", "net.tflite") for part in parts]
        table, op = (post_processing(network, network.layers[0]) for network in networks)
        post = PostProcessing(
            table=table.table if seed % 4 else None,
            elementwise=op.elementwise if seed % 5 else None,
        )
        operand = random_codes(case.expected.shape, rng) if post.elementwise else None
        codes = run(case.convolution, case.x).astype(np.int8)
        np.testing.assert_array_equal(codes, case.expected)
        expected = post_process(codes, post, operand)
        tasks[case.name] = Task(0, case.convolution, case.x, expected, post, operand)
    assert_all_agree(tasks, sim)
