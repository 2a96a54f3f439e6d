"""A chained network with a DUT or a bench broken on purpose: it must go red, and as predicted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.chain import ArrayStep, ByRules, Codes, follow, run_network, walk
from pymodel.layer import run
from pymodel.network import Layer, Network, Tensor
from pymodel.post_processing import post_process
from pymodel.presets import preset
from tb.bulk.chain_host import run_chain
from tb.bulk.chain_plan import Chain, ChainRun, final_codes
from tb.bulk.host import Simulation
from tb.bulk.plan import Record, Settings
from tb.dut import Dut
from tb.paths import RTL_DIR
from tb.system import broken_rtl
from tb.system.broken_rtl import edited_rtl

BENCHES = "tb.system.broken_chain_benches"
CONFIG = ArrayConfig(replace(preset("int8"), ic_lanes=4, oc_lanes=4))
RULES = {0: "double_up", 1: "exact", 2: "double_up", 3: "double_away"}
RUNS = 2
NUMBERS = 5
"""Numbers in the plan of a run: four layers and the final outputs."""
SIZES = {0: 18, 2: 24, 3: 24}
"""Outputs of the array's layers."""


def _tensor(
    index: int, shape: tuple[int, ...], data: NDArray[np.int8] | None = None, exponent: int = -4
) -> Tensor:
    """Scale 2^exponent and zero point 3; constants 2^-9 and 0, so that nothing saturates."""
    constant = data is not None
    scale = np.array([2.0 ** (-9 if constant else exponent)], dtype=np.float32)
    zero_point = np.array([0 if constant else 3], dtype=np.int64)
    return Tensor(index, f"t{index}", shape, "int8", scale, zero_point, data=data)


def _network() -> Network:
    """FULLY_CONNECTED from 8 to 6, RESHAPE, FULLY_CONNECTED from 6 to 8, ADD; batch 3."""
    rng = np.random.RandomState(5)
    weights = [rng.randint(-90, 91, shape).astype(np.int8) for shape in ((6, 8), (8, 6))]
    tensors = (
        _tensor(0, (3, 8)),
        _tensor(1, (6, 8), weights[0]),
        _tensor(2, (3, 6)),
        _tensor(3, (1, 3, 6)),
        _tensor(4, (8, 6), weights[1]),
        _tensor(5, (3, 8)),
        _tensor(6, (3, 8), exponent=-3),
    )
    attributes = {"fused_activation": "NONE"}
    layers = (
        Layer(0, "first", "FULLY_CONNECTED", (0, 1), (2,), attributes),
        Layer(1, "reshape", "RESHAPE", (2,), (3,)),
        Layer(2, "second", "FULLY_CONNECTED", (3, 4), (5,), attributes),
        Layer(3, "residual", "ADD", (5, 0), (6,), attributes),
    )
    return Network("net", tensors, layers, (0,), (6,))


NETWORK = _network()


def _run(number: int) -> ChainRun:
    x = np.random.RandomState(number).randint(-128, 128, (3, 8)).astype(np.int8)
    tensors = run_network(NETWORK, [x], RULES)
    outputs = {layer: NETWORK.layers[layer].outputs[0] for layer in SIZES}
    expected = {layer: tensors[index].astype(np.int8) for layer, index in outputs.items()}
    return ChainRun(NUMBERS * number, [x], {}, expected, final_codes(NETWORK, tensors))


ARITHMETIC = ByRules(NETWORK, RULES)
CHAIN = Chain(ARITHMETIC, [_run(number) for number in range(RUNS)])
Simulate = Callable[..., list[Record]]


@pytest.fixture
def simulate(sim: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Simulate:
    """Return a function that runs CHAIN on the 4x4 array, whole or with a bench of BENCHES."""
    monkeypatch.setattr("tb.runner.RUNS_DIR", tmp_path / "runs")  # failed runs keep their folders

    def run(testcase: str | None = None, rtl: Path = RTL_DIR, jobs: int = 1) -> list[Record]:
        simulation = Simulation(sim, Settings(CONFIG, Dut(rtl)), jobs=jobs)
        if testcase is None:
            return run_chain(CHAIN, simulation)
        return run_chain(CHAIN, simulation, bench=(BENCHES, testcase))

    return run


def found(records: list[Record]) -> list[tuple[int, int, str | None]]:
    return [(record.outputs, record.mismatches, record.error) for record in records]


@pytest.mark.parametrize("jobs", [1, 2])
def test_sound_chain(simulate: Simulate, jobs: int) -> None:
    """What every test below breaks: three layers and the end, of each run."""
    assert found(simulate(jobs=jobs)) == [(size, 0, None) for size in (18, 24, 24, 24)] * RUNS


def test_stuck_output_bit(simulate: Simulate, tmp_path: Path) -> None:
    """Each layer computes on the wrong outputs of the one before: exactly those differ that do."""
    expected: list[tuple[int, int, str | None]] = []
    for chain_run in CHAIN.runs:
        tensors = follow(walk(ARITHMETIC, SIZES, chain_run.inputs, {}), stuck)
        wrong = {
            layer: int(np.count_nonzero(tensors[NETWORK.layers[layer].outputs[0]] != sound))
            for layer, sound in chain_run.expected.items()
        }
        for layer in (2, 3):
            alone = int(np.count_nonzero(chain_run.expected[layer] % 2 == 0))
            assert wrong[layer] != alone, "the cascade must show"
        expected += [(SIZES[layer], wrong[layer], None) for layer in SIZES]
        expected.append((24, wrong[3], None))
    assert found(simulate(rtl=edited_rtl(broken_rtl.STUCK_OUTPUT, tmp_path))) == expected


def stuck(step: ArrayStep) -> Codes:
    """What a step comes to with the lowest bit stuck behind both clamps, the array's own first."""
    output = run(step.conv, step.x).astype(np.int8) | np.int8(1)
    if step.post is None:
        return output
    return post_process(output, step.post, step.operand) | np.int8(1)


def test_hung_dut(simulate: Simulate, tmp_path: Path) -> None:
    """Nothing after the layer that hangs is believed; the next run starts from reset."""
    records = simulate(rtl=edited_rtl(broken_rtl.NEVER_DONE, tmp_path))
    assert [record.outputs for record in records] == [0] * len(records)
    assert all("did not finish the job" in str(record.error) for record in records)


MISSING = "no comparison was recorded"


@pytest.mark.parametrize(
    ("testcase", "errors"),
    [
        ("bench_runs_nothing", [MISSING] * 8),
        ("bench_skips_the_last_run", [None] * 4 + [MISSING] * 4),
        ("bench_skips_the_final_outputs", [None, None, None, MISSING] * 2),
        (
            "bench_skips_a_final_output",
            [None] * 7 + ["23 outputs were compared, the layer has 24"],
        ),
        ("bench_compares_twice", ["2 comparisons were recorded, expected 1"] + [None] * 7),
    ],
)
def test_skipped_comparison(simulate: Simulate, testcase: str, errors: list[str | None]) -> None:
    assert [record.error for record in simulate(testcase)] == errors
