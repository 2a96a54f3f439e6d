"""Folds SPACE_TO_BATCH_ND, a convolution, BATCH_TO_SPACE_ND into one dilated convolution.

TensorFlow's converter writes a dilated convolution so where the batch is open. With blocks of
extent d, SPACE_TO_BATCH_ND lays the d phases of the padded image side by side in the batch, the
VALID convolution of stride 1 works on each phase, and BATCH_TO_SPACE_ND weaves them together
again. Neighbours in a phase are d apart in the image, so all of it is one convolution of dilation
d on the padded image. A crop leaves out its first or last outputs, as that much less padding does;
a crop beyond the padding has no such equal.
"""

from dataclasses import replace

import numpy as np

from pymodel.network.dilated_chain import ChainFinder, DilatedChain
from pymodel.network.graph import Attribute, Layer, Network

INNER: dict[str, Attribute] = {
    "padding": "VALID", "stride_h": 1, "stride_w": 1, "dilation_h": 1, "dilation_w": 1,
}  # fmt: skip
"""Attributes that the convolution inside must have."""
Ends = tuple[int, int]
"""Of one dimension: elements in front and behind."""


def fold_dilation(network: Network) -> Network:
    """The network with each triple that equals one dilated convolution replaced by it.

    The new layer keeps the convolution's name, op, weights, bias and fused activation, reads the
    SPACE_TO_BATCH_ND's input, writes the BATCH_TO_SPACE_ND's output, and has padding EXPLICIT with
    pad_top, pad_bottom, pad_left and pad_right. In one dimension its tensors are (batch, width,
    channels), and the ops to height 1 and back go as well.

    A triple stays as it stands unless block, paddings and crops are constants that fit each other,
    the convolution is VALID with stride and dilation 1, no other layer reads or makes a tensor
    inside, and the ops around the convolution keep the quantisation: then their border, a zero
    point, is the convolution's own. Tensors keep their indices, layers get new ones.
    """
    finder = ChainFinder(network)
    folded: dict[int, Layer] = {}
    gone: set[int] = set()
    for layer in network.layers:
        chain = finder.ending_in(layer)
        dilated = None if chain is None else _dilated(network, chain)
        if chain is not None and dilated is not None:
            gone |= {one.index for one in chain.layers}
            folded[layer.index] = dilated
    kept = [
        folded.get(layer.index, layer)
        for layer in network.layers
        if layer.index not in gone or layer.index in folded
    ]
    layers = tuple(replace(layer, index=index) for index, layer in enumerate(kept))
    return replace(network, layers=layers)


def _dilated(network: Network, chain: DilatedChain) -> Layer | None:
    """The one convolution that equals the chain, or None."""
    x, y = network.tensors[chain.to_batch.inputs[0]], network.tensors[chain.to_space.outputs[0]]
    kernel = _kernel(network, chain.conv)
    block = _constant(network, chain.to_batch, 1)
    paddings, crops = _constant(network, chain.to_batch, 2), _constant(network, chain.to_space, 2)
    spatial = 2 if chain.raising is None else 1
    if (
        any(chain.conv.attributes.get(key) != value for key, value in INNER.items())
        or not all(_keeps_quantisation(network, one) for one in chain.layers if one != chain.conv)
        or len(x.shape) != spatial + 2
        or len(y.shape) != spatial + 2
        or x.shape[0] != y.shape[0]
        or len(block) != spatial
        or len(paddings) != 2 * spatial
        or len(crops) != 2 * spatial
        or block != _constant(network, chain.to_space, 1)
        or kernel is None
    ):
        return None
    if spatial == 1:  # an image of height 1, whose blocks have height 1
        block, paddings, crops = [1, *block], [0, 0, *paddings], [0, 0, *crops]
    image, outputs = (1, *x.shape[1:-1])[-2:], (1, *y.shape[1:-1])[-2:]
    axes = [
        _padding(image[i], kernel[i], block[i], _ends(paddings, i), _ends(crops, i), outputs[i])
        for i in (0, 1)
    ]
    if axes[0] is None or axes[1] is None or not _height_is_1(network, chain, kernel[1]):
        return None
    (pad_top, pad_bottom), (pad_left, pad_right) = axes[0], axes[1]
    explicit: dict[str, Attribute] = {
        "padding": "EXPLICIT",
        "pad_top": pad_top,
        "pad_bottom": pad_bottom,
        "pad_left": pad_left,
        "pad_right": pad_right,
        "dilation_h": block[0],
        "dilation_w": block[1],
    }
    return replace(
        chain.conv,
        inputs=(x.index, *chain.conv.inputs[1:]),
        outputs=(y.index,),
        attributes={**chain.conv.attributes, **explicit},
    )


def _padding(
    size: int, taps: int, block: int, padding: Ends, crop: Ends, outputs: int
) -> Ends | None:
    """Padding of the dilated convolution along one dimension; None if it would not be equal."""
    if block < 1 or min(*padding, *crop) < 0:
        return None
    padded = size + sum(padding)
    before, after = padding[0] - crop[0], padding[1] - crop[1]
    if padded % block or padded // block < taps or before < 0 or after < 0:
        return None
    if outputs < 1 or outputs != size + before + after - (taps - 1) * block:
        return None
    return before, after


def _height_is_1(network: Network, chain: DilatedChain, taps: int) -> bool:
    """Whether the ops around a one-dimensional convolution only put in and take out height 1.

    LiteRT takes the shapes between from these ops, not from the file, whose batch may be open.
    """
    if chain.raising is None or chain.lowering is None:
        return True
    x, y = network.tensors[chain.to_batch.inputs[0]], network.tensors[chain.to_space.outputs[0]]
    block, paddings = (_constant(network, chain.to_batch, place) for place in (1, 2))
    batch, width = x.shape[0] * block[0], (x.shape[1] + sum(paddings)) // block[0]
    given = _constant(network, chain.raising, 1)
    if chain.raising.op == "EXPAND_DIMS":
        raises = given in ([1], [-3])
    else:
        raises = given in ([batch, 1, width, x.shape[2]], [-1, 1, width, x.shape[2]])
    low = [width - taps + 1, y.shape[2]]
    return raises and _constant(network, chain.lowering, 1) in ([batch, *low], [-1, *low])


def _kernel(network: Network, conv: Layer) -> tuple[int, int] | None:
    """Height and width of the weights, OHWI or 1HWC."""
    shape = network.tensors[conv.inputs[1]].shape if len(conv.inputs) > 1 else ()
    return (shape[1], shape[2]) if len(shape) == 4 and min(shape) > 0 else None


def _constant(network: Network, layer: Layer, place: int) -> list[int]:
    """Elements of a small constant operand, integers in C order; none where there is none."""
    if not 0 <= place < len(layer.inputs) or layer.inputs[place] < 0:
        return []
    data = network.tensors[layer.inputs[place]].data
    if data is None or data.dtype.kind != "i" or data.size > 8:
        return []
    return [int(value) for value in data.reshape(-1)]


def _ends(flat: list[int], place: int) -> Ends:
    return flat[2 * place], flat[2 * place + 1]


def _keeps_quantisation(network: Network, layer: Layer) -> bool:
    x, y = network.tensors[layer.inputs[0]], network.tensors[layer.outputs[0]]
    return x.dtype == y.dtype and all(
        np.array_equal(getattr(x, field), getattr(y, field)) for field in ("scale", "zero_point")
    )
