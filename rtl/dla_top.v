// The accelerator: dla_core behind AXI4-Lite registers, with AXI4-Stream data in and out.
// Loads buffers from s_axis, runs one job at a time, sends its output vectors on m_axis; irq is
// high while done or error. s_axis_tkeep is not looked at: every beat counts whole.
// README.md has the register map, the stream formats and the loop order.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module dla_top #(
  parameter FORMAT = 0,
  parameter ORDER = 0,
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8,
  parameter X_BITS = ELEM_W,
  parameter W_BITS = ELEM_W,
  parameter PRODUCT_DROP = 0,
  parameter PRODUCT_ROUNDING = 0,
  parameter LANE_W = 32,
  parameter LANE_OVERFLOW = 0,
  parameter TREE_W = 32,
  parameter TREE_OVERFLOW = 0,
  parameter ROOT_DROP = 0,
  parameter ROOT_ROUNDING = 0,
  parameter PSUM_W = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ELEM_FLOAT = 0,
  parameter ACC_FLOAT = 0,
  parameter FUSED = 0,
  parameter EVENTS = 0,
  parameter ACT_DEPTH = 1024,
  parameter WEIGHT_DEPTH = 256,
  parameter PARAM_DEPTH = 32,
  parameter PSUM_DEPTH = 256
) (
  input  wire        clk,
  input  wire        rst,

  input  wire [7:0]  s_axil_awaddr,
  input  wire [2:0]  s_axil_awprot,
  input  wire        s_axil_awvalid,
  output wire        s_axil_awready,
  input  wire [31:0] s_axil_wdata,
  input  wire [3:0]  s_axil_wstrb,
  input  wire        s_axil_wvalid,
  output wire        s_axil_wready,
  output wire [1:0]  s_axil_bresp,
  output wire        s_axil_bvalid,
  input  wire        s_axil_bready,
  input  wire [7:0]  s_axil_araddr,
  input  wire [2:0]  s_axil_arprot,
  input  wire        s_axil_arvalid,
  output wire        s_axil_arready,
  output wire [31:0] s_axil_rdata,
  output wire [1:0]  s_axil_rresp,
  output wire        s_axil_rvalid,
  input  wire        s_axil_rready,

  // S_W = max(32, IC_LANES * ELEM_W) bits
  input  wire [(IC_LANES*ELEM_W > 32 ? IC_LANES*ELEM_W : 32)-1:0]   s_axis_tdata,
  input  wire [(IC_LANES*ELEM_W > 32 ? IC_LANES*ELEM_W : 32)/8-1:0] s_axis_tkeep,
  input  wire        s_axis_tvalid,
  output wire        s_axis_tready,
  input  wire        s_axis_tlast,
  input  wire [1:0]  s_axis_tdest,

  // M_W = OC_LANES * ELEM_W bits
  input  wire [OC_LANES*ELEM_W-1:0]   s_axis_operand_tdata,
  input  wire [OC_LANES*ELEM_W/8-1:0] s_axis_operand_tkeep,
  input  wire                         s_axis_operand_tvalid,
  output wire                         s_axis_operand_tready,
  input  wire                         s_axis_operand_tlast,

  output wire [OC_LANES*ELEM_W-1:0]   m_axis_tdata,
  output wire [OC_LANES*ELEM_W/8-1:0] m_axis_tkeep,
  output wire                         m_axis_tvalid,
  input  wire                         m_axis_tready,
  output wire                         m_axis_tlast,

  output wire        irq
);
  `include "dla_defs.vh"

  generate
    if (FORMAT == FORMAT_AFFINE_INT8 && ELEM_W != 8) begin : gen_illegal_element
      dla_top_needs_ELEM_W_of_8_for_affine_int8 u_illegal ();
    end
    if (ELEM_W != 8 && ELEM_W != 16 && (ELEM_W != 32 || FORMAT != FORMAT_MINIFLOAT))
    begin : gen_illegal_element_width
      dla_top_needs_ELEM_W_of_8_or_16_or_in_minifloat_32 u_illegal ();
    end
  endgenerate

  wire         start;
  wire         clear;
  wire [31:0]  load_addr;
  wire [767:0] job;
  wire         busy;
  wire         done;
  wire         error;
  wire [7:0]   error_code;
  wire [31:0]  busy_cycles;
  wire [31:0]  stall_cycles;
  wire [31:0]  mac_cycles;
  wire [959:0] event_counts;

  wire unused = &{1'b0, s_axis_tkeep};

  axil_registers #(
    .FORMAT(FORMAT),
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W)
  ) u_registers (
    .clk(clk),
    .rst(rst),
    .s_axil_awaddr(s_axil_awaddr),
    .s_axil_awprot(s_axil_awprot),
    .s_axil_awvalid(s_axil_awvalid),
    .s_axil_awready(s_axil_awready),
    .s_axil_wdata(s_axil_wdata),
    .s_axil_wstrb(s_axil_wstrb),
    .s_axil_wvalid(s_axil_wvalid),
    .s_axil_wready(s_axil_wready),
    .s_axil_bresp(s_axil_bresp),
    .s_axil_bvalid(s_axil_bvalid),
    .s_axil_bready(s_axil_bready),
    .s_axil_araddr(s_axil_araddr),
    .s_axil_arprot(s_axil_arprot),
    .s_axil_arvalid(s_axil_arvalid),
    .s_axil_arready(s_axil_arready),
    .s_axil_rdata(s_axil_rdata),
    .s_axil_rresp(s_axil_rresp),
    .s_axil_rvalid(s_axil_rvalid),
    .s_axil_rready(s_axil_rready),
    .start(start),
    .clear(clear),
    .load_addr(load_addr),
    .job(job),
    .busy(busy),
    .done(done),
    .error(error),
    .error_code(error_code),
    .busy_cycles(busy_cycles),
    .stall_cycles(stall_cycles),
    .mac_cycles(mac_cycles),
    .event_counts(event_counts)
  );

  dla_core #(
    .FORMAT(FORMAT),
    .ORDER(ORDER),
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W),
    .X_BITS(X_BITS),
    .W_BITS(W_BITS),
    .PRODUCT_DROP(PRODUCT_DROP),
    .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
    .LANE_W(LANE_W),
    .LANE_OVERFLOW(LANE_OVERFLOW),
    .TREE_W(TREE_W),
    .TREE_OVERFLOW(TREE_OVERFLOW),
    .ROOT_DROP(ROOT_DROP),
    .ROOT_ROUNDING(ROOT_ROUNDING),
    .PSUM_W(PSUM_W),
    .PSUM_OVERFLOW(PSUM_OVERFLOW),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACC_FLOAT(ACC_FLOAT),
    .FUSED(FUSED),
    .EVENTS(EVENTS),
    .ACT_DEPTH(ACT_DEPTH),
    .WEIGHT_DEPTH(WEIGHT_DEPTH),
    .PARAM_DEPTH(PARAM_DEPTH),
    .PSUM_DEPTH(PSUM_DEPTH)
  ) u_core (
    .clk(clk),
    .rst(rst),
    .start(start),
    .clear(clear),
    .load_addr(load_addr),
    .job(job),
    .busy(busy),
    .done(done),
    .error(error),
    .error_code(error_code),
    .irq(irq),
    .busy_cycles(busy_cycles),
    .stall_cycles(stall_cycles),
    .mac_cycles(mac_cycles),
    .event_counts(event_counts),
    .s_axis_tdata(s_axis_tdata),
    .s_axis_tvalid(s_axis_tvalid),
    .s_axis_tready(s_axis_tready),
    .s_axis_tlast(s_axis_tlast),
    .s_axis_tdest(s_axis_tdest),
    .s_axis_operand_tdata(s_axis_operand_tdata),
    .s_axis_operand_tkeep(s_axis_operand_tkeep),
    .s_axis_operand_tvalid(s_axis_operand_tvalid),
    .s_axis_operand_tready(s_axis_operand_tready),
    .s_axis_operand_tlast(s_axis_operand_tlast),
    .m_axis_tdata(m_axis_tdata),
    .m_axis_tkeep(m_axis_tkeep),
    .m_axis_tvalid(m_axis_tvalid),
    .m_axis_tready(m_axis_tready),
    .m_axis_tlast(m_axis_tlast)
  );
endmodule

`default_nettype wire
