// Codes and bit numbers of the floating-point units float_*.v, one localparam a line, each a plain
// number; include it inside a module. Formats themselves are parameters (float_format_check.v).
// An exact value is a bus of EXPONENT_W + 3 bits above a significand of any width:
//   {nan, inf, sign, exponent, significand}, its value (-1)^sign * significand * 2^exponent.
//   The exponent is signed, the significand an integer whose top bits may be zeros. Significand 0
//   is the zero of that sign: a bus of zeros is +0. nan stands above inf, inf above the number.
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
localparam OVERFLOW_SATURATE = 0; // the largest finite one
localparam OVERFLOW_IEEE = 1;     // infinity; NaN where there is none

// Bits of a bus of events
localparam EVENT_SATURATED = 0; // past the largest finite code, whatever it then became
localparam EVENT_TIE = 1;       // half way between two codes
localparam EVENT_FLUSHED = 2;   // not zero before, zero after

// verilator lint_restore
