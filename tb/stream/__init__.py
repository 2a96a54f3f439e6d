"""Runs a stream on the RTL: a sample at a time, all layers resident, their own outputs fed on."""
