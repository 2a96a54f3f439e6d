// Writes stream packets into the buffers, a beat a cycle, from word load_addr on (sampled with a
// packet's first beat). tdest chooses the buffer; README.md has the layouts.
// Ready exactly while enable. A beat beyond its buffer is dropped and raises range_error for that
// cycle. A parameter triple cut short by tlast is dropped too.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module stream_loader #(
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

  // One write enable for each output lane of weights and parameters
  output wire                                                      act_we,
  output wire [(ACT_DEPTH > 1 ? $clog2(ACT_DEPTH) : 1)-1:0]       act_waddr,
  output wire [IC_LANES*ELEM_W-1:0]                                act_wdata,
  output wire [OC_LANES-1:0]                                       weight_we,
  output wire [(WEIGHT_DEPTH > 1 ? $clog2(WEIGHT_DEPTH) : 1)-1:0] weight_waddr,
  output wire [IC_LANES*ELEM_W-1:0]                                weight_wdata,
  output wire [OC_LANES-1:0]                                       param_we,
  output wire [(PARAM_DEPTH > 1 ? $clog2(PARAM_DEPTH) : 1)-1:0]   param_waddr,
  output wire [71:0]                                               param_wdata,
  output wire                                                      table_we,
  output wire [5:0]                                                table_waddr,
  output wire [31:0]                                               table_wdata
);
  `include "dla_defs.vh"

  localparam ACT_AW    = ACT_DEPTH > 1 ? $clog2(ACT_DEPTH) : 1;
  localparam WEIGHT_AW = WEIGHT_DEPTH > 1 ? $clog2(WEIGHT_DEPTH) : 1;
  localparam PARAM_AW  = PARAM_DEPTH > 1 ? $clog2(PARAM_DEPTH) : 1;
  localparam WORD_W    = IC_LANES * ELEM_W;

  localparam TABLE_DEPTH = 64;  // words of four entries

  localparam [OC_LANES-1:0] LANE_0 = 1;

  localparam [1:0] FIELD_BIAS       = 2'd0;
  localparam [1:0] FIELD_MULTIPLIER = 2'd1;
  localparam [1:0] FIELD_SHIFT      = 2'd2;

  // Place of the next beat in its packet
  reg        first_q;
  reg [31:0] word_q;
  reg [31:0] lane_q;
  reg [1:0]  field_q;

  // Bias and multiplier wait for their shift, which completes a parameter word.
  reg [31:0] bias_q;
  reg [31:0] multiplier_q;

  wire [31:0] word  = first_q ? load_addr : word_q;
  wire [31:0] lane  = first_q ? 32'd0 : lane_q;
  wire [1:0]  field = first_q ? FIELD_BIAS : field_q;

  wire to_act    = s_axis_tdest == DEST_ACTIVATIONS;
  wire to_weight = s_axis_tdest == DEST_WEIGHTS;
  wire to_param  = s_axis_tdest == DEST_PARAMETERS;
  wire to_table  = s_axis_tdest == DEST_TABLE;
  wire in_range  = (to_act    && word < ACT_DEPTH) ||
                   (to_weight && word < WEIGHT_DEPTH) ||
                   (to_param  && word < PARAM_DEPTH) ||
                   (to_table  && word < TABLE_DEPTH);

  wire beat  = s_axis_tvalid && s_axis_tready;
  wire write = beat && in_range;

  wire last_field = !to_param || field == FIELD_SHIFT;
  wire last_lane  = to_act || to_table || lane + 1 == OC_LANES;

  wire [OC_LANES-1:0] lane_select = LANE_0 << lane;

  assign s_axis_tready = enable;
  assign range_error   = beat && !in_range;

  assign act_we       = write && to_act;
  assign weight_we    = write && to_weight ? lane_select : {OC_LANES{1'b0}};
  assign param_we     = write && to_param && last_field ? lane_select : {OC_LANES{1'b0}};
  assign act_waddr    = word[ACT_AW-1:0];
  assign weight_waddr = word[WEIGHT_AW-1:0];
  assign param_waddr  = word[PARAM_AW-1:0];
  assign act_wdata    = s_axis_tdata[WORD_W-1:0];
  assign weight_wdata = s_axis_tdata[WORD_W-1:0];
  assign table_we     = write && to_table;
  assign table_waddr  = word[5:0];
  assign table_wdata  = s_axis_tdata[31:0];
  assign param_wdata  = {s_axis_tdata[7:0], multiplier_q, bias_q};

  always @(posedge clk) begin
    if (beat) begin
      first_q <= s_axis_tlast;
      word_q  <= word;
      lane_q  <= lane;
      field_q <= field;
      // Out of range the place stands still, so that a long packet cannot come round again.
      if (in_range) begin
        field_q <= last_field ? FIELD_BIAS : field + 2'd1;
        if (last_field) lane_q <= last_lane ? 32'd0 : lane + 32'd1;
        if (last_field && last_lane) word_q <= word + 32'd1;
      end
      if (field == FIELD_BIAS) bias_q <= s_axis_tdata[31:0];
      if (field == FIELD_MULTIPLIER) multiplier_q <= s_axis_tdata[31:0];
    end

    if (rst) first_q <= 1'b1;
  end
endmodule

`default_nettype wire
