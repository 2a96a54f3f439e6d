// The psums of one output vector, and the memory that keeps psums from job to job.
// Latency 1: on en && root_valid each psum takes its root. first starts it from 0, or with load
// from the word that fetch read one en earlier.
// store writes psums to the memory. It adds no bias (output_stage).
// Events, output lane 0 low, are 0 but in the rows of count.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module psum_array #(
  parameter FORMAT = 0,
  parameter OC_LANES = 16,
  parameter ROOT_W = 32,
  parameter PSUM_W = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ACC_FLOAT = 0,
  parameter PSUM_DEPTH = 256,
  parameter EVENTS = 1
) (
  input  wire                       clk,
  input  wire                       en,
  input  wire                       root_valid,
  input  wire                       first,
  input  wire [OC_LANES*ROOT_W-1:0] roots,
  input  wire                       load,
  input  wire                       fetch,
  input  wire [(PSUM_DEPTH > 1 ? $clog2(PSUM_DEPTH) : 1)-1:0] fetch_addr,
  input  wire                       store,
  input  wire [(PSUM_DEPTH > 1 ? $clog2(PSUM_DEPTH) : 1)-1:0] store_addr,
  output reg  [OC_LANES*PSUM_W-1:0] psums,

  input  wire [OC_LANES-1:0]        count,  // the root is taken, and kept
  output reg  [5*OC_LANES-1:0]      events
);
  wire [OC_LANES*PSUM_W-1:0] kept;

  buffer_ram #(.WIDTH(OC_LANES * PSUM_W), .DEPTH(PSUM_DEPTH)) u_kept (
    .clk(clk),
    .we(en && store),
    .waddr(store_addr),
    .wdata(psums),
    .re(en && fetch),
    .raddr(fetch_addr),
    .rdata(kept)
  );

  genvar oc;
  generate
    for (oc = 0; oc < OC_LANES; oc = oc + 1) begin : gen_oc
      wire [PSUM_W-1:0] psum_q;
      wire [4:0]        of_psum;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* psums[oc*PSUM_W +: PSUM_W] = psum_q;
      always @* events[5*oc +: 5] = of_psum & {5{count[oc]}};

      psum_accumulator #(
        .FORMAT(FORMAT),
        .ROOT_W(ROOT_W),
        .PSUM_W(PSUM_W),
        .PSUM_OVERFLOW(PSUM_OVERFLOW),
        .ACC_FLOAT(ACC_FLOAT),
        .EVENTS(EVENTS)
      ) u_psum (
        .clk(clk),
        .en(en && root_valid),
        .first(first),
        .psum_init(load ? kept[oc*PSUM_W +: PSUM_W] : {PSUM_W{1'b0}}),
        .root(roots[oc*ROOT_W +: ROOT_W]),
        .psum_q(psum_q),
        .events(of_psum)
      );
    end
  endgenerate
endmodule

`default_nettype wire
