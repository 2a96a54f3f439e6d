// One output channel's lanes, in the reduction order ORDER; the root loses its low ROOT_DROP bits.
//   ORDER_TAPS_FIRST  each lane accumulates its taps, a tree adds the lanes, the root is cut
//   ORDER_TREE_FIRST  a tree adds a tap's products, the root is cut, one accumulator takes the taps
// bypass (depthwise) accumulates lane OWN_LANE alone, past the tree, and cuts the sum.
// Latency 1: on en a tap is taken (first: starts afresh); root follows combinationally, a group's
// result once its last tap is in. Events are 0 but for the taps of count_tap and the roots of
// count_root. It does not accumulate over groups.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module mac_row #(
  parameter FORMAT = 0,
  parameter ORDER = 0,
  parameter IC_LANES = 16,
  parameter OWN_LANE = 0,
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
  input  wire                        clk,
  input  wire                        en,
  input  wire                        first,
  input  wire [IC_LANES*ELEM_W-1:0]  x,
  input  wire [IC_LANES*ELEM_W-1:0]  w,
  input  wire [ELEM_W-1:0]           x_zero_point,
  input  wire [ELEM_W-1:0]           w_zero_point,
  input  wire [IC_LANES-1:0]         mask,
  input  wire                        bypass,
  output wire [ROOT_W-1:0]           root,

  input  wire                        count_tap,   // the tap on x and w is taken, and its root kept
  input  wire                        count_root,  // root is taken, and kept
  output reg  [5*IC_LANES-1:0]       product_events,
  output reg  [5*IC_LANES-1:0]       lane_events,
  output wire [5*(2*IC_LANES-1)-1:0] tree_events,
  output wire [4:0]                  root_events
);
  `include "dla_defs.vh"

  // What enters the tree: a lane's sum, or a tap's product.
  localparam LEAF_W = ORDER == ORDER_TAPS_FIRST ? LANE_W : PROD_W;

  reg  [IC_LANES*LEAF_W-1:0]        leaves;
  wire [LEAF_W-1:0]                 own_leaf = leaves[OWN_LANE*LEAF_W +: LEAF_W];
  wire [TREE_W-1:0]                 tree_root;
  wire [TREE_W-1:0]                 cut_root;
  wire [5*(2*IC_LANES-1)-1:0]       node_events;
  wire [4:0]                        cut_events;

  adder_tree #(
    .FORMAT(FORMAT),
    .IC_LANES(IC_LANES),
    .LANE_W(LEAF_W),
    .TREE_W(TREE_W),
    .TREE_OVERFLOW(TREE_OVERFLOW),
    .ACC_FLOAT(ACC_FLOAT),
    .EVENTS(EVENTS)
  ) u_tree (
    .lanes(leaves),
    .root(tree_root),
    .events(node_events)
  );

  truncate #(.W(TREE_W), .DROP(ROOT_DROP), .ROUNDING(ROOT_ROUNDING)) u_cut_root (
    .value(tree_root),
    .truncated(cut_root),
    .events(cut_events)
  );

  genvar ic;
  generate
    if (ORDER == ORDER_TAPS_FIRST) begin : gen_taps_first
      wire [ROOT_W-1:0] whole;
      wire [ROOT_W-1:0] own_lane;
      wire [ROOT_W-1:0] own_cut;
      wire [4:0]        own_cut_events;
      wire [9:0]        no_events;  // nothing is past a wider stage

      for (ic = 0; ic < IC_LANES; ic = ic + 1) begin : gen_ic
        wire [LANE_W-1:0] lane_q;
        wire [4:0]        of_product;
        wire [4:0]        of_lane;
        wire              count = count_tap && (!bypass || ic == OWN_LANE);

        // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
        always @* leaves[ic*LEAF_W +: LEAF_W] = lane_q;
        always @* product_events[5*ic +: 5] = of_product & {5{count}};
        always @* lane_events[5*ic +: 5] = of_lane & {5{count}};

        mac_lane #(
          .FORMAT(FORMAT),
          .ELEM_W(ELEM_W),
          .X_BITS(X_BITS),
          .W_BITS(W_BITS),
          .PROD_W(PROD_W),
          .PRODUCT_DROP(PRODUCT_DROP),
          .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
          .LANE_W(LANE_W),
          .LANE_OVERFLOW(LANE_OVERFLOW),
          .ELEM_FLOAT(ELEM_FLOAT),
          .ACC_FLOAT(ACC_FLOAT),
          .FUSED(FUSED),
          .EVENTS(EVENTS)
        ) u_lane (
          .clk(clk),
          .en(en),
          .first(first),
          .x(x[ic*ELEM_W +: ELEM_W]),
          .w(w[ic*ELEM_W +: ELEM_W]),
          .x_zero_point(x_zero_point),
          .w_zero_point(w_zero_point),
          .mask(mask[ic]),
          .lane_q(lane_q),
          .product_events(of_product),
          .lane_events(of_lane)
        );
      end

      resize #(.FORMAT(FORMAT), .IN_W(TREE_W), .OUT_W(ROOT_W)) u_whole (
        .value(cut_root),
        .resized(whole),
        .events(no_events[4:0])
      );

      resize #(.FORMAT(FORMAT), .IN_W(LEAF_W), .OUT_W(ROOT_W)) u_own_lane (
        .value(own_leaf),
        .resized(own_lane),
        .events(no_events[9:5])
      );

      truncate #(.W(ROOT_W), .DROP(ROOT_DROP), .ROUNDING(ROOT_ROUNDING)) u_own_cut (
        .value(own_lane),
        .truncated(own_cut),
        .events(own_cut_events)
      );

      assign root        = bypass ? own_cut : whole;
      assign tree_events = node_events & {5*(2*IC_LANES-1){count_root && !bypass}};
      assign root_events = (bypass ? own_cut_events : cut_events) & {5{count_root}};

      wire unused = &{1'b0, no_events};
    end else if (ORDER == ORDER_TREE_FIRST) begin : gen_tree_first
      localparam TAP_W = PROD_W > TREE_W ? PROD_W : TREE_W;

      wire [TAP_W-1:0]  root_tap;
      wire [TAP_W-1:0]  own_tap;
      wire [LANE_W-1:0] acc_d;
      wire [ROOT_W-1:0] acc;
      wire [ROOT_W-1:0] cut_acc;
      reg  [LANE_W-1:0] acc_q;
      wire [4:0]        acc_events;
      wire [4:0]        cut_acc_events;
      wire [14:0]       no_events;  // nothing is past a wider stage

      if (FUSED != 0) begin : gen_illegal_fused
        mac_row_in_tree_first_needs_FUSED_0 u_illegal ();
      end

      for (ic = 0; ic < IC_LANES; ic = ic + 1) begin : gen_ic
        wire [PROD_W-1:0] product;
        wire [4:0]        of_product;
        wire              count = count_tap && (!bypass || ic == OWN_LANE);

        // Parts of a reg, not of a net: as above.
        always @* leaves[ic*LEAF_W +: LEAF_W] = product;
        always @* product_events[5*ic +: 5] = of_product & {5{count}};
        always @* lane_events[5*ic +: 5] = acc_events & {5{count_tap && ic == 0}};

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
          .EVENTS(EVENTS)
        ) u_multiply (
          .x(x[ic*ELEM_W +: ELEM_W]),
          .w(w[ic*ELEM_W +: ELEM_W]),
          .x_zero_point(x_zero_point),
          .w_zero_point(w_zero_point),
          .mask(mask[ic]),
          .product(product),
          .events(of_product)
        );
      end

      resize #(.FORMAT(FORMAT), .IN_W(TREE_W), .OUT_W(TAP_W)) u_root_tap (
        .value(cut_root),
        .resized(root_tap),
        .events(no_events[4:0])
      );

      resize #(.FORMAT(FORMAT), .IN_W(LEAF_W), .OUT_W(TAP_W)) u_own_tap (
        .value(own_leaf),
        .resized(own_tap),
        .events(no_events[9:5])
      );

      accumulate #(
        .FORMAT(FORMAT),
        .IN_W(TAP_W),
        .ACC_W(LANE_W),
        .OVERFLOW(LANE_OVERFLOW),
        .ACC_FLOAT(ACC_FLOAT),
        .EVENTS(EVENTS)
      ) u_accumulate (
        .acc(first ? {LANE_W{1'b0}} : acc_q),
        .addend(bypass ? own_tap : root_tap),
        .sum(acc_d),
        .events(acc_events)
      );

      always @(posedge clk)
        if (en) acc_q <= acc_d;

      resize #(.FORMAT(FORMAT), .IN_W(LANE_W), .OUT_W(ROOT_W)) u_acc (
        .value(acc_q),
        .resized(acc),
        .events(no_events[14:10])
      );

      truncate #(.W(ROOT_W), .DROP(ROOT_DROP), .ROUNDING(ROOT_ROUNDING)) u_cut_acc (
        .value(acc),
        .truncated(cut_acc),
        .events(cut_acc_events)
      );

      assign root        = bypass ? cut_acc : acc;
      assign tree_events = node_events & {5*(2*IC_LANES-1){count_tap && !bypass}};
      assign root_events = bypass ? cut_acc_events & {5{count_root}}
                                  : cut_events & {5{count_tap}};

      wire unused = &{1'b0, no_events};
    end else begin : gen_illegal_order
      mac_row_has_no_such_ORDER u_illegal ();
    end
  endgenerate
endmodule

`default_nettype wire
