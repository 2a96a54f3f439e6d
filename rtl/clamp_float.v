// Clips a code of the float format ELEM_FLOAT (float_defs.vh) to clamp_min .. clamp_max, in the
// order of sign and magnitude: -infinity .. -0, +0 .. +infinity. NaN passes.
// Combinational. Codes stand in the low bits of ELEM_W; what is above them is not looked at, and
// is 0 in y. clamp_min must not exceed clamp_max, and neither may be NaN.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module clamp_float #(
  parameter ELEM_W = 8,
  parameter ELEM_FLOAT = 0
) (
  input  wire [ELEM_W-1:0] value,
  input  wire [ELEM_W-1:0] clamp_min,
  input  wire [ELEM_W-1:0] clamp_max,
  output wire [ELEM_W-1:0] y,
  output wire              below,
  output wire              above
);
  `include "float_defs.vh"

  localparam E       = (ELEM_FLOAT >> FLOAT_E) & 15;
  localparam M       = (ELEM_FLOAT >> FLOAT_M) & 31;
  localparam SPECIAL = (ELEM_FLOAT >> FLOAT_SPECIAL) & 3;
  localparam CODE_W  = 1 + E + M;

  generate
    if (CODE_W > ELEM_W) begin : gen_illegal_width
      clamp_float_needs_ELEM_W_of_ELEM_FLOAT_or_more u_illegal ();
    end else begin : gen_clamp
      wire [CODE_W-1:0] code = value[CODE_W-1:0];
      wire [CODE_W-1:0] low  = clamp_min[CODE_W-1:0];
      wire [CODE_W-1:0] high = clamp_max[CODE_W-1:0];

      // Unsigned numbers in the order of the codes: negative ones flipped, the others above them.
      wire [CODE_W-1:0] code_place = order(code);
      wire [CODE_W-1:0] low_place  = order(low);
      wire [CODE_W-1:0] high_place = order(high);

      wire [E-1:0] field    = code[M +: E];
      wire [M-1:0] mantissa = code[M-1:0];
      wire         nan      = &field && (SPECIAL == SPECIAL_IEEE ? |mantissa :
                                         SPECIAL == SPECIAL_FN   ? &mantissa : 1'b0);

      wire [CODE_W-1:0] clipped = below ? low : above ? high : code;

      assign below = ~nan & (code_place < low_place);
      assign above = ~nan & (code_place > high_place);

      if (CODE_W == ELEM_W) begin : gen_full
        assign y = clipped;
      end else begin : gen_narrow
        wire unused = &{1'b0, value, clamp_min, clamp_max};
        assign y = {{(ELEM_W - CODE_W){1'b0}}, clipped};
      end
    end
  endgenerate

  function [CODE_W-1:0] order(input [CODE_W-1:0] float);
    order = float[CODE_W-1] ? ~float : {1'b1, float[CODE_W-2:0]};
  endfunction
endmodule

`default_nettype wire
