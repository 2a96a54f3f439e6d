// Stops elaboration where its parameters are no float format: sign, E exponent, M mantissa bits.
// A format is E, M, BIAS (of the exponent), SPECIAL (float_defs.vh) and DENORMALS (0 or 1).
// No ports and no hardware. It does not check OVERFLOW: float_round.v does.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_format_check #(
  parameter E = 8,
  parameter M = 23,
  parameter BIAS = (1 << (E - 1)) - 1,
  parameter SPECIAL = 0,
  parameter DENORMALS = 1
) ();
  `include "float_defs.vh"

  generate
    if (E < 2 || E > 8) begin : gen_illegal_exponent
      float_format_needs_E_from_2_to_8 u_illegal ();
    end
    if (M < 1 || M > 23) begin : gen_illegal_mantissa
      float_format_needs_M_from_1_to_23 u_illegal ();
    end
    if (BIAS < 0 || BIAS > 255) begin : gen_illegal_bias
      float_format_needs_BIAS_from_0_to_255 u_illegal ();
    end
    if (SPECIAL != SPECIAL_IEEE && SPECIAL != SPECIAL_FN && SPECIAL != SPECIAL_NONE)
    begin : gen_illegal_special
      float_format_has_no_such_SPECIAL u_illegal ();
    end
    if (DENORMALS != 0 && DENORMALS != 1) begin : gen_illegal_switch
      float_format_needs_DENORMALS_0_or_1 u_illegal ();
    end
    if (DENORMALS != 0 && SPECIAL == SPECIAL_NONE) begin : gen_illegal_denormals
      float_format_of_SPECIAL_NONE_needs_DENORMALS_0 u_illegal ();
    end
  endgenerate
endmodule

`default_nettype wire
