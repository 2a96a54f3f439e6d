// One output channel's lanes in the order tree_first: a tree adds the products of each tap, the root
// loses its low ROOT_DROP bits, and one accumulator of LANE_W bits takes the taps.
// bypass (depthwise) accumulates the product of lane OWN_LANE alone, past the tree, and cuts the sum.
// Latency 1: on en the accumulator takes a tap (first: starts afresh); root follows combinationally,
// a group's result once its last tap is in. It does not accumulate over groups.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

// Lint waiver: nothing here reads the events of its stages.
// verilator lint_off PINMISSING

module row_tree_first #(
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
  localparam TAP_W = PROD_W > TREE_W ? PROD_W : TREE_W;

  reg  [IC_LANES*PROD_W-1:0] products;
  wire [TREE_W-1:0]          tree_root;
  wire [TREE_W-1:0]          cut_root;
  wire [TAP_W-1:0]           root_tap;
  wire [TAP_W-1:0]           own_tap;
  wire [LANE_W-1:0]          acc_d;
  wire [ROOT_W-1:0]          acc;
  wire [ROOT_W-1:0]          cut_acc;
  reg  [LANE_W-1:0]          acc_q;

  genvar ic;
  generate
    if (LANE_W < PROD_W - PRODUCT_DROP || LANE_W > 32) begin : gen_illegal_width
      row_tree_first_needs_LANE_W_from_a_product_to_32 u_illegal ();
    end

    for (ic = 0; ic < IC_LANES; ic = ic + 1) begin : gen_ic
      wire [PROD_W-1:0] product;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* products[ic*PROD_W +: PROD_W] = product;

      multiply #(
        .FORMAT(FORMAT),
        .ELEM_W(ELEM_W),
        .PROD_W(PROD_W),
        .DROP(PRODUCT_DROP),
        .ROUNDING(PRODUCT_ROUNDING)
      ) u_multiply (
        .x(x[ic*ELEM_W +: ELEM_W]),
        .w(w[ic*ELEM_W +: ELEM_W]),
        .x_zero_point(x_zero_point),
        .w_zero_point(w_zero_point),
        .mask(mask[ic]),
        .product(product)
      );
    end
  endgenerate

  adder_tree #(
    .FORMAT(FORMAT),
    .IC_LANES(IC_LANES),
    .LANE_W(PROD_W),
    .TREE_W(TREE_W),
    .TREE_OVERFLOW(TREE_OVERFLOW)
  ) u_tree (
    .lanes(products),
    .root(tree_root)
  );

  truncate #(.W(TREE_W), .DROP(ROOT_DROP), .ROUNDING(ROOT_ROUNDING)) u_cut_root (
    .value(tree_root),
    .truncated(cut_root)
  );

  resize #(.FORMAT(FORMAT), .IN_W(TREE_W), .OUT_W(TAP_W)) u_root_tap (
    .value(cut_root),
    .resized(root_tap)
  );

  resize #(.FORMAT(FORMAT), .IN_W(PROD_W), .OUT_W(TAP_W)) u_own_tap (
    .value(products[OWN_LANE*PROD_W +: PROD_W]),
    .resized(own_tap)
  );

  accumulate #(
    .FORMAT(FORMAT),
    .IN_W(TAP_W),
    .ACC_W(LANE_W),
    .OVERFLOW(LANE_OVERFLOW)
  ) u_accumulate (
    .acc(first ? {LANE_W{1'b0}} : acc_q),
    .addend(bypass ? own_tap : root_tap),
    .sum(acc_d)
  );

  always @(posedge clk)
    if (en) acc_q <= acc_d;

  resize #(.FORMAT(FORMAT), .IN_W(LANE_W), .OUT_W(ROOT_W)) u_acc (
    .value(acc_q),
    .resized(acc)
  );

  truncate #(.W(ROOT_W), .DROP(ROOT_DROP), .ROUNDING(ROOT_ROUNDING)) u_cut_acc (
    .value(acc),
    .truncated(cut_acc)
  );

  assign root = bypass ? cut_acc : acc;
endmodule

// verilator lint_on PINMISSING

`default_nettype wire
