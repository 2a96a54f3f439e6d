// Exact product of a fixed-point activation of X_BITS (2 to 16) and a weight of W_BITS.
//   FORMAT_DYNAMIC_FIXED_POINT  x * w, W_BITS 2 to 16,           PROD_W = X_BITS + W_BITS
//   FORMAT_POWER_OF_TWO         +-x * 2^places, W_BITS 2 to 5,   PROD_W = X_BITS + 2^(W_BITS - 1),
//                               w = {sign, places}, each of its codes a number
// Combinational. It drops no bits, and knows no mask (multiply.v).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module multiply_fixed #(
  parameter FORMAT = 1,
  parameter X_BITS = 8,
  parameter W_BITS = 8,
  parameter PROD_W = 16
) (
  input  wire [X_BITS-1:0] x,
  input  wire [W_BITS-1:0] w,
  output wire [PROD_W-1:0] product
);
  `include "dla_defs.vh"

  generate
    if (X_BITS > 16) begin : gen_illegal_x
      multiply_fixed_needs_X_BITS_up_to_16 u_illegal ();
    end

    if (FORMAT == FORMAT_DYNAMIC_FIXED_POINT) begin : gen_product
      if (W_BITS > 16) begin : gen_illegal_w
        multiply_fixed_needs_W_BITS_up_to_16 u_illegal ();
      end
      if (PROD_W != X_BITS + W_BITS) begin : gen_illegal_width
        multiply_fixed_needs_PROD_W_of_X_BITS_plus_W_BITS u_illegal ();
      end

      assign product = {{W_BITS{x[X_BITS-1]}}, x} * {{X_BITS{w[W_BITS-1]}}, w};
    end else if (FORMAT == FORMAT_POWER_OF_TWO) begin : gen_shift
      if (W_BITS > 5) begin : gen_illegal_w
        multiply_fixed_by_powers_of_two_needs_W_BITS_up_to_5 u_illegal ();
      end
      if (PROD_W != X_BITS + (1 << (W_BITS - 1))) begin : gen_illegal_width
        multiply_fixed_needs_PROD_W_of_X_BITS_plus_two_to_W_BITS_minus_1 u_illegal ();
      end

      wire [PROD_W-1:0] extended = {{(PROD_W - X_BITS){x[X_BITS-1]}}, x};
      wire [PROD_W-1:0] shifted  = extended << w[W_BITS-2:0];

      assign product = w[W_BITS-1] ? -shifted : shifted;
    end else begin : gen_illegal_format
      multiply_has_no_such_FORMAT u_illegal ();
    end
  endgenerate
endmodule

`default_nettype wire
