// Brings an accumulator of ACC_W (2 to 48) bits to the output's fractional length: acc * 2^shift,
// rounded where bits are dropped. shift is signed, -31 to 30; rounding is one of ROUNDING_* in
// dla_defs.vh. Combinational. The result saturates at 32 bits, so that the clamp behind it
// (clamp.v) sees on which side a value lies. Events: TRUNCATED, TIE, SATURATED.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module requantise_fixed #(
  parameter ACC_W = 32
) (
  input  wire [ACC_W-1:0] acc,
  input  wire [7:0]       shift,
  input  wire [1:0]       rounding,
  output wire [31:0]      scaled,
  output wire [4:0]       events
);
  // Wide enough for a right shift by 31, and for a left shift by 30.
  localparam DOWN_W = ACC_W > 32 ? ACC_W : 32;
  localparam UP_W   = DOWN_W + 32;

  generate
    if (ACC_W < 2 || ACC_W > 48) begin : gen_illegal_width
      requantise_fixed_needs_ACC_W_from_2_to_48 u_illegal ();
    end
  endgenerate

  wire [UP_W-1:0]   extended = {{(UP_W - ACC_W){acc[ACC_W-1]}}, acc};
  wire [DOWN_W-1:0] down;
  wire [4:0]        down_events;
  wire [31:0]       low;
  wire [4:0]        low_events;
  wire [31:0]       high;
  wire [4:0]        high_events;

  rounding_shift #(.W(DOWN_W)) u_shift (
    .value(extended[DOWN_W-1:0]),
    .shift(-shift),
    .rounding(rounding),
    .shifted(down),
    .events(down_events)
  );

  resize #(.FORMAT(1), .IN_W(DOWN_W), .OUT_W(32), .OVERFLOW(1)) u_saturate_down (
    .value(down),
    .resized(low),
    .events(low_events)
  );

  resize #(.FORMAT(1), .IN_W(UP_W), .OUT_W(32), .OVERFLOW(1)) u_saturate_up (
    .value(extended << shift),
    .resized(high),
    .events(high_events)
  );

  assign scaled = shift[7] ? low : high;
  assign events = shift[7] ? down_events | low_events : high_events;
endmodule

`default_nettype wire
