"""What a chained run is to do, as files in the run's folder: a network, and its runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pymodel.chain import ByRules, OnDatapath
from pymodel.network import Network, load, save
from pymodel.quantised import storage as quantised_storage
from tb.bulk.plan import RECORDS_FILE
from tb.codes import codes

CHAIN_FILE, NETWORK_FOLDER = "chain.json", "network"
Arrays = Mapping[int, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class Expected:
    """An output tensor that the chain must compare: its number in the plan, and what it must be."""

    index: int
    expected: NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class ChainRun:
    """One input's way through the network.

    first: number in the plan of the first layer's output; layer i's is first + i, and the network's
    final outputs have first + the number of layers. inputs: one array per network input. given:
    tensors of the layers that are not computed. expected: the model's output of each layer of the
    array, by the layer's index. final: the model's final outputs, as `final_codes` gives them.
    """

    first: int
    inputs: Sequence[NDArray[np.generic]]
    given: Arrays
    expected: Mapping[int, NDArray[np.signedinteger]]
    final: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Chain:
    """A network with its arithmetic, and the runs, each with the same layers on the array."""

    arithmetic: ByRules | OnDatapath
    runs: Sequence[ChainRun]

    @property
    def network(self) -> Network:
        """Layers and tensors of codes."""
        return self.arithmetic.network

    @property
    def on_array(self) -> Sequence[int]:
        """The layers that the array runs, by index, in order."""
        return tuple(self.runs[0].expected)

    @property
    def planned(self) -> list[Expected]:
        """Everything that must be compared, in order."""
        return [planned for run in self.runs for planned in self.planned_of(run)]

    def planned_of(self, run: ChainRun) -> list[Expected]:
        """What one run must compare: the array's layers, then the final outputs."""
        layers = [Expected(run.first + layer, array) for layer, array in run.expected.items()]
        return [*layers, Expected(run.first + len(self.network.layers), run.final)]


def final_codes(network: Network, tensors: Arrays) -> NDArray[np.int64]:
    """All elements of the network's outputs, one after another, as `codes` gives them."""
    return np.concatenate([codes(tensors[index]).reshape(-1) for index in network.outputs])


def write_chain(folder: Path, chain: Chain) -> None:
    """Write the chain's files to `folder`; records of an earlier run are removed."""
    (folder / RECORDS_FILE).unlink(missing_ok=True)
    for number, run in enumerate(chain.runs):
        arrays = {
            **{f"input_{place}": array for place, array in enumerate(run.inputs)},
            **{f"given_{index}": array for index, array in run.given.items()},
            **{f"expected_{layer}": array for layer, array in run.expected.items()},
            "final": run.final,
        }
        np.savez(_run_file(folder, number), allow_pickle=False, **arrays)
    plan = {
        "rules": _write_arithmetic(folder / NETWORK_FOLDER, chain.arithmetic),
        "first": [run.first for run in chain.runs],
    }
    (folder / CHAIN_FILE).write_text(json.dumps(plan, indent=1), encoding="utf-8")


def read_chain(folder: Path) -> Chain:
    """The chain that `write_chain` wrote."""
    plan = json.loads((folder / CHAIN_FILE).read_text(encoding="utf-8"))
    return Chain(
        arithmetic=_read_arithmetic(folder / NETWORK_FOLDER, plan["rules"]),
        runs=[_read_run(folder, number, first) for number, first in enumerate(plan["first"])],
    )


def _write_arithmetic(folder: Path, arithmetic: ByRules | OnDatapath) -> Mapping[int, str] | None:
    """Write the network; the rules of one that has some are what is left to write."""
    if isinstance(arithmetic, ByRules):
        save(arithmetic.network, folder)
        return arithmetic.rules
    quantised_storage.save(arithmetic.brought, folder, "that of the run")
    return None


def _read_arithmetic(folder: Path, rules: Mapping[str, str] | None) -> ByRules | OnDatapath:
    if rules is None:
        return OnDatapath(quantised_storage.load(folder))
    return ByRules(load(folder), {int(layer): rule for layer, rule in rules.items()})


def _read_run(folder: Path, number: int, first: int) -> ChainRun:
    with np.load(_run_file(folder, number), allow_pickle=False) as arrays:
        kinds: dict[str, dict[int, NDArray[Any]]] = {}
        for name in arrays.files:
            kind, _, index = name.partition("_")
            kinds.setdefault(kind, {})[int(index or 0)] = arrays[name]
    return ChainRun(
        first=first,
        inputs=list(kinds["input"].values()),
        given=kinds.get("given", {}),
        expected=kinds.get("expected", {}),
        final=kinds["final"][0].astype(np.int64),
    )


def _run_file(folder: Path, number: int) -> Path:
    return folder / f"run_{number}.npz"
