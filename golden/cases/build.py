"""Makes a golden case from its spec: draws it, computes it, and has an oracle confirm it."""

from dataclasses import replace

from golden.cases.build_fixed import build_fixed_case
from golden.cases.case import GoldenCase
from golden.cases.draw import draw
from golden.cases.manifest import CaseSpec
from golden.cases.oracle import confirm, oracle_name
from golden.tflite.importer import parse_tflite
from golden.tflite.writer import write_tflite
from pymodel import convolution
from pymodel.ops.registry import convolution as lower
from pymodel.presets import preset


def build_case(spec: CaseSpec, recorded_oracle: str | None = None) -> GoldenCase:
    """The case that `spec` describes, confirmed by its oracle.

    The op goes through a .tflite file and the importer, as a real network's layers do; its
    explicit padding, there a PAD op, becomes part of the geometry again.

    Args:
        spec: what to make.
        recorded_oracle: if given, the oracle that confirmed the case earlier; none is asked now.

    Raises:
        InputError: the spec describes no possible op, or LiteRT is needed and not installed.
        OracleMismatch: the oracle computes another output than pymodel.
    """
    if preset(spec.datapath).format == "dynamic_fixed_point":
        return build_fixed_case(spec, recorded_oracle)
    op, x = draw(spec)
    content = write_tflite(op)
    network = parse_tflite(content, spec.name, f"case {spec.name}")
    lowered = lower(network, network.layers[-1], spec.rule)
    conv = replace(lowered, name=spec.name, geometry=op.geometry)
    expected = convolution.run(conv, x)
    if recorded_oracle is None:
        confirm(op, content, network.outputs[0], conv, x, expected)
    return GoldenCase(
        name=spec.name,
        corner=spec.corner,
        op=spec.op,
        seed=spec.seed,
        datapath=replace(preset(spec.datapath), ic_lanes=spec.ic_lanes),
        convolution=conv,
        x=x,
        expected=expected,
        scales={
            "input": [op.x_scale],
            "weights": op.w_scale.astype(float).tolist(),
            "output": [op.y_scale],
        },
        oracle=recorded_oracle or oracle_name(op, spec.rule),
    )
