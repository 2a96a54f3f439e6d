// One lane: multiplies one input channel's operands and accumulates them tap by tap.
// Latency 1: on en, lane_q takes accumulate(first ? 0 : lane_q, product); without en it holds. The
// events of both are combinational: they are those of a tap in the cycle of its en.
// No reset: the first tap starts it afresh. It does not add across lanes.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module mac_lane #(
  parameter FORMAT = 0,
  parameter ELEM_W = 8,
  parameter X_BITS = ELEM_W,
  parameter W_BITS = ELEM_W,
  parameter PROD_W = 18,
  parameter PRODUCT_DROP = 0,
  parameter PRODUCT_ROUNDING = 0,
  parameter LANE_W = 32,
  parameter LANE_OVERFLOW = 0,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter FUSED = 0,
  parameter EVENTS = 1
) (
  input  wire              clk,
  input  wire              en,
  input  wire              first,
  input  wire [ELEM_W-1:0] x,
  input  wire [ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0] x_zero_point,
  input  wire [ELEM_W-1:0] w_zero_point,
  input  wire              mask,
  output reg  [LANE_W-1:0] lane_q,
  output wire [4:0]        product_events,
  output wire [4:0]        lane_events
);
  `include "dla_defs.vh"

  generate
    if (FORMAT != FORMAT_MINIFLOAT && LANE_W < PROD_W - PRODUCT_DROP) begin : gen_narrow
      mac_lane_needs_LANE_W_of_a_product_or_more u_illegal ();
    end
    if (LANE_W > (FORMAT == FORMAT_AFFINE_INT8 ? 32 : 48)) begin : gen_wide
      mac_lane_needs_LANE_W_up_to_48_or_in_affine_int8_32 u_illegal ();
    end
  endgenerate

  wire [PROD_W-1:0] product;
  wire [LANE_W-1:0] lane_d;

  multiply #(
    .FORMAT(FORMAT),
    .ELEM_W(ELEM_W),
    .X_BITS(X_BITS),
    .W_BITS(W_BITS),
    .PROD_W(PROD_W),
    .DROP(PRODUCT_DROP),
    .ROUNDING(PRODUCT_ROUNDING),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACC_FLOAT(ACC_FLOAT),
    .FUSED(FUSED),
    .EVENTS(EVENTS)
  ) u_multiply (
    .x(x),
    .w(w),
    .x_zero_point(x_zero_point),
    .w_zero_point(w_zero_point),
    .mask(mask),
    .product(product),
    .events(product_events)
  );

  accumulate #(
    .FORMAT(FORMAT),
    .IN_W(PROD_W),
    .ACC_W(LANE_W),
    .OVERFLOW(LANE_OVERFLOW),
    .ACC_FLOAT(ACC_FLOAT),
    .EXACT_ADDEND(FUSED),
    .EVENTS(EVENTS)
  ) u_accumulate (
    .acc(first ? {LANE_W{1'b0}} : lane_q),
    .addend(product),
    .sum(lane_d),
    .events(lane_events)
  );

  always @(posedge clk)
    if (en) lane_q <= lane_d;
endmodule

`default_nettype wire
