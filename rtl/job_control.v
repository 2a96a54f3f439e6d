// Life of a job: idle, one cycle of checking, running until finish; status, irq and counters.
// sample copies the job registers while start is seen; launch begins a legal job the cycle after.
// An illegal start sets the error and runs nothing; a start while busy sets ERR_BUSY and changes
// nothing else. The latest error wins; clear and the next legal start take done and error away.
// It knows no geometry: job_check judges, the address generator walks.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module job_control (
  input  wire        clk,
  input  wire        rst,
  input  wire        start,
  input  wire        clear,
  input  wire [7:0]  check_code,   // of the sampled job
  input  wire        range_error,  // from stream_loader
  input  wire        en,           // the pipeline moves
  input  wire        step,         // the address generator has a step to issue
  input  wire        finish,       // the job's last result is taken
  output wire        sample,
  output wire        launch,
  output wire        busy,
  output wire        done,
  output wire        error,
  output wire [7:0]  error_code,
  output wire        irq,
  output wire [31:0] busy_cycles,
  output wire [31:0] stall_cycles,
  output wire [31:0] mac_cycles
);
  `include "dla_defs.vh"

  reg        check_q;
  reg        run_q;
  reg        done_q;
  reg [7:0]  code_q;
  reg [31:0] busy_cycles_q;
  reg [31:0] stall_cycles_q;
  reg [31:0] mac_cycles_q;

  assign busy         = check_q || run_q;
  assign sample       = start && !busy;
  assign launch       = check_q && check_code == ERR_NONE;
  assign done         = done_q;
  assign error        = code_q != ERR_NONE;
  assign error_code   = code_q;
  assign irq          = done || error;
  assign busy_cycles  = busy_cycles_q;
  assign stall_cycles = stall_cycles_q;
  assign mac_cycles   = mac_cycles_q;

  always @(posedge clk) begin
    check_q <= sample;

    if (clear || sample) done_q <= 1'b0;
    if (clear) code_q <= ERR_NONE;
    if (start && busy) code_q <= ERR_BUSY;
    if (check_q) code_q <= check_code;
    if (range_error) code_q <= ERR_LOAD_RANGE;

    if (launch) begin
      run_q          <= 1'b1;
      busy_cycles_q  <= 32'd0;
      stall_cycles_q <= 32'd0;
      mac_cycles_q   <= 32'd0;
    end else if (run_q) begin
      busy_cycles_q <= busy_cycles_q + 32'd1;
      if (!en) stall_cycles_q <= stall_cycles_q + 32'd1;
      if (en && step) mac_cycles_q <= mac_cycles_q + 32'd1;
      if (finish) begin
        run_q  <= 1'b0;
        done_q <= 1'b1;
      end
    end

    if (rst) begin
      check_q        <= 1'b0;
      run_q          <= 1'b0;
      done_q         <= 1'b0;
      code_q         <= ERR_NONE;
      busy_cycles_q  <= 32'd0;
      stall_cycles_q <= 32'd0;
      mac_cycles_q   <= 32'd0;
    end
  end
endmodule

`default_nettype wire
