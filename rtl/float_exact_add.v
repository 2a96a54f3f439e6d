// Sum of two exact values (float_defs.vh) that rounds to PRECISION bits, or fewer, as a + b does.
// Combinational. SIG_SUM = 2 * WIDER + 3, WIDER being the largest of SIG_A, SIG_B and PRECISION.
// Where the values lie so far apart that a bit would fall off, the lowest bit is set instead: it is
// below any half of a last place. It does not normalise or round.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_exact_add #(
  parameter SIG_A = 24,
  parameter SIG_B = 24,
  parameter PRECISION = 24,
  parameter SIG_SUM = 51
) (
  input  wire [SIG_A+14:0]   a,
  input  wire [SIG_B+14:0]   b,
  output wire [SIG_SUM+14:0] sum
);
  `include "float_defs.vh"

  localparam         WIDER_SIG = SIG_A > SIG_B ? SIG_A : SIG_B;
  localparam         WIDER     = WIDER_SIG > PRECISION ? WIDER_SIG : PRECISION;
  localparam integer GUARD     = WIDER + 2;

  generate
    if (SIG_SUM != WIDER + GUARD + 1) begin : gen_illegal_width
      float_exact_add_needs_SIG_SUM_of_two_times_the_wider_plus_three u_illegal ();
    end
  endgenerate

  wire                  a_nan, a_inf, a_sign;
  wire                  b_nan, b_inf, b_sign;
  wire [EXPONENT_W-1:0] a_exponent, b_exponent;
  wire [SIG_A-1:0]      a_significand;
  wire [SIG_B-1:0]      b_significand;
  assign {a_nan, a_inf, a_sign, a_exponent, a_significand} = a;
  assign {b_nan, b_inf, b_sign, b_exponent, b_significand} = b;

  // The value of the higher exponent keeps its place, the other one moves down to it. A zero counts
  // as the lower one, and stays where it is.
  wire                  a_zero   = a_significand == {SIG_A{1'b0}};
  wire                  b_zero   = b_significand == {SIG_B{1'b0}};
  wire [EXPONENT_W-1:0] gap      = a_exponent - b_exponent;
  wire                  a_high   = b_zero | (~a_zero & ~gap[EXPONENT_W-1]);
  wire [EXPONENT_W-1:0] distance = a_high ? gap : -gap;

  wire [SIG_SUM-1:0] a_wide  = {{(SIG_SUM - SIG_A - GUARD){1'b0}}, a_significand, {GUARD{1'b0}}};
  wire [SIG_SUM-1:0] b_wide  = {{(SIG_SUM - SIG_B - GUARD){1'b0}}, b_significand, {GUARD{1'b0}}};
  wire [SIG_SUM-1:0] high    = a_high ? a_wide : b_wide;
  wire [SIG_SUM-1:0] low     = a_high ? b_wide : a_wide;
  wire [SIG_SUM-1:0] lost    = low & ~({SIG_SUM{1'b1}} << distance);
  wire [SIG_SUM-1:0] aligned = (low >> distance) | {{(SIG_SUM - 1){1'b0}}, |lost};

  // The top bit is free for the carry of an addition and the sign of a difference.
  wire               differ      = a_sign ^ b_sign;
  wire [SIG_SUM-1:0] total       = differ ? high - aligned : high + aligned;
  wire               negative    = differ & total[SIG_SUM-1];
  wire [SIG_SUM-1:0] significand = negative ? -total : total;

  // What cancels is +0; only two negative zeros make -0. Infinity less infinity is no number.
  wire zero = significand == {SIG_SUM{1'b0}};
  wire nan  = a_nan | b_nan | (a_inf & b_inf & differ);
  wire inf  = a_inf | b_inf;
  wire sign = a_inf ? a_sign :
              b_inf ? b_sign :
              zero  ? a_sign & b_sign : (a_high ? a_sign : b_sign) ^ negative;

  wire [EXPONENT_W-1:0] exponent = (a_high ? a_exponent : b_exponent) - GUARD[EXPONENT_W-1:0];

  assign sum = {nan, inf, sign, exponent, significand};
endmodule

`default_nettype wire
