"""Published int8 networks, layer by layer: RTL against model, and model against LiteRT."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from golden.tflite.importer import load_tflite
from pymodel.array.config import ArrayConfig
from pymodel.convolution import Convolution
from pymodel.ops.post import POST_OPS
from pymodel.ops.registry import ARRAY_OPS
from pymodel.presets import preset
from tb.bulk.host import Simulation, run_bulk
from tb.bulk.plan import Settings, Task
from tb.cli.verify_command import Done, Verify, make_verify
from tb.verify.inputs import random_inputs
from tb.verify.model_checks import ModelCheck, check_layer
from tb.verify.oracle import run_oracle

NETWORKS = {
    "pretrainedResnet_quant": 10,
    "ad01_int8": 10,
    "hello_world_int8": 3,
    "kws_ref_model": 10,
    "micro_speech_quantized": 2,
}
"""Convolutions, by network."""
RUNS = 20
RESNET = "pretrainedResnet_quant"
SAMPLE_CHANNELS = 4
"""Output channels of a sample: on ResNet's smallest image, 8x8, they make 256 outputs."""


@pytest.fixture
def verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Verify:
    return make_verify(tmp_path / "results", monkeypatch, capsys)


def check_network(done: Done, name: str, sim: str) -> None:
    """Every layer is checked, and there is no mismatch in either column."""
    document = done.documents[f"{name}-{sim}"]
    layers: list[dict[str, Any]] = document["layers"]
    assert sum(layer["op"] in ARRAY_OPS for layer in layers) == NETWORKS[name]
    on_array = [layer for layer in layers if layer["op"] in (*ARRAY_OPS, *POST_OPS)]
    assert {layer["status"] for layer in on_array} == {"pass"}
    assert {layer["mismatches"] for layer in on_array} == {0}
    assert {layer["oracle_mismatches"] for layer in layers} == {0}
    assert (done.status, document["verdict"]) == (0, "pass")


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_on_verilator(verify: Verify, shared_data: Path, name: str) -> None:
    model = shared_data / "models" / f"{name}.tflite"
    check_network(verify("--model", model, "--sim", "verilator"), name, "verilator")


@pytest.mark.parametrize("name", NETWORKS)
def test_chain_on_verilator(verify: Verify, shared_data: Path, name: str) -> None:
    """For 20 inputs the RTL's chain is the model's by the RTL's rules, at every layer and the end.

    By the reference kernels' rules the model's chain ends where these end, and the outputs are
    counted in which the two sets of rules differ.
    """
    model = shared_data / "models" / f"{name}.tflite"
    runs = ("--runs", str(RUNS), "--seed", "1")
    done = verify("--model", model, "--chain", "--numerics", "litert-ref", *runs)
    document = done.documents[f"{name}-verilator-chain"]
    layers, final = document["layers"], document["final"]
    assert (done.status, document["verdict"], document["runs"]) == (0, "pass", RUNS)
    on_array = [layer for layer in layers if layer["op"] in (*ARRAY_OPS, *POST_OPS)]
    assert sum(layer["op"] in ARRAY_OPS for layer in on_array) == NETWORKS[name]
    assert {layer["mismatches"] for layer in [*on_array, final]} == {0}
    assert {layer["oracle_mismatches"] for layer in [*layers, final]} == {0}
    differing = sum(layer["rule_differences"] for layer in layers)
    noun = "output differs" if differing == 1 else "outputs differ"
    assert (
        f"the RTL's rules against litert-ref: {differing:,} {noun}, "
        f"{final['rule_differences']:,} of the final ones" in done.out.splitlines()[-1]
    )
    print(f"{name}: {done.out.splitlines()[-1]}")


@pytest.mark.parametrize(
    "name",
    [
        "ad01_int8",
        "hello_world_int8",
        pytest.param("kws_ref_model", marks=pytest.mark.slow),
        pytest.param(RESNET, marks=pytest.mark.slow),
    ],
)
def test_every_layer_on_icarus(verify: Verify, shared_data: Path, name: str) -> None:
    model = shared_data / "models" / f"{name}.tflite"
    check_network(verify("--model", model, "--sim", "icarus"), name, "icarus")


def first_channels(conv: Convolution, count: int) -> Convolution:
    """The layer that gives only the first `count` output channels, at every pixel."""
    requantise = conv.requantise
    return replace(
        conv,
        geometry=replace(conv.geometry, out_channels=count),
        weights=conv.weights[:count],
        bias=conv.bias[:count],
        requantise=replace(
            requantise,
            multiplier=requantise.multiplier[:count],
            shift=requantise.shift[:count],
            scale=requantise.scale[:count],
        ),
    )


def samples(model: Path, seed: int) -> list[Task]:
    """One layer of each geometry, four output channels of it; the whole of any op but convolutions.

    With every pixel, and so with all borders; expected outputs are the whole layer's.
    """
    network = load_tflite(model)
    oracle = run_oracle(model, network, random_inputs(network, seed))
    tasks: dict[object, Task] = {}
    for layer in network.layers:
        check = check_layer(network, layer, oracle, post_processing=True)
        task = check.task(layer.index) if isinstance(check, ModelCheck) else None
        if task is None:
            continue
        geometry = task.conv.geometry
        whole = not layer.op.endswith("CONV_2D")
        count = geometry.out_channels if whole else SAMPLE_CHANNELS
        conv, expected = first_channels(task.conv, count), task.expected[..., :count]
        tasks[geometry] = replace(task, conv=conv, expected=expected)
        assert whole or expected.size >= 256
    return list(tasks.values())


@pytest.mark.parametrize(
    ("name", "geometries"),
    [
        pytest.param(RESNET, 12, marks=pytest.mark.slow_on("icarus")),
        ("micro_speech_quantized", 2),
    ],
)
def test_sample_of_each_geometry(
    sim: str, shared_data: Path, seed: int, name: str, geometries: int
) -> None:
    """At least 256 outputs of each, which Icarus runs in little time on an array of 16x4 lanes."""
    tasks = samples(shared_data / "models" / f"{name}.tflite", seed)
    assert len(tasks) == geometries
    config = ArrayConfig(replace(preset("int8"), ic_lanes=16, oc_lanes=SAMPLE_CHANNELS))
    records = run_bulk(tasks, Simulation(sim, Settings(config)))
    assert [(record.mismatches, record.error) for record in records] == [(0, None)] * len(tasks)
    assert [record.outputs for record in records] == [task.expected.size for task in tasks]
