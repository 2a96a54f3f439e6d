"""MAP.md: the map as a page for people, made from map.json alone."""

from collections.abc import Iterable
from pathlib import Path

from golden.conformance.conformance_map import ConformanceMap, Row, Tally
from golden.conformance.data_classes import FAR_PAST_THE_RANGE

PAGE = Path(__file__).with_name("MAP.md")
EXACT = "**exact**"
INTRODUCTION = """# Conformance map

Which rule of the model each of LiteRT's kernels follows, op by op, measured: the same inputs go
through the kernel and through the model under each of its rules, and every output element is
compared. `make conformance` makes this page and its data, [map.json](map.json), again.

Measured with {oracle} for x86-64 and NumPy {numpy}, seed {seed}: {outputs:,} outputs of {cases:,}
cases, each compared under every rule of its op. The kernels are the reference ones
(`BUILTIN_REF`), the optimised ones (`BUILTIN_WITHOUT_DEFAULT_DELEGATES`) and XNNPACK (the
interpreter's default).

**exact** means that no output differs; other cells give how many differ, and the tables by class
of data say where. "But for" names the only classes of data in which outputs differ, and how many:
in `overflow`, `past_16_bits` and `cancellation` results lie thousands of times past the output's
range, where kernels overflow; how many differ there can depend on the processor's vector
instructions. "Not run" means that XNNPACK leaves the op to the optimised kernel.
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
    """What the page says of a row: not run, exact, exact but for classes of data whose results lie
    far past the output's range, or the mismatches."""
    if not row.outputs:
        return "not run"
    if not row.mismatches:
        return EXACT
    if set(_differing(row)) <= set(FAR_PAST_THE_RANGE):
        names = ", ".join(f"`{name}` ({count:,})" for name, count in _differing(row).items())
        return f"{EXACT} but for {names}"
    return f"{row.mismatches:,} ({row.mismatches / row.outputs:.2%}), by up to {row.largest:g}"


def _differing(row: Row) -> dict[str, int]:
    """The classes with mismatches, and how many."""
    return {name: count for name, (_, count, _) in row.classes.items() if count}


def _forms(found: ConformanceMap) -> list[tuple[str, str]]:
    return list(dict.fromkeys((row.op, row.form) for row in found.rows))


def _title(op: str, form: str) -> str:
    return f"{op}, {form}" if form else op


def _overview(found: ConformanceMap) -> str:
    kernels = _unique(row.kernel for row in found.rows)
    lines = []
    for op, form in _forms(found):
        rows = [row for row in found.rows if (row.op, row.form) == (op, form)]
        cells = [_followed([row for row in rows if row.kernel == kernel]) for kernel in kernels]
        lines.append([_title(op, form), *cells])
    return _table(["op", *kernels], lines)


def _followed(rows: list[Row]) -> str:
    """The rules that a kernel follows exactly, else the one that it follows most, and where it
    does not."""
    if not any(row.outputs for row in rows):
        return "not run"
    exact = [f"`{row.rule}`" for row in rows if not row.mismatches]
    if exact:
        return ", ".join(exact)
    nearest = min(rows, key=lambda row: row.mismatches)
    classes = ", ".join(f"`{name}` ({count:,})" for name, count in _differing(nearest).items())
    return f"`{nearest.rule}` but for {classes}"


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
