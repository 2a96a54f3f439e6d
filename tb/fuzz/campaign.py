"""Runs many mutants, counts what became of them, and keeps those that failed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from golden.litert_process import LitertProcess
from pymodel.errors import InputError
from tb.fuzz.judge import NETWORK, Outcome, judge
from tb.fuzz.mutate import Mutant, Source, mutant
from tb.verify.inputs import random_runs

KEPT_PER_KIND = 20
"""Failures of one kind whose mutants are kept; the others are only counted."""
CRASHED = "crashed"


@dataclass
class Findings:
    """What became of the mutants, how many of each kind, and the failures.

    oracle: how LiteRT ended on those that were taken. crashes: mutants on which it crashed.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    oracle: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[Mutant, Outcome]] = field(default_factory=list)
    crashes: list[Mutant] = field(default_factory=list)

    @property
    def mutants(self) -> int:
        """All that were judged."""
        return self.kinds.total()

    @property
    def failed(self) -> int:
        """Those that gave neither a network nor a sentence."""
        return sum(count for kind, count in self.kinds.items() if Outcome(kind).failed)

    def add(self, one: Mutant, outcome: Outcome) -> None:
        """Count it, and keep it if it failed and few others did so."""
        self.kinds[outcome.kind] += 1
        if outcome.failed and self.kinds[outcome.kind] <= KEPT_PER_KIND:
            self.failures.append((one, outcome))


def campaign(
    sources: Sequence[Source],
    seeds: Sequence[int],
    oracle: LitertProcess | None = None,
    progress: Callable[[Findings], None] = lambda _: None,
) -> Findings:
    """The findings on the mutants of `seeds`; with `oracle`, LiteRT runs those that are taken."""
    findings = Findings()
    for seed in seeds:
        one = mutant(sources, seed)
        outcome = judge(one.content, seed)
        if oracle is not None and outcome.kind == NETWORK and outcome.network is not None:
            ending = _ask(oracle, one, outcome)
            findings.oracle[ending] += 1
            if ending == CRASHED and len(findings.crashes) < KEPT_PER_KIND:
                findings.crashes.append(one)
        findings.add(one, outcome)
        progress(findings)
    return findings


def _ask(oracle: LitertProcess, one: Mutant, outcome: Outcome) -> str:
    """How LiteRT's reference kernels end on a mutant: "ran", "refused" or "crashed"."""
    assert outcome.network is not None
    try:
        inputs = random_runs(outcome.network, one.seed, 1)[0]
        oracle.run(one.content, inputs, "reference")
    except InputError as error:
        return CRASHED if "LiteRT ended" in str(error) else "refused"
    return "ran"
