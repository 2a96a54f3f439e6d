// Product of one activation and one weight, in the low X_BITS and W_BITS of their fields: exact,
// then its low DROP bits are dropped (truncate).
//   FORMAT_AFFINE_INT8          (x - x_zero_point) * (w - w_zero_point), PROD_W = 2 * (ELEM_W + 1)
//   FORMAT_DYNAMIC_FIXED_POINT  x * w,                                   PROD_W = X_BITS + W_BITS
//   FORMAT_POWER_OF_TWO         +-x * 2^w, w = {sign, places to the left},
//                               PROD_W = X_BITS + 2^(W_BITS - 1)
//   FORMAT_MINIFLOAT            multiply_float.v, DROP 0
// Zero points outside FORMAT_AFFINE_INT8 are not looked at.
// Combinational. mask makes the product +0, without events, whatever the operands are. Events: the
// cut's, or the rounding's in minifloat; with EVENTS 0 they may be missing. It does not accumulate.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module multiply #(
  parameter FORMAT = 0,
  parameter ELEM_W = 8,
  parameter X_BITS = ELEM_W,
  parameter W_BITS = ELEM_W,
  parameter PROD_W = 18,
  parameter DROP = 0,
  parameter ROUNDING = 0,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter FUSED = 0,
  parameter EVENTS = 1
) (
  input  wire [ELEM_W-1:0] x,
  input  wire [ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0] x_zero_point,
  input  wire [ELEM_W-1:0] w_zero_point,
  input  wire              mask,
  output wire [PROD_W-1:0] product,
  output wire [4:0]        events
);
  `include "dla_defs.vh"

  // Less in some formats: they say so below.
  generate
    if (X_BITS < 2 || X_BITS > ELEM_W) begin : gen_illegal_x
      multiply_needs_X_BITS_from_2_to_ELEM_W u_illegal ();
    end
    if (W_BITS < 2 || W_BITS > ELEM_W) begin : gen_illegal_w
      multiply_needs_W_BITS_from_2_to_ELEM_W u_illegal ();
    end
    if (FUSED != 0 && FORMAT != FORMAT_MINIFLOAT) begin : gen_illegal_fused
      multiply_outside_minifloat_needs_FUSED_0 u_illegal ();
    end

    if (FORMAT == FORMAT_MINIFLOAT) begin : gen_float
      if (DROP != 0) begin : gen_illegal_drop
        multiply_of_floats_needs_DROP_0 u_illegal ();
      end

      wire unused = &{1'b0, x, w, x_zero_point, w_zero_point};

      multiply_float #(
        .X_BITS(X_BITS),
        .W_BITS(W_BITS),
        .PROD_W(PROD_W),
        .ELEM_FLOAT(ELEM_FLOAT),
        .ACC_FLOAT(ACC_FLOAT),
        .FUSED(FUSED)
      ) u_multiply (
        .x(x[X_BITS-1:0]),
        .w(w[W_BITS-1:0]),
        .mask(mask),
        .product(product),
        .events(events)
      );
    end else begin : gen_integer
      wire [PROD_W-1:0] exact;
      wire [PROD_W-1:0] truncated;
      wire [4:0]        cut_events;

      if (FORMAT == FORMAT_AFFINE_INT8) begin : gen_affine
        if (PROD_W != 2 * (ELEM_W + 1)) begin : gen_illegal_width
          multiply_needs_PROD_W_of_two_times_ELEM_W_plus_one u_illegal ();
        end
        if (X_BITS != ELEM_W || W_BITS != ELEM_W) begin : gen_illegal_bits
          multiply_of_affine_needs_X_BITS_and_W_BITS_of_ELEM_W u_illegal ();
        end

        // Flipping both sign bits adds 2^(ELEM_W - 1) to both operands: their difference stays the
        // same, and needs no sign extension (fewer operations a lane in simulation). Modulo
        // 2^PROD_W the product of the differences is exact.
        localparam              EXTEND = PROD_W - ELEM_W;
        localparam [ELEM_W-1:0] SIGN   = {1'b1, {(ELEM_W - 1){1'b0}}};

        wire [PROD_W-1:0] x_offset = {{EXTEND{1'b0}}, x ^ SIGN} -
                                     {{EXTEND{1'b0}}, x_zero_point ^ SIGN};
        wire [PROD_W-1:0] w_offset = {{EXTEND{1'b0}}, w ^ SIGN} -
                                     {{EXTEND{1'b0}}, w_zero_point ^ SIGN};

        assign exact = x_offset * w_offset;
      end else begin : gen_fixed
        wire unused = &{1'b0, x, w, x_zero_point, w_zero_point};

        multiply_fixed #(
          .FORMAT(FORMAT), .X_BITS(X_BITS), .W_BITS(W_BITS), .PROD_W(PROD_W)
        ) u_multiply (
          .x(x[X_BITS-1:0]),
          .w(w[W_BITS-1:0]),
          .product(exact)
        );
      end

      truncate #(.W(PROD_W), .DROP(DROP), .ROUNDING(ROUNDING)) u_truncate (
        .value(exact),
        .truncated(truncated),
        .events(cut_events)
      );

      assign product = mask ? {PROD_W{1'b0}} : truncated;
      if (EVENTS != 0) begin : gen_events
        assign events = mask ? 5'd0 : cut_events;
      end else begin : gen_no_events
        wire unused = &{1'b0, cut_events};

        assign events = 5'd0;
      end
    end
  endgenerate
endmodule

`default_nettype wire
