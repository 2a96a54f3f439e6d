// A convolution engine with one multiply-accumulate unit: int8 in, int8 out, one tap a cycle.
// The host reaches registers and memories through one port of 32-bit words: a word written with we
// is taken at the clock edge, and rdata is the word at addr one cycle earlier.
// addr[19:16] selects: 0 registers, 1 activations, 2 weights, 3 parameters, 4 outputs. Elements lie
// four to a word, the first one low; a channel's parameters are bias, multiplier and shift.
// attention is high while the host is waited for: the job is over, refused, or the output buffer is
// full. It has no stream, no burst and no interrupt controller, and it checks no memory size.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module serial_mac #(
  parameter ACT_DEPTH    = 16384,  // elements
  parameter WEIGHT_DEPTH = 16384,  // elements
  parameter PARAM_DEPTH  = 256,    // output channels
  parameter PSUM_DEPTH   = 4096,   // outputs whose psums are kept
  parameter OUT_DEPTH    = 4096    // elements; a job that has more pauses
) (
  input  wire        clk,
  input  wire        rst,
  input  wire [19:0] addr,
  input  wire        we,
  input  wire [31:0] wdata,
  output wire [31:0] rdata,
  output wire        attention
);
  localparam [3:0] PAGE_ACTIVATIONS = 4'd1, PAGE_WEIGHTS = 4'd2, PAGE_PARAMETERS = 4'd3,
                   PAGE_OUTPUTS = 4'd4;
  localparam [2:0] STATE_IDLE = 3'd0, STATE_TAPS = 3'd1, STATE_DRAIN = 3'd2, STATE_SCALE = 3'd3,
                   STATE_STORE = 3'd4, STATE_FULL = 3'd5;
  localparam ROUNDING_ILLEGAL = 2'd3;

  wire [3:0]  page = addr[19:16];
  wire [15:0] word = addr[15:0];

  // -- registers --------------------------------------------------------------------------------
  wire         start, resume;
  wire [223:0] geometry;
  wire [7:0]   x_zero_point, w_zero_point, y_zero_point, clamp_min, clamp_max;
  wire [1:0]   rounding;
  wire         depthwise, load_psum, keep_psum;
  wire [31:0]  register_data;

  reg [2:0]  state_q;
  reg        done_q, error_q;
  reg [31:0] stored_q, busy_cycles_q, mac_cycles_q;

  wire busy = state_q != STATE_IDLE;
  wire full = state_q == STATE_FULL;

  assign attention = done_q || error_q || full;

  serial_registers u_registers (
    .clk(clk), .rst(rst), .addr(word[4:0]), .we(we && page == 4'd0), .wdata(wdata),
    .rdata(register_data),
    .status({error_q, done_q, full, busy}), .stored(stored_q), .busy_cycles(busy_cycles_q),
    .mac_cycles(mac_cycles_q),
    .start(start), .resume(resume), .geometry(geometry), .x_zero_point(x_zero_point),
    .w_zero_point(w_zero_point), .y_zero_point(y_zero_point), .clamp_min(clamp_min),
    .clamp_max(clamp_max), .rounding(rounding), .depthwise(depthwise), .load_psum(load_psum),
    .keep_psum(keep_psum)
  );

  // -- taps: where the operands of this cycle's tap lie -------------------------------------------
  wire        launch = start && state_q == STATE_IDLE && rounding != ROUNDING_ILLEGAL;
  wire        tap = state_q == STATE_TAPS;
  wire        next_output = state_q == STATE_STORE;
  wire [31:0] act_index, weight_index, output_index;
  wire [15:0] channel;
  wire        padding, last_tap, last_output;

  serial_window u_window (
    .clk(clk), .restart(launch), .next_tap(tap), .next_output(next_output), .geometry(geometry),
    .depthwise(depthwise), .act_index(act_index), .weight_index(weight_index),
    .output_index(output_index), .channel(channel), .padding(padding), .last_tap(last_tap),
    .last_output(last_output)
  );

  // -- memories -----------------------------------------------------------------------------------
  wire [31:0] host_word = {16'd0, word};
  wire        we_parameters = we && page == PAGE_PARAMETERS;
  wire [31:0] channel_index = {16'd0, channel};

  wire [7:0]  x, w;
  wire [31:0] bias, multiplier, kept;
  wire [5:0]  shift;

  serial_operands #(.DEPTH(ACT_DEPTH)) u_activations (
    .clk(clk), .we(we && page == PAGE_ACTIVATIONS), .word(host_word), .wdata(wdata),
    .index(act_index), .element(x)
  );

  serial_operands #(.DEPTH(WEIGHT_DEPTH)) u_weights (
    .clk(clk), .we(we && page == PAGE_WEIGHTS), .word(host_word), .wdata(wdata),
    .index(weight_index), .element(w)
  );

  serial_memory #(.WIDTH(32), .DEPTH(PARAM_DEPTH)) u_bias (
    .clk(clk), .we(we_parameters && word[1:0] == 2'd0), .waddr(host_word >> 2), .wdata(wdata),
    .raddr(channel_index), .rdata(bias)
  );

  serial_memory #(.WIDTH(32), .DEPTH(PARAM_DEPTH)) u_multiplier (
    .clk(clk), .we(we_parameters && word[1:0] == 2'd1), .waddr(host_word >> 2), .wdata(wdata),
    .raddr(channel_index), .rdata(multiplier)
  );

  serial_memory #(.WIDTH(6), .DEPTH(PARAM_DEPTH)) u_shift (
    .clk(clk), .we(we_parameters && word[1:0] == 2'd2), .waddr(host_word >> 2), .wdata(wdata[5:0]),
    .raddr(channel_index), .rdata(shift)
  );

  // -- the unit -----------------------------------------------------------------------------------
  reg        first_q, tap_q, padding_q;
  reg [31:0] sum_q;

  wire signed [8:0]  x_offset = $signed({x[7], x}) - $signed({x_zero_point[7], x_zero_point});
  wire signed [8:0]  w_offset = $signed({w[7], w}) - $signed({w_zero_point[7], w_zero_point});
  wire signed [17:0] product  = x_offset * w_offset;
  wire [31:0]        addend   = padding_q ? 32'd0 : {{14{product[17]}}, product};
  wire [31:0]        previous = !first_q ? sum_q : load_psum ? kept : 32'd0;

  always @(posedge clk) begin
    tap_q     <= tap;
    padding_q <= padding;
    if (tap_q) sum_q <= previous + addend;
    if (tap_q) first_q <= 1'b0;
    if (launch || next_output) first_q <= 1'b1;
  end

  serial_memory #(.WIDTH(32), .DEPTH(PSUM_DEPTH)) u_psums (
    .clk(clk), .we(next_output && keep_psum), .waddr(output_index), .wdata(sum_q),
    .raddr(output_index), .rdata(kept)
  );

  // -- results ------------------------------------------------------------------------------------
  wire       scale = state_q == STATE_DRAIN && !tap_q;
  wire       scaled;
  wire [7:0] code;

  serial_requantise u_requantise (
    .clk(clk), .rst(rst), .start(scale && !keep_psum), .acc(sum_q + bias),
    .multiplier(multiplier), .shift(shift), .rounding(rounding), .zero_point(y_zero_point),
    .clamp_min(clamp_min), .clamp_max(clamp_max), .done(scaled), .code(code)
  );

  // Four codes make a word, which is written again as each of them comes.
  wire        store_code = next_output && !keep_psum;
  wire [31:0] earlier    = stored_q[1:0] == 2'd0 ? 32'd0 : four_q;
  wire [31:0] four       = earlier | {24'd0, code} << (8 * stored_q[1:0]);
  wire [31:0] output_data;
  reg  [31:0] four_q, register_data_q;
  reg         outputs_q;

  serial_memory #(.WIDTH(32), .DEPTH((OUT_DEPTH + 3) / 4)) u_outputs (
    .clk(clk), .we(store_code), .waddr(stored_q >> 2), .wdata(four), .raddr(host_word),
    .rdata(output_data)
  );

  assign rdata = outputs_q ? output_data : register_data_q;

  always @(posedge clk) begin
    if (store_code) four_q <= four;
    register_data_q <= register_data;
    outputs_q       <= page == PAGE_OUTPUTS;
  end

  // -- a job's course -----------------------------------------------------------------------------
  always @(posedge clk) begin
    if (busy && !full) busy_cycles_q <= busy_cycles_q + 32'd1;
    if (tap) mac_cycles_q <= mac_cycles_q + 32'd1;

    case (state_q)
      STATE_IDLE: if (launch) begin
        state_q       <= STATE_TAPS;
        stored_q      <= 32'd0;
        busy_cycles_q <= 32'd0;
        mac_cycles_q  <= 32'd0;
      end
      STATE_TAPS: if (last_tap) state_q <= STATE_DRAIN;
      STATE_DRAIN: if (!tap_q) state_q <= keep_psum ? STATE_STORE : STATE_SCALE;
      STATE_SCALE: if (scaled) state_q <= STATE_STORE;
      STATE_STORE: begin
        if (store_code) stored_q <= stored_q + 32'd1;
        state_q <= last_output ? STATE_IDLE
                 : store_code && stored_q == OUT_DEPTH - 1 ? STATE_FULL : STATE_TAPS;
      end
      STATE_FULL: if (resume) begin
        stored_q <= 32'd0;
        state_q  <= STATE_TAPS;
      end
      default: state_q <= STATE_IDLE;
    endcase

    if (start && !busy) begin
      done_q  <= 1'b0;
      error_q <= rounding == ROUNDING_ILLEGAL;
    end
    if (next_output && last_output) done_q <= 1'b1;

    if (rst) begin
      state_q <= STATE_IDLE;
      done_q  <= 1'b0;
      error_q <= 1'b0;
    end
  end
endmodule

`default_nettype wire
