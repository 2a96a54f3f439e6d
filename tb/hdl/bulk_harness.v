// The bulk path: replays a prepared program against dla_top with no Python on the way.
//
// On a rising `go` it reads sizes.hex, program.hex, tape.hex and operand.hex from the simulator's
// working folder, executes the program, writes captured.hex, log.hex and summary.hex, and raises `done` until `go`
// falls. Python writes and reads those files (tb/bulk) and touches `go` and `done` only.
//
// An instruction is {op[95:88], argument[87:64], data[63:32], limit[31:0]}; its argument is
// {from[23:2], tdest[1:0]} where packets are sent, and `limit` the number of
// cycles after which an instruction that has not completed ends the program as a failure.
//   OP_END                       end of the program
//   OP_RESET data                hold reset for `data` cycles
//   OP_WRITE argument, data      AXI4-Lite write of data to address argument
//   OP_READ argument             AXI4-Lite read of address argument; the word goes to the log
//   OP_STREAM tdest, data        one packet of `data` beats from the tape
//   OP_FEED from, tdest, data    one packet of `data` beats captured before, from beat `from` on
//   OP_OPERAND data              `data` beats of operand.hex go to the operand stream, beside what
//                                comes next; where some are left from before, it waits for their end
//   OP_OPERAND_FEED from, data   the same with beats captured before
//   OP_WAIT                      wait for irq; the number of beats captured so far goes to the log
// Summary words: stop reason, instructions completed, beats captured, words logged, cycles.
// A captured word is {tlast, tkeep, tdata}. The output stream is always ready. Beats are counted
// from the program's start. Feeding needs IC_LANES == OC_LANES: an output vector is an input vector.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module bulk_harness #(
  parameter FORMAT        = 0,
  parameter ORDER         = 0,
  parameter IC_LANES      = 16,
  parameter OC_LANES      = 16,
  parameter ELEM_W        = 8,
  parameter X_BITS        = ELEM_W,
  parameter W_BITS        = ELEM_W,
  parameter PRODUCT_DROP  = 0,
  parameter PRODUCT_ROUNDING = 0,
  parameter LANE_W        = 32,
  parameter LANE_OVERFLOW = 0,
  parameter TREE_W        = 32,
  parameter TREE_OVERFLOW = 0,
  parameter ROOT_DROP     = 0,
  parameter ROOT_ROUNDING = 0,
  parameter PSUM_W        = 32,
  parameter PSUM_OVERFLOW = 0,
  parameter ELEM_FLOAT    = 0,
  parameter ACC_FLOAT     = 0,
  parameter FUSED         = 0,
  parameter EVENTS        = 0,
  parameter ACT_DEPTH     = 1024,
  parameter WEIGHT_DEPTH  = 256,
  parameter PARAM_DEPTH   = 32,
  parameter PSUM_DEPTH    = 256,
  parameter HDL_CLOCK     = 1,     // 0: the clock comes in on ext_clk
  parameter PROGRAM_DEPTH = 4096,
  parameter TAPE_DEPTH    = 65536,
  parameter OPERAND_DEPTH = 65536,
  parameter CAPTURE_DEPTH = 65536,
  parameter LOG_DEPTH     = 4096
) (
  input  wire ext_clk,
  input  wire go,
  output reg  done
);
  localparam S_W = (IC_LANES * ELEM_W < 32) ? 32 : IC_LANES * ELEM_W;
  localparam M_W = OC_LANES * ELEM_W;
  localparam CAPTURE_W = 1 + M_W / 8 + M_W;

  localparam [7:0] OP_END = 8'd0, OP_RESET = 8'd1, OP_WRITE = 8'd2, OP_READ = 8'd3,
                   OP_STREAM = 8'd4, OP_WAIT = 8'd5, OP_FEED = 8'd6, OP_OPERAND = 8'd7,
                   OP_OPERAND_FEED = 8'd8;
  localparam [31:0] STOP_END = 32'd0, STOP_LIMIT = 32'd1, STOP_RESPONSE = 32'd2,
                    STOP_CAPTURE = 32'd3, STOP_PROGRAM = 32'd4, STOP_OPERAND = 32'd5;
  localparam [1:0] STATE_IDLE = 2'd0, STATE_FETCH = 2'd1, STATE_EXECUTE = 2'd2, STATE_DONE = 2'd3;

  // -- clock ------------------------------------------------------------------------------------
  wire clk;
  generate
    if (HDL_CLOCK != 0) begin : gen_hdl_clock
      reg clk_q;
      initial clk_q = 1'b0;
      always #5 clk_q = !clk_q;
      assign clk = clk_q;
    end else begin : gen_ext_clock
      assign clk = ext_clk;
    end
  endgenerate

  // -- memories ---------------------------------------------------------------------------------
  reg [31:0]          sizes    [0:2];  // instructions, tape beats, operand beats
  reg [95:0]          steps    [0:PROGRAM_DEPTH-1];
  reg [S_W-1:0]       tape     [0:TAPE_DEPTH-1];
  reg [M_W-1:0]       operands [0:OPERAND_DEPTH-1];
  reg [CAPTURE_W-1:0] captured [0:CAPTURE_DEPTH-1];
  reg [31:0]          log      [0:LOG_DEPTH-1];
  reg [31:0]          summary  [0:4];

  // -- program sequencer state ------------------------------------------------------------------
  reg [1:0]  state_q;
  reg [31:0] pc_q, tape_q, captured_q, logged_q, cycles_q;
  reg [7:0]  op_q;
  reg [31:0] remaining_q, limit_q;
  reg        rst_q;  // set from the start until the program's first instruction, a reset, is over

  reg [7:0]  address_q;
  reg [31:0] wdata_q;
  reg        awvalid_q, wvalid_q, arvalid_q, stream_q;
  reg [1:0]  tdest_q;
  reg        feed_q;                       // the packet comes from what was captured
  reg [31:0] feed_next_q;

  reg        operand_feed_q;
  reg [31:0] operand_q, operand_next_q, operand_left_q;

  wire [95:0] step = steps[pc_q];
  wire [21:0] step_from = step[87:66];

  wire [S_W-1:0] fed;
  wire [CAPTURE_W-1:0] feed_word = captured[feed_next_q];
  wire [CAPTURE_W-1:0] operand_word = captured[operand_next_q];
  generate
    if (S_W > M_W) begin : gen_wide_feed
      assign fed = {{(S_W - M_W){1'b0}}, feed_word[M_W-1:0]};
    end else begin : gen_feed
      assign fed = feed_word[S_W-1:0];
    end
  endgenerate

  // -- the DUT ----------------------------------------------------------------------------------
  wire            awready, wready, bvalid, arready, rvalid, tready, m_tvalid, m_tlast, irq;
  wire [1:0]      bresp, rresp;
  wire [31:0]     rdata;
  wire [M_W-1:0]  m_tdata;
  wire [M_W/8-1:0] m_tkeep;
  wire            operand_ready;

  dla_top #(
    .FORMAT(FORMAT), .ORDER(ORDER), .IC_LANES(IC_LANES), .OC_LANES(OC_LANES), .ELEM_W(ELEM_W),
    .X_BITS(X_BITS), .W_BITS(W_BITS),
    .PRODUCT_DROP(PRODUCT_DROP), .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
    .LANE_W(LANE_W), .LANE_OVERFLOW(LANE_OVERFLOW), .TREE_W(TREE_W), .TREE_OVERFLOW(TREE_OVERFLOW),
    .ROOT_DROP(ROOT_DROP), .ROOT_ROUNDING(ROOT_ROUNDING),
    .PSUM_W(PSUM_W), .PSUM_OVERFLOW(PSUM_OVERFLOW),
    .ELEM_FLOAT(ELEM_FLOAT), .ACC_FLOAT(ACC_FLOAT), .FUSED(FUSED), .EVENTS(EVENTS),
    .ACT_DEPTH(ACT_DEPTH), .WEIGHT_DEPTH(WEIGHT_DEPTH), .PARAM_DEPTH(PARAM_DEPTH),
    .PSUM_DEPTH(PSUM_DEPTH)
  ) u_dut (
    .clk(clk), .rst(rst_q),
    .s_axil_awaddr(address_q), .s_axil_awprot(3'd0), .s_axil_awvalid(awvalid_q),
    .s_axil_awready(awready),
    .s_axil_wdata(wdata_q), .s_axil_wstrb(4'hF), .s_axil_wvalid(wvalid_q), .s_axil_wready(wready),
    .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(1'b1),
    .s_axil_araddr(address_q), .s_axil_arprot(3'd0), .s_axil_arvalid(arvalid_q),
    .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(1'b1),
    .s_axis_tdata(feed_q ? fed : tape[tape_q]), .s_axis_tkeep({(S_W / 8){1'b1}}), .s_axis_tvalid(stream_q),
    .s_axis_tready(tready), .s_axis_tlast(remaining_q == 32'd1), .s_axis_tdest(tdest_q),
    .s_axis_operand_tdata(operand_feed_q ? operand_word[M_W-1:0] : operands[operand_q]),
    .s_axis_operand_tkeep({(M_W / 8){1'b1}}),
    .s_axis_operand_tvalid(operand_left_q != 32'd0), .s_axis_operand_tready(operand_ready),
    .s_axis_operand_tlast(operand_left_q == 32'd1),
    .m_axis_tdata(m_tdata), .m_axis_tkeep(m_tkeep), .m_axis_tvalid(m_tvalid),
    .m_axis_tready(1'b1), .m_axis_tlast(m_tlast),
    .irq(irq)
  );

  wire unused = &{1'b0, ext_clk, feed_word, operand_word};

  // -- completion of the current instruction ------------------------------------------------------
  // One response channel is busy at a time, so a valid response belongs to the current instruction.
  reg completed;
  always @* begin
    case (op_q)
      OP_RESET:  completed = remaining_q == 32'd0;
      OP_WRITE:  completed = bvalid;
      OP_READ:   completed = rvalid;
      OP_STREAM, OP_FEED: completed = remaining_q == 32'd0;
      OP_OPERAND, OP_OPERAND_FEED: completed = operand_left_q == 32'd0;
      OP_WAIT:   completed = irq;
      default:   completed = 1'b0;
    endcase
  end

  initial begin
    state_q = STATE_IDLE;
    rst_q = 1'b1;
    done = 1'b0;
    awvalid_q = 1'b0;
    wvalid_q = 1'b0;
    arvalid_q = 1'b0;
    stream_q = 1'b0;
    remaining_q = 32'd0;
    feed_q = 1'b0;
    operand_feed_q = 1'b0;
    operand_left_q = 32'd0;
    operand_q = 32'd0;
    tape_q = 32'd0;
    captured_q = 32'd0;
    cycles_q = 32'd0;
  end

  task load_files;
    begin
      $readmemh("sizes.hex", sizes);
      $readmemh("program.hex", steps, 0, sizes[0] - 1);
      if (sizes[1] != 32'd0) $readmemh("tape.hex", tape, 0, sizes[1] - 1);
      if (sizes[2] != 32'd0) $readmemh("operand.hex", operands, 0, sizes[2] - 1);
    end
  endtask

  task dump_files;
    input [31:0] reason;
    begin
      summary[0] = reason;
      summary[1] = pc_q;
      summary[2] = captured_q;
      summary[3] = logged_q;
      summary[4] = cycles_q;
      if (captured_q != 32'd0) $writememh("captured.hex", captured, 0, captured_q - 1);
      if (logged_q != 32'd0) $writememh("log.hex", log, 0, logged_q - 1);
      $writememh("summary.hex", summary);
    end
  endtask

  task append_log;
    input [31:0] value;
    begin
      log[logged_q] = value;
      logged_q <= logged_q + 32'd1;
    end
  endtask

  task finish;
    input [31:0] reason;
    begin
      dump_files(reason);
      awvalid_q <= 1'b0;
      wvalid_q <= 1'b0;
      arvalid_q <= 1'b0;
      stream_q <= 1'b0;
      state_q <= STATE_DONE;
      done <= 1'b1;
    end
  endtask

  always @(posedge clk) begin
    cycles_q <= cycles_q + 32'd1;

    if (m_tvalid && !rst_q && state_q != STATE_IDLE && captured_q != CAPTURE_DEPTH) begin
      // Lint waiver: quicker in simulation, and read no earlier than a cycle later.
      // verilator lint_off BLKSEQ
      captured[captured_q] = {m_tlast, m_tkeep, m_tdata};
      // verilator lint_on BLKSEQ
      captured_q <= captured_q + 32'd1;
    end

    if (operand_left_q != 32'd0 && operand_ready) begin
      operand_left_q <= operand_left_q - 32'd1;
      if (operand_feed_q) operand_next_q <= operand_next_q + 32'd1;
      else operand_q <= operand_q + 32'd1;
    end

    case (state_q)
      STATE_IDLE: if (go) begin
        load_files;
        pc_q <= 32'd0;
        tape_q <= 32'd0;
        operand_q <= 32'd0;
        operand_left_q <= 32'd0;
        captured_q <= 32'd0;
        logged_q <= 32'd0;
        cycles_q <= 32'd0;
        state_q <= STATE_FETCH;
      end

      STATE_FETCH: begin
        op_q <= step[95:88];
        limit_q <= step[31:0];
        state_q <= STATE_EXECUTE;
        case (step[95:88])
          OP_RESET: begin
            rst_q <= 1'b1;
            remaining_q <= step[63:32];
          end
          OP_WRITE: begin
            address_q <= step[71:64];
            wdata_q <= step[63:32];
            awvalid_q <= 1'b1;
            wvalid_q <= 1'b1;
          end
          OP_READ: begin
            address_q <= step[71:64];
            arvalid_q <= 1'b1;
          end
          OP_STREAM, OP_FEED: begin
            tdest_q <= step[65:64];
            remaining_q <= step[63:32];
            feed_q <= step[95:88] == OP_FEED;
            feed_next_q <= {10'd0, step_from};
            stream_q <= 1'b1;
          end
          OP_OPERAND, OP_OPERAND_FEED: ;
          OP_WAIT: ;
          OP_END: finish(captured_q == CAPTURE_DEPTH ? STOP_CAPTURE :
                         operand_left_q != 32'd0 ? STOP_OPERAND : STOP_END);
          default: finish(STOP_PROGRAM);
        endcase
      end

      STATE_EXECUTE: begin
        limit_q <= limit_q - 32'd1;
        if (awready) awvalid_q <= 1'b0;
        if (wready) wvalid_q <= 1'b0;
        if (arready) arvalid_q <= 1'b0;
        if (op_q == OP_RESET) remaining_q <= remaining_q - 32'd1;
        if (stream_q && tready) begin
          if (feed_q) feed_next_q <= feed_next_q + 32'd1;
          else tape_q <= tape_q + 32'd1;
          remaining_q <= remaining_q - 32'd1;
          if (remaining_q == 32'd1) stream_q <= 1'b0;
        end
        if (completed) begin
          pc_q <= pc_q + 32'd1;
          rst_q <= 1'b0;
          state_q <= STATE_FETCH;
          if (op_q == OP_READ) append_log(rdata);
          if (op_q == OP_WAIT) append_log(captured_q);
          if (op_q == OP_OPERAND || op_q == OP_OPERAND_FEED) begin
            operand_left_q <= step[63:32];
            operand_next_q <= {10'd0, step_from};
            operand_feed_q <= op_q == OP_OPERAND_FEED;
          end
          if (op_q == OP_WRITE && bresp !== 2'b00) finish(STOP_RESPONSE);
          if (op_q == OP_READ && rresp !== 2'b00) finish(STOP_RESPONSE);
        end else if (limit_q == 32'd0) begin
          finish(STOP_LIMIT);
        end
      end

      STATE_DONE: if (!go) begin
        done <= 1'b0;
        state_q <= STATE_IDLE;
      end
    endcase
  end
endmodule

`default_nettype wire
