// Drops the low DROP bits of a signed value, rounded by ROUNDING; the result keeps its W bits.
// Combinational. With DROP 0 it is a wire. Events: TRUNCATED, TIE (rounding_shift.v).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module truncate #(
  parameter W = 32,
  parameter DROP = 0,
  parameter ROUNDING = 0
) (
  input  wire [W-1:0] value,
  output wire [W-1:0] truncated,
  output wire [4:0]   events
);
  generate
    if (ROUNDING < 0 || ROUNDING > 3) begin : gen_illegal_rounding
      truncate_has_no_such_ROUNDING u_illegal ();
    end
    if (DROP < 0 || DROP >= W) begin : gen_illegal_drop
      truncate_needs_DROP_from_0_to_W_minus_1 u_illegal ();
    end else if (DROP == 0) begin : gen_whole
      assign truncated = value;
      assign events    = 5'd0;
    end else begin : gen_cut
      rounding_shift #(.W(W)) u_shift (
        .value(value),
        .shift(DROP[7:0]),
        .rounding(ROUNDING[1:0]),
        .shifted(truncated),
        .events(events)
      );
    end
  endgenerate
endmodule

`default_nettype wire
