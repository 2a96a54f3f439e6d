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

  // Flipping both sign bits adds 2^(ELEM_W - 1) to both operands: their difference stays the same,
  // and needs no sign extension (fewer operations a lane in simulation). Modulo 2^PROD_W the
  // product of the differences is exact.
  localparam              EXTEND = PROD_W - ELEM_W;
  localparam [ELEM_W-1:0] SIGN   = {1'b1, {(ELEM_W - 1){1'b0}}};

  wire [PROD_W-1:0] x_offset = {{EXTEND{1'b0}}, x ^ SIGN} - {{EXTEND{1'b0}}, x_zero_point ^ SIGN};
  wire [PROD_W-1:0] w_offset = {{EXTEND{1'b0}}, w ^ SIGN} - {{EXTEND{1'b0}}, w_zero_point ^ SIGN};

  assign product = mask ? {PROD_W{1'b0}} : x_offset * w_offset;
endmodule

`default_nettype wire
