"""Affine int8: real value = scale * (code - zero point), with TFLite's rounding."""
