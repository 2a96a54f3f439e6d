"""Parameters outside a float module's range stop its elaboration, with a name that says why."""

import pytest

from tb.runner import SimulationFailed
from tb.unit.bench import run_bench
from tb.unit.float_bench import FN, INFINITE, NONE

ILLEGAL = {
    "narrow_exponent": ("float_add", {"E": 1}, "format_needs_E_from_2_to_8"),
    "wide_exponent": ("float_unpack", {"E": 9}, "format_needs_E_from_2_to_8"),
    "no_mantissa": ("float_round", {"M": 0}, "format_needs_M_from_1_to_23"),
    "wide_mantissa": ("float_add", {"M": 24}, "format_needs_M_from_1_to_23"),
    "wide_operand": ("float_multiply", {"M_W": 24}, "format_needs_M_from_1_to_23"),
    "negative_bias": ("float_unpack", {"BIAS": -1}, "format_needs_BIAS_from_0_to_255"),
    "large_bias": ("float_round", {"BIAS": 256}, "format_needs_BIAS_from_0_to_255"),
    "special": ("float_multiply", {"SPECIAL_X": 3}, "format_has_no_such_SPECIAL"),
    "denormals": ("float_unpack", {"DENORMALS": 2}, "format_needs_DENORMALS_0_or_1"),
    "none_denormals": ("float_unpack", {"SPECIAL": NONE}, "SPECIAL_NONE_needs_DENORMALS_0"),
    "overflow": ("float_round", {"OVERFLOW": 2}, "float_round_has_no_such_OVERFLOW"),
    "none_overflow": (
        "float_multiply_accumulate",
        {"SPECIAL": NONE, "DENORMALS": 0, "OVERFLOW": INFINITE},
        "to_SPECIAL_NONE_needs_OVERFLOW_SATURATE",
    ),
    "fn_overflow": ("float_add", {"SPECIAL": FN, "OVERFLOW": -1}, "has_no_such_OVERFLOW"),
    "sum_width": ("float_exact_add", {"SIG_SUM": 52}, "SIG_SUM_of_two_times_the_wider"),
    "count_width": ("float_normalise", {"W": 33}, "COUNT_W_of_clog2_W"),
}


@pytest.mark.parametrize("case", ILLEGAL)
def test_float_parameters(sim: str, case: str) -> None:
    module, parameters, message = ILLEGAL[case]
    with pytest.raises(SimulationFailed, match=rf"(?s)the build failed.*{message}"):
        run_bench(module, __name__, sim, parameters)
