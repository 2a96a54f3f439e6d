"""Results files that show no complete run are errors."""

from pathlib import Path

import pytest

from tb.results import ResultsError, read_results, require_tests

ONE_OF_EACH = """<testsuites><testsuite>
<testcase name="good"/><testcase name="good/width=4"/>
<testcase name="bad"><failure message="no"/></testcase>
<testcase name="broken"><error message="no"/></testcase>
<testcase name="left_out"><skipped/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize("text", ["", "<testsuites><testsuite>", "no XML at all"])
def test_unreadable(tmp_path: Path, text: str) -> None:
    path = tmp_path / "results.xml"
    path.write_text(text)
    with pytest.raises(ResultsError, match="not readable XML"):
        read_results(path)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="without writing results"):
        read_results(tmp_path / "results.xml")


def test_outcomes(tmp_path: Path) -> None:
    path = tmp_path / "results.xml"
    path.write_text(ONE_OF_EACH)
    results = read_results(path)
    assert results.passed == ("good", "good/width=4")
    assert results.failed == ("bad", "broken")
    assert results.skipped == ("left_out",)
    require_tests(results, ("good",))
    for missing in ("left_out", "goo", "width=4"):
        with pytest.raises(ResultsError, match=f"no test named {missing}"):
            require_tests(results, (missing,))


def test_nothing_ran(tmp_path: Path) -> None:
    path = tmp_path / "results.xml"
    path.write_text("<testsuites><testsuite/></testsuites>")
    with pytest.raises(ResultsError, match="ran no test: it has none"):
        require_tests(read_results(path), ())
