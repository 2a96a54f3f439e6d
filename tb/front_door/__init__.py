"""The way into the DUT that a host has: AXI4-Lite registers and AXI4-Stream data, with stalls."""
