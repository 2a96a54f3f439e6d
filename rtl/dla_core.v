// The accelerator without its register bus: loads buffers, runs jobs, streams outputs.
// One MAC vector a cycle. Stages, all moved by one enable (en), which falls only while a finished
// vector cannot leave:  0 address  1 operands read  2 lanes  3 psum, parameters  4 output register.
// A kept psum goes to the psum memory instead of stage 4. Reset ends a job and empties the stages.
// It does not tile: a job fits the buffers, or is refused with an error code.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module dla_core #(
  parameter FORMAT = 0,
  parameter ORDER = 0,
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8,
  parameter X_BITS = ELEM_W,
  parameter W_BITS = ELEM_W,
  parameter PRODUCT_DROP = 0,
  parameter PRODUCT_ROUNDING = 0,
  parameter LANE_W = 32,
  parameter LANE_OVERFLOW = 0,
  parameter TREE_W = 32,
  parameter TREE_OVERFLOW = 0,
  parameter ROOT_DROP = 0,
  parameter ROOT_ROUNDING = 0,
  parameter PSUM_W = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter FUSED = 0,
  parameter EVENTS = 0,
  parameter ACT_DEPTH = 1024,
  parameter WEIGHT_DEPTH = 256,
  parameter PARAM_DEPTH = 32,
  parameter PSUM_DEPTH = 256
) (
  input  wire         clk,
  input  wire         rst,

  input  wire         start,
  input  wire         clear,
  input  wire [31:0]  load_addr,
  input  wire [767:0] job,
  output wire         busy,
  output wire         done,
  output wire         error,
  output wire [7:0]   error_code,
  output wire         irq,
  output wire [31:0]  busy_cycles,
  output wire [31:0]  stall_cycles,
  output wire [31:0]  mac_cycles,
  output wire [959:0] event_counts,  // see event_counters

  input  wire [(IC_LANES*ELEM_W > 32 ? IC_LANES*ELEM_W : 32)-1:0] s_axis_tdata,
  input  wire         s_axis_tvalid,
  output wire         s_axis_tready,
  input  wire         s_axis_tlast,
  input  wire [1:0]   s_axis_tdest,

  input  wire [OC_LANES*ELEM_W-1:0]   s_axis_operand_tdata,
  input  wire [OC_LANES*ELEM_W/8-1:0] s_axis_operand_tkeep,
  input  wire                         s_axis_operand_tvalid,
  output wire                         s_axis_operand_tready,
  input  wire                         s_axis_operand_tlast,

  output wire [OC_LANES*ELEM_W-1:0]   m_axis_tdata,
  output wire [OC_LANES*ELEM_W/8-1:0] m_axis_tkeep,
  output wire                         m_axis_tvalid,
  input  wire                         m_axis_tready,
  output wire                         m_axis_tlast
);
  localparam ACT_AW    = ACT_DEPTH > 1 ? $clog2(ACT_DEPTH) : 1;
  localparam WEIGHT_AW = WEIGHT_DEPTH > 1 ? $clog2(WEIGHT_DEPTH) : 1;
  localparam PARAM_AW  = PARAM_DEPTH > 1 ? $clog2(PARAM_DEPTH) : 1;
  localparam PSUM_AW   = PSUM_DEPTH > 1 ? $clog2(PSUM_DEPTH) : 1;

  wire en, launch, finish;

  // Stage 0: the step's addresses and flags
  wire                 step;
  wire [ACT_AW-1:0]    act_addr;
  wire [WEIGHT_AW-1:0] weight_addr;
  wire [PARAM_AW-1:0]  s0_param_addr;
  wire [PSUM_AW-1:0]   s0_psum_addr;
  wire                 s0_pad, s0_first_tap, s0_last_tap, s0_first_group, s0_last_group, s0_last;
  wire [IC_LANES-1:0]  s0_lane_mask;
  wire [OC_LANES-1:0]  s0_keep;
  wire                 range_error;
  wire                 load_psum, keep_psum, depthwise;
  wire [1:0]           rounding;
  wire [ELEM_W-1:0]    x_zero_point, w_zero_point, y_zero_point, clamp_min, clamp_max;
  wire [223:0]         post;

  job_sequencer #(
    .FORMAT(FORMAT),
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACT_DEPTH(ACT_DEPTH),
    .WEIGHT_DEPTH(WEIGHT_DEPTH),
    .PARAM_DEPTH(PARAM_DEPTH),
    .PSUM_DEPTH(PSUM_DEPTH)
  ) u_sequencer (
    .clk(clk),
    .rst(rst),
    .start(start),
    .clear(clear),
    .job(job),
    .range_error(range_error),
    .busy(busy), .done(done), .error(error), .error_code(error_code), .irq(irq),
    .busy_cycles(busy_cycles), .stall_cycles(stall_cycles), .mac_cycles(mac_cycles),
    .launch(launch),
    .rounding(rounding),
    .load_psum(load_psum),
    .keep_psum(keep_psum),
    .depthwise(depthwise),
    .x_zero_point(x_zero_point), .w_zero_point(w_zero_point), .y_zero_point(y_zero_point),
    .clamp_min(clamp_min), .clamp_max(clamp_max),
    .post(post),
    .en(en),
    .finish(finish),
    .valid(step),
    .act_addr(act_addr), .weight_addr(weight_addr),
    .param_addr(s0_param_addr), .psum_addr(s0_psum_addr),
    .pad(s0_pad),
    .lane_mask(s0_lane_mask),
    .keep(s0_keep),
    .first_tap(s0_first_tap), .last_tap(s0_last_tap),
    .first_group(s0_first_group), .last_group(s0_last_group),
    .last(s0_last)
  );

  // Stages 1 to 3: what goes along with a step
  wire                s1_valid, s1_first_tap, s1_root, s1_first_group;
  wire [IC_LANES-1:0] s1_mask;
  wire [OC_LANES-1:0] s1_keep, s2_keep, s3_keep;
  wire [PSUM_AW-1:0]  s1_psum_addr, s3_psum_addr;
  wire                s2_root, s2_first_group, s2_final;
  wire [PARAM_AW-1:0] s2_param_addr;
  wire                s3_final, s3_last;

  step_registers #(
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .PARAM_AW(PARAM_AW),
    .PSUM_AW(PSUM_AW)
  ) u_steps (
    .clk(clk),
    .rst(rst),
    .en(en),
    .s0_valid(step),
    .s0_pad(s0_pad),
    .s0_lane_mask(s0_lane_mask),
    .s0_first_tap(s0_first_tap), .s0_last_tap(s0_last_tap),
    .s0_first_group(s0_first_group), .s0_last_group(s0_last_group),
    .s0_last(s0_last),
    .s0_keep(s0_keep),
    .s0_param_addr(s0_param_addr), .s0_psum_addr(s0_psum_addr),
    .s1_valid(s1_valid),
    .s1_first_tap(s1_first_tap), .s1_root(s1_root), .s1_first_group(s1_first_group),
    .s1_mask(s1_mask),
    .s1_keep(s1_keep),
    .s1_psum_addr(s1_psum_addr),
    .s2_root(s2_root), .s2_first_group(s2_first_group), .s2_final(s2_final),
    .s2_keep(s2_keep),
    .s2_param_addr(s2_param_addr),
    .s3_final(s3_final), .s3_last(s3_last),
    .s3_keep(s3_keep),
    .s3_psum_addr(s3_psum_addr)
  );

  // Stages 0 to 1, and for the parameters 2 to 3: the buffers
  wire [IC_LANES*ELEM_W-1:0]          s1_x;
  wire [OC_LANES*IC_LANES*ELEM_W-1:0] s1_w;
  wire [OC_LANES*72-1:0]              s3_params;
  wire                                table_we;
  wire [5:0]                          table_waddr;
  wire [31:0]                         table_wdata;

  operand_buffers #(
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W),
    .ACT_DEPTH(ACT_DEPTH),
    .WEIGHT_DEPTH(WEIGHT_DEPTH),
    .PARAM_DEPTH(PARAM_DEPTH)
  ) u_buffers (
    .clk(clk),
    .rst(rst),
    .enable(!busy),
    .load_addr(load_addr),
    .range_error(range_error),
    .s_axis_tdata(s_axis_tdata),
    .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready),
    .s_axis_tlast(s_axis_tlast),
    .s_axis_tdest(s_axis_tdest),
    .act_re(en && step && !s0_pad),
    .act_raddr(act_addr),
    .act_rdata(s1_x),
    .weight_re(en && step),
    .weight_raddr(weight_addr),
    .weight_rdata(s1_w),
    .param_re(en && s2_final),
    .param_raddr(s2_param_addr),
    .param_rdata(s3_params),
    .table_we(table_we),
    .table_waddr(table_waddr),
    .table_wdata(table_wdata)
  );

  // Stages 1 to 4: everything that computes
  datapath #(
    .FORMAT(FORMAT),
    .ORDER(ORDER),
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W),
    .X_BITS(X_BITS),
    .W_BITS(W_BITS),
    .PRODUCT_DROP(PRODUCT_DROP),
    .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
    .LANE_W(LANE_W),
    .LANE_OVERFLOW(LANE_OVERFLOW),
    .TREE_W(TREE_W),
    .TREE_OVERFLOW(TREE_OVERFLOW),
    .ROOT_DROP(ROOT_DROP),
    .ROOT_ROUNDING(ROOT_ROUNDING),
    .PSUM_W(PSUM_W),
    .PSUM_OVERFLOW(PSUM_OVERFLOW),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACC_FLOAT(ACC_FLOAT),
    .FUSED(FUSED),
    .EVENTS(EVENTS),
    .PSUM_DEPTH(PSUM_DEPTH)
  ) u_datapath (
    .clk(clk),
    .rst(rst),
    .en(en),
    .finish(finish),
    .rounding(rounding),
    .load_psum(load_psum),
    .keep_psum(keep_psum),
    .depthwise(depthwise),
    .x_zero_point(x_zero_point), .w_zero_point(w_zero_point), .y_zero_point(y_zero_point),
    .clamp_min(clamp_min), .clamp_max(clamp_max),
    .post(post),
    .s1_valid(s1_valid),
    .s1_first_tap(s1_first_tap), .s1_root(s1_root), .s1_first_group(s1_first_group),
    .s1_mask(s1_mask),
    .s1_keep(s1_keep),
    .s1_psum_addr(s1_psum_addr),
    .s1_x(s1_x),
    .s1_w(s1_w),
    .s2_root(s2_root), .s2_first_group(s2_first_group),
    .s2_keep(s2_keep),
    .s3_final(s3_final), .s3_last(s3_last),
    .s3_keep(s3_keep),
    .s3_psum_addr(s3_psum_addr),
    .s3_params(s3_params),
    .table_we(table_we), .table_waddr(table_waddr), .table_wdata(table_wdata),
    .clear_events(launch),
    .event_counts(event_counts),
    .s_axis_operand_tdata(s_axis_operand_tdata), .s_axis_operand_tkeep(s_axis_operand_tkeep),
    .s_axis_operand_tvalid(s_axis_operand_tvalid), .s_axis_operand_tready(s_axis_operand_tready),
    .s_axis_operand_tlast(s_axis_operand_tlast),
    .m_axis_tdata(m_axis_tdata), .m_axis_tkeep(m_axis_tkeep),
    .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready), .m_axis_tlast(m_axis_tlast)
  );
endmodule

`default_nettype wire
