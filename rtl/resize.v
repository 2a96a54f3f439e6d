// A value entering a stage of another width: sign-extended, or wrapped to its low OUT_W bits.
// Combinational. It does not round or saturate.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module resize #(
  parameter FORMAT = 0,
  parameter IN_W = 18,
  parameter OUT_W = 32
) (
  input  wire [IN_W-1:0]  value,
  output wire [OUT_W-1:0] resized
);
  `include "dla_defs.vh"

  generate
    if (FORMAT != FORMAT_AFFINE_INT8) begin : gen_illegal_format
      resize_has_no_such_FORMAT u_illegal ();
    end
    if (OUT_W > IN_W) begin : gen_extend
      assign resized = {{(OUT_W - IN_W){value[IN_W-1]}}, value};
    end else if (OUT_W == IN_W) begin : gen_same
      assign resized = value;
    end else begin : gen_wrap
      wire unused = &{1'b0, value[IN_W-1:OUT_W]};
      assign resized = value[OUT_W-1:0];
    end
  endgenerate
endmodule

`default_nettype wire
