// Scales a 32-bit accumulator by multiplier * 2^(shift - 31), TFLite's integer rules, bit for bit.
// Combinational. shift is signed, -31 to 30; rounding is one of ROUND_* in dla_defs.vh.
// The result is 32 bits, wrapped where the rule wraps; zero point and clamp come later (clamp.v).
// Events: TRUNCATED and TIE of the last shift, single's only one.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module requantise_affine #(
  parameter EVENTS = 1
) (
  input  wire [31:0] acc,
  input  wire [31:0] multiplier,
  input  wire [7:0]  shift,
  input  wire [1:0]  rounding,
  output wire [31:0] scaled,
  output wire [4:0]  events
);
  `include "dla_defs.vh"

  localparam [31:0] INT32_MIN = 32'h8000_0000;
  localparam [31:0] INT32_MAX = 32'h7FFF_FFFF;

  wire       single = rounding == ROUND_SINGLE;
  wire [7:0] left   = shift[7] ? 8'd0 : shift;
  wire [7:0] right  = shift[7] ? -shift : 8'd0;

  // One multiplier: the double rules shift left before it (and wrap), the single rule does not.
  wire [31:0]        operand = single ? acc : acc << left;
  wire signed [63:0] product = $signed({{32{operand[31]}}, operand}) *
                               $signed({{32{multiplier[31]}}, multiplier});

  // single: (acc * multiplier + 2^(30 - shift)) >> (31 - shift), the low 32 bits kept
  wire [7:0]         single_shift = 8'd31 - shift;
  wire [63:0]        single_half  = 64'd1 << (8'd30 - shift);
  wire signed [63:0] single_sum   = product + $signed(single_half);
  wire signed [63:0] single_wide  = single_sum >>> single_shift;

  // double: saturating rounding doubling high multiply, then a rounding shift right
  wire               saturate = operand == INT32_MIN && multiplier == INT32_MIN;
  wire signed [63:0] high_sum = product + 64'sd1073741824;
  wire signed [31:0] high     = saturate ? INT32_MAX : high_sum[62:31];

  // Up: a remainder of half or more adds one. Away: a negative value needs more than half.
  wire        away      = rounding == ROUND_DOUBLE_AWAY;
  wire [31:0] mask      = ~(32'hFFFF_FFFF << right);
  wire [31:0] remainder = high & mask;
  wire [31:0] threshold = (mask >> 1) + {31'd0, away & high[31]};
  wire [31:0] quotient  = high >>> right;

  assign scaled = single ? single_wide[31:0]
                         : quotient + {31'd0, remainder > threshold};

  generate
    if (EVENTS != 0) begin : gen_events
      // What the last shift drops, and the half of its last kept place.
      wire [63:0] single_lost = product & ~(64'hFFFF_FFFF_FFFF_FFFF << single_shift);
      wire [31:0] double_half = mask ^ (mask >> 1);

      assign events[EVENT_SATURATED] = 1'b0;
      assign events[EVENT_TIE]       = single ? single_lost == single_half
                                              : remainder != 0 && remainder == double_half;
      assign events[EVENT_FLUSHED]   = 1'b0;
      assign events[EVENT_WRAPPED]   = 1'b0;
      assign events[EVENT_TRUNCATED] = single ? single_lost != 0 : remainder != 0;
    end else begin : gen_no_events
      assign events = 5'd0;
    end
  endgenerate

  wire unused = &{1'b0, single_wide[63:32], high_sum[63], high_sum[30:0]};
endmodule

`default_nettype wire
