"""What a reader should find in a log: computed from the inputs, by the rules of each linker.

How many of an object's references (references.py) a linker prints, and which of object, member and
function it names, is the linker's own rule, written down here from its source and not from what the
kit reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from references import Ref
from toolbox import Linker

Row = dict[str, Any]
GNU_SHOWN, GOLD_SHOWN, LLD_SHOWN, LLD_LIMIT = 5, 4, 3, 20


def row(kind: str, linker: Linker, **columns: Any) -> Row:
    """A row with everything that the tests compare; what is not told is missing."""
    blank = dict.fromkeys(("symbol", "object", "member", "function"))
    return {
        "linker": linker.family,
        "kind": kind,
        **blank,
        "n_refs": 1,
        "is_lower_bound": False,
        **columns,
    }


def slim(one: Row) -> Row:
    """The row without what most rows have: see LEFT_OUT in tests/linkers/lab.py."""
    usual = {"n_refs": 1, "is_lower_bound": False}
    return {
        key: value for key, value in one.items() if value is not None and usual.get(key) != value
    }


def told(linker: Linker, ref: Ref, *, is_follow: bool = False) -> Row:
    """Section, offset and source line of a reference, as far as the linker tells them."""
    line = {} if ref.line is None else {"source_line": ref.line}
    inside = {"section": ref.section, "offset": ref.offset}
    tells_variables = linker.family == "ld.bfd" or ("lld" in linker.family and linker.major >= 17)
    if tells_variables and ref.object == "debugged.o":
        line = line or {"source_line": 1}  # where p is declared, which holds data's address
    if linker.family == "ld.bfd":  # 2.41 to 2.43 began to tell both
        has_both = (linker.major, linker.minor) >= (2, 43) and not is_follow
        return {**line, **inside} if has_both else line or inside
    if linker.family == "gold":
        return inside if linker.minor >= 44 and not line else {}
    return line if linker.flavour.startswith("elf") and linker.family != "mold" else {}


def counted(kind: str, linker: Linker, refs: Iterable[Ref], keys: tuple[str, ...]) -> list[Row]:
    """One row for each symbol and place; `keys` are the parts of a place that the linker tells."""
    rows: dict[tuple[Any, ...], Row] = {}
    for ref in refs:
        place = {key: getattr(ref, key) for key in keys}
        key = (ref.symbol, *place.values())
        if key in rows:
            rows[key]["n_refs"] += 1
        else:
            rows[key] = row(kind, linker, symbol=ref.symbol, **place, **told(linker, ref))
    return list(rows.values())


PLACE = ("object", "member", "function")


def undefined_rows(linker: Linker, refs: list[Ref]) -> list[Row]:
    """The rows of undefined symbols, by the rules of the linker."""
    if linker.family == "ld.bfd":
        return _gnu(linker, refs)
    if linker.family == "gold":
        return _gold(linker, refs)
    if linker.flavour == "wasm" or (linker.flavour == "macho" and linker.major < 15):
        return _each(linker, refs)
    return _first_three(linker, refs)


def _gnu(linker: Linker, refs: list[Ref]) -> list[Row]:
    """Five in a row of one symbol, then one `more follow` that names no function, then silence."""
    rows: dict[tuple[Any, ...], Row] = {}
    last, shown, doubted = "", 0, set()
    for ref in refs:
        shown = shown + 1 if ref.symbol == last else 1
        last = ref.symbol
        if shown > GNU_SHOWN + 1:
            continue
        follows = shown == GNU_SHOWN + 1
        function = None if follows or not _names_function(linker, ref) else ref.function
        if follows:
            doubted.add(ref.symbol)
            [r for r in rows.values() if r["symbol"] == ref.symbol][-1]["is_lower_bound"] = True
        key = (ref.symbol, ref.object, ref.member, function)
        if key in rows:
            rows[key]["n_refs"] += 1
        else:
            rows[key] = row(
                "undefined",
                linker,
                symbol=ref.symbol,
                object=ref.object,
                member=ref.member,
                function=function,
                **told(linker, ref, is_follow=follows),
            )
        rows[key]["is_lower_bound"] |= ref.symbol in doubted
    return list(rows.values())


def _names_function(linker: Linker, ref: Ref) -> bool:
    """ld's own search knows functions only; without types (hand-written assembly) any symbol."""
    return linker.flavour == "avr" or (
        linker.flavour != "h8300" and ref.section.startswith(".text")
    )


def _gold(linker: Linker, refs: list[Ref]) -> list[Row]:
    """The first four of each symbol; with debug information the line and not the object."""
    shown: list[Ref] = []
    for ref in refs:
        if sum(one.symbol == ref.symbol for one in shown) < GOLD_SHOWN:
            shown.append(ref)
    if any(ref.line for ref in shown):
        rows = counted("undefined", linker, [r for r in shown if r.line], ("line",))
        symbols: dict[str, Row] = {}
        for one in rows:  # the places of one file are one row: that of the first
            first = symbols.setdefault(
                one["symbol"], one | {"n_refs": 0, "source_line": one["line"]}
            )
            first["n_refs"] += one["n_refs"]
        rows = [{k: v for k, v in one.items() if k != "line"} for one in symbols.values()]
        rows += counted("undefined", linker, [r for r in shown if not r.line], PLACE)
    else:
        rows = counted("undefined", linker, shown, PLACE)
    for one in rows:
        one["is_lower_bound"] = sum(r.symbol == one["symbol"] for r in shown) >= GOLD_SHOWN
    return rows


def _each(linker: Linker, refs: list[Ref]) -> list[Row]:
    """A message a reference that names the object, up to the limit of errors."""
    rows = counted("undefined", linker, refs[:LLD_LIMIT], ("object", "member"))
    return _limited(rows, len(refs))


def _first_three(linker: Linker, refs: list[Ref]) -> list[Row]:
    """Three places a symbol, then the number of the rest."""
    symbols = list(dict.fromkeys(ref.symbol for ref in refs))
    rows: list[Row] = []
    for symbol in symbols:
        own = [ref for ref in refs if ref.symbol == symbol]
        rows += counted("undefined", linker, own[:LLD_SHOWN], PLACE)
        if len(own) > LLD_SHOWN:
            rows.append(row("undefined", linker, symbol=symbol, n_refs=len(own) - LLD_SHOWN))
    if linker.family == "mold":
        return [r | {"function": None} if r["function"] in ("p", "s") else r for r in rows]
    return _limited(rows, len(symbols))


def _limited(rows: list[Row], n_messages: int) -> list[Row]:
    if n_messages <= LLD_LIMIT:
        return rows
    return [one | {"is_lower_bound": True} for one in rows[:LLD_LIMIT]]
