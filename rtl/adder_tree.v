// Sum of IC_LANES lanes in a balanced binary tree: level by level, neighbours (2j, 2j + 1).
// Combinational. Each lane is brought to TREE_W bits at its leaf; every node has TREE_W bits.
// One lane is its own root. It does not accumulate over groups.
// Events: those of the leaves, lane 0 low, above them those of the nodes, level by level.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module adder_tree #(
  parameter FORMAT = 0,
  parameter IC_LANES = 16,
  parameter LANE_W = 32,
  parameter TREE_W = 32,
  parameter TREE_OVERFLOW = 0,
  parameter ACC_FLOAT = 0,
  parameter EVENTS = 1
) (
  input  wire [IC_LANES*LANE_W-1:0]  lanes,
  output wire [TREE_W-1:0]           root,
  output reg  [5*(2*IC_LANES-1)-1:0] events
);
  localparam LEVELS = $clog2(IC_LANES);

  genvar level, j;
  generate
    if (IC_LANES < 1 || IC_LANES > 32 || (1 << LEVELS) != IC_LANES) begin : gen_illegal_lanes
      adder_tree_needs_IC_LANES_a_power_of_two_up_to_32 u_illegal ();
    end else begin : gen_tree
      for (level = 0; level <= LEVELS; level = level + 1) begin : gen_level
        // Leaves and nodes of the levels below
        localparam BELOW = 2 * IC_LANES - (2 * IC_LANES >> level);

        for (j = 0; j < (IC_LANES >> level); j = j + 1) begin : gen_node
          wire [TREE_W-1:0] value;
          wire [4:0]        of_node;

          // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
          always @* events[5*(BELOW+j) +: 5] = of_node;

          if (level == 0) begin : gen_leaf
            resize #(
              .FORMAT(FORMAT),
              .IN_W(LANE_W),
              .OUT_W(TREE_W),
              .OVERFLOW(TREE_OVERFLOW),
              .EVENTS(EVENTS)
            ) u_resize (
              .value(lanes[j*LANE_W +: LANE_W]),
              .resized(value),
              .events(of_node)
            );
          end else begin : gen_sum
            tree_node #(
              .FORMAT(FORMAT),
              .W(TREE_W),
              .OVERFLOW(TREE_OVERFLOW),
              .ACC_FLOAT(ACC_FLOAT),
              .EVENTS(EVENTS)
            ) u_node (
              .a(gen_level[level-1].gen_node[2*j].value),
              .b(gen_level[level-1].gen_node[2*j+1].value),
              .sum(value),
              .events(of_node)
            );
          end
        end
      end

      assign root = gen_level[LEVELS].gen_node[0].value;
    end
  endgenerate
endmodule

`default_nettype wire
