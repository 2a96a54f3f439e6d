// One node of the adder tree: sum = a + b; what is past W bits wraps or saturates, by OVERFLOW.
// Combinational. Both inputs already have the tree's width.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module tree_node #(
  parameter FORMAT = 0,
  parameter W = 32,
  parameter OVERFLOW = 0
) (
  input  wire [W-1:0] a,
  input  wire [W-1:0] b,
  output wire [W-1:0] sum
);
  `include "dla_defs.vh"

  generate
    if (FORMAT != FORMAT_AFFINE_INT8 && FORMAT != FORMAT_DYNAMIC_FIXED_POINT)
    begin : gen_illegal_format
      tree_node_has_no_such_FORMAT u_illegal ();
    end
    if (OVERFLOW == OVERFLOW_WRAP) begin : gen_wrap
      assign sum = a + b;
    end else begin : gen_fit
      // Stops elaboration on an unknown OVERFLOW.
      resize #(.FORMAT(FORMAT), .IN_W(W + 1), .OUT_W(W), .OVERFLOW(OVERFLOW)) u_resize (
        .value({a[W-1], a} + {b[W-1], b}),
        .resized(sum)
      );
    end
  endgenerate
endmodule

`default_nettype wire
