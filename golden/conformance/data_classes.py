"""The classes of data: what the numbers or the shapes of a case force."""

OVERFLOW = "overflow"
"""The class whose results no 32-bit integer holds. C leaves the conversion of such a float to an
integer undefined, so a rule may hold everywhere but here."""
FAR_PAST_THE_RANGE = (OVERFLOW, "past_16_bits", "cancellation")
"""Classes with results thousands of times the output's range, which no sound network has."""

ABOUT: dict[str, str] = {
    "random": "any codes, scales and shapes",
    "all_codes": "all 256 codes of the input",
    "all_pairs": "all 65536 pairs of codes, of two inputs or of a row of two",
    "ties": "scales with which many results lie half way between two codes: powers of two; of "
    "SOFTMAX, those that put a probability there",
    "near_2_30": "accumulators near +-2^30, by the biases",
    "saturation": "outputs past both ends of their range, or a fused activation's",
    "activation_ties": "a fused activation whose bound lies half way between two codes",
    "scale_above_1": "real multipliers from 1/2 to 30",
    OVERFLOW: "accumulators near +-2^30 and multipliers from 1/2 to 30, so that most results are "
    "past 32 bits",
    "zero_point_ends": "zero points -128 and 127 of input and output",
    "weight_zero_point": "weights with a zero point other than 0, one scale per tensor",
    "scales_apart": "input scales that differ by up to 2^7",
    "past_16_bits": "an output scale so small that results in its steps are past 16 bits",
    "cancellation": "an output scale so small that the inputs' own rounding shows in sums near 0; "
    "the others saturate",
    "broadcast": "operands of different shapes that broadcast, one of them perhaps constant",
    "dilation": "dilation 2 to 4 on both axes, padded, zero points other than 0",
    "large_kernel": "windows larger than the image, which is padded",
    "line": "images of 1xN and Nx1; of FULLY_CONNECTED, one input or one output channel",
    "shapes": "one to five dimensions, many of extent 1",
    "axes": "any axes of one to four dimensions, counted from either end",
}
"""A sentence for each class; the order is that of the page."""
