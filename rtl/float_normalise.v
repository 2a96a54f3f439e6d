// Shifts a value left until its top bit is set, and counts the zeros that stood above it.
// Combinational. COUNT_W = $clog2(W); halving steps, the largest first.
// It finds no leading one in 0: normalised is then 0 and the count means nothing.
// SPDX-License-Identifier: Apache-2.0
`default_nettype none

module float_normalise #(
  parameter W = 27,
  parameter COUNT_W = 5
) (
  input  wire [W-1:0]       value,
  output wire [W-1:0]       normalised,
  output wire [COUNT_W-1:0] zeros
);
  genvar step;
  generate
    if (COUNT_W != $clog2(W)) begin : gen_illegal_width
      float_normalise_needs_COUNT_W_of_clog2_W u_illegal ();
    end else begin : gen_normalise
      for (step = 0; step <= COUNT_W; step = step + 1) begin : gen_step
        wire [W-1:0] shifted;

        if (step == 0) begin : gen_first
          assign shifted = value;
        end else begin : gen_shift
          localparam PLACES = 1 << (COUNT_W - step);

          wire [W-1:0] from  = gen_step[step-1].shifted;
          wire         empty = ~|from[W-1 -: PLACES];

          assign shifted             = empty ? from << PLACES : from;
          assign zeros[COUNT_W-step] = empty;
        end
      end

      assign normalised = gen_step[COUNT_W].shifted;
    end
  endgenerate
endmodule

`default_nettype wire
