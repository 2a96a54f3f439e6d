"""Bit-accurate reference of the accelerator's datapath, in NumPy and the standard library alone."""
