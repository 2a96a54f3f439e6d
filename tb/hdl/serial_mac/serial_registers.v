// The registers of serial_mac: what the host writes for a job, and what it reads of one.
// Reading is combinational. Registers 2 to 15 are the geometry, 16 bits each: input height, width
// and channels, output height, width and channels, then kernel, stride, dilation (each h, w), and
// the padding above and to the left. Nothing is checked here.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module serial_registers (
  input  wire         clk,
  input  wire         rst,
  input  wire [4:0]   addr,
  input  wire         we,
  input  wire [31:0]  wdata,
  output reg  [31:0]  rdata,
  input  wire [3:0]   status,       // error, done, full, busy
  input  wire [31:0]  stored,
  input  wire [31:0]  busy_cycles,
  input  wire [31:0]  mac_cycles,
  output reg          start,        // for one cycle
  output reg          resume,       // for one cycle
  output reg  [223:0] geometry,     // register 2 low
  output reg  [7:0]   x_zero_point,
  output reg  [7:0]   w_zero_point,
  output reg  [7:0]   y_zero_point,
  output reg  [7:0]   clamp_min,
  output reg  [7:0]   clamp_max,
  output reg  [1:0]   rounding,     // 0 double_away, 1 double_up, 2 single
  output reg          depthwise,
  output reg          load_psum,
  output reg          keep_psum
);
  localparam [4:0] CONTROL = 5'd0, STORED = 5'd1, GEOMETRY_FIRST = 5'd2, GEOMETRY_LAST = 5'd15,
                   X_ZERO_POINT = 5'd16, W_ZERO_POINT = 5'd17, Y_ZERO_POINT = 5'd18,
                   CLAMP_MIN = 5'd19, CLAMP_MAX = 5'd20, MODE = 5'd21, BUSY_CYCLES = 5'd22,
                   MAC_CYCLES = 5'd23;

  wire [4:0] place = addr - GEOMETRY_FIRST;

  always @* begin
    case (addr)
      CONTROL:     rdata = {28'd0, status};
      STORED:      rdata = stored;
      BUSY_CYCLES: rdata = busy_cycles;
      MAC_CYCLES:  rdata = mac_cycles;
      default:     rdata = 32'd0;
    endcase
  end

  always @(posedge clk) begin
    start  <= we && addr == CONTROL && wdata[0];
    resume <= we && addr == CONTROL && wdata[1];
    if (we && addr >= GEOMETRY_FIRST && addr <= GEOMETRY_LAST) begin
      geometry[16*place +: 16] <= wdata[15:0];
    end
    if (we) begin
      case (addr)
        X_ZERO_POINT: x_zero_point <= wdata[7:0];
        W_ZERO_POINT: w_zero_point <= wdata[7:0];
        Y_ZERO_POINT: y_zero_point <= wdata[7:0];
        CLAMP_MIN:    clamp_min <= wdata[7:0];
        CLAMP_MAX:    clamp_max <= wdata[7:0];
        MODE:         {keep_psum, load_psum, depthwise, rounding} <= wdata[4:0];
        default: ;
      endcase
    end

    if (rst) begin
      start  <= 1'b0;
      resume <= 1'b0;
    end
  end

  wire unused = &{1'b0, wdata[31:16]};
endmodule

`default_nettype wire
