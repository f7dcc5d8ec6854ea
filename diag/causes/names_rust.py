"""A Rust function that leaves no symbol: without `#[no_mangle]`, rustc drops what nothing calls.

Since it made small functions inline across crates, and always in a staticlib, an `extern "C" fn`
that only C would call has no symbol at all, and there is no mangled name to compare.
"""

from __future__ import annotations

import re
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.model import Evidence
from diag.causes.name_evidence import Judged, source_missing, told_in_log
from diag.causes.once import asked_once
from diag.causes.rust_evidence import rust_units
from diag.knowledge.names import is_helper, library_of
from diag.schema import each

# Names that compilers call by themselves are no function of a crate.
_HELPERS = ("outline-atomics", "arm-eabi", "arm-unwind", "sync", "wide-integers", "integers", "floats", "unwind", "save-restore", "cpu-model")  # fmt: skip


def judge_dropped(facts: Facts, symbol: Symbol) -> Judged | None:
    """rust-symbol-mangled, of a plain name that nothing defines, mangled or not.

    Supported where rustc's own warning shows the function as one that nothing calls: it warns of
    none that has a plain name. Open where rustc's objects are there and another language asks.
    """
    said = _never_used(facts, symbol)
    if said:
        claim = f"{symbol.name} is a Rust function without a plain name: rustc says that nothing calls it."
        return Judged(symbol, "supported", (*told_in_log(facts, symbol), *said), claim=claim)
    if library_of(symbol.name) is not None or is_helper(symbol.name, _HELPERS):
        return None
    wanting = facts.seen(symbol, "wanted")
    users = set(zip(wanting["file"], wanting["member"], strict=True))
    if not users or not facts.has_objects(symbol.platform):
        return None  # before the details of all objects are read
    made = rust_units(facts, symbol.platform)
    if not made or not users - made:
        return None
    file, member = min(made)
    text = f"{member or 'the file itself'} is rustc's, and defines no {symbol.name}"
    why = "rustc leaves no symbol of a function without #[no_mangle] that only C would call"
    missing = (source_missing(symbol, why, f"-B1 'fn {symbol.name}\\b' '*.rs'"),)
    evidence = (*told_in_log(facts, symbol), Evidence(file, None, text))
    return Judged(symbol, "untestable", evidence, missing)


@asked_once
def _never_used_lines(facts: Facts, platform: str) -> list[Any]:
    return list(each(facts.on(facts.lines_with((" is never used",)), platform)))


def _never_used(facts: Facts, symbol: Symbol) -> tuple[Evidence, ...]:
    """rustc's warning that nothing calls the function, and the line of its definition under it."""
    quoted = f"function `{symbol.name}` is never used"
    told = [row for row in _never_used_lines(facts, symbol.platform) if quoted in row.text]
    if not told:
        return ()
    defined = re.compile(rf"\|.*\bextern(?: \"[^\"]*\")? fn {re.escape(symbol.name)}\b")
    near = facts.on(facts.lines_with((f"fn {symbol.name}",)), symbol.platform)
    for row in each(near):
        if row.file == told[0].file and 0 < row.line_no - told[0].line_no < 6 and defined.search(row.text):  # fmt: skip
            return tuple(Evidence.of_row(r) for r in (told[0], row))
    return ()
