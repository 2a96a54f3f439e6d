// Product of one activation and one weight, exact; then its low DROP bits are dropped (truncate).
//   FORMAT_AFFINE_INT8          (x - x_zero_point) * (w - w_zero_point), PROD_W = 2 * (ELEM_W + 1)
//   FORMAT_DYNAMIC_FIXED_POINT  x * w, zero points not looked at,        PROD_W = 2 * ELEM_W
// Combinational. mask makes the product +0, whatever the operands are. It does not accumulate.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module multiply #(
  parameter FORMAT = 0,
  parameter ELEM_W = 8,
  parameter PROD_W = 18,
  parameter DROP = 0,
  parameter ROUNDING = 0
) (
  input  wire [ELEM_W-1:0] x,
  input  wire [ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0] x_zero_point,
  input  wire [ELEM_W-1:0] w_zero_point,
  input  wire              mask,
  output wire [PROD_W-1:0] product
);
  `include "dla_defs.vh"

  wire [PROD_W-1:0] exact;
  wire [PROD_W-1:0] truncated;

  generate
    if (FORMAT == FORMAT_AFFINE_INT8) begin : gen_affine
      if (PROD_W != 2 * (ELEM_W + 1)) begin : gen_illegal_width
        multiply_needs_PROD_W_of_two_times_ELEM_W_plus_one u_illegal ();
      end

      // Flipping both sign bits adds 2^(ELEM_W - 1) to both operands: their difference stays the
      // same, and needs no sign extension (fewer operations a lane in simulation). Modulo 2^PROD_W
      // the product of the differences is exact.
      localparam              EXTEND = PROD_W - ELEM_W;
      localparam [ELEM_W-1:0] SIGN   = {1'b1, {(ELEM_W - 1){1'b0}}};

      wire [PROD_W-1:0] x_offset = {{EXTEND{1'b0}}, x ^ SIGN} -
                                   {{EXTEND{1'b0}}, x_zero_point ^ SIGN};
      wire [PROD_W-1:0] w_offset = {{EXTEND{1'b0}}, w ^ SIGN} -
                                   {{EXTEND{1'b0}}, w_zero_point ^ SIGN};

      assign exact = x_offset * w_offset;
    end else if (FORMAT == FORMAT_DYNAMIC_FIXED_POINT) begin : gen_fixed
      if (PROD_W != 2 * ELEM_W) begin : gen_illegal_width
        multiply_needs_PROD_W_of_two_times_ELEM_W u_illegal ();
      end

      wire unused = &{1'b0, x_zero_point, w_zero_point};

      assign exact = {{ELEM_W{x[ELEM_W-1]}}, x} * {{ELEM_W{w[ELEM_W-1]}}, w};
    end else begin : gen_illegal_format
      multiply_has_no_such_FORMAT u_illegal ();
    end
  endgenerate

  truncate #(.W(PROD_W), .DROP(DROP), .ROUNDING(ROUNDING)) u_truncate (
    .value(exact),
    .truncated(truncated)
  );

  assign product = mask ? {PROD_W{1'b0}} : truncated;
endmodule

`default_nettype wire
