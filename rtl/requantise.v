// Brings a finished 32-bit accumulator to the output's scale, by the format's own rule:
//   FORMAT_AFFINE_INT8          acc * multiplier * 2^(shift - 31), TFLite's rounding (ROUND_*)
//   FORMAT_DYNAMIC_FIXED_POINT  acc * 2^shift, rounded (ROUNDING_*); multiplier not looked at
// Combinational; 32 bits in and out. Zero point and clamp come later (clamp.v).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module requantise #(
  parameter FORMAT = 0
) (
  input  wire [31:0] acc,
  input  wire [31:0] multiplier,
  input  wire [7:0]  shift,
  input  wire [1:0]  rounding,
  output wire [31:0] scaled
);
  `include "dla_defs.vh"

  generate
    if (FORMAT == FORMAT_AFFINE_INT8) begin : gen_affine
      requantise_affine u_affine (
        .acc(acc),
        .multiplier(multiplier),
        .shift(shift),
        .rounding(rounding),
        .scaled(scaled)
      );
    end else if (FORMAT == FORMAT_DYNAMIC_FIXED_POINT) begin : gen_fixed
      wire unused = &{1'b0, multiplier};

      requantise_fixed u_fixed (
        .acc(acc),
        .shift(shift),
        .rounding(rounding),
        .scaled(scaled)
      );
    end else begin : gen_illegal_format
      requantise_has_no_such_FORMAT u_illegal ();
    end
  endgenerate
endmodule

`default_nettype wire
