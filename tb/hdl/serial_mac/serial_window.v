// Walks a job: output channel, row, column; for each output its kernel rows, columns and channels.
// The indices are those of plain C-ordered tensors: activations (h, w, channels), weights (output
// channels, kernel h, kernel w, channels; one channel if depthwise), outputs (channels, h, w).
// Combinational from the counters, by multiplication. It knows no memory size.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module serial_window (
  input  wire         clk,
  input  wire         restart,      // to the job's first tap
  input  wire         next_tap,     // to the next tap of this output, or back to its first
  input  wire         next_output,
  input  wire [223:0] geometry,     // serial_registers
  input  wire         depthwise,
  output wire [31:0]  act_index,
  output wire [31:0]  weight_index,
  output wire [31:0]  output_index,
  output wire [15:0]  channel,      // of the output
  output wire         padding,      // the tap lies outside the image
  output wire         last_tap,
  output wire         last_output
);
  reg [15:0] oc_q, oh_q, ow_q, kh_q, kw_q, ic_q;

  wire [31:0] in_h, in_w, in_channels, out_h, out_w, out_channels, kernel_h, kernel_w;
  wire [31:0] stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;

  assign in_h         = {16'd0, geometry[15:0]};
  assign in_w         = {16'd0, geometry[31:16]};
  assign in_channels  = {16'd0, geometry[47:32]};
  assign out_h        = {16'd0, geometry[63:48]};
  assign out_w        = {16'd0, geometry[79:64]};
  assign out_channels = {16'd0, geometry[95:80]};
  assign kernel_h     = {16'd0, geometry[111:96]};
  assign kernel_w     = {16'd0, geometry[127:112]};
  assign stride_h     = {16'd0, geometry[143:128]};
  assign stride_w     = {16'd0, geometry[159:144]};
  assign dilation_h   = {16'd0, geometry[175:160]};
  assign dilation_w   = {16'd0, geometry[191:176]};
  assign pad_top      = {16'd0, geometry[207:192]};
  assign pad_left     = {16'd0, geometry[223:208]};

  wire [31:0] oc = {16'd0, oc_q};
  wire [31:0] oh = {16'd0, oh_q};
  wire [31:0] ow = {16'd0, ow_q};
  wire [31:0] kh = {16'd0, kh_q};
  wire [31:0] kw = {16'd0, kw_q};
  wire [31:0] ic = {16'd0, ic_q};

  // Above or left of the image the difference wraps, and is larger than any image.
  wire [31:0] ih = oh * stride_h + kh * dilation_h - pad_top;
  wire [31:0] iw = ow * stride_w + kw * dilation_w - pad_left;
  wire [31:0] depth = depthwise ? 32'd1 : in_channels;

  assign padding      = ih >= in_h || iw >= in_w;
  assign act_index    = padding ? 32'd0 : (ih * in_w + iw) * in_channels + (depthwise ? oc : ic);
  assign weight_index = ((oc * kernel_h + kh) * kernel_w + kw) * depth + ic;
  assign output_index = (oc * out_h + oh) * out_w + ow;
  assign channel      = oc_q;

  wire last_ic = ic + 32'd1 == depth;
  wire last_kw = kw + 32'd1 == kernel_w;
  wire last_kh = kh + 32'd1 == kernel_h;
  wire last_ow = ow + 32'd1 == out_w;
  wire last_oh = oh + 32'd1 == out_h;
  wire last_oc = oc + 32'd1 == out_channels;

  assign last_tap    = last_ic && last_kw && last_kh;
  assign last_output = last_ow && last_oh && last_oc;

  always @(posedge clk) begin
    if (next_tap) begin
      ic_q <= last_ic ? 16'd0 : ic_q + 16'd1;
      if (last_ic) kw_q <= last_kw ? 16'd0 : kw_q + 16'd1;
      if (last_ic && last_kw) kh_q <= last_kh ? 16'd0 : kh_q + 16'd1;
    end
    if (next_output) begin
      ow_q <= last_ow ? 16'd0 : ow_q + 16'd1;
      if (last_ow) oh_q <= last_oh ? 16'd0 : oh_q + 16'd1;
      if (last_ow && last_oh) oc_q <= last_oc ? 16'd0 : oc_q + 16'd1;
    end
    if (restart) begin
      oc_q <= 16'd0;
      oh_q <= 16'd0;
      ow_q <= 16'd0;
      kh_q <= 16'd0;
      kw_q <= 16'd0;
      ic_q <= 16'd0;
    end
  end
endmodule

`default_nettype wire
