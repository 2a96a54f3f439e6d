"""Makes a golden case from its spec: prepares it, computes it, and has its oracles confirm it."""

from golden.cases.case import GoldenCase
from golden.cases.manifest import CaseSpec
from golden.cases.oracle import confirm, oracle_name
from golden.cases.prepare import prepare
from pymodel import layer


def build_case(spec: CaseSpec, recorded_oracle: str | None = None) -> GoldenCase:
    """The case that `spec` describes, confirmed by its oracles.

    Args:
        spec: what to make.
        recorded_oracle: if given, the oracles that confirmed the case earlier; none is asked now.

    Raises:
        InputError: the spec describes no possible op, or an oracle is needed and not installed.
        OracleMismatch: an oracle computes another output than pymodel.
    """
    prepared = prepare(spec)
    expected = layer.run(prepared.convolution, prepared.x, prepared.datapath)
    if recorded_oracle is None:
        confirm(prepared, expected)
    return GoldenCase(
        name=spec.name,
        corner=spec.corner,
        op=spec.op,
        seed=spec.seed,
        datapath=prepared.datapath,
        convolution=prepared.convolution,
        x=prepared.x,
        expected=expected,
        scales=prepared.scales,
        oracle=recorded_oracle or oracle_name(prepared),
    )
