#!/bin/sh
# Install Icarus Verilog where it is missing. tb/simulators.py judges its version.
set -eu
. "$(dirname "$0")/common.sh"

command -v iverilog >/dev/null && command -v vvp >/dev/null && exit 0
apt_install iverilog "Icarus Verilog is not on PATH"
