// Converts a code of the float format ACC_FLOAT to the nearest code of ELEM_FLOAT (float_defs.vh).
// Combinational. scaled holds the code in its low bits, zeros above. Events are the rounding's.
// It does not scale: floats carry their exponent. The clamp comes later (clamp.v).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module requantise_float #(
  parameter ACC_W = 32,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0
) (
  input  wire [ACC_W-1:0] acc,
  output wire [31:0]      scaled,
  output wire [4:0]       events
);
  `include "float_defs.vh"

  localparam E         = (ELEM_FLOAT >> FLOAT_E) & 15;
  localparam M         = (ELEM_FLOAT >> FLOAT_M) & 31;
  localparam BIAS      = (ELEM_FLOAT >> FLOAT_BIAS) & 255;
  localparam SPECIAL   = (ELEM_FLOAT >> FLOAT_SPECIAL) & 3;
  localparam DENORMALS = (ELEM_FLOAT >> FLOAT_DENORMALS) & 1;
  localparam OVERFLOW  = (ELEM_FLOAT >> FLOAT_OVERFLOW) & 1;

  localparam ACC_E         = (ACC_FLOAT >> FLOAT_E) & 15;
  localparam ACC_M         = (ACC_FLOAT >> FLOAT_M) & 31;
  localparam ACC_BIAS      = (ACC_FLOAT >> FLOAT_BIAS) & 255;
  localparam ACC_SPECIAL   = (ACC_FLOAT >> FLOAT_SPECIAL) & 3;
  localparam ACC_DENORMALS = (ACC_FLOAT >> FLOAT_DENORMALS) & 1;

  wire [E+M:0]                code;
  wire [ACC_M+EXPONENT_W+3:0] value;

  generate
    if (ACC_W != 1 + ACC_E + ACC_M) begin : gen_illegal_width
      requantise_float_needs_ACC_W_of_the_width_of_ACC_FLOAT u_illegal ();
    end else begin : gen_unpack
      float_unpack #(
        .E(ACC_E), .M(ACC_M), .BIAS(ACC_BIAS), .SPECIAL(ACC_SPECIAL), .DENORMALS(ACC_DENORMALS)
      ) u_unpack (
        .code(acc),
        .value(value)
      );
    end
  endgenerate

  float_round #(
    .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS), .OVERFLOW(OVERFLOW),
    .SIG_W(ACC_M + 1)
  ) u_round (
    .value(value),
    .code(code),
    .events(events[2:0])
  );

  generate
    if (E + M == 31) begin : gen_full
      assign scaled = code;
    end else begin : gen_narrow
      assign scaled = {{(31 - E - M){1'b0}}, code};
    end
  endgenerate

  // Nothing wraps, and dropped bits are not counted.
  assign events[4:3] = 2'd0;
endmodule

`default_nettype wire
