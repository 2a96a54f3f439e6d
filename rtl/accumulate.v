// One accumulation: sum = acc + addend. In fixed point the addend is brought to ACC_W bits first,
// and what is past ACC_W wraps or saturates, by OVERFLOW; in minifloat: accumulate_float.v.
// Combinational. It holds no state: mac_lane and psum_accumulator are the registers around it.
// Events: what the addend or the sum met, each kind once; with EVENTS 0 they may be missing.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module accumulate #(
  parameter FORMAT = 0,
  parameter IN_W = 18,
  parameter ACC_W = 32,
  parameter OVERFLOW = 0,
  parameter ACC_FLOAT = 0,
  parameter EXACT_ADDEND = 0,
  parameter EVENTS = 1
) (
  input  wire [ACC_W-1:0] acc,
  input  wire [IN_W-1:0]  addend,
  output wire [ACC_W-1:0] sum,
  output wire [4:0]       events
);
  `include "dla_defs.vh"

  generate
    if (FORMAT == FORMAT_MINIFLOAT) begin : gen_float
      accumulate_float #(
        .IN_W(IN_W), .ACC_W(ACC_W), .ACC_FLOAT(ACC_FLOAT), .EXACT_ADDEND(EXACT_ADDEND)
      ) u_sum (
        .acc(acc),
        .addend(addend),
        .sum(sum),
        .events(events)
      );
    end else begin : gen_integer
      if (EXACT_ADDEND != 0) begin : gen_illegal_addend
        accumulate_outside_minifloat_needs_EXACT_ADDEND_0 u_illegal ();
      end

      wire [ACC_W-1:0] addend_resized;
      wire [4:0]       addend_events;
      wire [4:0]       sum_events;

      // Stops elaboration on an unknown FORMAT or OVERFLOW.
      resize #(.FORMAT(FORMAT), .IN_W(IN_W), .OUT_W(ACC_W), .OVERFLOW(OVERFLOW), .EVENTS(EVENTS)) u_resize (
        .value(addend),
        .resized(addend_resized),
        .events(addend_events)
      );

      tree_node #(.FORMAT(FORMAT), .W(ACC_W), .OVERFLOW(OVERFLOW), .EVENTS(EVENTS)) u_sum (
        .a(acc),
        .b(addend_resized),
        .sum(sum),
        .events(sum_events)
      );

      if (EVENTS != 0) begin : gen_events
        assign events = addend_events | sum_events;
      end else begin : gen_no_events
        wire unused = &{1'b0, addend_events, sum_events};

        assign events = 5'd0;
      end
    end
  endgenerate
endmodule

`default_nettype wire
