// Product of two codes of the float format ELEM_FLOAT (float_defs.vh), for sums in ACC_FLOAT.
//   FUSED 1  exact, PROD_W = 2 * (M + 1) + 15 of ELEM_FLOAT: accumulate_float rounds the sum
//   FUSED 0  rounded to a code of ACC_FLOAT, PROD_W its width; events are those of that rounding
// Combinational. mask makes the product +0, without events. It does not accumulate.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module multiply_float #(
  parameter X_BITS = 8,
  parameter W_BITS = 8,
  parameter PROD_W = 32,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter FUSED = 0
) (
  input  wire [X_BITS-1:0] x,
  input  wire [W_BITS-1:0] w,
  input  wire              mask,
  output wire [PROD_W-1:0] product,
  output wire [4:0]        events
);
  `include "float_defs.vh"

  localparam E         = (ELEM_FLOAT >> FLOAT_E) & 15;
  localparam M         = (ELEM_FLOAT >> FLOAT_M) & 31;
  localparam BIAS      = (ELEM_FLOAT >> FLOAT_BIAS) & 255;
  localparam SPECIAL   = (ELEM_FLOAT >> FLOAT_SPECIAL) & 3;
  localparam DENORMALS = (ELEM_FLOAT >> FLOAT_DENORMALS) & 1;

  localparam ACC_E         = (ACC_FLOAT >> FLOAT_E) & 15;
  localparam ACC_M         = (ACC_FLOAT >> FLOAT_M) & 31;
  localparam ACC_BIAS      = (ACC_FLOAT >> FLOAT_BIAS) & 255;
  localparam ACC_SPECIAL   = (ACC_FLOAT >> FLOAT_SPECIAL) & 3;
  localparam ACC_DENORMALS = (ACC_FLOAT >> FLOAT_DENORMALS) & 1;
  localparam ACC_OVERFLOW  = (ACC_FLOAT >> FLOAT_OVERFLOW) & 1;

  localparam SIG_W   = 2 * (M + 1);
  localparam EXACT_W = SIG_W + EXPONENT_W + 3;

  wire [EXACT_W-1:0] exact;

  generate
    if (X_BITS != 1 + E + M || W_BITS != X_BITS) begin : gen_illegal_bits
      multiply_float_needs_X_BITS_and_W_BITS_of_the_width_of_ELEM_FLOAT u_illegal ();
    end else begin : gen_multiply
      float_multiply #(
        .E_X(E), .M_X(M), .BIAS_X(BIAS), .SPECIAL_X(SPECIAL), .DENORMALS_X(DENORMALS),
        .E_W(E), .M_W(M), .BIAS_W(BIAS), .SPECIAL_W(SPECIAL), .DENORMALS_W(DENORMALS)
      ) u_multiply (
        .x(x),
        .w(w),
        .mask(mask),
        .product(exact)
      );
    end

    if (ACC_SPECIAL != SPECIAL_IEEE) begin : gen_illegal_special
      multiply_float_needs_ACC_FLOAT_of_SPECIAL_IEEE u_illegal ();
    end
    if (FUSED != 0 && FUSED != 1) begin : gen_illegal_fused
      multiply_float_needs_FUSED_0_or_1 u_illegal ();
    end
    if (PROD_W != (FUSED != 0 ? EXACT_W : 1 + ACC_E + ACC_M)) begin : gen_illegal_width
      multiply_float_needs_PROD_W_of_an_exact_value_or_of_ACC_FLOAT u_illegal ();
    end else if (FUSED != 0) begin : gen_exact
      assign product = exact;
      assign events  = 5'd0;
    end else begin : gen_rounded
      float_round #(
        .E(ACC_E), .M(ACC_M), .BIAS(ACC_BIAS), .SPECIAL(ACC_SPECIAL),
        .DENORMALS(ACC_DENORMALS), .OVERFLOW(ACC_OVERFLOW), .SIG_W(SIG_W)
      ) u_round (
        .value(exact),
        .code(product),
        .events(events[2:0])
      );

      // Nothing wraps, and dropped bits are not counted.
      assign events[4:3] = 2'd0;
    end
  endgenerate
endmodule

`default_nettype wire
