// From a finished psum to an output element: add the bias, sign-extend, requantise, clamp.
// Combinational. The bias is one more addend of the psum, so PSUM_W's overflow rule holds for it.
// It holds no parameters: they come with each psum.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module output_stage #(
  parameter FORMAT = 0,
  parameter PSUM_W = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ELEM_W = 8
) (
  input  wire [PSUM_W-1:0] psum,
  input  wire [31:0]       bias,
  input  wire [31:0]       multiplier,
  input  wire [7:0]        shift,
  input  wire [1:0]        rounding,
  input  wire [ELEM_W-1:0] zero_point,
  input  wire [ELEM_W-1:0] clamp_min,
  input  wire [ELEM_W-1:0] clamp_max,
  output wire [ELEM_W-1:0] y
);
  generate
    if (PSUM_W > 32) begin : gen_illegal_width
      output_stage_needs_PSUM_W_up_to_32 u_illegal ();
    end
  endgenerate

  wire [PSUM_W-1:0] biased;
  wire [31:0]       acc;
  wire [31:0]       scaled;

  accumulate #(
    .FORMAT(FORMAT),
    .IN_W(32),
    .ACC_W(PSUM_W),
    .OVERFLOW(PSUM_OVERFLOW)
  ) u_bias (
    .acc(psum),
    .addend(bias),
    .sum(biased)
  );

  resize #(.FORMAT(FORMAT), .IN_W(PSUM_W), .OUT_W(32)) u_extend (
    .value(biased),
    .resized(acc)
  );

  requantise #(.FORMAT(FORMAT)) u_requantise (
    .acc(acc),
    .multiplier(multiplier),
    .shift(shift),
    .rounding(rounding),
    .scaled(scaled)
  );

  clamp #(.FORMAT(FORMAT), .ELEM_W(ELEM_W)) u_clamp (
    .value(scaled),
    .zero_point(zero_point),
    .clamp_min(clamp_min),
    .clamp_max(clamp_max),
    .y(y)
  );
endmodule

`default_nettype wire
