// What goes along with a step of the address generator, from stage to stage of the pipeline.
// Latency 1 a stage, moved by en. root marks the last tap of a group, final the last step of an
// output vector; both, and valid, are 0 where there is no step. It holds no data.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module step_registers #(
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter PARAM_AW = 5,
  parameter PSUM_AW = 8
) (
  input  wire                clk,
  input  wire                rst,
  input  wire                en,

  // Stage 0: the step as it is issued (see address_generator)
  input  wire                s0_valid,
  input  wire                s0_pad,
  input  wire [IC_LANES-1:0] s0_lane_mask,
  input  wire                s0_first_tap,
  input  wire                s0_last_tap,
  input  wire                s0_first_group,
  input  wire                s0_last_group,
  input  wire                s0_last,
  input  wire [OC_LANES-1:0] s0_keep,
  input  wire [PARAM_AW-1:0] s0_param_addr,
  input  wire [PSUM_AW-1:0]  s0_psum_addr,

  // Stage 1: its operands are read
  output reg                 s1_valid,
  output reg                 s1_first_tap,
  output reg                 s1_root,
  output reg                 s1_first_group,
  output reg  [IC_LANES-1:0] s1_mask,
  output reg  [OC_LANES-1:0] s1_keep,
  output reg  [PSUM_AW-1:0]  s1_psum_addr,

  // Stage 2: the lanes have taken it
  output reg                 s2_root,
  output reg                 s2_first_group,
  output reg                 s2_final,
  output reg  [OC_LANES-1:0] s2_keep,
  output reg  [PARAM_AW-1:0] s2_param_addr,

  // Stage 3: the psums have taken its root
  output reg                 s3_final,
  output reg                 s3_last,
  output reg  [OC_LANES-1:0] s3_keep,
  output reg  [PSUM_AW-1:0]  s3_psum_addr
);
  reg                s1_final, s1_last, s2_last;
  reg [PARAM_AW-1:0] s1_param_addr;
  reg [PSUM_AW-1:0]  s2_psum_addr;

  always @(posedge clk) begin
    if (en) begin
      s1_valid       <= s0_valid;
      s1_first_tap   <= s0_first_tap;
      s1_root        <= s0_valid && s0_last_tap;
      s1_first_group <= s0_first_group;
      s1_final       <= s0_valid && s0_last_tap && s0_last_group;
      s1_last        <= s0_last;
      s1_mask        <= s0_lane_mask | {IC_LANES{s0_pad}};
      s1_keep        <= s0_keep;
      s1_param_addr  <= s0_param_addr;
      s1_psum_addr   <= s0_psum_addr;

      s2_root        <= s1_root;
      s2_first_group <= s1_first_group;
      s2_final       <= s1_final;
      s2_last        <= s1_last;
      s2_keep        <= s1_keep;
      s2_param_addr  <= s1_param_addr;
      s2_psum_addr   <= s1_psum_addr;

      s3_final       <= s2_final;
      s3_last        <= s2_last;
      s3_keep        <= s2_keep;
      s3_psum_addr   <= s2_psum_addr;
    end

    if (rst) begin
      s1_valid <= 1'b0;
      s1_root  <= 1'b0;
      s1_final <= 1'b0;
      s2_root  <= 1'b0;
      s2_final <= 1'b0;
      s3_final <= 1'b0;
    end
  end
endmodule

`default_nettype wire
