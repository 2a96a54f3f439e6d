// Rounds an exact value (float_defs.vh) to the nearest code of a float format; ties go to even, in
// SPECIAL_NONE away from zero. Combinational. SIG_W is the width of the value's significand.
// Without denormals, what is below the smallest code after rounding as if the exponent had no lower
// bound becomes a zero of its sign; every zero of SPECIAL_NONE is +0. Infinity is an overflow in a
// format without one, NaN is one code, or +0 in a format without one. It does not add.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_round #(
  parameter E = 8,
  parameter M = 23,
  parameter BIAS = (1 << (E - 1)) - 1,
  parameter SPECIAL = 0,
  parameter DENORMALS = 1,
  parameter OVERFLOW = 1,
  parameter SIG_W = 51
) (
  input  wire [SIG_W+14:0] value,
  output wire [E+M:0]      code,
  output wire [2:0]        events
);
  `include "dla_defs.vh"
  `include "float_defs.vh"

  float_format_check #(
    .E(E), .M(M), .BIAS(BIAS), .SPECIAL(SPECIAL), .DENORMALS(DENORMALS)
  ) u_check ();

  generate
    if (OVERFLOW != FLOAT_OVERFLOW_SATURATE && OVERFLOW != FLOAT_OVERFLOW_IEEE)
    begin : gen_illegal_overflow
      float_round_has_no_such_OVERFLOW u_illegal ();
    end
    if (OVERFLOW == FLOAT_OVERFLOW_IEEE && SPECIAL == SPECIAL_NONE) begin : gen_illegal_infinity
      float_round_to_SPECIAL_NONE_needs_OVERFLOW_SATURATE u_illegal ();
    end
  endgenerate

  // At least one bit below the half of a last place.
  localparam WIDE    = (SIG_W > M + 2 ? SIG_W : M + 2) + 1;
  localparam COUNT_W = $clog2(WIDE);

  wire                  nan, inf, sign;
  wire [EXPONENT_W-1:0] exponent;
  wire [SIG_W-1:0]      significand;
  assign {nan, inf, sign, exponent, significand} = value;

  wire [WIDE-1:0]    normalised;
  wire [COUNT_W-1:0] zeros;

  float_normalise #(.W(WIDE), .COUNT_W(COUNT_W)) u_normalise (
    .value({significand, {(WIDE - SIG_W){1'b0}}}),
    .normalised(normalised),
    .zeros(zeros)
  );

  // Exponent field of the leading one, in a range without bounds.
  localparam integer OFFSET = SIG_W - 1 + BIAS;

  wire signed [EXPONENT_W-1:0] field = $signed(exponent) + $signed(OFFSET[EXPONENT_W-1:0]) -
                                       $signed({{(EXPONENT_W - COUNT_W){1'b0}}, zeros});

  // A denormal moves down to field 0, where its leading one is no longer hidden.
  wire signed [EXPONENT_W-1:0] base;
  wire [WIDE-1:0]              aligned;

  generate
    if (DENORMALS != 0) begin : gen_denormals
      wire                  denormal = field < 1;
      wire [EXPONENT_W-1:0] distance = denormal ? {{(EXPONENT_W - 1){1'b0}}, 1'b1} - field
                                                : {EXPONENT_W{1'b0}};
      wire [WIDE-1:0]       lost     = normalised & ~({WIDE{1'b1}} << distance);

      assign base    = denormal ? {EXPONENT_W{1'b0}} : field;
      assign aligned = (normalised >> distance) | {{(WIDE - 1){1'b0}}, |lost};
    end else begin : gen_normals
      assign base    = field;
      assign aligned = normalised;
    end
  endgenerate

  // Field and mantissa as one number, so that rounding up carries from one into the other.
  wire [M-1:0]                   mantissa  = aligned[WIDE-2 -: M];
  wire                           half      = aligned[WIDE-M-2];
  wire                           below     = |aligned[WIDE-M-3:0];
  wire                           up        = half & (below | mantissa[0] |
                                                     (SPECIAL == SPECIAL_NONE));
  wire signed [EXPONENT_W+M-1:0] magnitude = $signed({base, mantissa}) +
                                             $signed({{(EXPONENT_W + M - 1){1'b0}}, up});

  localparam [E+M-1:0] ONE       = {{(E + M - 1){1'b0}}, 1'b1};
  localparam [E+M-1:0] ALL_ONES  = {(E + M){1'b1}};
  localparam [E+M-1:0] INF_CODE  = {{E{1'b1}}, {M{1'b0}}};
  localparam [E+M-1:0] NAN_CODE  = SPECIAL == SPECIAL_IEEE ? INF_CODE | (ONE << (M - 1)) :
                                   SPECIAL == SPECIAL_FN   ? ALL_ONES : {(E + M){1'b0}};
  localparam [E+M-1:0] LARGEST   = SPECIAL == SPECIAL_IEEE ? INF_CODE - ONE :
                                   SPECIAL == SPECIAL_FN   ? ALL_ONES - ONE : ALL_ONES;
  localparam [E+M-1:0] SMALLEST  = DENORMALS != 0 || SPECIAL == SPECIAL_NONE ? ONE : ONE << M;

  localparam EXTEND = EXPONENT_W - E;

  wire number    = ~nan & ~inf & normalised[WIDE-1];
  wire past      = number & (magnitude > $signed({{EXTEND{1'b0}}, LARGEST}));
  wire flushed   = number & (magnitude < $signed({{EXTEND{1'b0}}, SMALLEST}));
  wire saturated = past | (~nan & inf & (SPECIAL != SPECIAL_IEEE));

  // Infinity that is no overflow keeps its code whatever OVERFLOW says.
  wire clipped  = saturated & (OVERFLOW == FLOAT_OVERFLOW_SATURATE);
  wire infinite = (saturated | inf) & ~clipped & (SPECIAL == SPECIAL_IEEE);
  wire invalid  = nan | (saturated & ~clipped & ~infinite);
  wire zero     = flushed | ~normalised[WIDE-1];

  assign code = invalid  ? {1'b0, NAN_CODE} :
                clipped  ? {sign, LARGEST} :
                infinite ? {sign, INF_CODE} :
                zero     ? {sign & (SPECIAL != SPECIAL_NONE), {(E + M){1'b0}}} :
                           {sign, magnitude[E+M-1:0]};

  assign events[EVENT_SATURATED] = saturated;
  assign events[EVENT_TIE]       = number & half & ~below;
  assign events[EVENT_FLUSHED]   = flushed;
endmodule

`default_nettype wire
