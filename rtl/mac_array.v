// OC_LANES x IC_LANES lanes, and an adder tree over each output channel's lanes.
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
  parameter LANE_W = 32,
  parameter TREE_W = 32
) (
  input  wire                                clk,
  input  wire                                en,
  input  wire                                first,
  input  wire [IC_LANES*ELEM_W-1:0]          x,
  input  wire [OC_LANES*IC_LANES*ELEM_W-1:0] w,
  input  wire [ELEM_W-1:0]                   x_zero_point,
  input  wire [ELEM_W-1:0]                   w_zero_point,
  input  wire [IC_LANES-1:0]                 mask,
  output reg  [OC_LANES*TREE_W-1:0]          roots
);
  localparam PROD_W = 2 * (ELEM_W + 1);

  genvar oc, ic;
  generate
    if (TREE_W < PROD_W || TREE_W > 32) begin : gen_illegal_width
      mac_array_needs_TREE_W_from_PROD_W_to_32 u_illegal ();
    end

    for (oc = 0; oc < OC_LANES; oc = oc + 1) begin : gen_oc
      reg  [IC_LANES*LANE_W-1:0] lanes;
      wire [TREE_W-1:0]          root;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* roots[oc*TREE_W +: TREE_W] = root;

      for (ic = 0; ic < IC_LANES; ic = ic + 1) begin : gen_ic
        wire [LANE_W-1:0] lane_q;

        always @* lanes[ic*LANE_W +: LANE_W] = lane_q;

        mac_lane #(
          .FORMAT(FORMAT),
          .ELEM_W(ELEM_W),
          .PROD_W(PROD_W),
          .LANE_W(LANE_W)
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
        .TREE_W(TREE_W)
      ) u_tree (
        .lanes(lanes),
        .root(root)
      );
    end
  endgenerate
endmodule

`default_nettype wire
