"""The key of a symbol name: the last identifier as people write it, and all names of a key.

Two names whose keys are equal may mean the same thing in other clothes: other mangling, other
arguments, other tag, other case of letters. Keys leave out arguments, template arguments, version,
ABI tags, clone suffixes, Fortran's module prefix and outer underscores.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from diag.join.name_scan import find_identifiers
from diag.read.name_table import one_array
from diag.read.names import MANGLED_PREFIXES, demangle
from diag.read.spelled import plain_text

MAX_OF_KEY = 3_000  # raw names looked at for one key: `size` may stand in a million
MIN_OF_KEY = 10  # where many keys share what follows
MAX_LOOKED_AT = 60_000  # raw names demangled for one build
MAX_LIKE = 50_000  # names that a misspelled one is compared with
MAX_COMPARED = 300  # characters of each
MAX_WEIGHED = 200  # names of the same identifier, those of like length

_TAG = re.compile(r"\[abi:\w+\]")
_SPECIAL = re.compile(
    r"^(?:vtable|typeinfo(?: name)?|VTT|guard variable|TLS (?:init|wrapper) function"
    r"|(?:TLS|thread-local) (?:initialization|wrapper) routine|construction vtable"
    r"|(?:non-virtual |virtual )?thunk|covariant return thunk|reference temporary(?: #\d+)?)"
    r" (?:for|to) (?P<rest>.+)$"
)
_ANONYMOUS = re.compile(r"(?:\(anonymous namespace\)|'unnamed'|\{anonymous\})::")
_OPERATOR = re.compile(
    r"(?<![\w$])operator ?(?P<sign>\(\)|\[\]|->\*?|<=>|<<=?|>>=?|&&|\|\||\+\+|--|[-+*/%^&|!=<>]=?|[~,]"
    r"|(?:new|delete)(?:\[\])?(?![\w]))"
)
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_PART = re.compile(r"[<>()\[\]{}]|->|[A-Za-z_$][\w$]*|::|.")
_MAPPING = re.compile(r"\$[adtx](?:\..*)?")  # marks of ARM and RISC-V code, no names
_FORTRAN = re.compile(
    r"^__[\w.]+?_S?MOD_(?P<gnu>\w+)$|^_Q(?:[MS][a-z0-9_]+)*P(?P<flang>[a-z0-9_]+)$"
)
# Itanium C++ ABI, section 5.1.3: operator names.
_CODES_OF_SIGN = {
    "()": ("cl",), "[]": ("ix",), "->": ("pt",), "->*": ("pm",), "<=>": ("ss",), "<<": ("ls",),
    "<<=": ("lS",), ">>": ("rs",), ">>=": ("rS",), "&&": ("aa",), "||": ("oo",), "++": ("pp",),
    "--": ("mm",), "+": ("pl", "ps"), "-": ("mi", "ng"), "*": ("ml", "de"), "/": ("dv",),
    "%": ("rm",), "^": ("eo",), "&": ("an", "ad"), "|": ("or",), "!": ("nt",), "=": ("aS",),
    "<": ("lt",), ">": ("gt",), "+=": ("pL",), "-=": ("mI",), "*=": ("mL",), "/=": ("dV",),
    "%=": ("rM",), "^=": ("eO",), "&=": ("aN",), "|=": ("oR",), "==": ("eq",), "!=": ("ne",),
    "<=": ("le",), ">=": ("ge",), "~": ("co",), ",": ("cm",), "new": ("nw",), "new[]": ("na",),
    "delete": ("dl",), "delete[]": ("da",),
}  # fmt: skip
_CODES_OF_KEY = {f"operator{sign}": codes for sign, codes in _CODES_OF_SIGN.items()}


def key_of(name: str) -> str:
    """The key of a raw or demangled name; "" where it has no identifier."""
    if is_spelled_out(name):
        return _key_of_text(name)
    bare = name.lstrip("@.").partition("@")[0]
    fortran = _FORTRAN.match(bare)
    if fortran:
        return _clean(fortran["gnu"] or fortran["flang"])
    if bare.startswith(MANGLED_PREFIXES):
        text = demangle(bare)
        if text != bare:
            return _key_of_text(text)
    if _MAPPING.fullmatch(bare):
        return ""
    found = _IDENTIFIER.fullmatch(bare.partition(".")[0].lstrip("?"))
    return _clean(found[0]) if found else ""


def is_spelled_out(name: str) -> bool:
    """Whether a name is written as people write it: with scopes, arguments or spaces."""
    return "::" in name or "(" in name or " " in name


def _key_of_text(text: str) -> str:
    text = _TAG.sub("", _ANONYMOUS.sub("", _inner(text)))
    operator = _OPERATOR.search(text)
    if operator and operator.start() < _end_of_name(text[: operator.start()]) + 1:
        return f"operator{operator['sign']}"
    last, depth = "", 0
    for part in _PART.findall(text[: _end_of_name(text)]):
        if part in ("<", "{", "["):
            depth += 1
        elif part in (">", "}", "]"):
            depth -= 1
        elif depth == 0 and _IDENTIFIER.match(part):
            last = part
        elif depth == 0 and part == "::":
            last = ""  # what follows names nothing where it is no identifier: a closure, a shim
    return _clean(last)


def _inner(text: str) -> str:
    """What a table, thunk or guard is for; the text itself of anything else."""
    special = _SPECIAL.match(text)
    return special["rest"] if special else text


def _end_of_name(text: str) -> int:
    """Where the arguments begin: the first `(` outside of template arguments, not at the start."""
    depth = 0
    for found in re.finditer(r"->|[<>(]", text):
        if found[0] == "<":
            depth += 1
        elif found[0] == ">":
            depth = max(depth - 1, 0)
        elif found[0] == "(" and depth == 0 and found.start() > 0:
            return found.start()
    return len(text)


def _clean(identifier: str) -> str:
    return identifier.strip("_$").lower()


def names_by_key(symbols: pd.DataFrame, keys: Iterable[str]) -> Mapping[str, list[str]]:
    """Key -> the distinct names of `symbols` that have it, for the keys that are asked.

    One pass over the bytes of all names finds those in which an asked identifier stands; only
    these are demangled: MAX_OF_KEY a key at most, those first where it stands early.
    """
    asked = sorted({key for key in keys if key})
    if symbols.empty or not asked:
        return {}
    unique = one_array(symbols["name"].drop_duplicates())
    places = find_identifiers(unique, [key for key in asked if key not in _CODES_OF_KEY])
    for key in asked:
        if key in _CODES_OF_KEY:
            places[key] = _with_operator(unique, _CODES_OF_KEY[key])
    share = max(MAX_LOOKED_AT // max(len(places), 1), MIN_OF_KEY)
    found: dict[str, list[str]] = {}
    for key, rows in places.items():
        names = unique.take(rows[: min(MAX_OF_KEY, share)]).to_pylist()
        own = [name for name in names if key_of(name) == key]
        if own:
            found[key] = own
    return found


def near_names(symbols: pd.DataFrame, wanted: str, limit: int = 3) -> list[str]:
    """Names of the frame that somebody who wrote `wanted` may have meant, demangled, the likeliest
    first: those of the same last identifier (other scope, case, arguments), else like spellings."""
    key = key_of(wanted)
    same = {demangle(name) for name in names_by_key(symbols, [key]).get(key, ())}
    plain = plain_text(wanted).lower()
    own = {text: plain_text(text)[:MAX_COMPARED].lower() for text in same}
    likely = sorted(
        own, key=lambda text: (plain not in own[text], abs(len(own[text]) - len(plain)))
    )

    def likeness(text: str) -> tuple[bool, float, str]:
        alike = difflib.SequenceMatcher(None, own[text], plain[:MAX_COMPARED]).ratio()
        return plain not in own[text], -alike, text

    found = sorted(likely[:MAX_WEIGHED], key=likeness)[:limit]
    return found or difflib.get_close_matches(
        wanted[:MAX_COMPARED], list(symbols["name"].unique()[:MAX_LIKE]), n=limit
    )


def _with_operator(unique: pa.LargeStringArray, codes: Iterable[str]) -> pa.Array:
    """Rows of mangled names in which the code stands where an operator's name may."""
    code = "|".join(codes)
    pattern = rf"^__?Z(?:N[KVROr]*)?(?:[a-zA-Z0-9_]*(?:[0-9A-Za-z_]))??(?:{code})[A-Z0-9a-z]"
    return pc.indices_nonzero(pc.match_substring_regex(unique, pattern))
