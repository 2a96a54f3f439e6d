// The activation, weight and parameter buffers, with the stream that fills them, and the table.
// Read latency 1, each port with its own enable; without it the port holds. Weights and parameters
// have a bank for each output lane, so that a beat fills one lane of a word.
// It holds neither psums (psum_array) nor the table (post_table), whose writes it passes on, and
// cannot be read from the stream.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module operand_buffers #(
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8,
  parameter ACT_DEPTH = 1024,
  parameter WEIGHT_DEPTH = 256,
  parameter PARAM_DEPTH = 32
) (
  input  wire        clk,
  input  wire        rst,
  input  wire        enable,
  input  wire [31:0] load_addr,
  output wire        range_error,

  input  wire [(IC_LANES*ELEM_W > 32 ? IC_LANES*ELEM_W : 32)-1:0] s_axis_tdata,
  input  wire        s_axis_tvalid,
  output wire        s_axis_tready,
  input  wire        s_axis_tlast,
  input  wire [1:0]  s_axis_tdest,

  input  wire                                                      act_re,
  input  wire [(ACT_DEPTH > 1 ? $clog2(ACT_DEPTH) : 1)-1:0]       act_raddr,
  output wire [IC_LANES*ELEM_W-1:0]                                act_rdata,
  input  wire                                                      weight_re,
  input  wire [(WEIGHT_DEPTH > 1 ? $clog2(WEIGHT_DEPTH) : 1)-1:0] weight_raddr,
  output reg  [OC_LANES*IC_LANES*ELEM_W-1:0]                       weight_rdata,
  input  wire                                                      param_re,
  input  wire [(PARAM_DEPTH > 1 ? $clog2(PARAM_DEPTH) : 1)-1:0]   param_raddr,
  output reg  [OC_LANES*72-1:0]                                    param_rdata,

  output wire        table_we,
  output wire [5:0]  table_waddr,
  output wire [31:0] table_wdata
);
  localparam WORD_W  = IC_LANES * ELEM_W;
  localparam PARAM_W = 72;  // {shift, multiplier, bias}

  wire                                                      act_we;
  wire [(ACT_DEPTH > 1 ? $clog2(ACT_DEPTH) : 1)-1:0]       act_waddr;
  wire [WORD_W-1:0]                                         act_wdata;
  wire [OC_LANES-1:0]                                       weight_we;
  wire [(WEIGHT_DEPTH > 1 ? $clog2(WEIGHT_DEPTH) : 1)-1:0] weight_waddr;
  wire [WORD_W-1:0]                                         weight_wdata;
  wire [OC_LANES-1:0]                                       param_we;
  wire [(PARAM_DEPTH > 1 ? $clog2(PARAM_DEPTH) : 1)-1:0]   param_waddr;
  wire [PARAM_W-1:0]                                        param_wdata;

  stream_loader #(
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W),
    .ACT_DEPTH(ACT_DEPTH),
    .WEIGHT_DEPTH(WEIGHT_DEPTH),
    .PARAM_DEPTH(PARAM_DEPTH)
  ) u_loader (
    .clk(clk),
    .rst(rst),
    .enable(enable),
    .load_addr(load_addr),
    .range_error(range_error),
    .s_axis_tdata(s_axis_tdata),
    .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready),
    .s_axis_tlast(s_axis_tlast),
    .s_axis_tdest(s_axis_tdest),
    .act_we(act_we),
    .act_waddr(act_waddr),
    .act_wdata(act_wdata),
    .weight_we(weight_we),
    .weight_waddr(weight_waddr),
    .weight_wdata(weight_wdata),
    .param_we(param_we),
    .param_waddr(param_waddr),
    .param_wdata(param_wdata),
    .table_we(table_we),
    .table_waddr(table_waddr),
    .table_wdata(table_wdata)
  );

  buffer_ram #(.WIDTH(WORD_W), .DEPTH(ACT_DEPTH)) u_act (
    .clk(clk),
    .we(act_we),
    .waddr(act_waddr),
    .wdata(act_wdata),
    .re(act_re),
    .raddr(act_raddr),
    .rdata(act_rdata)
  );

  genvar oc;
  generate
    for (oc = 0; oc < OC_LANES; oc = oc + 1) begin : gen_oc
      wire [WORD_W-1:0]  weight;
      wire [PARAM_W-1:0] param;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* weight_rdata[oc*WORD_W +: WORD_W] = weight;
      always @* param_rdata[oc*PARAM_W +: PARAM_W] = param;

      buffer_ram #(.WIDTH(WORD_W), .DEPTH(WEIGHT_DEPTH)) u_weight (
        .clk(clk),
        .we(weight_we[oc]),
        .waddr(weight_waddr),
        .wdata(weight_wdata),
        .re(weight_re),
        .raddr(weight_raddr),
        .rdata(weight)
      );

      buffer_ram #(.WIDTH(PARAM_W), .DEPTH(PARAM_DEPTH)) u_param (
        .clk(clk),
        .we(param_we[oc]),
        .waddr(param_waddr),
        .wdata(param_wdata),
        .re(param_re),
        .raddr(param_raddr),
        .rdata(param)
      );
    end
  endgenerate
endmodule

`default_nettype wire
