// A table of 256 output codes, one for each input code, that every lane looks up at once.
// Written in words of four entries, entry 4w of word w low; entry n is the output of the code whose
// bit pattern is n + 128: the entries ascend from code -128. Combinational lookup; no reset.
// It does not know what function it holds.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module post_table #(
  parameter LANES = 16
) (
  input  wire               clk,
  input  wire               we,
  input  wire [5:0]         waddr,
  input  wire [31:0]        wdata,
  input  wire [LANES*8-1:0] codes,
  output reg  [LANES*8-1:0] entries
);
  reg [31:0] words [0:63];

  always @(posedge clk)
    if (we) words[waddr] <= wdata;

  genvar lane;
  generate
    for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_lane
      // Code -128 is entry 0: the sign bit inverted counts from there.
      wire [7:0]  code = codes[lane*8 +: 8];
      wire [31:0] word = words[{!code[7], code[6:2]}];

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* entries[lane*8 +: 8] = word[{code[1:0], 3'b000} +: 8];
    end
  endgenerate
endmodule

`default_nettype wire
