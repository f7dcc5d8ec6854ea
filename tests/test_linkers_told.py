"""Link and load errors of the recorded and of the written logs, row by row, against their truth.

`truth.json` beside the logs was written by the recipe that made them (data/lab/*/make_*.py: nm,
objdump, readelf), or by hand with a log of a tool that is not to be had (tests/linkers/templates).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.read import buildlog
from diag.read.linkers import apple_rules, loaders_rules, msvc_rules, nvlink, read_log
from diag.read.linkers.session import Session

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    ROOT / "data" / "lab" / "loaders",
    ROOT / "data" / "lab" / "nvlink",
    ROOT / "data" / "lab" / "wrappers",
    ROOT / "tests" / "linkers" / "templates",
)
FIELDS = (
    "linker", "kind", "symbol", "object", "member", "function", "section", "offset",
    "source_file", "source_line", "n_refs", "is_lower_bound",
)  # fmt: skip
PLAIN = {**dict.fromkeys(FIELDS), "n_refs": 1, "is_lower_bound": False}


@cache
def truth_of(folder: Path) -> dict[str, list[dict]]:
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


LOGS = [(folder, name) for folder in FOLDERS for name in truth_of(folder)]
IDS = [f"{folder.name}/{name}" for folder, name in LOGS]
RULES = [
    *apple_rules.ERRORS, *apple_rules.IGNORED, *loaders_rules.RULES, *msvc_rules.RULES, *nvlink.RULES,
]  # fmt: skip


def rows_of(source: bytes | Path) -> list[dict]:
    """The rows of a log, put through the frame's own check."""
    rows = read_log(source).error_rows()
    schema.check(schema.make("link_errors", rows), "link_errors")
    return rows


def told(rows: list[dict], wanted: list[dict]) -> list[dict]:
    """The rows' fields, those left out that the truth of the same row does not know."""
    kept = []
    for number, row in enumerate(rows):
        truth = wanted[number] if number < len(wanted) else {}
        fields = {field: row[field] for field in FIELDS}
        fields.update(dict.fromkeys(truth.get("not_known", ())))
        kept.append(fields | ({"line_no": row["line_no"]} if "line_no" in truth else {}))
    return kept


def complete(wanted: list[dict]) -> list[dict]:
    """What a row of the truth does not say is not told by the log."""
    known = {*FIELDS, "line_no"}
    return [PLAIN | {key: value for key, value in row.items() if key in known} for row in wanted]


@pytest.mark.parametrize(("folder", "name"), LOGS, ids=IDS)
def test_every_row_and_field_is_the_truths(folder: Path, name: str) -> None:
    """As many rows as the truth has, in its order, each field the same; none in a log of a build
    that succeeded or of a program that died of something else."""
    wanted = truth_of(folder)[name]
    assert told(rows_of(folder / f"{name}.log"), wanted) == complete(wanted)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_log_has_its_truth(folder: Path) -> None:
    """No log lies in a folder that the truth does not speak of, and none is missing."""
    assert {path.stem for path in folder.glob("*.log")} == set(truth_of(folder))


def test_a_wrong_truth_is_noticed() -> None:
    """Each field counts: a row that differs in one of them fails."""
    folder, name = next(pair for pair in LOGS if pair[1] == "apple-undefined")
    wanted = truth_of(folder)[name]
    rows = told(rows_of(folder / f"{name}.log"), wanted)
    for field in (*FIELDS, "line_no"):
        spoilt = [{**complete(wanted)[0], field: "something else"}, *complete(wanted)[1:]]
        assert rows != spoilt


@pytest.mark.parametrize(
    ("folder", "name"),
    [pair for pair in LOGS if "json" not in pair[1]],
    ids=lambda one: str(one)[-20:],
)
def test_literals_let_through_all_that_matters(folder: Path, name: str) -> None:
    """The lines that hold none of the literals and are not waited for tell nothing: fed every
    line, a session records the same."""
    data = (folder / f"{name}.log").read_bytes()
    session = Session()
    for line_no, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        session.feed(line_no, line)
    session.close()
    everything = sorted((error.line_no, error.kind, error.symbol) for error in session.errors)
    seen = [(row["line_no"], row["kind"], row["symbol"]) for row in rows_of(data)]
    assert sorted(seen, key=str) == sorted(everything, key=str)


@pytest.mark.parametrize(("folder", "name"), LOGS, ids=IDS)
def test_every_line_is_a_row(folder: Path, name: str) -> None:
    """Lines of the log and rows of log_lines are the same, in number and order."""
    log = read_log(folder / f"{name}.log")
    numbers = list(dict.fromkeys(log.log_lines["line_no"]))
    n_lines = len((folder / f"{name}.log").read_bytes().splitlines())
    assert numbers == list(range(1, n_lines + 1))


@given(data=st.data())
@settings(max_examples=2 * len(RULES), deadline=None)
def test_no_literal_keeps_a_message_from_its_rule(data: st.DataObject) -> None:
    """Whatever a rule's pattern accepts holds the literal that is searched before it."""
    one = data.draw(st.sampled_from(RULES))
    message = data.draw(st.from_regex(one.text.replace("(?>", "(?:"), fullmatch=True))
    assert one.literal in message


@pytest.mark.parametrize("linker", ["ld.bfd", "mold", "rust-lld"])
def test_cargos_json_says_what_it_says_to_people(linker: str) -> None:
    """The same build, its messages as JSON and as text: the same rows, but for the part of the
    object's name that rustc draws by chance; each cites the line of the JSON."""
    folder = ROOT / "data" / "lab" / "wrappers"
    json_rows, human_rows = (
        rows_of(folder / f"cargo-{form}-{linker}.log") for form in ("json", "human")
    )
    keep = [field for field in FIELDS if field != "object"]
    assert [[row[key] for key in keep] for row in json_rows] == [
        [row[key] for key in keep] for row in human_rows
    ]
    lines = (folder / f"cargo-json-{linker}.log").read_text().splitlines()
    assert all("compiler-message" in lines[row["line_no"] - 1] for row in json_rows)
    assert all(row["object"].endswith(".rcgu.o") for row in json_rows + human_rows)


@settings(max_examples=150, deadline=None)
@given(
    pair=st.sampled_from([pair for pair in LOGS if truth_of(pair[0])[pair[1]]]),
    part=st.floats(0, 1),
)
def test_a_cut_log_tells_nothing_else(pair: tuple[Path, str], part: float) -> None:
    """A log that ends anywhere gives rows of the whole log; only its last line, which may be half
    a message, may be read as something shorter."""
    data = (pair[0] / f"{pair[1]}.log").read_bytes()
    cut = data[: int(part * len(data))]
    if not cut.strip():
        return
    whole = {(row["kind"], row["symbol"]) for row in rows_of(data)}
    last = cut.count(b"\n") + 1
    for row in rows_of(cut):
        is_open = row["line_no"] == last or b"compiler-message" in cut.splitlines()[-1]
        assert is_open or (row["kind"], row["symbol"]) in whole


def test_lines_with_a_literal_are_the_same_whoever_looks() -> None:
    """The quick search gives the lines that the full reading gives for the same literals."""
    log = "".join(
        f"#7 {n}.100 line {n} of the step\n#7 {n}.200 gcc -c k{n}.c\n" for n in range(300)
    )
    text = f"#7 [build 2/2] RUN make\n{log}#7 DONE 9.0s\n".encode()
    for literals in (("gcc -c k2",), ("line 17 ", "k299"), ("of no line",)):
        quick = read_log(text, file="x").lines_with(literals)
        full = read_log(text, file="x").lines((), literals)
        assert quick["text"].tolist() == full["text"].tolist()
        assert quick["line_no"].tolist() == full["line_no"].tolist()


@pytest.mark.parametrize(
    ("line", "literal"),
    [
        (b"#7 1.1 make: 'k.o' is up to date.", " is up to date"),
        (b"#7 1.1 make: 'k.o' is \x1b[1mup\x1b[0m to date.", " is up to date"),
        (b"#7 1.1 0%\rmake: 'k.o' is up to\x08 date.", " is up to date"),
        (b"#7 1.1 caf\xc3\xa9.c compiled", "café.c"),
        (b"#7 1.1 caf\xe9.c compiled", "caf\ufffd.c"),
        (b'#7 1.1 {"reason":"compiler-message","message":{"rendered":"a \\"b\\" c"}}', '"b" c'),
        (b"#7 1.1 nothing of it", " is up to date"),
    ],
)
def test_a_long_log_is_not_read_again_only_where_no_line_holds_the_literal(
    monkeypatch: pytest.MonkeyPatch, line: bytes, literal: str
) -> None:
    """Colours, overwritten text, bytes that are no UTF-8 and escapes of JSON hide a literal from a
    search of the bytes."""
    text = b"#7 [build 2/2] RUN make\n#7 1.0 begun\n" + line + b"\n#7 DONE 9.0s\n"
    full = read_log(text, file="x").lines((), (literal,))["text"].tolist()
    monkeypatch.setattr(buildlog, "SKIM_FROM", 0)
    log = read_log(text, file="x")
    assert log.lines_with((literal,))["text"].tolist() == full
    assert bool(full) == (b"nothing of it" not in line)


def test_the_message_alone_is_read_as_people_quote_it() -> None:
    """A report often quotes the line from `undefined reference` on; prose that speaks of it is no
    error."""
    log = read_log(b"undefined reference to `f'\n", file="x")
    assert log.link_errors[["symbol", "kind", "line_no"]].values.tolist() == [["f", "undefined", 1]]
    prose = (
        b"it says undefined reference to `f' and stops\nwhat is an undefined reference to a name?\n"
    )
    assert read_log(prose, file="x").link_errors.empty
