// Every code, register address and bit number of the accelerator: the one source for RTL and Python
// (tb/registers.py). One localparam a line, a plain number each; include it inside a module.
// It holds no widths or depths: those are parameters of the modules.
// SPDX-License-Identifier: Apache-2.0

// Lint waiver: a module includes all of these names and uses a few.
// verilator lint_save
// verilator lint_off UNUSEDPARAM

// Number formats (parameter FORMAT)
localparam FORMAT_AFFINE_INT8 = 0;
localparam FORMAT_DYNAMIC_FIXED_POINT = 1;
localparam FORMAT_POWER_OF_TWO = 2; // weights; activations are dynamic fixed point
localparam FORMAT_MINIFLOAT = 3;    // fields of ELEM_FLOAT and ACC_FLOAT: float_defs.vh

// Reduction orders (parameter ORDER)
localparam ORDER_TAPS_FIRST = 0;
localparam ORDER_TREE_FIRST = 1;

// What a stage does with a value past its width (parameters *_OVERFLOW)
localparam OVERFLOW_WRAP = 0;
localparam OVERFLOW_SATURATE = 1;

// How low bits are dropped (parameters *_ROUNDING; in fixed point REG_MODE [1:0] too)
localparam ROUNDING_FLOOR = 2'd0;
localparam ROUNDING_TOWARD_ZERO = 2'd1;
localparam ROUNDING_NEAREST_AWAY = 2'd2;
localparam ROUNDING_NEAREST_EVEN = 2'd3;

// Rounding rules of requantise in affine int8 (REG_MODE [1:0])
localparam ROUND_DOUBLE_AWAY = 2'd0;
localparam ROUND_DOUBLE_UP = 2'd1;
localparam ROUND_SINGLE = 2'd2;

// The one rule in minifloat: that of the element's format
localparam ROUND_CONVERT = 2'd0;

// Kinds of numeric events: bit numbers of every bus `events`, and how many there are
localparam EVENT_SATURATED = 0; // past the largest value, and brought to an end of the range
localparam EVENT_TIE = 1;       // what was dropped was exactly half, and the rounding is to nearest
localparam EVENT_FLUSHED = 2;   // not zero before, zero after (minifloat)
localparam EVENT_WRAPPED = 3;   // past the width, and wrapped
localparam EVENT_TRUNCATED = 4; // what was dropped was not zero (fixed point)
localparam EVENT_KINDS = 5;

// Stages that count events, and how many there are
localparam STAGE_PRODUCT = 0;
localparam STAGE_LANE = 1;
localparam STAGE_TREE = 2;
localparam STAGE_ROOT = 3;
localparam STAGE_PSUM = 4;
localparam STAGE_OUTPUT = 5;
localparam EVENT_STAGES = 6;

// Destinations of a stream packet (s_axis_tdest)
localparam DEST_ACTIVATIONS = 2'd0;
localparam DEST_WEIGHTS = 2'd1;
localparam DEST_PARAMETERS = 2'd2;
localparam DEST_TABLE = 2'd3;

// Register addresses, in bytes
localparam REG_ID = 8'h00;
localparam REG_SHAPE = 8'h04;
localparam REG_CONTROL = 8'h08;
localparam REG_STATUS = 8'h0C;
localparam REG_LOAD_ADDR = 8'h10;
localparam REG_BUSY_CYCLES = 8'h14;
localparam REG_STALL_CYCLES = 8'h18;
localparam REG_MAC_CYCLES = 8'h1C;
localparam REG_IN_SIZE = 8'h20;
localparam REG_OUT_SIZE = 8'h24;
localparam REG_KERNEL = 8'h28;
localparam REG_STRIDE = 8'h2C;
localparam REG_DILATION = 8'h30;
localparam REG_PAD = 8'h34;
localparam REG_CHANNELS = 8'h38;
localparam REG_ACT_BASE = 8'h3C;
localparam REG_ACT_WRAP = 8'h40;
localparam REG_MODE = 8'h44;
localparam REG_X_ZERO_POINT = 8'h48;
localparam REG_W_ZERO_POINT = 8'h4C;
localparam REG_Y_ZERO_POINT = 8'h50;
localparam REG_CLAMP_MIN = 8'h54;
localparam REG_CLAMP_MAX = 8'h58;
localparam REG_ACT_START = 8'h5C;
localparam REG_BUFFER_BASE = 8'h60;
localparam REG_POST_MODE = 8'h64;
localparam REG_POST_A_MULTIPLIER = 8'h68;
localparam REG_POST_B_MULTIPLIER = 8'h6C;
localparam REG_POST_Y_MULTIPLIER = 8'h70;
localparam REG_POST_SHIFTS = 8'h74;
localparam REG_POST_ZERO_POINTS = 8'h78;
localparam REG_POST_CLAMP = 8'h7C;
// The first of the event counters: REG_EVENTS + 4 * (EVENT_KINDS * stage + kind)
localparam REG_EVENTS = 8'h80;

// What REG_ID reads: "DLA1"
localparam ID_VALUE = 32'h444C4131;

// Lowest bit of each field of REG_SHAPE (8 bits each)
localparam SHAPE_IC_LANES = 0;
localparam SHAPE_OC_LANES = 8;
localparam SHAPE_ELEM_W = 16;
localparam SHAPE_FORMAT = 24;

// Bit numbers of REG_CONTROL, REG_STATUS (the error code is 8 bits) and REG_MODE
localparam CONTROL_START = 0;
localparam CONTROL_CLEAR = 1;
localparam STATUS_BUSY = 0;
localparam STATUS_DONE = 1;
localparam STATUS_ERROR = 2;
localparam STATUS_CODE = 8;
localparam MODE_ROUNDING = 0;
localparam MODE_LOAD_PSUM = 8;
localparam MODE_KEEP_PSUM = 9;
localparam MODE_DEPTHWISE = 10;

// Bit numbers of REG_POST_MODE (the op is 2 bits), and its ops
localparam POST_MODE_OP = 0;
localparam POST_MODE_TABLE = 2;
localparam POST_NONE = 2'd0;
localparam POST_ADD = 2'd1;
localparam POST_SUBTRACT = 2'd2;
localparam POST_MULTIPLY = 2'd3;

// Lowest bit of each field of REG_POST_SHIFTS and REG_POST_ZERO_POINTS, and of REG_POST_CLAMP
// (8 bits each, signed): first operand, second operand, result
localparam POST_A = 0;
localparam POST_B = 8;
localparam POST_Y = 16;
localparam POST_CLAMP_MIN = 0;
localparam POST_CLAMP_MAX = 8;

// Error codes (REG_STATUS [15:8])
localparam ERR_NONE = 8'd0;
localparam ERR_ZERO_SIZE = 8'd1;
localparam ERR_ACT_RANGE = 8'd2;
localparam ERR_WEIGHT_RANGE = 8'd3;
localparam ERR_PARAM_RANGE = 8'd4;
localparam ERR_PSUM_RANGE = 8'd5;
localparam ERR_ROUNDING = 8'd6;
localparam ERR_CLAMP = 8'd7;
localparam ERR_LOAD_RANGE = 8'd8;
localparam ERR_BUSY = 8'd9;
localparam ERR_DEPTHWISE = 8'd10;
localparam ERR_POST = 8'd11;

// verilator lint_restore
