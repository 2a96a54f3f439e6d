"""What the array is elaborated with: a datapath and the depths of its buffers."""

from dataclasses import dataclass, field

from pymodel.datapath import Datapath
from pymodel.errors import InputError
from pymodel.presets import preset

MOST_WORDS = 1 << 16


@dataclass(frozen=True)
class ArrayConfig:
    """Elaboration parameters of the array; the RTL's have the same names in upper case.

    Attributes:
        act_depth: words of IC_LANES input elements.
        weight_depth: words of OC_LANES x IC_LANES weights.
        param_depth: words of OC_LANES biases, multipliers and shifts.
        psum_depth: words of OC_LANES partial sums.
        events: whether the array counts numeric events.

    Raises:
        InputError: a depth outside 1 to 65536.
    """

    datapath: Datapath = field(default_factory=lambda: preset("int8"))
    act_depth: int = 1024
    weight_depth: int = 256
    param_depth: int = 32
    psum_depth: int = 256
    events: bool = False

    def __post_init__(self) -> None:
        for name in ("act_depth", "weight_depth", "param_depth", "psum_depth"):
            if not 1 <= getattr(self, name) <= MOST_WORDS:
                raise InputError(
                    f"array: {name} must lie from 1 to {MOST_WORDS} words, "
                    f"found {getattr(self, name)}"
                )

    def in_groups(self, in_channels: int) -> int:
        """Groups of IC_LANES that hold `in_channels`."""
        return -(-in_channels // self.datapath.ic_lanes)

    def block_lanes(self, depthwise: bool) -> int:
        """Output channels that the array computes side by side.

        A depthwise output has a lane of its own in its row: rows and lanes both limit them.
        """
        path = self.datapath
        return min(path.ic_lanes, path.oc_lanes) if depthwise else path.oc_lanes
