"""Binary floating-point formats: how a code of sign, exponent and mantissa is to be read."""

from dataclasses import dataclass
from typing import Literal, get_args

from pymodel.errors import InputError

Special = Literal["ieee", "fn", "none"]
Overflow = Literal["saturate", "ieee"]
Ties = Literal["even", "away"]

EXPONENT_BITS = range(2, 9)
MANTISSA_BITS = range(1, 24)
BIASES = range(256)


@dataclass(frozen=True)
class FloatFormat:
    """A format of 1 + exponent_bits + mantissa_bits bits: sign on top, exponent, mantissa.

    special: which codes are no numbers. "ieee": an exponent of all ones is infinity (mantissa 0)
        or NaN. "fn": only exponent and mantissa all ones is NaN, and there is no infinity (OCP
        8-bit floating point). "none": none is; zero is exponent and mantissa all zero, and every
        other code is +-1.m * 2^(e - bias) (Ristretto).
    bias: None stands for 2^(exponent_bits - 1) - 1, which then is the field's value.
    denormals: False reads a denormal code as a zero of its sign, and flushes a result below the
        smallest normal number to a zero of its sign, judged after rounding it as if the exponent
        had no lower bound. "none" has no denormals; what it flushes becomes +0.
    overflow: a result beyond the largest finite value becomes that value ("saturate"), or infinity
        ("ieee"; NaN in "fn").

    Rounding is to nearest, ties to even; in "none" ties go away from zero.

    Raises:
        InputError: a width outside E 2..8 and M 1..23, a bias outside 0..255, an unknown choice,
            or "none" with denormals or IEEE overflow.
    """

    exponent_bits: int
    mantissa_bits: int
    special: Special = "ieee"
    bias: int | None = None
    denormals: bool = True
    overflow: Overflow = "ieee"

    def __post_init__(self) -> None:
        self._require_integer("exponent_bits", EXPONENT_BITS)
        self._require_integer("mantissa_bits", MANTISSA_BITS)
        if self.bias is None:
            object.__setattr__(self, "bias", 2 ** (self.exponent_bits - 1) - 1)
        self._require_integer("bias", BIASES)
        self._require("special", self.special in get_args(Special), "ieee, fn or none")
        self._require("overflow", self.overflow in get_args(Overflow), "saturate or ieee")
        self._require("denormals", isinstance(self.denormals, bool), "true or false")
        if self.special == "none":
            self._require("denormals", not self.denormals, "false where special is none")
            self._require("overflow", self.overflow == "saturate", "saturate where special is none")

    def _require_integer(self, field: str, allowed: range) -> None:
        value = getattr(self, field)
        legal = isinstance(value, int) and not isinstance(value, bool) and value in allowed
        self._require(field, legal, f"an integer from {allowed.start} to {allowed.stop - 1}")

    def _require(self, field: str, legal: bool, expected: str) -> None:
        if not legal:
            raise InputError(
                f"float format E{self.exponent_bits}M{self.mantissa_bits}: {field} must be "
                f"{expected}, found {getattr(self, field)!r}"
            )

    def __str__(self) -> str:
        return f"E{self.exponent_bits}M{self.mantissa_bits} ({self.special})"

    @property
    def width(self) -> int:
        """Bits of a code."""
        return 1 + self.exponent_bits + self.mantissa_bits

    @property
    def ties(self) -> Ties:
        """Where a value halfway between two codes goes."""
        return "away" if self.special == "none" else "even"

    @property
    def offset(self) -> int:
        """The bias, which is never None once the format is made."""
        assert self.bias is not None
        return self.bias

    @property
    def sign_code(self) -> int:
        """The code of -0."""
        return 1 << (self.width - 1)

    @property
    def infinity(self) -> int | None:
        """The code of plus infinity, where there is one."""
        ones = (1 << self.exponent_bits) - 1
        return ones << self.mantissa_bits if self.special == "ieee" else None

    @property
    def nan(self) -> int | None:
        """The canonical NaN, where there is one: 0, all ones, 1, zeros; in "fn" 0, all ones."""
        if self.special == "ieee":
            ones = (1 << (self.exponent_bits + 1)) - 1
            return ones << (self.mantissa_bits - 1)
        return self.sign_code - 1 if self.special == "fn" else None

    @property
    def largest(self) -> int:
        """The code of the largest finite value."""
        if self.infinity is not None:
            return self.infinity - 1
        return self.sign_code - (2 if self.special == "fn" else 1)

    @property
    def smallest_normal(self) -> int:
        """The code of the smallest positive number of full precision."""
        return 1 if self.special == "none" else 1 << self.mantissa_bits

    @property
    def least_exponent(self) -> int:
        """log2 of the lowest bit that any value has."""
        first = 0 if self.special == "none" else 1
        return first - self.offset - self.mantissa_bits

    @property
    def most_exponent(self) -> int:
        """log2 of the highest bit that any finite value has."""
        return (self.largest >> self.mantissa_bits) - self.offset


E4M3 = FloatFormat(4, 3, special="fn", overflow="saturate")
"""OCP e4m3fn, largest 448, here saturating. Source: OCP 8-bit Floating Point Specification 1.0."""
E5M2 = FloatFormat(5, 2)
"""OCP e5m2, as IEEE 754 would have it: infinities, NaNs. Source: as E4M3."""
RISTRETTO_8 = FloatFormat(4, 3, special="none", denormals=False, overflow="saturate")
"""Ristretto's 8-bit minifloat. It takes at least 4 exponent bits (more only for activations beyond
2^9) and gives the mantissa what sign and exponent leave. Source: Ristretto's `Quantize2MiniFloat`
and `Trim2MiniFloat_cpu` (quantization.cpp, base_ristretto_layer.cpp)."""
FLOAT16 = FloatFormat(5, 10)
"""IEEE 754 binary16."""
BFLOAT16 = FloatFormat(8, 7)
"""The upper half of binary32."""
FLOAT32 = FloatFormat(8, 23)
"""IEEE 754 binary32."""
