// One accumulation: sum = acc + addend, the addend brought to ACC_W bits first; what is past ACC_W
// wraps or saturates, by OVERFLOW.
// Combinational. It holds no state: mac_lane and psum_accumulator are the registers around it.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module accumulate #(
  parameter FORMAT = 0,
  parameter IN_W = 18,
  parameter ACC_W = 32,
  parameter OVERFLOW = 0
) (
  input  wire [ACC_W-1:0] acc,
  input  wire [IN_W-1:0]  addend,
  output wire [ACC_W-1:0] sum
);
  wire [ACC_W-1:0] addend_resized;

  // Stops elaboration on an unknown FORMAT or OVERFLOW.
  resize #(.FORMAT(FORMAT), .IN_W(IN_W), .OUT_W(ACC_W), .OVERFLOW(OVERFLOW)) u_resize (
    .value(addend),
    .resized(addend_resized)
  );

  tree_node #(.FORMAT(FORMAT), .W(ACC_W), .OVERFLOW(OVERFLOW)) u_sum (
    .a(acc),
    .b(addend_resized),
    .sum(sum)
  );
endmodule

`default_nettype wire
