// A memory with one write and one read port. Read latency 1; no reset. An address past DEPTH reaches
// some other word.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module serial_memory #(
  parameter WIDTH = 32,
  parameter DEPTH = 256
) (
  input  wire             clk,
  input  wire             we,
  input  wire [31:0]      waddr,
  input  wire [WIDTH-1:0] wdata,
  input  wire [31:0]      raddr,
  output reg  [WIDTH-1:0] rdata
);
  localparam ADDR_W = DEPTH > 1 ? $clog2(DEPTH) : 1;

  reg [WIDTH-1:0] words [0:DEPTH-1];

  always @(posedge clk) begin
    if (we) words[waddr[ADDR_W-1:0]] <= wdata;
    rdata <= words[raddr[ADDR_W-1:0]];
  end

  wire unused = &{1'b0, waddr, raddr};
endmodule

`default_nettype wire
