// sum = acc + product, rounded once: acc a code of a float format, product an exact value.
// Combinational. SIG_PRODUCT is its significand; layout: float_defs.vh, events: dla_defs.vh.
// It holds no state and does not multiply: float_multiply.v makes the product.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_multiply_accumulate #(
  parameter E = 8,
  parameter M = 23,
  parameter BIAS = (1 << (E - 1)) - 1,
  parameter SPECIAL = 0,
  parameter DENORMALS = 1,
  parameter OVERFLOW = 1,
  parameter SIG_PRODUCT = 8
) (
  input  wire [E+M:0]            acc,
  input  wire [SIG_PRODUCT+14:0] product,
  output wire [E+M:0]            sum,
  output wire [2:0]              events
);
  // As float_exact_add wants it; a sum of PRECISION bits is M mantissa bits and the hidden one.
  localparam PRECISION = M + 1;
  localparam WIDER     = SIG_PRODUCT > PRECISION ? SIG_PRODUCT : PRECISION;
  localparam SIG_SUM   = 2 * WIDER + 3;

  wire [M+15:0]       acc_value;
  wire [SIG_SUM+14:0] sum_value;

  float_unpack #(
    .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS)
  ) u_unpack (
    .code(acc),
    .value(acc_value)
  );

  float_exact_add #(
    .SIG_A(PRECISION), .SIG_B(SIG_PRODUCT), .PRECISION(PRECISION), .SIG_SUM(SIG_SUM)
  ) u_add (
    .a(acc_value),
    .b(product),
    .sum(sum_value)
  );

  float_round #(
    .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS), .OVERFLOW(OVERFLOW),
    .SIG_W(SIG_SUM)
  ) u_round (
    .value(sum_value),
    .code(sum),
    .events(events)
  );
endmodule

`default_nettype wire
