"""Plans worked out by hand: which op goes into which step."""

from golden.tflite.importer import load_tflite, parse_tflite
from golden.wavenet.stretches import INT8_MODEL
from pymodel.network import fold_dilation
from pymodel.post_processing import Elementwise
from pymodel.stream import Ring, StreamPlan, plan_stream
from tb.model.dilated_files import DilatedFile
from tb.model.line_files import LineFile, Made, network_of


def steps(plan: StreamPlan) -> list[tuple[tuple[int, ...], int, int | None]]:
    """Layers, value read, operand of every step."""
    return [(step.layers, plan.rings[step.ring].value, step.operand) for step in plan.steps]


def elementwise(plan: StreamPlan, step: int) -> Elementwise:
    """The step's op."""
    post = plan.steps[step].post
    assert post is not None and post.elementwise is not None
    return post.elementwise


def test_gate_and_residual_go_into_their_convolutions() -> None:
    """Layers: 0 PAD, 1 signal, 2 TANH, 3 gate, 4 LOGISTIC, 5 MUL, 6 residual, 7 ADD."""

    def make(file: LineFile) -> Made:
        x = file.source(3)
        history = file.pad(x, 6)
        signal = file.table("TANH", file.conv(history, 3, 3, 3))
        gate = file.table("LOGISTIC", file.conv(history, 3, 3, 3))
        z = file.binary("MUL", signal, gate)
        return [x], [file.binary("ADD", x, file.conv(z, 3))]

    network = network_of(make)
    plan = plan_stream(network)
    assert steps(plan) == [((3, 4), 0, None), ((1, 2, 5), 0, 1), ((6, 7), 2, 0)]
    (source,) = network.inputs
    zero_points = [int(network.tensors[index].zero_point[0]) for index in plan.tensors]
    assert plan.tensors == (source, *(network.layers[index].outputs[0] for index in (4, 5, 7)))
    assert plan.rings == (Ring(0, 7, 3, zero_points[0]), Ring(2, 1, 3, zero_points[2]))
    assert (plan.output, plan.channels) == (3, (3, 3, 3, 3))
    assert plan.steps[0].conv.geometry.input_shape == (1, 1, 7, 3)


def test_operands_change_places_with_their_scales() -> None:
    """ADD of the input and a convolution's output: the convolution, the second, becomes a."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.binary("ADD", x, file.conv(x, 2))]

    network = network_of(make)
    zero_points = [int(network.tensors[layer.outputs[0]].zero_point[0]) for layer in network.layers]
    numbers = elementwise(plan_stream(network), 0)
    assert numbers.a.zero_point == zero_points[0]
    assert numbers.b.zero_point == int(network.tensors[network.inputs[0]].zero_point[0])
    assert numbers.y.zero_point == zero_points[1]


def test_subtraction_takes_a_convolution_as_its_first_operand_alone() -> None:
    """Layers: 0 and 1 convolutions, 2 SUB of them; 3 SUB of the input and 2 is on its own."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        difference = file.binary("SUB", file.conv(x, 2), file.conv(x, 2))
        return [x], [file.binary("SUB", x, difference)]

    plan = plan_stream(network_of(make))
    assert steps(plan) == [((1,), 0, None), ((0, 2), 0, 1), ((3,), 0, 2)]
    assert plan.steps[2].conv.geometry.groups == 2


def test_subtraction_from_what_is_no_convolution() -> None:
    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.binary("SUB", x, file.conv(x, 2))]

    assert steps(plan_stream(network_of(make))) == [((0,), 0, None), ((1,), 0, 1)]


def test_convolution_takes_one_table() -> None:
    """Layers: 0 convolution, 1 TANH, 2 RELU, 3 MUL with the input: the RELU takes that."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        return [x], [file.binary("MUL", x, file.table("RELU", file.table("TANH", file.conv(x, 2))))]

    assert steps(plan_stream(network_of(make))) == [((0, 1), 0, None), ((2, 3), 1, 0)]


def test_reshapes_lead_a_convolution_s_output_on() -> None:
    """Layers: 0 convolution, 1 RESHAPE, 2 TANH of it; 3 convolution, 4 RESHAPE, read twice."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.table("TANH", file.reshape(file.conv(x, 2)))
        z = file.reshape(file.conv(y, 2))
        return [x], [file.binary("ADD", z, file.table("RELU", z))]

    plan = plan_stream(network_of(make))
    assert steps(plan) == [((0, 2), 0, None), ((3,), 1, None), ((5, 6), 2, 2)]


def test_ring_is_as_long_as_its_longest_reader_needs() -> None:
    """Of 9, 3 and 1 pixels; the element-wise op's identity has a ring of its own."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.binary("ADD", file.causal(x, 2, 3, 4), file.causal(x, 2, 2, 2))
        return [x], [file.binary("SUB", x, file.binary("ADD", y, file.conv(x, 2)))]

    plan = plan_stream(network_of(make))
    assert [(ring.value, ring.pixels) for ring in plan.rings] == [(0, 9), (0, 1)]
    assert [step.ring for step in plan.steps] == [0, 0, 0, 1]


def test_ops_that_share_what_they_read_stand_on_their_own() -> None:
    """Layers: 0 convolution, read by 1 TANH and 2 RELU; 3 ADD of the RELU to itself; 4 TANH."""

    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.conv(x, 2)
        tanh, relu = file.table("TANH", y), file.table("RELU", y)
        twice = file.table("TANH", file.binary("ADD", relu, relu))
        return [x], [file.binary("MUL", tanh, twice)]

    plan = plan_stream(network_of(make))
    assert steps(plan) == [
        ((0,), 0, None), ((2,), 1, None), ((3,), 2, 2), ((4,), 3, None), ((1, 5), 1, 4),
    ]  # fmt: skip


def test_network_s_output_is_a_value_also_where_one_op_reads_it() -> None:
    def make(file: LineFile) -> Made:
        x = file.source(2)
        y = file.conv(x, 2)
        file.table("TANH", y)
        return [x], [y]

    plan = plan_stream(network_of(make))
    assert (steps(plan), plan.output) == ([((0,), 0, None), ((1,), 1, None)], 1)


def test_wavenet_s_steps_are_its_convolutions() -> None:
    """Every TANH, LOGISTIC, MUL and ADD goes into one; signal and gate share their history."""
    network = load_tflite(INT8_MODEL)
    plan = plan_stream(network)
    done = sorted(index for step in plan.steps for index in step.layers)
    assert done == [layer.index for layer in network.layers if layer.op != "PAD"]
    assert len(plan.steps) == sum(layer.op == "CONV_2D" for layer in network.layers) == 74
    assert sum(step.operand is not None for step in plan.steps) == 34 + 18
    longest = sorted(ring.pixels for ring in plan.rings)[-4:]
    assert longest == [129, 129, 257, 257]


def test_folded_dilation_is_causal() -> None:
    """What the converter writes for an open batch: the padding is the convolution's own."""
    file = DilatedFile((1, 12), (1, 2), (1, 3), ((0, 0), (3, 0)), line=True)
    network = fold_dilation(parse_tflite(file.content(), "net", "net"))
    plan = plan_stream(network)
    assert [ring.pixels for ring in plan.rings] == [4]
    assert plan.steps[0].conv.geometry.dilation_w == 3
