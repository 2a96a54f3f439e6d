// From a finished psum to an output element: add the bias, requantise, clamp.
// Combinational. The bias is one more addend of the psum, so PSUM_W's overflow rule holds for it;
// in minifloat it is a code of ACC_FLOAT in the low bits. PSUM_W: to 32 in affine int8, else 48.
// It holds no parameters: they come with each psum. With EVENTS 0 events may be missing.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module output_stage #(
  parameter FORMAT = 0,
  parameter PSUM_W = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ELEM_W = 8,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter EVENTS = 1
) (
  input  wire [PSUM_W-1:0] psum,
  input  wire [31:0]       bias,
  input  wire [31:0]       multiplier,
  input  wire [7:0]        shift,
  input  wire [1:0]        rounding,
  input  wire [ELEM_W-1:0] zero_point,
  input  wire [ELEM_W-1:0] clamp_min,
  input  wire [ELEM_W-1:0] clamp_max,
  output wire [ELEM_W-1:0] y,
  output wire [4:0]        psum_events,
  output wire [4:0]        output_events
);
  `include "dla_defs.vh"

  localparam BIAS_W = FORMAT == FORMAT_MINIFLOAT && PSUM_W < 32 ? PSUM_W : 32;

  generate
    if (PSUM_W > (FORMAT == FORMAT_AFFINE_INT8 ? 32 : 48)) begin : gen_illegal_width
      output_stage_needs_PSUM_W_up_to_48_or_in_affine_int8_32 u_illegal ();
    end
    if (BIAS_W < 32) begin : gen_narrow_bias
      wire unused = &{1'b0, bias};
    end
  endgenerate

  wire [PSUM_W-1:0] biased;
  wire [31:0]       scaled;
  wire [4:0]        scaled_events;
  wire [4:0]        clamp_events;

  accumulate #(
    .FORMAT(FORMAT),
    .IN_W(BIAS_W),
    .ACC_W(PSUM_W),
    .OVERFLOW(PSUM_OVERFLOW),
    .ACC_FLOAT(ACC_FLOAT),
    .EVENTS(EVENTS)
  ) u_bias (
    .acc(psum),
    .addend(bias[BIAS_W-1:0]),
    .sum(biased),
    .events(psum_events)
  );

  requantise #(
    .FORMAT(FORMAT),
    .ACC_W(PSUM_W),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACC_FLOAT(ACC_FLOAT),
    .EVENTS(EVENTS)
  ) u_requantise (
    .acc(biased),
    .multiplier(multiplier),
    .shift(shift),
    .rounding(rounding),
    .scaled(scaled),
    .events(scaled_events)
  );

  clamp #(
    .FORMAT(FORMAT), .ELEM_W(ELEM_W), .ELEM_FLOAT(ELEM_FLOAT), .EVENTS(EVENTS)
  ) u_clamp (
    .value(scaled),
    .zero_point(zero_point),
    .clamp_min(clamp_min),
    .clamp_max(clamp_max),
    .y(y),
    .events(clamp_events)
  );

  generate
    if (EVENTS != 0) begin : gen_events
      assign output_events = scaled_events | clamp_events;
    end else begin : gen_no_events
      wire unused = &{1'b0, scaled_events, clamp_events};

      assign output_events = 5'd0;
    end
  endgenerate
endmodule

`default_nettype wire
