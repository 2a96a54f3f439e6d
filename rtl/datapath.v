// From operands to output vectors: the MAC array, the psums, the output stages, the event counters.
// Stages 1 to 4 of dla_core, moved by en, which falls only while a finished vector cannot leave.
// Parameters are those of a datapath: an illegal one stops elaboration here or below. An event counts
// in the cycle in which its operation's result is taken, in output lanes that are kept.
// It addresses nothing but the psum memory, and knows no geometry.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module datapath #(
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
  parameter PSUM_DEPTH = 256
) (
  input  wire                                clk,
  input  wire                                rst,
  output wire                                en,
  output wire                                finish,  // the job's last result is taken

  // Constant while a job runs
  input  wire [1:0]                          rounding,
  input  wire                                load_psum,
  input  wire                                keep_psum,
  input  wire                                depthwise,
  input  wire [ELEM_W-1:0]                   x_zero_point,
  input  wire [ELEM_W-1:0]                   w_zero_point,
  input  wire [ELEM_W-1:0]                   y_zero_point,
  input  wire [ELEM_W-1:0]                   clamp_min,
  input  wire [ELEM_W-1:0]                   clamp_max,
  input  wire [223:0]                        post,  // see post_slot

  // Stages 1, 2 and 3 of a step (see step_registers)
  input  wire                                s1_valid,
  input  wire                                s1_first_tap,
  input  wire                                s1_root,
  input  wire                                s1_first_group,
  input  wire [IC_LANES-1:0]                 s1_mask,
  input  wire [OC_LANES-1:0]                 s1_keep,
  input  wire [(PSUM_DEPTH > 1 ? $clog2(PSUM_DEPTH) : 1)-1:0] s1_psum_addr,
  input  wire [IC_LANES*ELEM_W-1:0]          s1_x,
  input  wire [OC_LANES*IC_LANES*ELEM_W-1:0] s1_w,
  input  wire                                s2_root,
  input  wire                                s2_first_group,
  input  wire [OC_LANES-1:0]                 s2_keep,
  input  wire                                s3_final,
  input  wire                                s3_last,
  input  wire [OC_LANES-1:0]                 s3_keep,
  input  wire [(PSUM_DEPTH > 1 ? $clog2(PSUM_DEPTH) : 1)-1:0] s3_psum_addr,
  input  wire [OC_LANES*72-1:0]              s3_params,

  input  wire                                table_we,
  input  wire [5:0]                          table_waddr,
  input  wire [31:0]                         table_wdata,

  input  wire                                clear_events,
  output wire [959:0]                        event_counts,  // see event_counters

  input  wire [OC_LANES*ELEM_W-1:0]          s_axis_operand_tdata,
  input  wire [OC_LANES*ELEM_W/8-1:0]        s_axis_operand_tkeep,
  input  wire                                s_axis_operand_tvalid,
  output wire                                s_axis_operand_tready,
  input  wire                                s_axis_operand_tlast,

  output wire [OC_LANES*ELEM_W-1:0]          m_axis_tdata,
  output wire [OC_LANES*ELEM_W/8-1:0]        m_axis_tkeep,
  output wire                                m_axis_tvalid,
  input  wire                                m_axis_tready,
  output wire                                m_axis_tlast
);
  `include "dla_defs.vh"
  `include "float_defs.vh"

  localparam FLOAT  = FORMAT == FORMAT_MINIFLOAT;
  localparam ELEM_M = (ELEM_FLOAT >> FLOAT_M) & 31;
  localparam ACC_W  = 1 + ((ACC_FLOAT >> FLOAT_E) & 15) + ((ACC_FLOAT >> FLOAT_M) & 31);

  // A product, before its low bits are cut; fused: an exact value (float_defs.vh)
  localparam PROD_W = FORMAT == FORMAT_AFFINE_INT8 ? 2 * (ELEM_W + 1) :
                      FORMAT == FORMAT_POWER_OF_TWO ? X_BITS + (1 << (W_BITS - 1)) :
                      !FLOAT ? X_BITS + W_BITS :
                      FUSED != 0 ? 2 * (ELEM_M + 1) + EXPONENT_W + 3 : ACC_W;
  localparam ROOT_W = LANE_W > TREE_W ? LANE_W : TREE_W;

  // Range of the widths from the lanes on: what holds a product; in minifloat ACC_FLOAT's alone
  localparam LEAST  = FLOAT ? ACC_W : PROD_W - PRODUCT_DROP;
  localparam MOST   = FLOAT ? ACC_W : FORMAT == FORMAT_AFFINE_INT8 ? 32 : 48;
  localparam NODES  = OC_LANES * (2 * IC_LANES - 1);

  generate
    if (LANE_W < LEAST || LANE_W > MOST) begin : gen_illegal_lane
      datapath_needs_LANE_W_in_its_range u_illegal ();
    end
    if (TREE_W < LEAST || TREE_W > MOST) begin : gen_illegal_tree
      datapath_needs_TREE_W_in_its_range u_illegal ();
    end
    if (PSUM_W < LEAST || PSUM_W > MOST) begin : gen_illegal_psum
      datapath_needs_PSUM_W_in_its_range u_illegal ();
    end
    if (FLOAT && ROOT_DROP != 0) begin : gen_illegal_drop
      datapath_of_floats_needs_ROOT_DROP_0 u_illegal ();
    end
    if (EVENTS != 0 && EVENTS != 1) begin : gen_illegal_events
      datapath_needs_EVENTS_0_or_1 u_illegal ();
    end
  endgenerate

  wire s3_ready;
  wire s3_send = s3_final && !keep_psum;

  assign en     = !s3_send || s3_ready;
  assign finish = keep_psum ? s3_final && s3_last
                            : m_axis_tvalid && m_axis_tready && m_axis_tlast;

  // Output lanes whose events count in this cycle, stage by stage
  wire [OC_LANES-1:0] count_tap    = s1_keep & {OC_LANES{EVENTS != 0 && en && s1_valid}};
  wire [OC_LANES-1:0] count_root   = s2_keep & {OC_LANES{EVENTS != 0 && en && s2_root}};
  wire [OC_LANES-1:0] count_output = s3_keep & {OC_LANES{EVENTS != 0 && en && s3_send}};

  // Stages 1 to 2: multiply, accumulate, and the trees behind the lanes
  wire [OC_LANES*ROOT_W-1:0]     s2_roots;
  wire [5*OC_LANES*IC_LANES-1:0] product_events;
  wire [5*OC_LANES*IC_LANES-1:0] lane_events;
  wire [5*NODES-1:0]             tree_events;
  wire [5*OC_LANES-1:0]          root_events;

  mac_array #(
    .FORMAT(FORMAT),
    .ORDER(ORDER),
    .IC_LANES(IC_LANES),
    .OC_LANES(OC_LANES),
    .ELEM_W(ELEM_W),
    .X_BITS(X_BITS),
    .W_BITS(W_BITS),
    .PROD_W(PROD_W),
    .PRODUCT_DROP(PRODUCT_DROP),
    .PRODUCT_ROUNDING(PRODUCT_ROUNDING),
    .LANE_W(LANE_W),
    .LANE_OVERFLOW(LANE_OVERFLOW),
    .TREE_W(TREE_W),
    .TREE_OVERFLOW(TREE_OVERFLOW),
    .ROOT_W(ROOT_W),
    .ROOT_DROP(ROOT_DROP),
    .ROOT_ROUNDING(ROOT_ROUNDING),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACC_FLOAT(ACC_FLOAT),
    .FUSED(FUSED),
    .EVENTS(EVENTS)
  ) u_array (
    .clk(clk),
    .en(en && s1_valid),
    .first(s1_first_tap),
    .x(s1_x),
    .w(s1_w),
    .x_zero_point(x_zero_point),
    .w_zero_point(w_zero_point),
    .mask(s1_mask),
    .bypass(depthwise),
    .roots(s2_roots),
    .count_tap(count_tap),
    .count_root(count_root),
    .product_events(product_events),
    .lane_events(lane_events),
    .tree_events(tree_events),
    .root_events(root_events)
  );

  // Stages 2 to 3: psums
  wire [OC_LANES*PSUM_W-1:0] s3_psums;
  wire [5*OC_LANES-1:0]      group_events;

  psum_array #(
    .FORMAT(FORMAT),
    .OC_LANES(OC_LANES),
    .ROOT_W(ROOT_W),
    .PSUM_W(PSUM_W),
    .PSUM_OVERFLOW(PSUM_OVERFLOW),
    .ACC_FLOAT(ACC_FLOAT),
    .PSUM_DEPTH(PSUM_DEPTH),
    .EVENTS(EVENTS)
  ) u_psums (
    .clk(clk),
    .en(en),
    .root_valid(s2_root),
    .first(s2_first_group),
    .roots(s2_roots),
    .load(load_psum),
    .fetch(load_psum && s1_root && s1_first_group),
    .fetch_addr(s1_psum_addr),
    .store(keep_psum && s3_final),
    .store_addr(s3_psum_addr),
    .psums(s3_psums),
    .count(count_root),
    .events(group_events)
  );

  // Stages 3 to 4: output stages, the post slot, the output register
  wire [5*OC_LANES-1:0] bias_events;
  wire [5*OC_LANES-1:0] output_events;

  output_array #(
    .FORMAT(FORMAT),
    .OC_LANES(OC_LANES),
    .PSUM_W(PSUM_W),
    .PSUM_OVERFLOW(PSUM_OVERFLOW),
    .ELEM_W(ELEM_W),
    .ELEM_FLOAT(ELEM_FLOAT),
    .ACC_FLOAT(ACC_FLOAT),
    .EVENTS(EVENTS)
  ) u_output (
    .clk(clk),
    .rst(rst),
    .rounding(rounding),
    .zero_point(y_zero_point),
    .clamp_min(clamp_min),
    .clamp_max(clamp_max),
    .post(post),
    .table_we(table_we),
    .table_waddr(table_waddr),
    .table_wdata(table_wdata),
    .s_valid(s3_send),
    .s_ready(s3_ready),
    .psums(s3_psums),
    .params(s3_params),
    .keep(s3_keep),
    .last(s3_last),
    .s_axis_operand_tdata(s_axis_operand_tdata), .s_axis_operand_tkeep(s_axis_operand_tkeep),
    .s_axis_operand_tvalid(s_axis_operand_tvalid), .s_axis_operand_tready(s_axis_operand_tready),
    .s_axis_operand_tlast(s_axis_operand_tlast),
    .m_axis_tdata(m_axis_tdata), .m_axis_tkeep(m_axis_tkeep),
    .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready), .m_axis_tlast(m_axis_tlast),
    .count(count_output),
    .psum_events(bias_events),
    .output_events(output_events)
  );

  generate
    if (EVENTS != 0) begin : gen_events
      event_counters #(
        .PRODUCTS(OC_LANES * IC_LANES),
        .LANES(OC_LANES * IC_LANES),
        .NODES(NODES),
        .ROOTS(OC_LANES),
        .PSUMS(2 * OC_LANES),
        .OUTPUTS(OC_LANES)
      ) u_counters (
        .clk(clk),
        .clear(rst || clear_events),
        .product_events(product_events),
        .lane_events(lane_events),
        .tree_events(tree_events),
        .root_events(root_events),
        .psum_events({bias_events, group_events}),
        .output_events(output_events),
        .counts(event_counts)
      );
    end else begin : gen_no_events
      assign event_counts = 960'd0;

      wire unused = &{1'b0, clear_events, product_events, lane_events, tree_events, root_events,
                      group_events, bias_events, output_events};
    end
  endgenerate
endmodule

`default_nettype wire
