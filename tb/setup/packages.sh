#!/bin/sh
# Install pinned packages into a virtual environment: packages.sh <folder> <requirements file>
set -eu
. "$(dirname "$0")/common.sh"

run_quietly "installing the packages of $2" \
  "$1/bin/python" -m pip install --disable-pip-version-check --no-input --requirement "$2"
