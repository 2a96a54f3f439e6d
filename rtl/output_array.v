// From a vector of psums to the output stream: an output stage for each lane, the post slot, the
// output register. A lane's parameter word is {shift[7:0], multiplier[31:0], bias[31:0]}.
// Latency 1, a vector every cycle; s_ready is registered. Lanes with keep 0 compute too, but have
// their tkeep clear. Events, lane 0 low, are 0 but in the lanes of count.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module output_array #(
  parameter FORMAT = 0,
  parameter OC_LANES = 16,
  parameter PSUM_W = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ELEM_W = 8,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter EVENTS = 1
) (
  input  wire                         clk,
  input  wire                         rst,
  input  wire [1:0]                   rounding,
  input  wire [ELEM_W-1:0]            zero_point,
  input  wire [ELEM_W-1:0]            clamp_min,
  input  wire [ELEM_W-1:0]            clamp_max,
  input  wire [223:0]                 post,  // see post_slot

  input  wire                         table_we,
  input  wire [5:0]                   table_waddr,
  input  wire [31:0]                  table_wdata,

  input  wire                         s_valid,
  output wire                         s_ready,
  input  wire [OC_LANES*PSUM_W-1:0]   psums,
  input  wire [OC_LANES*72-1:0]       params,
  input  wire [OC_LANES-1:0]          keep,
  input  wire                         last,

  input  wire [OC_LANES*ELEM_W-1:0]   s_axis_operand_tdata,
  input  wire [OC_LANES*ELEM_W/8-1:0] s_axis_operand_tkeep,
  input  wire                         s_axis_operand_tvalid,
  output wire                         s_axis_operand_tready,
  input  wire                         s_axis_operand_tlast,

  output wire [OC_LANES*ELEM_W-1:0]   m_axis_tdata,
  output wire [OC_LANES*ELEM_W/8-1:0] m_axis_tkeep,
  output wire                         m_axis_tvalid,
  input  wire                         m_axis_tready,
  output wire                         m_axis_tlast,

  input  wire [OC_LANES-1:0]          count,  // the vector is taken, and its lane kept
  output reg  [5*OC_LANES-1:0]        psum_events,
  output reg  [5*OC_LANES-1:0]        output_events
);
  localparam M_W    = OC_LANES * ELEM_W;
  localparam KEEP_W = M_W / 8;

  reg  [M_W-1:0]    y;
  reg  [KEEP_W-1:0] tkeep;

  genvar oc;
  generate
    for (oc = 0; oc < OC_LANES; oc = oc + 1) begin : gen_oc
      wire [ELEM_W-1:0] element;
      wire [4:0]        of_psum;
      wire [4:0]        of_output;

      // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
      always @* y[oc*ELEM_W +: ELEM_W] = element;
      always @* tkeep[oc*ELEM_W/8 +: ELEM_W/8] = {(ELEM_W/8){keep[oc]}};
      always @* psum_events[5*oc +: 5] = of_psum & {5{count[oc]}};
      always @* output_events[5*oc +: 5] = of_output & {5{count[oc]}};

      output_stage #(
        .FORMAT(FORMAT),
        .PSUM_W(PSUM_W),
        .PSUM_OVERFLOW(PSUM_OVERFLOW),
        .ELEM_W(ELEM_W),
        .ELEM_FLOAT(ELEM_FLOAT),
        .ACC_FLOAT(ACC_FLOAT),
        .EVENTS(EVENTS)
      ) u_stage (
        .psum(psums[oc*PSUM_W +: PSUM_W]),
        .bias(params[oc*72 +: 32]),
        .multiplier(params[oc*72+32 +: 32]),
        .shift(params[oc*72+64 +: 8]),
        .rounding(rounding),
        .zero_point(zero_point),
        .clamp_min(clamp_min),
        .clamp_max(clamp_max),
        .y(element),
        .psum_events(of_psum),
        .output_events(of_output)
      );
    end
  endgenerate

  wire              post_valid;
  wire              post_ready;
  wire [M_W-1:0]    post_data;
  wire [KEEP_W-1:0] post_keep;
  wire              post_last;

  post_slot #(.FORMAT(FORMAT), .LANES(OC_LANES), .ELEM_W(ELEM_W)) u_post (
    .clk(clk),
    .post(post),
    .table_we(table_we),
    .table_waddr(table_waddr),
    .table_wdata(table_wdata),
    .s_valid(s_valid),
    .s_ready(s_ready),
    .s_data(y),
    .s_keep(tkeep),
    .s_last(last),
    .operand_valid(s_axis_operand_tvalid),
    .operand_ready(s_axis_operand_tready),
    .operand_data(s_axis_operand_tdata),
    .operand_keep(s_axis_operand_tkeep),
    .operand_last(s_axis_operand_tlast),
    .m_valid(post_valid),
    .m_ready(post_ready),
    .m_data(post_data),
    .m_keep(post_keep),
    .m_last(post_last)
  );

  stream_register #(.WIDTH(M_W + KEEP_W + 1)) u_register (
    .clk(clk),
    .rst(rst),
    .s_valid(post_valid),
    .s_ready(post_ready),
    .s_data({post_last, post_keep, post_data}),
    .m_valid(m_axis_tvalid),
    .m_ready(m_axis_tready),
    .m_data({m_axis_tlast, m_axis_tkeep, m_axis_tdata})
  );
endmodule

`default_nettype wire
