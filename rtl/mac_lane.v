// One lane: multiplies one input channel's operands and accumulates them tap by tap.
// Latency 1: on en, lane_q takes accumulate(first ? 0 : lane_q, product); without en it holds.
// No reset: the first tap starts it afresh. It does not add across lanes.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module mac_lane #(
  parameter FORMAT = 0,
  parameter ELEM_W = 8,
  parameter PROD_W = 18,
  parameter PRODUCT_DROP = 0,
  parameter PRODUCT_ROUNDING = 0,
  parameter LANE_W = 32,
  parameter LANE_OVERFLOW = 0
) (
  input  wire              clk,
  input  wire              en,
  input  wire              first,
  input  wire [ELEM_W-1:0] x,
  input  wire [ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0] x_zero_point,
  input  wire [ELEM_W-1:0] w_zero_point,
  input  wire              mask,
  output reg  [LANE_W-1:0] lane_q
);
  generate
    if (LANE_W < PROD_W - PRODUCT_DROP || LANE_W > 32) begin : gen_illegal_width
      mac_lane_needs_LANE_W_from_a_product_to_32 u_illegal ();
    end
  endgenerate

  wire [PROD_W-1:0] product;
  wire [LANE_W-1:0] lane_d;

  multiply #(
    .FORMAT(FORMAT),
    .ELEM_W(ELEM_W),
    .PROD_W(PROD_W),
    .DROP(PRODUCT_DROP),
    .ROUNDING(PRODUCT_ROUNDING)
  ) u_multiply (
    .x(x),
    .w(w),
    .x_zero_point(x_zero_point),
    .w_zero_point(w_zero_point),
    .mask(mask),
    .product(product)
  );

  accumulate #(
    .FORMAT(FORMAT),
    .IN_W(PROD_W),
    .ACC_W(LANE_W),
    .OVERFLOW(LANE_OVERFLOW)
  ) u_accumulate (
    .acc(first ? {LANE_W{1'b0}} : lane_q),
    .addend(product),
    .sum(lane_d)
  );

  always @(posedge clk)
    if (en) lane_q <= lane_d;
endmodule

`default_nettype wire
