// Adds the output's zero point without overflow, then clips to clamp_min .. clamp_max (signed).
// In minifloat: no zero point, and codes are clipped in their order as floats (clamp_float.v).
// Combinational. clamp_min must not exceed clamp_max (job_check sees to it).
// Events: SATURATED where the clip changes the value.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module clamp #(
  parameter FORMAT = 0,
  parameter ELEM_W = 8,
  parameter ELEM_FLOAT = 0,
  parameter EVENTS = 1
) (
  input  wire [31:0]       value,
  input  wire [ELEM_W-1:0] zero_point,
  input  wire [ELEM_W-1:0] clamp_min,
  input  wire [ELEM_W-1:0] clamp_max,
  output wire [ELEM_W-1:0] y,
  output wire [4:0]        events
);
  `include "dla_defs.vh"

  wire below;
  wire above;

  generate
    if (ELEM_W < 2 || ELEM_W > 32) begin : gen_illegal_width
      clamp_needs_ELEM_W_from_2_to_32 u_illegal ();
    end

    if (FORMAT == FORMAT_MINIFLOAT) begin : gen_float
      wire unused = &{1'b0, value, zero_point};

      clamp_float #(.ELEM_W(ELEM_W), .ELEM_FLOAT(ELEM_FLOAT)) u_clamp (
        .value(value[ELEM_W-1:0]),
        .clamp_min(clamp_min),
        .clamp_max(clamp_max),
        .y(y),
        .below(below),
        .above(above)
      );
    end else if (FORMAT == FORMAT_AFFINE_INT8 || FORMAT == FORMAT_DYNAMIC_FIXED_POINT ||
                 FORMAT == FORMAT_POWER_OF_TWO) begin : gen_integer
      // 33 bits hold the sum of a 32-bit value and a zero point.
      localparam EXTEND = 33 - ELEM_W;

      wire signed [32:0] low  = $signed({{EXTEND{clamp_min[ELEM_W-1]}}, clamp_min});
      wire signed [32:0] high = $signed({{EXTEND{clamp_max[ELEM_W-1]}}, clamp_max});
      wire signed [32:0] sum  = $signed({value[31], value}) +
                                $signed({{EXTEND{zero_point[ELEM_W-1]}}, zero_point});

      assign below = sum < low;
      assign above = sum > high;
      assign y     = below ? clamp_min : above ? clamp_max : sum[ELEM_W-1:0];
    end else begin : gen_illegal_format
      clamp_has_no_such_FORMAT u_illegal ();
    end
  endgenerate

  generate
    if (EVENTS != 0) begin : gen_events
      assign events[EVENT_SATURATED] = below || above;
      assign events[EVENT_TIE]       = 1'b0;
      assign events[EVENT_FLUSHED]   = 1'b0;
      assign events[EVENT_WRAPPED]   = 1'b0;
      assign events[EVENT_TRUNCATED] = 1'b0;
    end else begin : gen_no_events
      wire unused = &{1'b0, below, above};

      assign events = 5'd0;
    end
  endgenerate
endmodule

`default_nettype wire
