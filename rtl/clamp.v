// Adds the output's zero point without overflow, then clips to clamp_min .. clamp_max (signed).
// Combinational. clamp_min must not exceed clamp_max (job_check sees to it).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module clamp #(
  parameter FORMAT = 0,
  parameter ELEM_W = 8
) (
  input  wire [31:0]       value,
  input  wire [ELEM_W-1:0] zero_point,
  input  wire [ELEM_W-1:0] clamp_min,
  input  wire [ELEM_W-1:0] clamp_max,
  output wire [ELEM_W-1:0] y
);
  `include "dla_defs.vh"

  generate
    if (FORMAT != FORMAT_AFFINE_INT8 && FORMAT != FORMAT_DYNAMIC_FIXED_POINT)
    begin : gen_illegal_format
      clamp_has_no_such_FORMAT u_illegal ();
    end
    if (ELEM_W < 2 || ELEM_W > 32) begin : gen_illegal_width
      clamp_needs_ELEM_W_from_2_to_32 u_illegal ();
    end
  endgenerate

  // 33 bits hold the sum of a 32-bit value and a zero point.
  localparam EXTEND = 33 - ELEM_W;

  wire signed [32:0] low  = $signed({{EXTEND{clamp_min[ELEM_W-1]}}, clamp_min});
  wire signed [32:0] high = $signed({{EXTEND{clamp_max[ELEM_W-1]}}, clamp_max});
  wire signed [32:0] sum  = $signed({value[31], value}) +
                            $signed({{EXTEND{zero_point[ELEM_W-1]}}, zero_point});

  assign y = sum < low  ? clamp_min :
             sum > high ? clamp_max : sum[ELEM_W-1:0];
endmodule

`default_nettype wire
