// A value entering a stage of another width: sign-extended, or brought into OUT_W bits by OVERFLOW.
// Combinational. It does not round.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module resize #(
  parameter FORMAT = 0,
  parameter IN_W = 18,
  parameter OUT_W = 32,
  parameter OVERFLOW = 0
) (
  input  wire [IN_W-1:0]  value,
  output wire [OUT_W-1:0] resized
);
  `include "dla_defs.vh"

  generate
    if (FORMAT != FORMAT_AFFINE_INT8 && FORMAT != FORMAT_DYNAMIC_FIXED_POINT)
    begin : gen_illegal_format
      resize_has_no_such_FORMAT u_illegal ();
    end
    if (OVERFLOW != OVERFLOW_WRAP && OVERFLOW != OVERFLOW_SATURATE) begin : gen_illegal_overflow
      resize_has_no_such_OVERFLOW u_illegal ();
    end
    if (OUT_W > IN_W) begin : gen_extend
      assign resized = {{(OUT_W - IN_W){value[IN_W-1]}}, value};
    end else if (OUT_W == IN_W) begin : gen_same
      assign resized = value;
    end else if (OVERFLOW == OVERFLOW_SATURATE) begin : gen_saturate
      // It fits if all bits from OUT_W's sign bit up are alike.
      wire [IN_W-OUT_W:0] high = value[IN_W-1:OUT_W-1];
      wire                fits = high == {(IN_W - OUT_W + 1){value[IN_W-1]}};
      assign resized = fits ? value[OUT_W-1:0]
                            : {value[IN_W-1], {(OUT_W - 1){~value[IN_W-1]}}};
    end else begin : gen_wrap
      wire unused = &{1'b0, value[IN_W-1:OUT_W]};
      assign resized = value[OUT_W-1:0];
    end
  endgenerate
endmodule

`default_nettype wire
