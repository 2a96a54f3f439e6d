"""The list of what was built: `python -m tb.builds`."""

import json

import pytest

from tb import builds
from tb.paths import BUILD_DIR
from tb.unit.bench import run_bench


@pytest.mark.slow_on("verilator")
def test_lists_each_design_once(sim: str, capsys: pytest.CaptureFixture[str]) -> None:
    parameters = {"WIDTH": 16}
    run_bench("stream_register", "tb.unit.test_stream_register", sim, parameters)
    builds.main()
    wanted = {"toplevel": "stream_register", "sim": sim, "parameters": parameters}
    listed = json.loads((BUILD_DIR / "build-times.json").read_text())
    found = [record for record in listed if wanted.items() <= record.items()]
    assert len(found) == 1 and found[0]["seconds"] > 0
    lines = capsys.readouterr().out.splitlines()
    assert sum("stream_register" in line and f"{sim} " in line for line in lines) >= 1
    assert lines[-1].endswith(f"in {len(listed)} builds")
