// Is a job legal? Gives the first error code that applies, in the order of the codes, or ERR_NONE.
// Combinational; every product is formed in full, so that no field can wrap its way past a check.
// It does not look at what the buffers hold, nor at strides and padding that leave the image: a
// tap outside it is padding.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module job_check #(
  parameter FORMAT = 0,
  parameter IC_LANES = 16,
  parameter OC_LANES = 16,
  parameter ELEM_W = 8,
  parameter ELEM_FLOAT = 0,
  parameter ACT_DEPTH = 1024,
  parameter WEIGHT_DEPTH = 256,
  parameter PARAM_DEPTH = 32,
  parameter PSUM_DEPTH = 256
) (
  input  wire [15:0]       in_h,
  input  wire [15:0]       in_w,
  input  wire [15:0]       out_h,
  input  wire [15:0]       out_w,
  input  wire [15:0]       kernel_h,
  input  wire [15:0]       kernel_w,
  input  wire [15:0]       stride_h,
  input  wire [15:0]       stride_w,
  input  wire [15:0]       dilation_h,
  input  wire [15:0]       dilation_w,
  input  wire [15:0]       in_channels,
  input  wire [15:0]       out_channels,
  input  wire [31:0]       act_base,
  input  wire [31:0]       act_wrap,
  input  wire [31:0]       act_start,
  input  wire [15:0]       weight_base,
  input  wire [15:0]       param_base,
  input  wire [1:0]        rounding,
  input  wire              load_psum,
  input  wire              keep_psum,
  input  wire              depthwise,
  input  wire [ELEM_W-1:0] clamp_min,
  input  wire [ELEM_W-1:0] clamp_max,
  input  wire [223:0]      post,  // see post_slot
  output wire [7:0]        code
);
  `include "dla_defs.vh"
  `include "float_defs.vh"

  wire known_rounding;
  wire clamp_order;
  wire post_error;

  // Of the post-processing: eight bits of post for each byte of address
  wire [1:0] post_op    = post[POST_MODE_OP +: 2];
  wire       post_used  = post_op != POST_NONE || post[POST_MODE_TABLE];
  wire [7:0] post_least = post[(REG_POST_CLAMP-REG_POST_MODE)*8+POST_CLAMP_MIN +: 8];
  wire [7:0] post_most  = post[(REG_POST_CLAMP-REG_POST_MODE)*8+POST_CLAMP_MAX +: 8];
  wire       post_order = $signed(post_least) <= $signed(post_most);

  wire unused_post = &{1'b0, post, post_used, post_order};

  generate
    if (FORMAT == FORMAT_MINIFLOAT) begin : gen_float
      // Codes in the low bits, in the order of sign and magnitude: negative ones run backwards.
      localparam CODE_W = 1 + ((ELEM_FLOAT >> FLOAT_E) & 15) + ((ELEM_FLOAT >> FLOAT_M) & 31);

      wire [CODE_W-1:0] low  = clamp_min[CODE_W-1:0];
      wire [CODE_W-1:0] high = clamp_max[CODE_W-1:0];

      wire [CODE_W-1:0] low_place  = {low[CODE_W-1], low[CODE_W-2:0] ^ {(CODE_W-1){low[CODE_W-1]}}};
      wire [CODE_W-1:0] high_place = {high[CODE_W-1], high[CODE_W-2:0] ^
                                                      {(CODE_W-1){high[CODE_W-1]}}};

      assign known_rounding = rounding == 2'd0;  // the format's own rounding is the only one
      assign clamp_order    = $signed(low_place) <= $signed(high_place);
      assign post_error     = post_used;  // the other formats have no post-processing

      wire unused = &{1'b0, clamp_min, clamp_max};
    end else if (FORMAT == FORMAT_AFFINE_INT8) begin : gen_affine
      assign known_rounding = rounding == ROUND_DOUBLE_AWAY || rounding == ROUND_DOUBLE_UP ||
                              rounding == ROUND_SINGLE;
      assign clamp_order    = $signed(clamp_min) <= $signed(clamp_max);
      assign post_error     = post_op != POST_NONE && !post_order;
    end else if (FORMAT == FORMAT_DYNAMIC_FIXED_POINT || FORMAT == FORMAT_POWER_OF_TWO)
    begin : gen_fixed
      wire unused = &{1'b0, rounding};

      assign known_rounding = 1'b1;  // every code is a rule
      assign clamp_order    = $signed(clamp_min) <= $signed(clamp_max);
      assign post_error     = post_used;
    end else begin : gen_illegal_format
      job_check_has_no_such_FORMAT u_illegal ();
    end
  endgenerate

  wire zero_size = in_h == 0 || in_w == 0 || out_h == 0 || out_w == 0 ||
                   kernel_h == 0 || kernel_w == 0 || stride_h == 0 || stride_w == 0 ||
                   dilation_h == 0 || dilation_w == 0 || in_channels == 0 || out_channels == 0;

  localparam [31:0] ACT_WORDS    = ACT_DEPTH;
  localparam [31:0] WEIGHT_WORDS = WEIGHT_DEPTH;
  localparam [31:0] PSUM_WORDS   = PSUM_DEPTH;

  // A depthwise block has as many channels as there are both lanes and rows, and one group.
  localparam DW_LANES = IC_LANES < OC_LANES ? IC_LANES : OC_LANES;

  wire [31:0] in_groups  = ({16'd0, in_channels} + (IC_LANES - 1)) >> $clog2(IC_LANES);
  wire [31:0] out_blocks = ({16'd0, out_channels} + (OC_LANES - 1)) >> $clog2(OC_LANES);
  wire [31:0] dw_blocks  = ({16'd0, out_channels} + (DW_LANES - 1)) >> $clog2(DW_LANES);

  wire [31:0] blocks      = depthwise ? dw_blocks : out_blocks;
  wire [31:0] groups      = depthwise ? 32'd1 : in_groups;
  wire [31:0] pixel_words = depthwise ? dw_blocks : in_groups;

  wire [63:0] act_words    = {48'd0, in_h} * {48'd0, in_w} * {32'd0, pixel_words};
  wire [63:0] weight_words = {32'd0, blocks} * {32'd0, groups} *
                             {48'd0, kernel_h} * {48'd0, kernel_w};
  wire [63:0] psum_words   = {32'd0, blocks} * {48'd0, out_h} * {48'd0, out_w};

  wire [63:0] ring_end   = {32'd0, act_start} + {32'd0, act_wrap};
  wire [63:0] weight_end = {48'd0, weight_base} + weight_words;
  wire [31:0] param_end  = {16'd0, param_base} + blocks;

  wire act_range    = act_words > {32'd0, act_wrap} || ring_end > {32'd0, ACT_WORDS} ||
                      act_base >= act_wrap;
  wire weight_range = weight_end > {32'd0, WEIGHT_WORDS};
  wire psum_range   = (load_psum || keep_psum) && psum_words > {32'd0, PSUM_WORDS};

  assign code = zero_size            ? ERR_ZERO_SIZE :
                act_range            ? ERR_ACT_RANGE :
                weight_range         ? ERR_WEIGHT_RANGE :
                param_end > PARAM_DEPTH ? ERR_PARAM_RANGE :
                psum_range           ? ERR_PSUM_RANGE :
                !known_rounding      ? ERR_ROUNDING :
                !clamp_order         ? ERR_CLAMP :
                depthwise && in_channels != out_channels ? ERR_DEPTHWISE :
                post_error           ? ERR_POST : ERR_NONE;
endmodule

`default_nettype wire
