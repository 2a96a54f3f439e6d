"""Where the project's parts lie, whatever the working directory."""

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
RTL_DIR = PROJECT_ROOT / "rtl"
BUILD_DIR = PROJECT_ROOT / "build"
SHARED_DATA = PROJECT_ROOT.parent / "shared" / "data"
"""Third-party models and vectors; only development machines have this folder."""
