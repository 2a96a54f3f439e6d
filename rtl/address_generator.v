// The loop nest of a job, one MAC vector a step:
//   for ocb: for oh: for ow: for g: for kh: for kw     (ocb: block of OC_LANES outputs, g: group)
// A depthwise block has min(IC_LANES, OC_LANES) channels, outputs and inputs alike, and no groups.
// start zeroes the counters; the first step is valid the cycle after, and each en moves on by one.
// Outputs are combinational from the counters; act_addr means nothing while pad.
// It does not check the geometry (job_check does) and reads it live: hold it until the last step.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module address_generator #(
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ACT_DEPTH = 1024,
  parameter WEIGHT_DEPTH = 256,
  parameter PARAM_DEPTH = 32,
  parameter PSUM_DEPTH = 256
) (
  input  wire        clk,
  input  wire        rst,
  input  wire        start,
  input  wire        en,
  input  wire [15:0] in_h,
  input  wire [15:0] in_w,
  input  wire [15:0] out_h,
  input  wire [15:0] out_w,
  input  wire [15:0] kernel_h,
  input  wire [15:0] kernel_w,
  input  wire [15:0] stride_h,
  input  wire [15:0] stride_w,
  input  wire [15:0] dilation_h,
  input  wire [15:0] dilation_w,
  input  wire [15:0] pad_top,
  input  wire [15:0] pad_left,
  input  wire [15:0] in_channels,
  input  wire [15:0] out_channels,
  input  wire [15:0] act_base,
  input  wire [15:0] act_wrap,
  input  wire [15:0] act_start,
  input  wire [15:0] weight_base,
  input  wire [15:0] param_base,
  input  wire        depthwise,
  output wire        valid,
  output wire [(ACT_DEPTH > 1 ? $clog2(ACT_DEPTH) : 1)-1:0]       act_addr,
  output wire [(WEIGHT_DEPTH > 1 ? $clog2(WEIGHT_DEPTH) : 1)-1:0] weight_addr,
  output wire [(PARAM_DEPTH > 1 ? $clog2(PARAM_DEPTH) : 1)-1:0]   param_addr,
  output wire [(PSUM_DEPTH > 1 ? $clog2(PSUM_DEPTH) : 1)-1:0]     psum_addr,
  output wire                pad,
  output wire [IC_LANES-1:0] lane_mask,
  output wire [OC_LANES-1:0] keep,
  output wire                first_tap,
  output wire                last_tap,
  output wire                first_group,
  output wire                last_group,
  output wire                last
);
  localparam ACT_AW    = ACT_DEPTH > 1 ? $clog2(ACT_DEPTH) : 1;
  localparam WEIGHT_AW = WEIGHT_DEPTH > 1 ? $clog2(WEIGHT_DEPTH) : 1;
  localparam PARAM_AW  = PARAM_DEPTH > 1 ? $clog2(PARAM_DEPTH) : 1;
  localparam PSUM_AW   = PSUM_DEPTH > 1 ? $clog2(PSUM_DEPTH) : 1;

  generate
    if (IC_LANES < 1 || IC_LANES > 32 || (1 << $clog2(IC_LANES)) != IC_LANES ||
        OC_LANES < 1 || OC_LANES > 32 || (1 << $clog2(OC_LANES)) != OC_LANES)
    begin : gen_illegal_lanes
      address_generator_needs_lanes_a_power_of_two_up_to_32 u_illegal ();
    end
    if (ACT_DEPTH < 1 || ACT_DEPTH > 65536 || WEIGHT_DEPTH < 1 || WEIGHT_DEPTH > 65536 ||
        PARAM_DEPTH < 1 || PARAM_DEPTH > 65536 || PSUM_DEPTH < 1 || PSUM_DEPTH > 65536)
    begin : gen_illegal_depth
      address_generator_needs_depths_from_1_to_65536 u_illegal ();
    end
  endgenerate

  // Counters, outermost loop first. All are 32 bits wide, so that the products below do not wrap.
  reg        valid_q;
  reg [31:0] ocb_q;
  reg [31:0] oh_q;
  reg [31:0] ow_q;
  reg [31:0] g_q;
  reg [31:0] kh_q;
  reg [31:0] kw_q;
  reg [31:0] vector_q;  // output vectors finished

  localparam DW_LANES = IC_LANES < OC_LANES ? IC_LANES : OC_LANES;

  wire [31:0] block_lanes = depthwise ? DW_LANES : OC_LANES;

  // Input channels and output channels from this group and block on
  wire [31:0] ic_left = {16'd0, in_channels} - g_q * IC_LANES;
  wire [31:0] oc_left = {16'd0, out_channels} - ocb_q * block_lanes;

  // Output lanes, and input lanes, of the step that have a channel
  wire [31:0] outputs = oc_left <= block_lanes ? oc_left : block_lanes;
  wire [31:0] inputs  = depthwise ? outputs : ic_left;

  wire last_kw  = kw_q + 1 == {16'd0, kernel_w};
  wire last_kh  = kh_q + 1 == {16'd0, kernel_h};
  wire last_g   = depthwise || ic_left <= IC_LANES;
  wire last_ow  = ow_q + 1 == {16'd0, out_w};
  wire last_oh  = oh_q + 1 == {16'd0, out_h};
  wire last_ocb = oc_left <= block_lanes;

  always @(posedge clk) begin
    if (start) begin
      valid_q  <= 1'b1;
      ocb_q    <= 0;
      oh_q     <= 0;
      ow_q     <= 0;
      g_q      <= 0;
      kh_q     <= 0;
      kw_q     <= 0;
      vector_q <= 0;
    end else if (en && valid_q) begin
      kw_q <= last_kw ? 0 : kw_q + 1;
      if (last_kw) begin
        kh_q <= last_kh ? 0 : kh_q + 1;
        if (last_kh) begin
          g_q <= last_g ? 0 : g_q + 1;
          if (last_g) begin
            vector_q <= vector_q + 1;
            ow_q     <= last_ow ? 0 : ow_q + 1;
            if (last_ow) begin
              oh_q <= last_oh ? 0 : oh_q + 1;
              if (last_oh) begin
                ocb_q <= ocb_q + 1;
                if (last_ocb) valid_q <= 1'b0;
              end
            end
          end
        end
      end
    end

    if (rst) valid_q <= 1'b0;
  end

  assign valid       = valid_q;
  assign first_tap   = kh_q == 0 && kw_q == 0;
  assign last_tap    = last_kh && last_kw;
  assign first_group = g_q == 0;
  assign last_group  = last_g;
  assign last        = last_ocb && last_oh && last_ow && last_g && last_kh && last_kw;

  // Shifting by more than the width leaves nothing: no lane masked, every lane kept.
  assign lane_mask = {IC_LANES{1'b1}} << inputs;
  assign keep      = ~({OC_LANES{1'b1}} << outputs);

  // Input coordinate of a tap. 16-bit fields reach from -65535 to below 2^33: 35 bits, signed.
  function signed [34:0] coordinate;
    input [31:0] position;
    input [15:0] stride;
    input [15:0] padding;
    input [31:0] tap;
    input [15:0] dilation;
    coordinate = $signed({3'd0, position} * {19'd0, stride} + {3'd0, tap} * {19'd0, dilation} -
                         {19'd0, padding});
  endfunction

  wire signed [34:0] ih = coordinate(oh_q, stride_h, pad_top, kh_q, dilation_h);
  wire signed [34:0] iw = coordinate(ow_q, stride_w, pad_left, kw_q, dilation_w);

  assign pad = ih < 0 || ih >= $signed({19'd0, in_h}) || iw < 0 || iw >= $signed({19'd0, in_w});

  // Activations: row-major image of groups, or of depthwise blocks, in a ring of act_wrap words
  // from act_base on, which itself starts at act_start
  wire [31:0] in_groups   = ({16'd0, in_channels} + (IC_LANES - 1)) >> $clog2(IC_LANES);
  wire [31:0] dw_blocks   = ({16'd0, out_channels} + (DW_LANES - 1)) >> $clog2(DW_LANES);
  wire [31:0] groups      = depthwise ? 32'd1 : in_groups;
  wire [31:0] pixel_words = depthwise ? dw_blocks : in_groups;
  wire [31:0] pixel       = ih[31:0] * {16'd0, in_w} + iw[31:0];
  wire [31:0] pixel_word  = pixel * pixel_words + (depthwise ? ocb_q : g_q);
  wire [31:0] act_word    = {16'd0, act_base} + pixel_word;
  wire [31:0] act_ring    = act_word >= {16'd0, act_wrap} ? act_word - {16'd0, act_wrap} : act_word;
  wire [31:0] buffer_word = {16'd0, act_start} + act_ring;

  // Weights: one word for each (block, group, kernel row, kernel column)
  wire [31:0] weight_row  = (ocb_q * groups + g_q) * {16'd0, kernel_h} + kh_q;
  wire [31:0] weight_word = {16'd0, weight_base} + weight_row * {16'd0, kernel_w} + kw_q;
  wire [31:0] param_word  = {16'd0, param_base} + ocb_q;

  assign act_addr    = buffer_word[ACT_AW-1:0];
  assign weight_addr = weight_word[WEIGHT_AW-1:0];
  assign param_addr  = param_word[PARAM_AW-1:0];
  assign psum_addr   = vector_q[PSUM_AW-1:0];

  wire unused = &{1'b0, buffer_word[31:ACT_AW], weight_word[31:WEIGHT_AW],
                    param_word[31:PARAM_AW], vector_q[31:PSUM_AW]};
endmodule

`default_nettype wire
