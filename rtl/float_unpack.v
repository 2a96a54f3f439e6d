// A code of a float format as an exact value (float_defs.vh), its significand M + 1 bits.
// Combinational. Without denormals a code of exponent 0 is the zero of its sign.
// It does not normalise: a denormal's significand has zeros on top.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_unpack #(
  parameter E = 8,
  parameter M = 23,
  parameter BIAS = (1 << (E - 1)) - 1,
  parameter SPECIAL = 0,
  parameter DENORMALS = 1
) (
  input  wire [E+M:0]  code,
  output wire [M+15:0] value
);
  `include "float_defs.vh"

  float_format_check #(
    .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS)
  ) u_check ();

  wire         sign;
  wire [E-1:0] field;
  wire [M-1:0] mantissa;
  assign {sign, field, mantissa} = code;

  // The weight of the mantissa's lowest bit is 2^(field - OFFSET).
  localparam integer OFFSET = BIAS + M;

  wire least = field == {E{1'b0}};
  wire nan;
  wire inf;
  wire zero;
  wire hidden;

  generate
    if (SPECIAL == SPECIAL_NONE) begin : gen_numbers_only
      assign nan    = 1'b0;
      assign inf    = 1'b0;
      assign zero   = least && mantissa == {M{1'b0}};
      assign hidden = 1'b1;
    end else begin : gen_special
      assign nan    = &field && (SPECIAL == SPECIAL_FN ? &mantissa : |mantissa);
      assign inf    = &field && SPECIAL == SPECIAL_IEEE && mantissa == {M{1'b0}};
      assign zero   = least && (DENORMALS == 0 || mantissa == {M{1'b0}});
      assign hidden = ~least;
    end
  endgenerate

  // A denormal has the exponent of field 1.
  wire [EXPONENT_W-1:0] exponent = {{(EXPONENT_W - E){1'b0}}, field[E-1:1], field[0] | ~hidden} -
                                   OFFSET[EXPONENT_W-1:0];

  assign value = {nan, inf, sign, exponent, zero ? {(M + 1){1'b0}} : {hidden, mantissa}};
endmodule

`default_nettype wire
