#!/bin/sh
# Check what pip cannot bring for a simulation, and install libpython where it is missing:
# simulation.sh <virtual environment>
set -eu
. "$(dirname "$0")/common.sh"

for tool in perl make c++; do
  command -v $tool >/dev/null || fail "$tool is not on PATH; Verilator needs perl, make and g++"
done

has_libpython() {
  "$1/bin/python" -c 'import find_libpython, sys; sys.exit(find_libpython.find_libpython() is None)'
}

has_libpython "$1" || {
  version=$("$1/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  apt_install "libpython$version" "simulators load Python as a shared library"
  has_libpython "$1" || fail "this Python has no shared library; use one built with --enable-shared (make PYTHON=...)"
}
