// The post-processing unit, between the clamp and the output register: a table, and behind it an
// element-wise op with the operand stream's vector, each where the job asks for it.
// Combinational. With an op a vector waits for its operand, which is taken along with it; without
// one operand_ready stays low. Keep and last are the vector's: the operand's are not looked at.
// Affine int8 has it; in the other formats the slot is a pass-through.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module post_slot #(
  parameter FORMAT = 0,
  parameter LANES = 16,
  parameter ELEM_W = 8
) (
  input  wire                      clk,
  input  wire [223:0]              post,  // registers REG_POST_MODE to REG_POST_CLAMP

  input  wire                      table_we,
  input  wire [5:0]                table_waddr,
  input  wire [31:0]               table_wdata,

  input  wire                      s_valid,
  output wire                      s_ready,
  input  wire [LANES*ELEM_W-1:0]   s_data,
  input  wire [LANES*ELEM_W/8-1:0] s_keep,
  input  wire                      s_last,

  input  wire                      operand_valid,
  output wire                      operand_ready,
  input  wire [LANES*ELEM_W-1:0]   operand_data,
  input  wire [LANES*ELEM_W/8-1:0] operand_keep,
  input  wire                      operand_last,

  output wire                      m_valid,
  input  wire                      m_ready,
  output wire [LANES*ELEM_W-1:0]   m_data,
  output wire [LANES*ELEM_W/8-1:0] m_keep,
  output wire                      m_last
);
  `include "dla_defs.vh"

  wire combine;  // the job has an element-wise op

  assign s_ready       = m_ready && (operand_valid || !combine);
  assign m_valid       = s_valid && (operand_valid || !combine);
  assign operand_ready = m_ready && s_valid && combine;
  assign m_keep        = s_keep;
  assign m_last        = s_last;

  wire unused = &{1'b0, operand_keep, operand_last};

  generate
    if (FORMAT == FORMAT_AFFINE_INT8) begin : gen_unit
      // Eight bits of post for each byte of address
      wire [31:0] mode         = post[(REG_POST_MODE-REG_POST_MODE)*8 +: 32];
      wire [31:0] a_multiplier = post[(REG_POST_A_MULTIPLIER-REG_POST_MODE)*8 +: 32];
      wire [31:0] b_multiplier = post[(REG_POST_B_MULTIPLIER-REG_POST_MODE)*8 +: 32];
      wire [31:0] y_multiplier = post[(REG_POST_Y_MULTIPLIER-REG_POST_MODE)*8 +: 32];
      wire [31:0] shifts       = post[(REG_POST_SHIFTS-REG_POST_MODE)*8 +: 32];
      wire [31:0] zero_points  = post[(REG_POST_ZERO_POINTS-REG_POST_MODE)*8 +: 32];
      wire [31:0] clamps       = post[(REG_POST_CLAMP-REG_POST_MODE)*8 +: 32];

      wire [1:0]         op = mode[POST_MODE_OP +: 2];
      wire [LANES*8-1:0] entries;
      wire [LANES*8-1:0] a  = mode[POST_MODE_TABLE] ? entries : s_data;
      reg  [LANES*8-1:0] y;

      assign combine = op != POST_NONE;
      assign m_data  = combine ? y : a;

      wire unused_fields = &{1'b0, mode[31:3], shifts[31:24], zero_points[31:24], clamps[31:16]};

      post_table #(.LANES(LANES)) u_table (
        .clk(clk),
        .we(table_we),
        .waddr(table_waddr),
        .wdata(table_wdata),
        .codes(s_data),
        .entries(entries)
      );

      genvar lane;
      for (lane = 0; lane < LANES; lane = lane + 1) begin : gen_lane
        wire [7:0] element;

        // Parts of a reg, not of a net: Icarus resolves a net driven in parts bit by bit.
        always @* y[lane*8 +: 8] = element;

        post_elementwise u_elementwise (
          .op(op),
          .a(a[lane*8 +: 8]),
          .b(operand_data[lane*8 +: 8]),
          .a_zero_point(zero_points[POST_A +: 8]),
          .b_zero_point(zero_points[POST_B +: 8]),
          .y_zero_point(zero_points[POST_Y +: 8]),
          .a_multiplier(a_multiplier),
          .b_multiplier(b_multiplier),
          .y_multiplier(y_multiplier),
          .a_shift(shifts[POST_A +: 8]),
          .b_shift(shifts[POST_B +: 8]),
          .y_shift(shifts[POST_Y +: 8]),
          .clamp_min(clamps[POST_CLAMP_MIN +: 8]),
          .clamp_max(clamps[POST_CLAMP_MAX +: 8]),
          .y(element)
        );
      end
    end else begin : gen_pass
      wire unused_unit = &{1'b0, clk, post, table_we, table_waddr, table_wdata, operand_data};

      assign combine = 1'b0;
      assign m_data  = s_data;
    end
  endgenerate
endmodule

`default_nettype wire
