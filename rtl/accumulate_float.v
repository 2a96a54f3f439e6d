// sum = acc + addend in the float format ACC_FLOAT (float_defs.vh), rounded once.
// EXACT_ADDEND 0: addend is a code of that format; 1: an exact value, so a product fuses with it.
// Combinational. The format has infinities and NaN (SPECIAL_IEEE). It holds no state.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module accumulate_float #(
  parameter IN_W = 32,
  parameter ACC_W = 32,
  parameter ACC_FLOAT = 0,
  parameter EXACT_ADDEND = 0
) (
  input  wire [ACC_W-1:0] acc,
  input  wire [IN_W-1:0]  addend,
  output wire [ACC_W-1:0] sum,
  output wire [4:0]       events
);
  `include "float_defs.vh"

  localparam E         = (ACC_FLOAT >> FLOAT_E) & 15;
  localparam M         = (ACC_FLOAT >> FLOAT_M) & 31;
  localparam BIAS      = (ACC_FLOAT >> FLOAT_BIAS) & 255;
  localparam SPECIAL   = (ACC_FLOAT >> FLOAT_SPECIAL) & 3;
  localparam DENORMALS = (ACC_FLOAT >> FLOAT_DENORMALS) & 1;
  localparam OVERFLOW  = (ACC_FLOAT >> FLOAT_OVERFLOW) & 1;

  generate
    if (SPECIAL != SPECIAL_IEEE) begin : gen_illegal_special
      accumulate_float_needs_ACC_FLOAT_of_SPECIAL_IEEE u_illegal ();
    end
    if (EXACT_ADDEND != 0 && EXACT_ADDEND != 1) begin : gen_illegal_addend
      accumulate_float_needs_EXACT_ADDEND_0_or_1 u_illegal ();
    end

    if (ACC_W != 1 + E + M) begin : gen_illegal_width
      accumulate_float_needs_ACC_W_of_the_width_of_ACC_FLOAT u_illegal ();
    end else if (EXACT_ADDEND != 0 ? IN_W < 16 : IN_W != ACC_W) begin : gen_illegal_addend_width
      accumulate_float_needs_IN_W_of_an_exact_value_or_of_ACC_W u_illegal ();
    end else if (EXACT_ADDEND != 0) begin : gen_fused
      float_multiply_accumulate #(
        .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS), .OVERFLOW(OVERFLOW),
        .SIG_PRODUCT(IN_W - EXPONENT_W - 3)
      ) u_accumulate (
        .acc(acc),
        .product(addend),
        .sum(sum),
        .events(events[2:0])
      );
    end else begin : gen_codes
      float_add #(
        .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS), .OVERFLOW(OVERFLOW)
      ) u_add (
        .a(acc),
        .b(addend),
        .sum(sum),
        .events(events[2:0])
      );
    end
  endgenerate

  // Nothing wraps, and dropped bits are not counted.
  assign events[4:3] = 2'd0;
endmodule

`default_nettype wire
