// Brings a finished accumulator to the output's scale, by the format's own rule:
//   FORMAT_AFFINE_INT8          acc * multiplier * 2^(shift - 31), TFLite's rounding (ROUND_*)
//   FORMAT_DYNAMIC_FIXED_POINT, FORMAT_POWER_OF_TWO
//                               acc * 2^shift, rounded (ROUNDING_*), saturated at 32 bits
//   FORMAT_MINIFLOAT            a code of ACC_FLOAT to the nearest code of ELEM_FLOAT
// What a rule does not name is not looked at. Combinational. ACC_W: to 32 in affine int8, else 48.
// Events: of the last rounding, and of the saturation. Zero point and clamp come later (clamp.v).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module requantise #(
  parameter FORMAT = 0,
  parameter ACC_W = 32,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter EVENTS = 1
) (
  input  wire [ACC_W-1:0] acc,
  input  wire [31:0]      multiplier,
  input  wire [7:0]       shift,
  input  wire [1:0]       rounding,
  output wire [31:0]      scaled,
  output wire [4:0]       events
);
  `include "dla_defs.vh"

  generate
    if (FORMAT == FORMAT_AFFINE_INT8) begin : gen_affine
      if (ACC_W > 32) begin : gen_illegal_width
        requantise_of_affine_needs_ACC_W_up_to_32 u_illegal ();
      end

      wire [31:0] extended;

      // Lint waiver: nothing is past a wider width.
      // verilator lint_off PINCONNECTEMPTY
      resize #(.FORMAT(FORMAT), .IN_W(ACC_W), .OUT_W(32), .EVENTS(0)) u_extend (
        .value(acc),
        .resized(extended),
        .events()
      );
      // verilator lint_on PINCONNECTEMPTY

      requantise_affine #(.EVENTS(EVENTS)) u_affine (
        .acc(extended),
        .multiplier(multiplier),
        .shift(shift),
        .rounding(rounding),
        .scaled(scaled),
        .events(events)
      );
    end else if (FORMAT == FORMAT_DYNAMIC_FIXED_POINT || FORMAT == FORMAT_POWER_OF_TWO)
    begin : gen_fixed
      wire unused = &{1'b0, multiplier};

      requantise_fixed #(.ACC_W(ACC_W)) u_fixed (
        .acc(acc),
        .shift(shift),
        .rounding(rounding),
        .scaled(scaled),
        .events(events)
      );
    end else if (FORMAT == FORMAT_MINIFLOAT) begin : gen_float
      wire unused = &{1'b0, multiplier, shift, rounding};

      requantise_float #(
        .ACC_W(ACC_W), .ELEM_FLOAT(ELEM_FLOAT), .ACC_FLOAT(ACC_FLOAT)
      ) u_float (
        .acc(acc),
        .scaled(scaled),
        .events(events)
      );
    end else begin : gen_illegal_format
      requantise_has_no_such_FORMAT u_illegal ();
    end
  endgenerate
endmodule

`default_nettype wire
