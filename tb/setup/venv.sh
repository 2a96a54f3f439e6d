#!/bin/sh
# Make a virtual environment: venv.sh <folder>. PYTHON names the interpreter, python3 by default.
set -eu
. "$(dirname "$0")/common.sh"

folder=$1
python=${PYTHON:-python3}

command -v "$python" >/dev/null || fail "$python is not on PATH; install Python 3.11 or later"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "$python is version $version; 3.11 or later is needed (make PYTHON=python3.11 names another)"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "$python cannot make virtual environments; install the package python$version-venv"

rm -rf "$folder"
run_quietly "making $folder with Python $version" "$python" -m venv "$folder"
