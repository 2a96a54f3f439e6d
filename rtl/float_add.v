// sum = a + b, rounded once: two codes of one float format, for tree nodes, psums and bias.
// Combinational. It is a multiply-accumulate whose product is b; events are in dla_defs.vh.
// It holds no state, and converts nothing: both codes and the sum have the same format.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_add #(
  parameter E = 8,
  parameter M = 23,
  parameter BIAS = (1 << (E - 1)) - 1,
  parameter SPECIAL = 0,
  parameter DENORMALS = 1,
  parameter OVERFLOW = 1
) (
  input  wire [E+M:0] a,
  input  wire [E+M:0] b,
  output wire [E+M:0] sum,
  output wire [2:0]   events
);
  wire [M+15:0] b_value;

  float_unpack #(
    .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS)
  ) u_unpack (
    .code(b),
    .value(b_value)
  );

  float_multiply_accumulate #(
    .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS), .OVERFLOW(OVERFLOW),
    .SIG_PRODUCT(M + 1)
  ) u_accumulate (
    .acc(a),
    .product(b_value),
    .sum(sum),
    .events(events)
  );
endmodule

`default_nettype wire
