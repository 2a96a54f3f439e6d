// Scales an accumulator to an output code, a bit a cycle: shift-and-add, then rounding by the bits
// that were shifted out. done is high for one cycle, 34 to 66 after start, and
// code is valid from then to the next start. Inputs other than acc must not change in between.
// rounding: 0 double_away, 1 double_up, 2 single; shift is signed, -31 to 30; multiplier is not
// negative. Whatever leaves 32 bits wraps, where the rule lets it.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module serial_requantise (
  input  wire        clk,
  input  wire        rst,
  input  wire        start,
  input  wire [31:0] acc,
  input  wire [31:0] multiplier,
  input  wire [5:0]  shift,
  input  wire [1:0]  rounding,
  input  wire [7:0]  zero_point,
  input  wire [7:0]  clamp_min,
  input  wire [7:0]  clamp_max,
  output wire        done,
  output wire [7:0]  code
);
  localparam [1:0] AWAY = 2'd0, SINGLE = 2'd2;
  localparam [2:0] STATE_IDLE = 3'd0, STATE_LEFT = 3'd1, STATE_MULTIPLY = 3'd2, STATE_ROUND = 3'd3,
                   STATE_RIGHT = 3'd4, STATE_ROUND_AGAIN = 3'd5, STATE_DONE = 3'd6;
  localparam [5:0] MULTIPLIER_BITS = 6'd31;

  wire       single = rounding == SINGLE;
  wire [5:0] left   = shift[5] ? 6'd0 : shift;
  wire [5:0] right  = shift[5] ? -shift : 6'd0;

  reg [2:0]  state_q;
  reg [5:0]  count_q;
  reg [31:0] operand_q;
  reg [31:0] high_q;   // operand * multiplier, from bit 31 up
  reg [30:0] low_q;    // below it; the guard bit is on top

  // -- one step of the multiplication: add the operand for a 1, then halve --------------------------
  wire [5:0]  bit_done = MULTIPLIER_BITS - count_q;
  wire [32:0] addend   = multiplier[bit_done[4:0]] ? {operand_q[31], operand_q} : 33'd0;
  wire [32:0] sum      = {high_q[31], high_q} + addend;

  // -- rounding to nearest: a tie goes up, or for AWAY down if the value is negative ----------------
  // Before the second rounding at most 31 bits were shifted out since the first: low_q has them all.
  wire guard     = low_q[30];
  wire beyond    = low_q[29:0] != 30'd0;
  wire tie_down  = rounding == AWAY && state_q == STATE_ROUND_AGAIN && high_q[31];
  wire increment = guard && (beyond || !tie_down);

  // -- zero point and clamp -------------------------------------------------------------------------
  wire signed [32:0] shifted = $signed({high_q[31], high_q}) +
                               $signed({{25{zero_point[7]}}, zero_point});
  wire below = shifted < $signed({{25{clamp_min[7]}}, clamp_min});
  wire above = shifted > $signed({{25{clamp_max[7]}}, clamp_max});

  assign done = state_q == STATE_DONE;
  assign code = below ? clamp_min : above ? clamp_max : shifted[7:0];

  always @(posedge clk) begin
    count_q <= count_q - 6'd1;

    case (state_q)
      STATE_IDLE: if (start) begin
        operand_q <= acc;
        high_q    <= 32'd0;
        low_q     <= 31'd0;
        count_q   <= single ? MULTIPLIER_BITS : left;
        state_q   <= single ? STATE_MULTIPLY : STATE_LEFT;
      end

      // The double rules shift left before they multiply, and wrap.
      STATE_LEFT: if (count_q != 6'd0) operand_q <= operand_q << 1;
      else begin
        count_q <= MULTIPLIER_BITS;
        state_q <= STATE_MULTIPLY;
      end

      STATE_MULTIPLY: begin
        {high_q, low_q} <= {sum, low_q[30:1]};
        if (count_q == 6'd1) begin
          count_q <= single && !shift[5] ? left : right;
          state_q <= single ? STATE_RIGHT : STATE_ROUND;
        end
      end

      STATE_ROUND: begin
        high_q  <= high_q + {31'd0, increment};
        low_q   <= 31'd0;
        count_q <= right;
        state_q <= STATE_RIGHT;
      end

      // The single rule shifts the whole product, to the left as well.
      STATE_RIGHT: if (count_q == 6'd0) state_q <= STATE_ROUND_AGAIN;
      else if (shift[5]) begin
        {high_q, low_q} <= {high_q[31], high_q, low_q[30:1]};
      end else begin
        {high_q, low_q} <= {high_q[30:0], low_q, 1'b0};
      end

      STATE_ROUND_AGAIN: begin
        high_q  <= high_q + {31'd0, increment};
        state_q <= STATE_DONE;
      end

      default: state_q <= STATE_IDLE;
    endcase

    if (rst) state_q <= STATE_IDLE;
  end

  wire unused = &{1'b0, multiplier[31], bit_done[5]};
endmodule

`default_nettype wire
