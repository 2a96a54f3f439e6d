// OC_LANES x IC_LANES lanes, and an adder tree over each output channel's lanes.
// bypass (depthwise) takes lane o of row o past the tree, straight from lane to psum.
// Latency 1: on en every lane takes its product (first: starts afresh); roots follow the lanes
// combinationally and are a group's result once its last tap is in. Weight word: output lane 0 low.
// It does not accumulate over groups (psum_array).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module mac_array #(
  parameter FORMAT = 0,
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8,
  parameter PRODUCT_DROP = 0,
  parameter PRODUCT_ROUNDING = 0,
  parameter LANE_W = 32,
  parameter LANE_OVERFLOW = 0,
  parameter TREE_W = 32,
  parameter TREE_OVERFLOW = 0,
  parameter ROOT_W = 32,
  parameter ROOT_DROP = 0,
  parameter ROOT_ROUNDING = 0
) (
  input  wire                                clk,
  input  wire                                en,
  input  wire                                first,
  input  wire [IC_LANES*ELEM_W-1:0]          x,
  input  wire [OC_LANES*IC_LANES*ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0]                   x_zero_point,
  input  wire [ELEM_W-1:0]                   w_zero_point,
  input  wire [IC_LANES-1:0]                 mask,
  input  wire                                bypass,
  output reg  [OC_LANES*ROOT_W-1:0]          roots
);
  `include "dla_defs.vh"

  localparam PROD_W = FORMAT == FORMAT_AFFINE_INT8 ? 2 * (ELEM_W + 1) : 2 * ELEM_W;

  genvar oc, ic;
  generate
    if (TREE_W < PROD_W - PRODUCT_DROP || TREE_W > 32) begin : gen_illegal_width
      mac_array_needs_TREE_W_from_a_product_to_32 u_illegal ();
    end
    if (ROOT_W < TREE_W || ROOT_W < LANE_W) begin : gen_illegal_root
      mac_array_needs_ROOT_W_of_the_wider_of_LANE_W_and_TREE_W u_illegal ();
    end

    for (oc = 0; oc < OC_LANES; oc = oc + 1) begin : gen_oc
      reg  [IC_LANES*LANE_W-1:0] lanes;
      wire [TREE_W-1:0]          tree_root;
      wire [ROOT_W-1:0]          root;
      wire [ROOT_W-1:0]          own_lane;
      wire [ROOT_W-1:0]          truncated;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* roots[oc*ROOT_W +: ROOT_W] = truncated;

      for (ic = 0; ic < IC_LANES; ic = ic + 1) begin : gen_ic
        wire [LANE_W-1:0] lane_q;

        always @* lanes[ic*LANE_W +: LANE_W] = lane_q;

        mac_lane #(
          .FORMAT(FORMAT),
          .ELEM_W(ELEM_W),
          .PROD_W(PROD_W),
          .PRODUCT_DROP(PRODUCT_DROP),
          .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
          .LANE_W(LANE_W),
          .LANE_OVERFLOW(LANE_OVERFLOW)
        ) u_lane (
          .clk(clk),
          .en(en),
          .first(first),
          .x(x[ic*ELEM_W +: ELEM_W]),
          .w(w[(oc*IC_LANES+ic)*ELEM_W +: ELEM_W]),
          .x_zero_point(x_zero_point),
          .w_zero_point(w_zero_point),
          .mask(mask[ic]),
          .lane_q(lane_q)
        );
      end

      adder_tree #(
        .FORMAT(FORMAT),
        .IC_LANES(IC_LANES),
        .LANE_W(LANE_W),
        .TREE_W(TREE_W),
        .TREE_OVERFLOW(TREE_OVERFLOW)
      ) u_tree (
        .lanes(lanes),
        .root(tree_root)
      );

      resize #(.FORMAT(FORMAT), .IN_W(TREE_W), .OUT_W(ROOT_W)) u_root (
        .value(tree_root),
        .resized(root)
      );

      // Rows past the last lane have no lane of their own; their output is not kept.
      resize #(.FORMAT(FORMAT), .IN_W(LANE_W), .OUT_W(ROOT_W)) u_own_lane (
        .value(lanes[(oc % IC_LANES)*LANE_W +: LANE_W]),
        .resized(own_lane)
      );

      truncate #(.W(ROOT_W), .DROP(ROOT_DROP), .ROUNDING(ROOT_ROUNDING)) u_truncate (
        .value(bypass ? own_lane : root),
        .truncated(truncated)
      );
    end
  endgenerate
endmodule

`default_nettype wire
