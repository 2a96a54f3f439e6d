// One accumulation: sum = acc + addend, the addend brought to ACC_W bits first; wraps at ACC_W.
// Combinational. It holds no state: mac_lane and psum_accumulator are the registers around it.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module accumulate #(
  parameter FORMAT = 0,
  parameter IN_W = 18,
  parameter ACC_W = 32
) (
  input  wire [ACC_W-1:0] acc,
  input  wire [IN_W-1:0]  addend,
  output wire [ACC_W-1:0] sum
);
  wire [ACC_W-1:0] addend_resized;

  // Stops elaboration on an unknown FORMAT.
  resize #(.FORMAT(FORMAT), .IN_W(IN_W), .OUT_W(ACC_W)) u_resize (
    .value(addend),
    .resized(addend_resized)
  );

  assign sum = acc + addend_resized;
endmodule

`default_nettype wire
