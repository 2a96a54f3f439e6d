"""Random layers in any datapath: codes over the whole range, psums that reach the output's."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pymodel.convolution import Convolution
from pymodel.datapath import Datapath
from pymodel.formats import minifloat
from pymodel.geometry import ConvGeometry
from pymodel.requantise import ARRAY_RULES, Requantise, stored_codes

Codes = NDArray[np.signedinteger]
GEOMETRIES = {
    "conv3x3_same": ConvGeometry(
        1, 4, 3, 6, 5, 3, 3, pad_top=1, pad_bottom=1, pad_left=1, pad_right=1
    ),
    "conv1x1_past_lanes": ConvGeometry(1, 2, 3, 9, 9, 1, 1),
    "conv3x3_stride2_dilation2": ConvGeometry(
        1, 7, 7, 3, 4, 3, 3, 2, 2, 2, 2, pad_top=2, pad_left=1, pad_right=1
    ),
    "causal_dilation3": ConvGeometry(1, 1, 8, 4, 4, 1, 3, dilation_w=3, pad_left=6),
    "depthwise3x3": ConvGeometry(1, 4, 4, 3, 3, 3, 3, groups=3, pad_top=1, pad_bottom=1),
    "depthwise_multiplier2": ConvGeometry(1, 3, 3, 2, 4, 2, 2, groups=2),
    "groups_of_2": ConvGeometry(1, 3, 3, 8, 4, 2, 2, groups=4),
}


def random_layer_in(
    datapath: Datapath, geometry: ConvGeometry, seed: int, calm: bool = False
) -> tuple[Convolution, Codes]:
    """A layer of the datapath's format, and its input.

    In minifloat the codes are any, NaN and infinities among them; calm ones have magnitudes from
    1/4 to 2, which many sums get lost in.
    """
    rng = np.random.default_rng(seed)
    rules = ARRAY_RULES[datapath.format]
    channels = geometry.out_channels
    x, weights = (
        _codes(datapath, rng, shape, weight, calm)
        for weight, shape in enumerate((geometry.input_shape, geometry.weights_shape))
    )
    multiplier, shift, bias, clamp = _output(datapath, rng, geometry)
    conv = Convolution(
        name=f"{datapath.name} layer {seed}",
        geometry=geometry,
        weights=weights,
        bias=bias,
        x_zero_point=int(rng.integers(-128, 128)) if datapath.format == "affine_int8" else 0,
        w_zero_point=0,
        requantise=Requantise(
            rule=rules[seed % len(rules)],
            multiplier=multiplier,
            shift=shift,
            scale=np.ones(channels, dtype=np.float64),
            zero_point=int(rng.integers(-40, 40)) if datapath.format == "affine_int8" else 0,
            clamp_min=clamp[0],
            clamp_max=clamp[1],
        ),
    )
    return conv, x


def opposing_layers(datapath: Datapath) -> list[tuple[Convolution, Codes]]:
    """Layers of many taps whose channels pull against each other, a lane's products all one way.

    Lanes that saturate lose what the tree would have cancelled: the reduction order shows.
    """
    layers = []
    for seed, groups in enumerate((1, 2, 4)):
        geometry = ConvGeometry(1, 1, 50, 4 * groups, 4, 1, 48, groups=groups)
        if groups == 4:
            geometry = replace(geometry, in_channels=4)
        conv, x = random_layer_in(datapath, geometry, seed, calm=True)
        signs = (-1) ** np.arange(geometry.group_in_channels)
        w_codes, x_codes = conv.weights.astype(np.int64), x.astype(np.int64)
        if datapath.format == "minifloat":
            top = 1 << (datapath.element_bits - 1)
            positive = w_codes & (top - 1)
            weights = stored_codes(np.where(signs < 0, positive | top, positive), datapath)
            x = stored_codes(x_codes & (top - 1), datapath)
        else:
            weights = ((110 + np.abs(w_codes) % 18) * signs).astype(datapath.dtype)
            x = (118 + np.abs(x_codes) % 10).astype(datapath.dtype)
            shift = np.full(geometry.out_channels, -5, dtype=np.int32)
            conv = replace(conv, requantise=replace(conv.requantise, shift=shift))
        layers.append((replace(conv, weights=weights), x))
    return layers


def _codes(
    path: Datapath, rng: np.random.Generator, shape: tuple[int, ...], weight: int, calm: bool
) -> Codes:
    if path.format == "minifloat" and calm:
        real = rng.choice([-1, 1], shape) * np.ldexp(1.0, -2) * 2 ** rng.uniform(0, 3, shape)
        return stored_codes(minifloat.encode(real, path.floats[0]), path)
    if path.format == "minifloat":
        patterns = rng.integers(0, 1 << path.element_bits, shape)
        return stored_codes(patterns, path)
    if weight and path.format == "power_of_two":
        return rng.integers(0, 1 << path.weight_width, shape).astype(path.dtype)
    half = 1 << ((path.weight_width if weight else path.element_bits) - 1)
    ends = rng.choice([-half, half - 1], shape)
    return np.where(rng.random(shape) < 0.2, ends, rng.integers(-half, half, shape)).astype(
        path.dtype
    )


def _output(
    path: Datapath, rng: np.random.Generator, geometry: ConvGeometry
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], tuple[int, int]]:
    """Multiplier, shift, bias and clamp."""
    channels = geometry.out_channels
    if path.format == "minifloat":
        element, accumulator = path.floats
        real = rng.normal(0, 1, channels)
        patterns = minifloat.encode(real, accumulator).view(np.int32)
        lowest = np.array([element.sign_code | element.largest])
        clamp = int(stored_codes(lowest, path)[0]), element.largest
        zeros = np.zeros(channels, dtype=np.int32)
        return zeros, zeros, patterns, clamp
    depth = geometry.taps * geometry.group_in_channels
    grown = max(path.product_bits - path.root_drop - 3, 1) + int(np.log2(depth)) // 2
    spread = path.element_bits - min(path.psum_bits, grown) + rng.integers(-1, 2, channels)
    shift = spread.astype(np.int32)
    bias = rng.integers(-(1 << (path.psum_bits // 2)), 1 << (path.psum_bits // 2), channels)
    multiplier = rng.integers(2**30, 2**31, channels, dtype=np.int32)
    half = 1 << (path.element_bits - 1)
    clamp = (-half, half - 1)
    return multiplier, shift, bias.astype(np.int32), clamp
