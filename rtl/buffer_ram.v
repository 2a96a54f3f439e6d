// A memory with one write and one read port.
// Read latency 1: on re, rdata takes the word at raddr, as it was before a write in the same cycle;
// without re it holds. No reset, and no check of the address: DEPTH need not be a power of two.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module buffer_ram #(
  parameter WIDTH = 32,
  parameter DEPTH = 256
) (
  input  wire                                        clk,
  input  wire                                        we,
  input  wire [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] waddr,
  input  wire [WIDTH-1:0]                            wdata,
  input  wire                                        re,
  input  wire [(DEPTH > 1 ? $clog2(DEPTH) : 1)-1:0] raddr,
  output reg  [WIDTH-1:0]                            rdata
);
  reg [WIDTH-1:0] mem [0:DEPTH-1];

  always @(posedge clk) begin
    if (we) mem[waddr] <= wdata;
    if (re) rdata <= mem[raddr];
  end
endmodule

`default_nettype wire
