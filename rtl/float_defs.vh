// Codes and bit numbers of the floating-point units float_*.v, one localparam a line, each a plain
// number; include it inside a module. Formats themselves are parameters (float_format_check.v).
// An exact value is a bus of EXPONENT_W + 3 bits above a significand of any width:
//   {nan, inf, sign, exponent, significand}, its value (-1)^sign * significand * 2^exponent.
//   The exponent is signed, the significand an integer whose top bits may be zeros. Significand 0
//   is the zero of that sign: a bus of zeros is +0. nan stands above inf, inf above the number.
// Events have the bit numbers of dla_defs.vh, the first three of them.
// SPDX-License-Identifier: Apache-2.0

// Lint waiver: a module includes all of these names and uses a few.
// verilator lint_save
// verilator lint_off UNUSEDPARAM

// Width of an exact value's exponent: holds those of any product, sum and result
localparam EXPONENT_W = 12;

// Which codes of a format are no numbers (parameter SPECIAL)
localparam SPECIAL_IEEE = 0; // exponent all ones: infinities and NaN
localparam SPECIAL_FN = 1;   // all ones: NaN; no infinity
localparam SPECIAL_NONE = 2; // none (Ristretto): zero is all zeros, all else +-1.m * 2^(e - bias)

// What becomes of a result past the largest finite one (parameter OVERFLOW)
localparam FLOAT_OVERFLOW_SATURATE = 0; // the largest finite one
localparam FLOAT_OVERFLOW_IEEE = 1;     // infinity; NaN where there is none

// Lowest bit of each field of a packed format (parameters ELEM_FLOAT, ACC_FLOAT): 4 bits of E, 5 of
// M, 8 of BIAS, 2 of SPECIAL, 1 each of DENORMALS and OVERFLOW
localparam FLOAT_E = 0;
localparam FLOAT_M = 4;
localparam FLOAT_BIAS = 9;
localparam FLOAT_SPECIAL = 17;
localparam FLOAT_DENORMALS = 19;
localparam FLOAT_OVERFLOW = 20;

// verilator lint_restore
