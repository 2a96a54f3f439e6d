// Product of a code x and a code w, each of a float format of its own: exact, unrounded.
// Combinational. product is an exact value (float_defs.vh), its significand M_X + M_W + 2 bits.
// mask makes it +0, whatever the operands are. It does not normalise, round or accumulate.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_multiply #(
  parameter E_X = 4,
  parameter M_X = 3,
  parameter BIAS_X = (1 << (E_X - 1)) - 1,
  parameter SPECIAL_X = 0,
  parameter DENORMALS_X = 1,
  parameter E_W = E_X,
  parameter M_W = M_X,
  parameter BIAS_W = (1 << (E_W - 1)) - 1,
  parameter SPECIAL_W = SPECIAL_X,
  parameter DENORMALS_W = DENORMALS_X
) (
  input  wire [E_X+M_X:0]    x,
  input  wire [E_W+M_W:0]    w,
  input  wire                mask,
  output wire [M_X+M_W+16:0] product
);
  `include "float_defs.vh"

  localparam SIG_W = M_X + M_W + 2;

  wire [M_X+15:0] x_value;
  wire [M_W+15:0] w_value;

  float_unpack #(
    .E(E_X), .M(M_X), .BIAS(BIAS_X), .SPECIAL(SPECIAL_X), .DENORMALS(DENORMALS_X)
  ) u_unpack_x (
    .code(x),
    .value(x_value)
  );

  float_unpack #(
    .E(E_W), .M(M_W), .BIAS(BIAS_W), .SPECIAL(SPECIAL_W), .DENORMALS(DENORMALS_W)
  ) u_unpack_w (
    .code(w),
    .value(w_value)
  );

  wire                  x_nan, x_inf, x_sign;
  wire                  w_nan, w_inf, w_sign;
  wire [EXPONENT_W-1:0] x_exponent, w_exponent;
  wire [M_X:0]          x_significand;
  wire [M_W:0]          w_significand;
  assign {x_nan, x_inf, x_sign, x_exponent, x_significand} = x_value;
  assign {w_nan, w_inf, w_sign, w_exponent, w_significand} = w_value;

  wire x_zero = x_significand == {(M_X + 1){1'b0}};
  wire w_zero = w_significand == {(M_W + 1){1'b0}};

  // Infinity times zero is no number.
  wire nan  = x_nan | w_nan | (x_inf & w_zero) | (x_zero & w_inf);
  wire inf  = x_inf | w_inf;
  wire sign = x_sign ^ w_sign;

  wire [EXPONENT_W-1:0] exponent    = x_exponent + w_exponent;
  wire [SIG_W-1:0]      significand = {{(M_W + 1){1'b0}}, x_significand} *
                                      {{(M_X + 1){1'b0}}, w_significand};

  assign product = mask ? {(SIG_W + EXPONENT_W + 3){1'b0}}
                        : {nan, inf, sign, exponent, significand};
endmodule

`default_nettype wire
