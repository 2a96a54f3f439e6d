// Takes a job from the registers, has it checked, and walks it: a step's addresses and flags come
// out each en, the first of them two cycles after start. The job is sampled at start, so that the
// registers may change afterwards; word k of job is register REG_IN_SIZE + 4k. It touches no data.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module job_sequencer #(
  parameter FORMAT = 0,
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8,
  parameter ELEM_FLOAT = 0,
  parameter ACT_DEPTH = 1024,
  parameter WEIGHT_DEPTH = 256,
  parameter PARAM_DEPTH = 32,
  parameter PSUM_DEPTH = 256
) (
  input  wire         clk,
  input  wire         rst,

  input  wire         start,
  input  wire         clear,
  input  wire [767:0] job,
  input  wire         range_error,
  output wire         busy,
  output wire         done,
  output wire         error,
  output wire [7:0]   error_code,
  output wire         irq,
  output wire [31:0]  busy_cycles,
  output wire [31:0]  stall_cycles,
  output wire [31:0]  mac_cycles,
  output wire         launch,  // a legal job begins in the next cycle

  // Constant while the job runs
  output wire [1:0]        rounding,
  output wire              load_psum,
  output wire              keep_psum,
  output wire              depthwise,
  output wire [ELEM_W-1:0] x_zero_point,
  output wire [ELEM_W-1:0] w_zero_point,
  output wire [ELEM_W-1:0] y_zero_point,
  output wire [ELEM_W-1:0] clamp_min,
  output wire [ELEM_W-1:0] clamp_max,
  output wire [223:0]      post,  // see post_slot

  // The step to issue (see address_generator), and what the core says back
  input  wire         en,
  input  wire         finish,
  output wire         valid,
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
  `include "dla_defs.vh"

  wire         sample;
  reg  [767:0] job_q;

  always @(posedge clk)
    if (sample) job_q <= job;

  // Eight bits of job_q for each byte of address
  wire [31:0] act_base  = job_q[(REG_ACT_BASE-REG_IN_SIZE)*8 +: 32];
  wire [31:0] act_wrap  = job_q[(REG_ACT_WRAP-REG_IN_SIZE)*8 +: 32];
  wire [31:0] act_start = job_q[(REG_ACT_START-REG_IN_SIZE)*8 +: 32];
  wire [31:0] mode      = job_q[(REG_MODE-REG_IN_SIZE)*8 +: 32];

  wire [15:0] in_h, in_w, out_h, out_w, kernel_h, kernel_w, stride_h, stride_w;
  wire [15:0] dilation_h, dilation_w, pad_top, pad_left, in_channels, out_channels;
  wire [15:0] weight_base, param_base;

  assign {in_h, in_w}                = job_q[(REG_IN_SIZE-REG_IN_SIZE)*8 +: 32];
  assign {out_h, out_w}              = job_q[(REG_OUT_SIZE-REG_IN_SIZE)*8 +: 32];
  assign {kernel_h, kernel_w}        = job_q[(REG_KERNEL-REG_IN_SIZE)*8 +: 32];
  assign {stride_h, stride_w}        = job_q[(REG_STRIDE-REG_IN_SIZE)*8 +: 32];
  assign {dilation_h, dilation_w}    = job_q[(REG_DILATION-REG_IN_SIZE)*8 +: 32];
  assign {pad_top, pad_left}         = job_q[(REG_PAD-REG_IN_SIZE)*8 +: 32];
  assign {in_channels, out_channels} = job_q[(REG_CHANNELS-REG_IN_SIZE)*8 +: 32];
  assign {param_base, weight_base}   = job_q[(REG_BUFFER_BASE-REG_IN_SIZE)*8 +: 32];

  assign rounding     = mode[MODE_ROUNDING +: 2];
  assign load_psum    = mode[MODE_LOAD_PSUM];
  assign keep_psum    = mode[MODE_KEEP_PSUM];
  assign depthwise    = mode[MODE_DEPTHWISE];
  assign x_zero_point = job_q[(REG_X_ZERO_POINT-REG_IN_SIZE)*8 +: ELEM_W];
  assign w_zero_point = job_q[(REG_W_ZERO_POINT-REG_IN_SIZE)*8 +: ELEM_W];
  assign y_zero_point = job_q[(REG_Y_ZERO_POINT-REG_IN_SIZE)*8 +: ELEM_W];
  assign clamp_min    = job_q[(REG_CLAMP_MIN-REG_IN_SIZE)*8 +: ELEM_W];
  assign clamp_max    = job_q[(REG_CLAMP_MAX-REG_IN_SIZE)*8 +: ELEM_W];
  assign post         = job_q[(REG_POST_MODE-REG_IN_SIZE)*8 +: 224];

  wire unused = &{1'b0, job_q};  // fields narrower than their register leave bits over

  wire [7:0] check_code;

  job_check #(
    .FORMAT(FORMAT),
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACT_DEPTH(ACT_DEPTH),
    .WEIGHT_DEPTH(WEIGHT_DEPTH),
    .PARAM_DEPTH(PARAM_DEPTH),
    .PSUM_DEPTH(PSUM_DEPTH)
  ) u_check (
    .in_h(in_h),
    .in_w(in_w),
    .out_h(out_h),
    .out_w(out_w),
    .kernel_h(kernel_h),
    .kernel_w(kernel_w),
    .stride_h(stride_h),
    .stride_w(stride_w),
    .dilation_h(dilation_h),
    .dilation_w(dilation_w),
    .in_channels(in_channels),
    .out_channels(out_channels),
    .act_base(act_base),
    .act_wrap(act_wrap),
    .act_start(act_start),
    .weight_base(weight_base),
    .param_base(param_base),
    .rounding(rounding),
    .load_psum(load_psum),
    .keep_psum(keep_psum),
    .depthwise(depthwise),
    .clamp_min(clamp_min),
    .clamp_max(clamp_max),
    .post(post),
    .code(check_code)
  );

  job_control u_control (
    .clk(clk),
    .rst(rst),
    .start(start),
    .clear(clear),
    .check_code(check_code),
    .range_error(range_error),
    .en(en),
    .step(valid),
    .finish(finish),
    .sample(sample),
    .launch(launch),
    .busy(busy),
    .done(done),
    .error(error),
    .error_code(error_code),
    .irq(irq),
    .busy_cycles(busy_cycles),
    .stall_cycles(stall_cycles),
    .mac_cycles(mac_cycles)
  );

  address_generator #(
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ACT_DEPTH(ACT_DEPTH),
    .WEIGHT_DEPTH(WEIGHT_DEPTH),
    .PARAM_DEPTH(PARAM_DEPTH),
    .PSUM_DEPTH(PSUM_DEPTH)
  ) u_address (
    .clk(clk),
    .rst(rst),
    .start(launch),
    .en(en),
    .in_h(in_h),
    .in_w(in_w),
    .out_h(out_h),
    .out_w(out_w),
    .kernel_h(kernel_h),
    .kernel_w(kernel_w),
    .stride_h(stride_h),
    .stride_w(stride_w),
    .dilation_h(dilation_h),
    .dilation_w(dilation_w),
    .pad_top(pad_top),
    .pad_left(pad_left),
    .in_channels(in_channels),
    .out_channels(out_channels),
    .act_base(act_base[15:0]),
    .act_wrap(act_wrap[15:0]),
    .act_start(act_start[15:0]),
    .weight_base(weight_base),
    .param_base(param_base),
    .depthwise(depthwise),
    .valid(valid),
    .act_addr(act_addr),
    .weight_addr(weight_addr),
    .param_addr(param_addr),
    .psum_addr(psum_addr),
    .pad(pad),
    .lane_mask(lane_mask),
    .keep(keep),
    .first_tap(first_tap),
    .last_tap(last_tap),
    .first_group(first_group),
    .last_group(last_group),
    .last(last)
  );
endmodule

`default_nettype wire
