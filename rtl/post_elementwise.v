// One lane's element-wise op on two int8 codes, TFLite's arithmetic bit for bit:
//   add, subtract:  y = scale(scale((a - Za) << 20, Ma) +- scale((b - Zb) << 20, Mb), My) + Zy
//   multiply:       y = scale((a - Za) * (b - Zb), My) + Zy
// limited to the clamp; scale is requantise_affine's ROUND_DOUBLE_AWAY. Combinational.
// What POST_NONE gives means nothing. It counts no events.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module post_elementwise (
  input  wire [1:0]  op,
  input  wire [7:0]  a,
  input  wire [7:0]  b,
  input  wire [7:0]  a_zero_point,
  input  wire [7:0]  b_zero_point,
  input  wire [7:0]  y_zero_point,
  input  wire [31:0] a_multiplier,
  input  wire [31:0] b_multiplier,
  input  wire [31:0] y_multiplier,
  input  wire [7:0]  a_shift,
  input  wire [7:0]  b_shift,
  input  wire [7:0]  y_shift,
  input  wire [7:0]  clamp_min,
  input  wire [7:0]  clamp_max,
  output wire [7:0]  y
);
  `include "dla_defs.vh"

  localparam LEFT_SHIFT = 20;  // headroom of a sum's addends before they are scaled

  wire signed [8:0]  a_steps = $signed({a[7], a}) - $signed({a_zero_point[7], a_zero_point});
  wire signed [8:0]  b_steps = $signed({b[7], b}) - $signed({b_zero_point[7], b_zero_point});
  wire signed [17:0] product = a_steps * b_steps;

  wire [31:0] a_scaled;
  wire [31:0] b_scaled;
  wire [31:0] y_scaled;
  wire [31:0] sum   = op == POST_SUBTRACT ? a_scaled - b_scaled : a_scaled + b_scaled;
  wire [31:0] exact = op == POST_MULTIPLY ? {{14{product[17]}}, product} : sum;

  wire [4:0] a_events;
  wire [4:0] b_events;
  wire [4:0] y_events;
  wire [4:0] clamp_events;
  wire       unused = &{1'b0, a_events, b_events, y_events, clamp_events};

  requantise_affine #(.EVENTS(0)) u_a (
    .acc({{(23-LEFT_SHIFT){a_steps[8]}}, a_steps, {LEFT_SHIFT{1'b0}}}),
    .multiplier(a_multiplier),
    .shift(a_shift),
    .rounding(ROUND_DOUBLE_AWAY),
    .scaled(a_scaled),
    .events(a_events)
  );

  requantise_affine #(.EVENTS(0)) u_b (
    .acc({{(23-LEFT_SHIFT){b_steps[8]}}, b_steps, {LEFT_SHIFT{1'b0}}}),
    .multiplier(b_multiplier),
    .shift(b_shift),
    .rounding(ROUND_DOUBLE_AWAY),
    .scaled(b_scaled),
    .events(b_events)
  );

  requantise_affine #(.EVENTS(0)) u_y (
    .acc(exact),
    .multiplier(y_multiplier),
    .shift(y_shift),
    .rounding(ROUND_DOUBLE_AWAY),
    .scaled(y_scaled),
    .events(y_events)
  );

  clamp #(.FORMAT(FORMAT_AFFINE_INT8), .ELEM_W(8), .EVENTS(0)) u_clamp (
    .value(y_scaled),
    .zero_point(y_zero_point),
    .clamp_min(clamp_min),
    .clamp_max(clamp_max),
    .y(y),
    .events(clamp_events)
  );
endmodule

`default_nettype wire
