// One node of the adder tree: sum = a + b; what is past W bits wraps or saturates, by OVERFLOW.
// In minifloat a, b and sum are codes of ACC_FLOAT, and the sum is rounded (accumulate_float.v).
// Combinational. Both inputs already have the tree's width. Events: past W bits, or the rounding's;
// with EVENTS 0 they may be missing.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module tree_node #(
  parameter FORMAT = 0,
  parameter W = 32,
  parameter OVERFLOW = 0,
  parameter ACC_FLOAT = 0,
  parameter EVENTS = 1
) (
  input  wire [W-1:0] a,
  input  wire [W-1:0] b,
  output wire [W-1:0] sum,
  output wire [4:0]   events
);
  `include "dla_defs.vh"

  generate
    if (OVERFLOW != OVERFLOW_WRAP && OVERFLOW != OVERFLOW_SATURATE) begin : gen_illegal_overflow
      tree_node_has_no_such_OVERFLOW u_illegal ();
    end

    if (FORMAT == FORMAT_MINIFLOAT) begin : gen_float
      accumulate_float #(.IN_W(W), .ACC_W(W), .ACC_FLOAT(ACC_FLOAT)) u_sum (
        .acc(a),
        .addend(b),
        .sum(sum),
        .events(events)
      );
    end else if (FORMAT == FORMAT_AFFINE_INT8 || FORMAT == FORMAT_DYNAMIC_FIXED_POINT ||
                 FORMAT == FORMAT_POWER_OF_TWO) begin : gen_integer
      wire [W-1:0] total = a + b;

      if (EVENTS == 0 && OVERFLOW == OVERFLOW_WRAP) begin : gen_plain
        assign sum    = total;
        assign events = 5'd0;
      end else begin : gen_watched
        // Two values of one sign whose sum has the other one: the sum is past W bits.
        wire past = a[W-1] == b[W-1] && total[W-1] != a[W-1];

        assign sum = past && OVERFLOW == OVERFLOW_SATURATE ? {a[W-1], {(W - 1){~a[W-1]}}} : total;
        assign events[EVENT_SATURATED] = past && OVERFLOW == OVERFLOW_SATURATE;
        assign events[EVENT_TIE]       = 1'b0;
        assign events[EVENT_FLUSHED]   = 1'b0;
        assign events[EVENT_WRAPPED]   = past && OVERFLOW == OVERFLOW_WRAP;
        assign events[EVENT_TRUNCATED] = 1'b0;
      end
    end else begin : gen_illegal_format
      tree_node_has_no_such_FORMAT u_illegal ();
    end
  endgenerate
endmodule

`default_nettype wire
