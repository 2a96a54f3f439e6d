// OC_LANES rows of IC_LANES lanes, a row an output channel, each in the reduction order ORDER.
// bypass (depthwise) lets row o take lane o alone, past the tree.
// Latency 1: on en every row takes a tap (first: starts afresh); roots follow combinationally and are
// a group's result once its last tap is in. Weight word: output lane 0 low. Events, row 0 low, are 0
// but for the taps of count_tap and the roots of count_root, a bit a row.
// It does not accumulate over groups (psum_array).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module mac_array #(
  parameter FORMAT = 0,
  parameter ORDER = 0,
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8,
  parameter X_BITS = ELEM_W,
  parameter W_BITS = ELEM_W,
  parameter PROD_W = 18,
  parameter PRODUCT_DROP = 0,
  parameter PRODUCT_ROUNDING = 0,
  parameter LANE_W = 32,
  parameter LANE_OVERFLOW = 0,
  parameter TREE_W = 32,
  parameter TREE_OVERFLOW = 0,
  parameter ROOT_W = 32,
  parameter ROOT_DROP = 0,
  parameter ROOT_ROUNDING = 0,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter FUSED = 0,
  parameter EVENTS = 1
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
  output reg  [OC_LANES*ROOT_W-1:0]          roots,

  input  wire [OC_LANES-1:0]                    count_tap,
  input  wire [OC_LANES-1:0]                    count_root,
  output reg  [5*OC_LANES*IC_LANES-1:0]         product_events,
  output reg  [5*OC_LANES*IC_LANES-1:0]         lane_events,
  output reg  [5*OC_LANES*(2*IC_LANES-1)-1:0]   tree_events,
  output reg  [5*OC_LANES-1:0]                  root_events
);
  localparam TAP_W  = 5 * IC_LANES;
  localparam NODE_W = 5 * (2 * IC_LANES - 1);

  genvar oc;
  generate
    if (ROOT_W < TREE_W || ROOT_W < LANE_W) begin : gen_illegal_root
      mac_array_needs_ROOT_W_of_the_wider_of_LANE_W_and_TREE_W u_illegal ();
    end

    // Rows past the last lane have no lane of their own; their bypass is not kept.
    for (oc = 0; oc < OC_LANES; oc = oc + 1) begin : gen_oc
      wire [ROOT_W-1:0] root;
      wire [TAP_W-1:0]  of_products;
      wire [TAP_W-1:0]  of_lanes;
      wire [NODE_W-1:0] of_tree;
      wire [4:0]        of_root;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* roots[oc*ROOT_W +: ROOT_W] = root;
      always @* product_events[oc*TAP_W +: TAP_W] = of_products;
      always @* lane_events[oc*TAP_W +: TAP_W] = of_lanes;
      always @* tree_events[oc*NODE_W +: NODE_W] = of_tree;
      always @* root_events[5*oc +: 5] = of_root;

      mac_row #(
        .FORMAT(FORMAT),
        .ORDER(ORDER),
        .IC_LANES(IC_LANES),
        .OWN_LANE(oc % IC_LANES),
        .ELEM_W(ELEM_W),
        .X_BITS(X_BITS),
        .W_BITS(W_BITS),
        .PROD_W(PROD_W),
        .PRODUCT_DROP(PRODUCT_DROP),
        .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
        .LANE_W(LANE_W),
        .LANE_OVERFLOW(LANE_OVERFLOW),
        .TREE_W(TREE_W),
        .TREE_OVERFLOW(TREE_OVERFLOW),
        .ROOT_W(ROOT_W),
        .ROOT_DROP(ROOT_DROP),
        .ROOT_ROUNDING(ROOT_ROUNDING),
        .ELEM_FLOAT(ELEM_FLOAT),
        .ACC_FLOAT(ACC_FLOAT),
        .FUSED(FUSED),
        .EVENTS(EVENTS)
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
        .root(root),
        .count_tap(count_tap[oc]),
        .count_root(count_root[oc]),
        .product_events(of_products),
        .lane_events(of_lanes),
        .tree_events(of_tree),
        .root_events(of_root)
      );
    end
  endgenerate
endmodule

`default_nettype wire
