// An operand memory: the host writes words of four elements, the unit reads one element.
// Read latency 1.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module serial_operands #(
  parameter DEPTH = 16384  // elements
) (
  input  wire        clk,
  input  wire        we,
  input  wire [31:0] word,
  input  wire [31:0] wdata,
  input  wire [31:0] index,
  output wire [7:0]  element
);
  wire [31:0] four;
  reg  [1:0]  place_q;

  assign element = four[8*place_q +: 8];

  serial_memory #(.WIDTH(32), .DEPTH((DEPTH + 3) / 4)) u_words (
    .clk(clk), .we(we), .waddr(word), .wdata(wdata), .raddr(index >> 2), .rdata(four)
  );

  always @(posedge clk) place_q <= index[1:0];
endmodule

`default_nettype wire
