"""From what was found in one or several runs to a layer's row."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from pymodel.array.config import ArrayConfig
from pymodel.convolution import Convolution
from pymodel.network import Layer, Network
from pymodel.post_processing import PostProcessing
from tb.verify.details import of_runs
from tb.verify.model_checks import ModelCheck, NotChecked
from tb.verify.report import LayerReport
from tb.verify.rtl_rows import describe_geometry, fits


def total(counts: Iterable[int | None]) -> int | None:
    """The sum of counts; None where none of them applies."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def unchecked_row(network: Network, layer: Layer, reason: str, runs: int) -> LayerReport:
    """The row of a layer that nothing could be compared with."""
    outputs = sum(int(np.prod(network.tensors[i].shape)) for i in layer.outputs)
    return LayerReport(
        layer.index,
        layer.name,
        layer.op,
        outputs=runs * outputs,
        details=(f"not checked: {reason}",),
    )


def model_row(
    network: Network,
    layer: Layer,
    checks: Sequence[ModelCheck | NotChecked],
    config: ArrayConfig,
    wall_s: float,
) -> LayerReport:
    """One layer's row over all runs, without the RTL's part.

    A layer that the model does not take, or the array cannot hold, stays unchecked and says why.
    """
    modelled = [check for check in checks if isinstance(check, ModelCheck)]
    for check in checks:
        if isinstance(check, NotChecked):
            return unchecked_row(network, layer, check.reason, len(checks))
    first = modelled[0]
    macs, geometry = work(network, layer, first.conv, first.post)
    mismatches = total(check.oracle_mismatches for check in modelled)
    row = LayerReport(
        index=layer.index,
        name=layer.name,
        op=layer.op,
        rule=first.rule,
        outputs=sum(check.outputs for check in modelled),
        oracle=first.oracle,
        oracle_mismatches=mismatches,
        macs=len(checks) * macs,
        wall_s=wall_s,
        status="fail" if mismatches else "not_checked" if mismatches is None else "model_only",
        geometry=geometry,
        details=of_runs([check.details for check in modelled]),
    )
    obstacle = None if first.conv is None else fits(first.conv, config)
    if obstacle is None:
        return replace(row, on_array=first.conv is not None)
    return replace(
        row,
        status="fail" if mismatches else "not_checked",
        details=(*row.details, f"not on the array: {obstacle}"),
    )


def work(
    network: Network, layer: Layer, conv: Convolution | None, post: PostProcessing | None
) -> tuple[int, str]:
    """The MACs of one run, and the geometry as a row shows it.

    An op of the post-processing has none: those of the identity in front of it are no work. It
    shows its output's shape.
    """
    if conv is None:
        return 0, ""
    if post is not None:
        return 0, "x".join(map(str, network.tensors[layer.outputs[0]].shape))
    return conv.geometry.macs, describe_geometry(conv.geometry)


def with_rule_differences(
    row: LayerReport, wanted: str | None, numerics: str, differences: int | None
) -> LayerReport:
    """The row with the count of outputs that differ between the RTL's rules and `numerics`.

    `wanted`: the layer's own rule under `numerics` where the RTL runs another; None where not.
    """
    if differences is None:
        return row
    details = row.details
    if wanted is not None:
        instead = f"{wanted}, {numerics}'s rule, in place of {row.rule}"
        details = (*details, f"{instead}: {differences:,} of {row.outputs:,} outputs would differ")
    elif differences:
        up_to = f"{numerics}'s rules up to here"
        details = (*details, f"{up_to}: {differences:,} of {row.outputs:,} outputs would differ")
    return replace(row, rule_differences=differences, details=details)
