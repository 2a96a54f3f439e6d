// OC_LANES rows of IC_LANES lanes, a row an output channel, each in the reduction order ORDER.
// bypass (depthwise) lets row o take lane o alone, past the tree.
// Latency 1: on en every row takes a tap (first: starts afresh); roots follow combinationally and are
// a group's result once its last tap is in. Weight word: output lane 0 low.
// It does not accumulate over groups (psum_array).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module mac_array #(
  parameter FORMAT = 0,
  parameter ORDER = 0,
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

  genvar oc;
  generate
    if (TREE_W < PROD_W - PRODUCT_DROP || TREE_W > 32) begin : gen_illegal_width
      mac_array_needs_TREE_W_from_a_product_to_32 u_illegal ();
    end
    if (ROOT_W < TREE_W || ROOT_W < LANE_W) begin : gen_illegal_root
      mac_array_needs_ROOT_W_of_the_wider_of_LANE_W_and_TREE_W u_illegal ();
    end

    // Rows past the last lane have no lane of their own; their bypass is not kept.
    for (oc = 0; oc < OC_LANES; oc = oc + 1) begin : gen_oc
      wire [ROOT_W-1:0] root;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* roots[oc*ROOT_W +: ROOT_W] = root;

      if (ORDER == ORDER_TAPS_FIRST) begin : gen_taps_first
        row_taps_first #(
          .FORMAT(FORMAT),
          .IC_LANES(IC_LANES),
          .OWN_LANE(oc % IC_LANES),
          .ELEM_W(ELEM_W),
          .PROD_W(PROD_W),
          .PRODUCT_DROP(PRODUCT_DROP),
          .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
          .LANE_W(LANE_W),
          .LANE_OVERFLOW(LANE_OVERFLOW),
          .TREE_W(TREE_W),
          .TREE_OVERFLOW(TREE_OVERFLOW),
          .ROOT_W(ROOT_W),
          .ROOT_DROP(ROOT_DROP),
          .ROOT_ROUNDING(ROOT_ROUNDING)
        ) u_row (
          .clk(clk),
          .en(en),
          .first(first),
          .x(x),
          .w(w[oc*IC_LANES*ELEM_W +: IC_LANES*ELEM_W]),
          .x_zero_point(x_zero_point),
          .w_zero_point(w_zero_point),
          .mask(mask),
          .bypass(bypass),
          .root(root)
        );
      end else if (ORDER == ORDER_TREE_FIRST) begin : gen_tree_first
        row_tree_first #(
          .FORMAT(FORMAT),
          .IC_LANES(IC_LANES),
          .OWN_LANE(oc % IC_LANES),
          .ELEM_W(ELEM_W),
          .PROD_W(PROD_W),
          .PRODUCT_DROP(PRODUCT_DROP),
          .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
          .LANE_W(LANE_W),
          .LANE_OVERFLOW(LANE_OVERFLOW),
          .TREE_W(TREE_W),
          .TREE_OVERFLOW(TREE_OVERFLOW),
          .ROOT_W(ROOT_W),
          .ROOT_DROP(ROOT_DROP),
          .ROOT_ROUNDING(ROOT_ROUNDING)
        ) u_row (
          .clk(clk),
          .en(en),
          .first(first),
          .x(x),
          .w(w[oc*IC_LANES*ELEM_W +: IC_LANES*ELEM_W]),
          .x_zero_point(x_zero_point),
          .w_zero_point(w_zero_point),
          .mask(mask),
          .bypass(bypass),
          .root(root)
        );
      end else begin : gen_illegal_order
        mac_array_has_no_such_ORDER u_illegal ();
      end
    end
  endgenerate
endmodule

`default_nettype wire
