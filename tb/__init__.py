"""Test benches: drive the RTL with cocotb and compare every output element with pymodel."""
