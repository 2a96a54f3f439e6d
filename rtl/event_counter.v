// Counts the events of one kind: adds the operations whose bit KIND is set, and stays at the largest
// value once it would pass it.
// Latency 1. events carries EVENT_KINDS bits an operation; those of an operation that is not executed
// in this cycle, or doesn't count, have to be 0. With clear nothing is added.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module event_counter #(
  parameter W = 32,
  parameter OPERATIONS = 1,
  parameter KIND = 0
) (
  input  wire                    clk,
  input  wire                    clear,
  input  wire [5*OPERATIONS-1:0] events,
  output reg  [W-1:0]            count_q
);
  `include "dla_defs.vh"

  generate
    if (W < 1 || W > 32) begin : gen_illegal_width
      event_counter_needs_W_from_1_to_32 u_illegal ();
    end
    if (KIND < 0 || KIND >= EVENT_KINDS) begin : gen_illegal_kind
      event_counter_has_no_such_KIND u_illegal ();
    end
  endgenerate

  function [31:0] how_many;
    input [OPERATIONS-1:0] set;
    integer operation;
    begin
      how_many = 32'd0;
      for (operation = 0; operation < OPERATIONS; operation = operation + 1)
        how_many = how_many + {31'd0, set[operation]};
    end
  endfunction

  reg [OPERATIONS-1:0] set;

  genvar operation;
  generate
    for (operation = 0; operation < OPERATIONS; operation = operation + 1) begin : gen_operation
      always @* set[operation] = events[EVENT_KINDS*operation+KIND];
    end
  endgenerate

  wire [32:0] sum = {{(33 - W){1'b0}}, count_q} + {1'b0, how_many(set)};
  wire        past = |sum[32:W];

  always @(posedge clk)
    if (clear) count_q <= {W{1'b0}};
    else count_q <= past ? {W{1'b1}} : sum[W-1:0];

  wire unused = &{1'b0, events};
endmodule

`default_nettype wire
