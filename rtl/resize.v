// A value entering a stage of another width: sign-extended, or brought into OUT_W bits by OVERFLOW.
// Combinational. It does not round; a float keeps its width and passes as it is.
// Events: SATURATED or WRAPPED, by OVERFLOW, where the value does not fit; with EVENTS 0 none, and
// less to simulate.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module resize #(
  parameter FORMAT = 0,
  parameter IN_W = 18,
  parameter OUT_W = 32,
  parameter OVERFLOW = 0,
  parameter EVENTS = 1
) (
  input  wire [IN_W-1:0]  value,
  output wire [OUT_W-1:0] resized,
  output wire [4:0]       events
);
  `include "dla_defs.vh"

  wire past;

  generate
    if (FORMAT != FORMAT_AFFINE_INT8 && FORMAT != FORMAT_DYNAMIC_FIXED_POINT &&
        FORMAT != FORMAT_POWER_OF_TWO && FORMAT != FORMAT_MINIFLOAT)
    begin : gen_illegal_format
      resize_has_no_such_FORMAT u_illegal ();
    end
    if (FORMAT == FORMAT_MINIFLOAT && IN_W != OUT_W) begin : gen_illegal_width
      resize_of_a_float_needs_OUT_W_of_IN_W u_illegal ();
    end
    if (OVERFLOW != OVERFLOW_WRAP && OVERFLOW != OVERFLOW_SATURATE) begin : gen_illegal_overflow
      resize_has_no_such_OVERFLOW u_illegal ();
    end

    if (OUT_W > IN_W) begin : gen_extend
      assign resized = {{(OUT_W - IN_W){value[IN_W-1]}}, value};
      assign past    = 1'b0;
    end else if (OUT_W == IN_W) begin : gen_same
      assign resized = value;
      assign past    = 1'b0;
    end else begin : gen_narrow
      // It fits if all bits from OUT_W's sign bit up are alike.
      wire [IN_W-OUT_W:0] high = value[IN_W-1:OUT_W-1];
      assign past = high != {(IN_W - OUT_W + 1){value[IN_W-1]}};

      if (OVERFLOW == OVERFLOW_SATURATE) begin : gen_saturate
        assign resized = past ? {value[IN_W-1], {(OUT_W - 1){~value[IN_W-1]}}}
                              : value[OUT_W-1:0];
      end else begin : gen_wrap
        assign resized = value[OUT_W-1:0];
      end
    end
  endgenerate

  generate
    if (EVENTS != 0) begin : gen_events
      assign events[EVENT_SATURATED] = past && OVERFLOW == OVERFLOW_SATURATE;
      assign events[EVENT_TIE]       = 1'b0;
      assign events[EVENT_FLUSHED]   = 1'b0;
      assign events[EVENT_WRAPPED]   = past && OVERFLOW == OVERFLOW_WRAP;
      assign events[EVENT_TRUNCATED] = 1'b0;
    end else begin : gen_no_events
      wire unused = &{1'b0, past};

      assign events = 5'd0;
    end
  endgenerate
endmodule

`default_nettype wire
