"""Where the project's parts lie, whatever the working directory."""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
RTL_DIR = PROJECT_ROOT / "rtl"
BUILD_DIR = PROJECT_ROOT / "build"
SHARED_DATA = Path(os.environ.get("SHARED_DATA") or PROJECT_ROOT.parent / "shared" / "data")
"""Third-party models and vectors; only development machines have this folder."""
