// The counters of numeric events, one for each stage and kind of dla_defs.vh.
// counts: 32 bits each, the one of a stage and a kind at EVENT_KINDS * stage + kind, the first low.
// Latency 1. Every events bus carries EVENT_KINDS bits an operation, all 0 where it isn't executed.
// It is built only in an array with EVENTS 1.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module event_counters #(
  parameter PRODUCTS = 1,
  parameter LANES = 1,
  parameter NODES = 1,
  parameter ROOTS = 1,
  parameter PSUMS = 1,
  parameter OUTPUTS = 1
) (
  input  wire                  clk,
  input  wire                  clear,
  input  wire [5*PRODUCTS-1:0] product_events,
  input  wire [5*LANES-1:0]    lane_events,
  input  wire [5*NODES-1:0]    tree_events,
  input  wire [5*ROOTS-1:0]    root_events,
  input  wire [5*PSUMS-1:0]    psum_events,
  input  wire [5*OUTPUTS-1:0]  output_events,
  output wire [959:0]          counts
);
  `include "dla_defs.vh"

  localparam STAGE_W = 32 * EVENT_KINDS;

  genvar kind;
  generate
    for (kind = 0; kind < EVENT_KINDS; kind = kind + 1) begin : gen_kind
      event_counter #(.OPERATIONS(PRODUCTS), .KIND(kind)) u_product (
        .clk(clk),
        .clear(clear),
        .events(product_events),
        .count_q(counts[STAGE_W*STAGE_PRODUCT+32*kind +: 32])
      );

      event_counter #(.OPERATIONS(LANES), .KIND(kind)) u_lane (
        .clk(clk),
        .clear(clear),
        .events(lane_events),
        .count_q(counts[STAGE_W*STAGE_LANE+32*kind +: 32])
      );

      event_counter #(.OPERATIONS(NODES), .KIND(kind)) u_tree (
        .clk(clk),
        .clear(clear),
        .events(tree_events),
        .count_q(counts[STAGE_W*STAGE_TREE+32*kind +: 32])
      );

      event_counter #(.OPERATIONS(ROOTS), .KIND(kind)) u_root (
        .clk(clk),
        .clear(clear),
        .events(root_events),
        .count_q(counts[STAGE_W*STAGE_ROOT+32*kind +: 32])
      );

      event_counter #(.OPERATIONS(PSUMS), .KIND(kind)) u_psum (
        .clk(clk),
        .clear(clear),
        .events(psum_events),
        .count_q(counts[STAGE_W*STAGE_PSUM+32*kind +: 32])
      );

      event_counter #(.OPERATIONS(OUTPUTS), .KIND(kind)) u_output (
        .clk(clk),
        .clear(clear),
        .events(output_events),
        .count_q(counts[STAGE_W*STAGE_OUTPUT+32*kind +: 32])
      );
    end
  endgenerate
endmodule

`default_nettype wire
