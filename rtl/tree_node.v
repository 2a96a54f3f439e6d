// One node of the adder tree: sum = a + b, wraps at W bits.
// Combinational. Both inputs already have the tree's width.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module tree_node #(
  parameter FORMAT = 0,
  parameter W = 32
) (
  input  wire [W-1:0] a,
  input  wire [W-1:0] b,
  output wire [W-1:0] sum
);
  `include "dla_defs.vh"

  generate
    if (FORMAT != FORMAT_AFFINE_INT8) begin : gen_illegal_format
      tree_node_has_no_such_FORMAT u_illegal ();
    end
  endgenerate

  assign sum = a + b;
endmodule

`default_nettype wire
