"""MAP.md: the map as a page for people, made from map.json alone."""

from collections.abc import Iterable
from pathlib import Path

from golden.conformance.conformance_map import ConformanceMap, Row, Tally
from golden.conformance.data_classes import OVERFLOW

PAGE = Path(__file__).with_name("MAP.md")
INTRODUCTION = """# Conformance map

Which rule of the model each of LiteRT's kernels follows, op by op, measured: the same inputs go
through the kernel and through the model under each of its rules, and every output element is
compared. `make conformance` makes this page and its data, [map.json](map.json), again.

Measured with {oracle} for x86-64 and NumPy {numpy}, seed {seed}: {outputs:,} outputs of {cases:,}
cases, each compared under every rule of its op. The kernels are the reference ones
(`BUILTIN_REF`), the optimised ones (`BUILTIN_WITHOUT_DEFAULT_DELEGATES`) and XNNPACK (the
interpreter's default).

**exact** means that no output differs; other cells give how many differ, and the tables by class
of data say where. "But for overflow" means that outputs differ only where a result is past 32
bits, which C leaves undefined for floating-point rules.
"""


def render(found: ConformanceMap) -> str:
    """The text of MAP.md."""
    reference = [tally for tally in found.tallies if tally.kernel == "reference"]
    parts = [
        INTRODUCTION.format(
            oracle=found.oracle,
            numpy=found.numpy,
            seed=found.seed,
            outputs=sum(tally.outputs for tally in reference),
            cases=sum(tally.cases for tally in reference),
        ),
        "## Rules that each kernel follows exactly\n",
        _overview(found),
        "## Classes of data\n",
        _table(["class", "what it forces"], [[f"`{k}`", v] for k, v in found.classes.items()]),
    ]
    for form in _forms(found):
        parts += _section(found, *form)
    return "\n".join(parts)


def exactness(row: Row) -> str:
    """What the page says of a row: not run, exact, exact but for overflow, or the mismatches."""
    if not row.outputs:
        return "not run"
    if not row.mismatches:
        return "**exact**"
    if row.mismatches == row.classes.get(OVERFLOW, (0, 0, 0))[1]:
        return f"**exact** but for overflow ({row.mismatches:,})"
    return f"{row.mismatches:,} ({row.mismatches / row.outputs:.2%}), by up to {row.largest:g}"


def _forms(found: ConformanceMap) -> list[tuple[str, str]]:
    return list(dict.fromkeys((row.op, row.form) for row in found.rows))


def _title(op: str, form: str) -> str:
    return f"{op}, {form}" if form else op


def _overview(found: ConformanceMap) -> str:
    lines = []
    for op, form in _forms(found):
        cells = []
        for kernel in _unique(row.kernel for row in found.rows):
            rows = [r for r in found.rows if (r.op, r.form, r.kernel) == (op, form, kernel)]
            exact = [f"`{r.rule}`" for r in rows if exactness(r) == "**exact**"]
            nearly = [f"`{r.rule}` but for overflow" for r in rows if "but for" in exactness(r)]
            ran = any(row.outputs for row in rows)
            cells.append(", ".join(exact or nearly) or ("none" if ran else "not run"))
        lines.append([_title(op, form), *cells])
    return _table(["op", *_unique(row.kernel for row in found.rows)], lines)


def _section(found: ConformanceMap, op: str, form: str) -> list[str]:
    """An op's tables: kernel by rule, by class of data, how the cases were taken, and why."""
    rows = [row for row in found.rows if (row.op, row.form) == (op, form)]
    tallies = [tally for tally in found.tallies if (tally.op, tally.form) == (op, form)]
    kernels, rules = _unique(row.kernel for row in rows), _unique(row.rule for row in rows)
    cell = {(row.kernel, row.rule): row for row in rows}
    parts = [f"## {_title(op, form)}\n", _compared(tallies)]
    lines = [[f"`{rule}`", *(exactness(cell[k, rule]) for k in kernels)] for rule in rules]
    parts.append(_table(["rule", *kernels], lines))
    reasons = _reasons(rows)
    if any(row.mismatches for row in rows):
        parts += ["Mismatches by class of data:\n", _by_class(tallies, cell, rules)]
    if reasons:
        parts += ["Why:\n", _table(["kernel", "rule", "why they differ"], reasons)]
    return parts


def _reasons(rows: list[Row]) -> list[list[str]]:
    """Kernels, rule and sentence, kernels with the same sentence together."""
    kernels: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.why:
            kernels.setdefault((row.rule, row.why), []).append(row.kernel)
    return [[", ".join(names), f"`{rule}`", why] for (rule, why), names in kernels.items()]


def _compared(tallies: list[Tally]) -> str:
    """How many outputs each kernel was compared on, and which cases it did not take."""
    sentences = []
    for kernel in _unique(tally.kernel for tally in tallies):
        own = [tally for tally in tallies if tally.kernel == kernel]
        outputs, cases = sum(t.outputs for t in own), sum(t.cases for t in own)
        text = f"{kernel}: {outputs:,} outputs of {cases:,} cases"
        for attribute, words in (
            ("refused", "refused by the kernel"),
            ("not_delegated", "left to the optimised kernel"),
        ):
            skipped = {t.data_class: getattr(t, attribute) for t in own if getattr(t, attribute)}
            if skipped:
                where = ", ".join(f"`{name}` {count}" for name, count in skipped.items())
                text += f" ({sum(skipped.values())} of them {words}: {where})"
        sentences.append(f"- {text}")
    return "\n".join(sentences) + "\n"


def _by_class(tallies: list[Tally], cell: dict[tuple[str, str], Row], rules: list[str]) -> str:
    lines = []
    for tally in tallies:
        if tally.outputs:
            counts = [cell[tally.kernel, rule].classes[tally.data_class][1] for rule in rules]
            name, outputs = f"`{tally.data_class}`", f"{tally.outputs:,}"
            lines.append([name, tally.kernel, outputs, *(f"{count:,}" for count in counts)])
    return _table(["class", "kernel", "outputs", *(f"`{rule}`" for rule in rules)], lines)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _table(head: list[str], lines: list[list[str]]) -> str:
    texts = [head, ["---"] * len(head), *lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in texts)
