// A two-entry register slice for a valid/ready stream.
// Latency 1, a word every cycle; s_ready and m_valid come straight from registers, so no path runs
// through it; m_data is stable while m_valid && !m_ready. Only the valid bits are reset.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module stream_register #(
  parameter WIDTH = 32
) (
  input  wire             clk,
  input  wire             rst,
  input  wire             s_valid,
  output wire             s_ready,
  input  wire [WIDTH-1:0] s_data,
  output wire             m_valid,
  input  wire             m_ready,
  output wire [WIDTH-1:0] m_data
);
  reg             main_valid_q;
  reg             spare_valid_q;  // takes the word that comes while the main entry is held up
  reg [WIDTH-1:0] main_q;
  reg [WIDTH-1:0] spare_q;

  wire take    = s_valid && s_ready;
  wire advance = m_ready || !main_valid_q;

  assign s_ready = !spare_valid_q;
  assign m_valid = main_valid_q;
  assign m_data  = main_q;

  always @(posedge clk) begin
    if (advance) begin
      main_valid_q  <= spare_valid_q || take;
      spare_valid_q <= 1'b0;
      if (spare_valid_q) main_q <= spare_q;
      else if (take) main_q <= s_data;
    end else if (take) begin
      spare_valid_q <= 1'b1;
      spare_q       <= s_data;
    end

    if (rst) begin
      main_valid_q  <= 1'b0;
      spare_valid_q <= 1'b0;
    end
  end
endmodule

`default_nettype wire
