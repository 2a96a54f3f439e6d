// Product of one activation and one weight, exact: (x - x_zero_point) * (w - w_zero_point).
// Combinational. Both operands have ELEM_W + 1 bits after the zero point: PROD_W is twice that.
// mask makes the product +0, whatever the operands are. It does not accumulate.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module multiply #(
  parameter FORMAT = 0,
  parameter ELEM_W = 8,
  parameter PROD_W = 18
) (
  input  wire [ELEM_W-1:0] x,
  input  wire [ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0] x_zero_point,
  input  wire [ELEM_W-1:0] w_zero_point,
  input  wire              mask,
  output wire [PROD_W-1:0] product
);
  `include "dla_defs.vh"

  generate
    if (FORMAT != FORMAT_AFFINE_INT8) begin : gen_illegal_format
      multiply_has_no_such_FORMAT u_illegal ();
    end
    if (PROD_W != 2 * (ELEM_W + 1)) begin : gen_illegal_width
      multiply_needs_PROD_W_of_two_times_ELEM_W_plus_one u_illegal ();
    end
  endgenerate

  // Operands are sign-extended to PROD_W first: modulo 2^PROD_W the product is then exact.
  localparam EXTEND = PROD_W - ELEM_W;

  wire [PROD_W-1:0] x_offset = {{EXTEND{x[ELEM_W-1]}}, x} -
                               {{EXTEND{x_zero_point[ELEM_W-1]}}, x_zero_point};
  wire [PROD_W-1:0] w_offset = {{EXTEND{w[ELEM_W-1]}}, w} -
                               {{EXTEND{w_zero_point[ELEM_W-1]}}, w_zero_point};

  assign product = mask ? {PROD_W{1'b0}} : x_offset * w_offset;
endmodule

`default_nettype wire
