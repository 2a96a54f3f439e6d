"""One job: what the array's registers hold, and where its tensors lie in the layer."""

from dataclasses import dataclass

from pymodel.post_processing import PostProcessing


@dataclass(frozen=True, kw_only=True)
class Job:
    """A layer, or a tile of one, as the array runs it.

    Nothing is checked here: the hardware judges its own registers, and a test of that needs jobs
    that are illegal. `pymodel.array.tiler.tile` makes only legal ones.

    Registers: the geometry of the tile alone, in elements; `in_h` x `in_w` is the part of the
    input that lies in the buffer, of `in_channels` elements a pixel. Activations start at word
    `act_base` of a ring of `act_wrap` words, which itself starts at word `act_start` of the buffer;
    weights and parameters start at `weight_base` and `param_base` of theirs. `load_psum` starts
    from the psum memory instead of 0; `keep_psum` leaves the psums there, without bias, and puts
    nothing out. `depthwise` gives every output channel the one input channel at its own place, past
    the adder tree: `in_channels` and `out_channels` are then equal, and an input channel lies in
    the buffer once for each output channel that sees it. `post` is done to every output; its
    element-wise op takes the second operand from the operand stream.

    Places, as absolute indices of the layer's NHWC input and output: `batch`, output `rows`,
    `cols` and `out_channel_range`, input `in_rows`, `in_cols` and `in_channel_range`. Rows and
    columns have a step where the job is one phase of a dilated window (pymodel.array.window).
    """

    in_h: int
    in_w: int
    out_h: int
    out_w: int
    kernel_h: int
    kernel_w: int
    stride_h: int
    stride_w: int
    dilation_h: int
    dilation_w: int
    pad_top: int
    pad_left: int
    in_channels: int
    out_channels: int
    act_base: int
    act_wrap: int
    rounding: str
    load_psum: bool
    keep_psum: bool
    depthwise: bool
    x_zero_point: int
    w_zero_point: int
    y_zero_point: int
    clamp_min: int
    clamp_max: int
    act_start: int = 0
    weight_base: int = 0
    param_base: int = 0
    post: PostProcessing | None = None

    batch: int
    rows: range
    cols: range
    out_channel_range: range
    in_rows: range
    in_cols: range
    in_channel_range: range

    @property
    def output_index(self) -> tuple[int, slice, slice, slice]:
        """Where the job's outputs lie in the layer's output, NHWC."""
        return (
            self.batch,
            as_slice(self.rows),
            as_slice(self.cols),
            as_slice(self.out_channel_range),
        )


def as_slice(places: range) -> slice:
    """The slice that takes the elements at `places`, ascending."""
    return slice(places.start, places.stop, places.step)
