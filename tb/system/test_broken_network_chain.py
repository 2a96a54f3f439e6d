"""A chained network with a DUT or a bench broken on purpose: it must go red, and as predicted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pymodel.array.config import ArrayConfig
from pymodel.chain import ByRules, run_network, walk
from pymodel.layer import run
from pymodel.network import Layer, Network, Tensor
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
RULES = {0: "double_up", 1: "exact", 2: "double_up"}
RUNS = 2
NUMBERS = 4
"""Numbers in the plan of a run: three layers and the final outputs."""


def _tensor(index: int, shape: tuple[int, ...], data: NDArray[np.int8] | None = None) -> Tensor:
    """Scale 2^-4 and zero point 3; constants 2^-9 and 0, so that nothing saturates."""
    constant = data is not None
    scale = np.array([2.0**-9 if constant else 2.0**-4], dtype=np.float32)
    zero_point = np.array([0 if constant else 3], dtype=np.int64)
    return Tensor(index, f"t{index}", shape, "int8", scale, zero_point, data=data)


def _network() -> Network:
    """FULLY_CONNECTED from 8 to 6, RESHAPE, FULLY_CONNECTED from 6 to 8, with batch 3."""
    rng = np.random.RandomState(5)
    weights = [rng.randint(-90, 91, shape).astype(np.int8) for shape in ((6, 8), (8, 6))]
    tensors = (
        _tensor(0, (3, 8)),
        _tensor(1, (6, 8), weights[0]),
        _tensor(2, (3, 6)),
        _tensor(3, (1, 3, 6)),
        _tensor(4, (8, 6), weights[1]),
        _tensor(5, (3, 8)),
    )
    attributes = {"fused_activation": "NONE"}
    layers = (
        Layer(0, "first", "FULLY_CONNECTED", (0, 1), (2,), attributes),
        Layer(1, "reshape", "RESHAPE", (2,), (3,)),
        Layer(2, "second", "FULLY_CONNECTED", (3, 4), (5,), attributes),
    )
    return Network("net", tensors, layers, (0,), (5,))


NETWORK = _network()


def _run(number: int) -> ChainRun:
    x = np.random.RandomState(number).randint(-128, 128, (3, 8)).astype(np.int8)
    tensors = run_network(NETWORK, [x], RULES)
    expected = {0: tensors[2].astype(np.int8), 2: tensors[5].astype(np.int8)}
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
    """What every test below breaks: both layers and the end, of each run."""
    assert found(simulate(jobs=jobs)) == [(18, 0, None), (24, 0, None), (24, 0, None)] * RUNS


def test_stuck_output_bit(simulate: Simulate, tmp_path: Path) -> None:
    """The second layer computes on the wrong outputs of the first: exactly those differ that do."""
    expected: list[tuple[int, int, str | None]] = []
    for chain_run in CHAIN.runs:
        steps = walk(ARITHMETIC, chain_run.expected, chain_run.inputs, {})
        step = next(steps)
        first = run(step.conv, step.x) | 1
        second_step = steps.send(first)
        second = run(second_step.conv, second_step.x) | 1
        wrong = [
            int(np.count_nonzero(got.reshape(-1) != chain_run.expected[layer].reshape(-1)))
            for layer, got in ((0, first), (2, second))
        ]
        alone = int(np.count_nonzero(chain_run.expected[2] % 2 == 0))
        assert wrong[1] != alone, "the cascade must show"
        expected += [(18, wrong[0], None), (24, wrong[1], None), (24, wrong[1], None)]
    assert found(simulate(rtl=edited_rtl(broken_rtl.STUCK_OUTPUT, tmp_path))) == expected


def test_hung_dut(simulate: Simulate, tmp_path: Path) -> None:
    """Nothing after the layer that hangs is believed; the next run starts from reset."""
    records = simulate(rtl=edited_rtl(broken_rtl.NEVER_DONE, tmp_path))
    assert [record.outputs for record in records] == [0] * len(records)
    assert all("did not finish the job" in str(record.error) for record in records)


MISSING = "no comparison was recorded"


@pytest.mark.parametrize(
    ("testcase", "errors"),
    [
        ("bench_runs_nothing", [MISSING] * 6),
        ("bench_skips_the_last_run", [None] * 3 + [MISSING] * 3),
        ("bench_skips_the_final_outputs", [None, None, MISSING] * 2),
        (
            "bench_skips_a_final_output",
            [None] * 5 + ["23 outputs were compared, the layer has 24"],
        ),
        ("bench_compares_twice", ["2 comparisons were recorded, expected 1"] + [None] * 5),
    ],
)
def test_skipped_comparison(simulate: Simulate, testcase: str, errors: list[str | None]) -> None:
    assert [record.error for record in simulate(testcase)] == errors
