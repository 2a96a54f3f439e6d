// The register file behind AXI4-Lite; dla_defs.vh holds the map, README.md explains it.
// Write address and data come in any order; a write acts once both are in and answers the cycle
// after. One write and one read are in flight at most; ready never depends on valid or the reverse.
// start and clear are one-cycle pulses, given while the write acts. The address's low two bits are
// ignored. Job registers may be written at any time: the core samples them at start.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module axil_registers #(
  parameter FORMAT = 0,
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8
) (
  input  wire         clk,
  input  wire         rst,

  input  wire [7:0]   s_axil_awaddr,
  input  wire [2:0]   s_axil_awprot,
  input  wire         s_axil_awvalid,
  output wire         s_axil_awready,
  input  wire [31:0]  s_axil_wdata,
  input  wire [3:0]   s_axil_wstrb,
  input  wire         s_axil_wvalid,
  output wire         s_axil_wready,
  output wire [1:0]   s_axil_bresp,
  output wire         s_axil_bvalid,
  input  wire         s_axil_bready,
  input  wire [7:0]   s_axil_araddr,
  input  wire [2:0]   s_axil_arprot,
  input  wire         s_axil_arvalid,
  output wire         s_axil_arready,
  output wire [31:0]  s_axil_rdata,
  output wire [1:0]   s_axil_rresp,
  output wire         s_axil_rvalid,
  input  wire         s_axil_rready,

  output wire         start,
  output wire         clear,
  output wire [31:0]  load_addr,
  output wire [767:0] job,  // registers REG_IN_SIZE to REG_POST_CLAMP, the first one low

  input  wire         busy,
  input  wire         done,
  input  wire         error,
  input  wire [7:0]   error_code,
  input  wire [31:0]  busy_cycles,
  input  wire [31:0]  stall_cycles,
  input  wire [31:0]  mac_cycles,
  input  wire [959:0] event_counts  // from REG_EVENTS on, the first one low
);
  `include "dla_defs.vh"

  localparam [1:0] RESP_OKAY   = 2'b00;
  localparam [1:0] RESP_SLVERR = 2'b10;

  reg [31:0]  load_addr_q;
  reg [767:0] job_q;

  assign load_addr = load_addr_q;
  assign job       = job_q;

  // Write channels
  reg        aw_held_q;
  reg [7:0]  awaddr_q;
  reg        w_held_q;
  reg [31:0] wdata_q;
  reg [3:0]  wstrb_q;
  reg        bvalid_q;
  reg [1:0]  bresp_q;

  wire        write      = aw_held_q && w_held_q && !bvalid_q;
  wire        to_control = awaddr_q == REG_CONTROL;
  wire        to_load    = awaddr_q == REG_LOAD_ADDR;
  wire        to_job     = awaddr_q >= REG_IN_SIZE && awaddr_q <= REG_POST_CLAMP;
  wire [9:0]  write_bit  = {awaddr_q[6:0] - REG_IN_SIZE[6:0], 3'b000};
  wire [31:0] wmask      = {{8{wstrb_q[3]}}, {8{wstrb_q[2]}}, {8{wstrb_q[1]}}, {8{wstrb_q[0]}}};

  assign start = write && to_control && wstrb_q[0] && wdata_q[CONTROL_START];
  assign clear = write && to_control && wstrb_q[0] && wdata_q[CONTROL_CLEAR];

  assign s_axil_awready = !aw_held_q;
  assign s_axil_wready  = !w_held_q;
  assign s_axil_bvalid  = bvalid_q;
  assign s_axil_bresp   = bresp_q;

  always @(posedge clk) begin
    if (s_axil_awvalid && s_axil_awready) begin
      aw_held_q <= 1'b1;
      awaddr_q  <= {s_axil_awaddr[7:2], 2'b00};
    end
    if (s_axil_wvalid && s_axil_wready) begin
      w_held_q <= 1'b1;
      wdata_q  <= s_axil_wdata;
      wstrb_q  <= s_axil_wstrb;
    end
    if (s_axil_bready) bvalid_q <= 1'b0;
    if (write) begin
      aw_held_q <= 1'b0;
      w_held_q  <= 1'b0;
      bvalid_q  <= 1'b1;
      bresp_q   <= to_control || to_load || to_job ? RESP_OKAY : RESP_SLVERR;
      if (to_load) load_addr_q <= (load_addr_q & ~wmask) | (wdata_q & wmask);
      if (to_job)
        job_q[write_bit +: 32] <= (job_q[write_bit +: 32] & ~wmask) | (wdata_q & wmask);
    end

    if (rst) begin
      aw_held_q   <= 1'b0;
      w_held_q    <= 1'b0;
      bvalid_q    <= 1'b0;
      load_addr_q <= 32'd0;
      job_q       <= 768'd0;
    end
  end

  // Read channels
  reg        rvalid_q;
  reg [1:0]  rresp_q;
  reg [31:0] rdata_q;
  reg [1:0]  rresp_d;
  reg [31:0] rdata_d;

  wire [7:0] araddr   = {s_axil_araddr[7:2], 2'b00};
  wire [9:0] read_bit = {araddr[6:0] - REG_IN_SIZE[6:0], 3'b000};

  // Eight bits for each byte of address; past the last counter there is none.
  localparam [7:0] EVENTS_END = REG_EVENTS + 4 * EVENT_STAGES * EVENT_KINDS;

  wire       of_events = araddr >= REG_EVENTS && araddr < EVENTS_END;
  wire [9:0] event_bit = {araddr[6:0] - REG_EVENTS[6:0], 3'b000};

  wire [31:0] status = {16'd0, error_code, 5'd0, error, done, busy};
  wire [31:0] shape  = (FORMAT << SHAPE_FORMAT) | (ELEM_W << SHAPE_ELEM_W) |
                       (OC_LANES << SHAPE_OC_LANES) | (IC_LANES << SHAPE_IC_LANES);

  always @* begin
    rresp_d = RESP_OKAY;
    rdata_d = 32'd0;
    case (araddr)
      REG_ID:           rdata_d = ID_VALUE;
      REG_SHAPE:        rdata_d = shape;
      REG_CONTROL:      rdata_d = 32'd0;
      REG_STATUS:       rdata_d = status;
      REG_LOAD_ADDR:    rdata_d = load_addr_q;
      REG_BUSY_CYCLES:  rdata_d = busy_cycles;
      REG_STALL_CYCLES: rdata_d = stall_cycles;
      REG_MAC_CYCLES:   rdata_d = mac_cycles;
      default:
        if (araddr >= REG_IN_SIZE && araddr <= REG_POST_CLAMP) rdata_d = job_q[read_bit +: 32];
        else if (of_events) rdata_d = event_counts[event_bit +: 32];
        else rresp_d = RESP_SLVERR;
    endcase
  end

  assign s_axil_arready = !rvalid_q;
  assign s_axil_rvalid  = rvalid_q;
  assign s_axil_rresp   = rresp_q;
  assign s_axil_rdata   = rdata_q;

  always @(posedge clk) begin
    if (s_axil_rready) rvalid_q <= 1'b0;
    if (s_axil_arvalid && s_axil_arready) begin
      rvalid_q <= 1'b1;
      rresp_q  <= rresp_d;
      rdata_q  <= rdata_d;
    end

    if (rst) rvalid_q <= 1'b0;
  end

  wire unused = &{1'b0, s_axil_awprot, s_axil_arprot, s_axil_awaddr[1:0], s_axil_araddr[1:0]};
endmodule

`default_nettype wire
