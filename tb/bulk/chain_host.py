"""The host's side of a chained run: the runs dealt out to simulators, and their records."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pymodel.array.config import ArrayConfig
from pymodel.chain import convolution_of
from tb.bulk.chain_plan import Chain, Expected, write_chain
from tb.bulk.host import Simulation, check_records, estimate_cycles, run_shards
from tb.bulk.plan import Record, Settings, write_plan

BENCH, TESTCASE = "tb.bulk.chain", "bench_chain"


@dataclass(frozen=True)
class ChainShard:
    """Some of a chain's runs for one simulator."""

    chain: Chain

    @property
    def planned(self) -> list[Expected]:
        return self.chain.planned

    def write(self, folder: Path, settings: Settings) -> None:
        write_plan(folder, [], settings)
        write_chain(folder, self.chain)

    def cycles(self, config: ArrayConfig) -> int:
        layers = [self.chain.network.layers[index] for index in self.chain.on_array]
        convs = [convolution_of(self.chain.arithmetic, layer) for layer in layers]
        return len(self.chain.runs) * sum(estimate_cycles(conv, config) for conv in convs)


def run_chain(
    chain: Chain,
    simulation: Simulation,
    finished: Callable[[int], None] = lambda _: None,
    bench: tuple[str, str] = (BENCH, TESTCASE),
) -> list[Record]:
    """A record for everything that the chain plans, in its order.

    bench: module and test in the simulator, in place of the simulation's own. For the rest see
    `tb.bulk.host.run_shards`.
    """
    module, testcase = bench
    shards = [
        ChainShard(replace(chain, runs=chain.runs[start :: simulation.jobs]))
        for start in range(min(simulation.jobs, len(chain.runs)))
    ]
    simulation = replace(simulation, module=module, testcase=testcase)
    return check_records(chain.planned, run_shards(shards, simulation, finished))
