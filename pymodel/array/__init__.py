"""The convolution / adder-tree array: its parameters, its jobs and the order in which it adds."""
