// One output channel's lanes in the order taps_first: each lane accumulates its taps, a tree adds the
// lanes, and the root loses its low ROOT_DROP bits.
// bypass (depthwise) takes lane OWN_LANE past the tree, cut alike. Latency 1: on en the lanes take
// their products (first: start afresh); root follows combinationally, a group's result once its last
// tap is in. It does not accumulate over groups.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Lint waiver: nothing here reads the events of its stages.
// verilator lint_off PINMISSING

module row_taps_first #(
  parameter FORMAT = 0,
  parameter IC_LANES = 16,
  parameter OWN_LANE = 0,
  parameter ELEM_W = 8,
  parameter PROD_W = 18,
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
  input  wire                       clk,
  input  wire                       en,
  input  wire                       first,
  input  wire [IC_LANES*ELEM_W-1:0] x,
  input  wire [IC_LANES*ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0]          x_zero_point,
  input  wire [ELEM_W-1:0]          w_zero_point,
  input  wire [IC_LANES-1:0]        mask,
  input  wire                       bypass,
  output wire [ROOT_W-1:0]          root
);
  reg  [IC_LANES*LANE_W-1:0] lanes;
  wire [TREE_W-1:0]          tree_root;
  wire [ROOT_W-1:0]          whole_root;
  wire [ROOT_W-1:0]          own_lane;

  genvar ic;
  generate
    for (ic = 0; ic < IC_LANES; ic = ic + 1) begin : gen_ic
      wire [LANE_W-1:0] lane_q;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
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
        .w(w[ic*ELEM_W +: ELEM_W]),
        .x_zero_point(x_zero_point),
        .w_zero_point(w_zero_point),
        .mask(mask[ic]),
        .lane_q(lane_q)
      );
    end
  endgenerate

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
    .resized(whole_root)
  );

  resize #(.FORMAT(FORMAT), .IN_W(LANE_W), .OUT_W(ROOT_W)) u_own_lane (
    .value(lanes[OWN_LANE*LANE_W +: LANE_W]),
    .resized(own_lane)
  );

  truncate #(.W(ROOT_W), .DROP(ROOT_DROP), .ROUNDING(ROOT_ROUNDING)) u_truncate (
    .value(bypass ? own_lane : whole_root),
    .truncated(root)
  );
endmodule

// verilator lint_on PINMISSING

`default_nettype wire
