// The psum of one output element: accumulates the roots of a row of lanes, group by group.
// Latency 1: on en, psum_q takes accumulate(first ? psum_init : psum_q, root); without en it holds.
// The events of that addition are combinational: a group's in the cycle of its en.
// No reset: the first group starts it from psum_init. It does not add the bias.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module psum_accumulator #(
  parameter FORMAT = 0,
  parameter ROOT_W = 32,
  parameter PSUM_W = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ACC_FLOAT = 0,
  parameter EVENTS = 1
) (
  input  wire              clk,
  input  wire              en,
  input  wire              first,
  input  wire [PSUM_W-1:0] psum_init,
  input  wire [ROOT_W-1:0] root,
  output reg  [PSUM_W-1:0] psum_q,
  output wire [4:0]        events
);
  wire [PSUM_W-1:0] psum_d;

  accumulate #(
    .FORMAT(FORMAT),
    .IN_W(ROOT_W),
    .ACC_W(PSUM_W),
    .OVERFLOW(PSUM_OVERFLOW),
    .ACC_FLOAT(ACC_FLOAT),
    .EVENTS(EVENTS)
  ) u_accumulate (
    .acc(first ? psum_init : psum_q),
    .addend(root),
    .sum(psum_d),
    .events(events)
  );

  always @(posedge clk)
    if (en) psum_q <= psum_d;
endmodule

`default_nettype wire
