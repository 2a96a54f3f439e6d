// Brings a 32-bit accumulator to the output's fractional length: acc * 2^shift, rounded where bits
// are dropped. shift is signed, -31 to 30; rounding is one of ROUNDING_* in dla_defs.vh.
// Combinational. A left shift saturates at 32 bits, so that the clamp behind it (clamp.v) sees on
// which side a value lies.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module requantise_fixed (
  input  wire [31:0] acc,
  input  wire [7:0]  shift,
  input  wire [1:0]  rounding,
  output wire [31:0] scaled
);
  wire [31:0] down;
  wire [31:0] up;

  rounding_shift #(.W(32)) u_shift (
    .value(acc),
    .shift(-shift),
    .rounding(rounding),
    .shifted(down)
  );

  wire signed [63:0] wide = $signed({{32{acc[31]}}, acc}) <<< shift;

  resize #(.FORMAT(1), .IN_W(64), .OUT_W(32), .OVERFLOW(1)) u_saturate (
    .value(wide),
    .resized(up)
  );

  assign scaled = shift[7] ? down : up;
endmodule

`default_nettype wire
