// The place of a post-processing unit between the clamp and the output register.
// Combinational pass-through: it takes no second operand (operand_ready stays low).
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module post_slot #(
  parameter WIDTH = 128
) (
  input  wire               s_valid,
  output wire               s_ready,
  input  wire [WIDTH-1:0]   s_data,
  input  wire [WIDTH/8-1:0] s_keep,
  input  wire               s_last,

  input  wire               operand_valid,
  output wire               operand_ready,
  input  wire [WIDTH-1:0]   operand_data,
  input  wire [WIDTH/8-1:0] operand_keep,
  input  wire               operand_last,

  output wire               m_valid,
  input  wire               m_ready,
  output wire [WIDTH-1:0]   m_data,
  output wire [WIDTH/8-1:0] m_keep,
  output wire               m_last
);
  assign s_ready       = m_ready;
  assign operand_ready = 1'b0;
  assign m_valid       = s_valid;
  assign m_data        = s_data;
  assign m_keep        = s_keep;
  assign m_last        = s_last;

  wire unused = &{1'b0, operand_valid, operand_data, operand_keep, operand_last};
endmodule

`default_nettype wire
