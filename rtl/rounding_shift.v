// A signed value shifted right by shift (0 to W - 1), rounded by one of ROUNDING_* in dla_defs.vh.
// Combinational; the result never needs more than W bits. It does not shift left or saturate.
// Events: TRUNCATED, and TIE where the rounding is to nearest.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module rounding_shift #(
  parameter W = 32
) (
  input  wire [W-1:0] value,
  input  wire [7:0]   shift,
  input  wire [1:0]   rounding,
  output wire [W-1:0] shifted,
  output wire [4:0]   events
);
  `include "dla_defs.vh"

  // The dropped bits as a fraction of the last kept one: 0 below, half on, the others past a half
  wire signed [W-1:0] down    = $signed(value) >>> shift;
  wire [W-1:0]        lost    = value & ~({W{1'b1}} << shift);
  wire [W-1:0]        half    = ({{(W-1){1'b0}}, 1'b1} << shift) >> 1;
  wire                past    = lost > half;
  wire                tie     = lost == half && shift != 0;
  wire                nearest = rounding == ROUNDING_NEAREST_AWAY ||
                                rounding == ROUNDING_NEAREST_EVEN;
  wire                up_tie  = rounding == ROUNDING_NEAREST_AWAY ? !value[W-1] : down[0];

  wire up = rounding == ROUNDING_FLOOR       ? 1'b0 :
            rounding == ROUNDING_TOWARD_ZERO ? value[W-1] && lost != 0 :
                                               past || (tie && up_tie);

  assign shifted = down + {{(W-1){1'b0}}, up};

  assign events[EVENT_SATURATED] = 1'b0;
  assign events[EVENT_TIE]       = tie && nearest;
  assign events[EVENT_FLUSHED]   = 1'b0;
  assign events[EVENT_WRAPPED]   = 1'b0;
  assign events[EVENT_TRUNCATED] = lost != 0;
endmodule

`default_nettype wire
