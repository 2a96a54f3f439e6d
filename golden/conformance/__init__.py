"""The conformance map: which rounding rule each of LiteRT's kernels follows, op by op, measured."""
