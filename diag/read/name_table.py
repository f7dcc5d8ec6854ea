"""Many raw names, and which of them a spelling means.

To demangle a million names takes seconds, so only those are demangled that can become the spelling:
Itanium and Rust v0 write each identifier behind its length, Rust's legacy names hold it as text.
What a demangler words by itself (types, keywords, abbreviations of std) is no such identifier.
"""

from __future__ import annotations

import re
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from diag.read.names import demangle, spellings, without_arguments
from diag.read.spelled import as_llvm, forms, loose_text, plain_text

if TYPE_CHECKING:
    import pandas as pd

Places = npt.NDArray[np.int64]
MAX_LOOKED_AT = 50_000  # names demangled for one spelling that no demangler here writes

# What stands in demangled names and not in raw ones: set phrases first, then single words.
_PHRASES = re.compile(
    r"^(?:(?:construction )?vtable|VTT|typeinfo(?: name)?|guard variable|reference temporary"
    r"|thread-local (?:wrapper|initialization) routine|template parameter object"
    r"|invocation function) for |^(?:non-virtual |virtual |covariant return )?thunk to "
    r"|\bblock in |\[abi:|\[clone |\[enable_if:|'(?:lambda|unnamed|block-literal)[0-9]*'"
    r"|\(anonymous namespace\)|\{[^{}]*\}| vector\[| (?:complex|imaginary)\b|-in-"
)
_WORDED_TEXT = """
    std allocator basic_string string char_traits basic_istream basic_ostream basic_iostream
    istream ostream iostream operator new delete const volatile restrict unsigned signed char
    short int long float double bool void wchar_t char8_t char16_t char32_t half auto decltype
    nullptr nullptr_t decimal32 decimal64 decimal128 sizeof alignof typeid noexcept throw true
    false typename template requires co_await dynamic_cast static_cast const_cast
    reinterpret_cast this enum struct union class fp bfloat16_t id objcproto as impl dyn for
    extern unsafe fn mut str u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 shim
    closure vtable __int128 __float128 __ibm128 __bf16 _Float16 _Float32 _Float64 _BitInt
    _Complex _Imaginary __restrict
"""
_WORDED = frozenset(_WORDED_TEXT.split())
_IDENTIFIER = re.compile(r"(?<!\w)(\.?)([^\W\d]\w*)")
_CRATE = re.compile(r"\[[0-9a-f]{5,16}\]")  # hash of a crate in Rust v0, which is not shown here
_PATH = re.compile(r"[A-Za-z_]\w*(?:::(?!operator\b)[A-Za-z_]\w*)*", re.ASCII)
_BRACKETS = re.compile(r"<[^<>]*>|\([^()]*\)")
# What follows the path in a spelling -> what follows it in the raw name, inside N ... E.
_AFTER = {"(": "(?:E|17h)", "::~": "D", "::operator": "[a-z]", "<": "I", "": ""}
_LEGACY_MARK = "17h"  # the length of the hash that ends a Rust name of the old kind
# A raw name with an identifier for certain: behind what can precede a length, not a number.
_OF_STD = "11char_traits|9allocator|1[23]basic_(?:string|istream|ostream)|14basic_iostream"
_OPERATOR = "^_+Z+(?:L?(?:St)?[a-z][a-z]|N[rVKRO]*S[absiod][CDa-z])"
_HAS_IDENTIFIER = (
    r"(?:^_+Z(?:T[VTISC]|GV|L)?|[NIKEROP_]|St)(?:4[A-Za-z_]\w{3}|5[A-Za-z_]\w{4}|6[A-Za-z_]\w{5}"
    r"|7[A-Za-z_]\w{6}|8[A-Za-z_]\w{7}|9[A-Za-z_]\w{8}|[1-9][0-9]{1,2}[A-Za-z_]\w{9})"
)


class NameTable:
    """Distinct names, as an Arrow array, and their places by any spelling.

    A name is demangled once, when a spelling asks for it first.
    """

    def __init__(self, names: pa.Array) -> None:
        names = names.cast(pa.large_string())
        offsets = np.asarray(names.buffers()[1]).view(np.int64)
        self._offsets = offsets[names.offset : names.offset + len(names) + 1]
        # Bytes, which can be searched, in place of a buffer, which cannot; held once.
        self._text = (names.buffers()[2] or pa.py_buffer(b"")).to_pybytes()
        buffers = [None, names.buffers()[1], pa.py_buffer(self._text)]
        self.names = pa.Array.from_buffers(
            pa.large_string(), len(names), buffers, offset=names.offset
        )
        self._said: dict[int, set[str]] = {}
        self._kept: dict[str, Places] = {}

    def __len__(self) -> int:
        return len(self.names)

    def prepare(self) -> None:
        """Look up now what the first question would otherwise wait for."""
        for spelling in ("operator", "a::b", "a b"):
            self.places(spelling)

    def places(self, spelling: str) -> list[int]:
        """Places of the names meant: raw, without version, demangled, without types.

        Raw names decide if one is the same; only then are the other spellings looked at: those of
        LLVM's demangler first, then those of others and of people (diag/read/spelled.py).
        """
        # A command line may hold bytes that are no text; no name here does.
        spelling = spelling.encode("utf-8", "backslashreplace").decode()
        exact = pc.index(self.names, pa.scalar(spelling, pa.large_string())).as_py()
        if exact >= 0:
            return [exact]
        words = identifiers(spelling)
        if (head := head_of(spelling)) is not None:
            near = self._matching(self._holding(head[0]), head[1])
            near = np.union1d(near, self._rust_holding(words))
        else:
            near = self._near(words) if words else self._without_identifiers()
        kept = [at for at in near.tolist() if self._holds(at, words)]
        kept += self._versioned(spelling)
        found = [at for at in sorted({*kept}) if spelling in self._spellings(at)]
        return found or self._loosely(spelling)

    def _loosely(self, spelling: str) -> list[int]:
        """Names that mean the spelling though they are written otherwise; the most exact only."""
        wanted = as_llvm(_CRATE.sub("", spelling))
        words = identifiers(wanted)
        likely = (
            [at for at in self._near(words).tolist() if self._holds(at, words)] if words else []
        )
        plain = plain_text(wanted)
        # Short names first: of a word that is in everything, those where it is the name.
        likely.sort(key=lambda at: self._offsets[at + 1] - self._offsets[at])
        said = {at: forms(demangle(self.name(at))) for at in likely[:MAX_LOOKED_AT]}
        found = sorted(at for at, texts in said.items() if plain in texts)
        if found:
            return found
        loose = loose_text(plain)
        return sorted(at for at, texts in said.items() if loose in map(loose_text, texts))

    def _spellings(self, place: int) -> set[str]:
        if place not in self._said:
            self._said[place] = spellings(self.name(place))
        return self._said[place]

    def name(self, place: int) -> str:
        """The raw name at that place."""
        return str(self.names[place].as_py())

    def _holds(self, place: int, words: list[tuple[str, bool]]) -> bool:
        name = self.name(place)
        return all(word in name for word, _ in words)

    def _rust_holding(self, words: list[tuple[str, bool]]) -> Places:
        """Rust v0 names, in which other things may stand between identifiers."""
        places = self._once("rust", lambda: self._beginning("_R"))
        for word, is_counted in words:
            places = self._matching(places, re.escape(_counted(word) if is_counted else word))
        return places

    def _versioned(self, spelling: str) -> list[int]:
        places = self._once("versioned", lambda: self._holding("@"))
        found = pc.starts_with(self.names.take(pa.array(places)), spelling + "@")
        kept: list[int] = places[found.to_numpy(zero_copy_only=False).astype(np.bool_)].tolist()
        return kept

    def _beginning(self, prefix: str) -> Places:
        found = pc.starts_with(self.names, prefix).to_numpy(zero_copy_only=False)
        return np.flatnonzero(found)

    def _near(self, words: list[tuple[str, bool]]) -> Places:
        """Names that hold the longest word, behind its length where that is known."""
        longest, is_counted = max(words, key=lambda word: len(word[0]))
        near = self._holding(_counted(longest) if is_counted else longest)
        if not is_counted:
            return near
        legacy = self._once("legacy", lambda: self._holding(_LEGACY_MARK))
        return np.union1d(near, self._matching(legacy, re.escape(longest)))

    def _matching(self, places: Places, pattern: str) -> Places:
        """Those of some places whose names match."""
        found = pc.match_substring_regex(self.names.take(pa.array(places)), pattern)
        return np.asarray(places[found.to_numpy(zero_copy_only=False).astype(np.bool_)])

    def _holding(self, text: str) -> Places:
        """Places of the names that hold the text."""
        wanted = text.encode()
        hits, at = [], self._text.find(wanted)
        while at >= 0:
            hits.append(at)
            at = self._text.find(wanted, at + 1)
        starts = np.array(hits, np.int64)
        places = np.searchsorted(self._offsets, starts, "right") - 1
        # A hit may begin in one name and end in the next one.
        is_whole = starts + len(wanted) <= self._offsets[np.minimum(places + 1, len(self))]
        is_own = (places >= 0) & (places < len(self))
        return np.unique(places[is_whole & is_own])

    def _without_identifiers(self) -> Places:
        """Mangled names of operators, or of nothing but types and what the demangler words."""

        def find() -> Places:
            places = self._beginning("_Z")
            names = pc.replace_substring_regex(self.names.take(pa.array(places)), _OF_STD, "")
            has_other = pc.match_substring_regex(names, _HAS_IDENTIFIER)
            is_operator = pc.match_substring_regex(names, _OPERATOR)
            kept = pc.or_(pc.invert(has_other), is_operator)
            return np.asarray(places[kept.to_numpy(zero_copy_only=False)])

        return self._once("bare", find)

    def _once(self, name: str, find: Any) -> Places:
        if name not in self._kept:
            self._kept[name] = find()
        return self._kept[name]


def identifiers(spelling: str) -> list[tuple[str, bool]]:
    """The identifiers of a spelling that its raw name must hold, and whether behind their length.

    Not behind it: those after a dot, which a compiler appends, and those that begin with `_`, where
    Rust puts one more before it. Identifiers outside of ASCII are left out: Rust encodes them.
    """
    found: dict[str, bool] = {}
    for match in _IDENTIFIER.finditer(_PHRASES.sub(" ", spelling)):
        dot, word = match.groups()
        if word.isascii() and word not in _WORDED and not re.fullmatch("fp[0-9]*", word):
            found[word] = found.get(word, True) and not dot and not word.startswith("_")
    return list(found.items())


def _counted(word: str) -> str:
    return f"{len(word)}{word}"


def head_of(spelling: str) -> tuple[str, str] | None:
    """(text that a mangled name must hold, pattern of its beginning), for a spelling that begins
    with a path of identifiers: the name comes first in a raw name, its path in a row.

    None where it begins otherwise, as with the type that a template returns.
    """
    phrase = _PHRASES.match(spelling)
    rest = spelling[phrase.end() :] if phrase else spelling
    match = _PATH.match(rest)
    if match is None or _is_typed(rest):
        return None
    path = match[0].split("::")
    kept = list(dropwhile(_WORDED.__contains__, path))
    if not kept or not _WORDED.isdisjoint(kept):
        return None
    before = "^_+Z[TG].*?" if phrase else "^_+Z+"
    if len(kept) < len(path):  # std, which has abbreviations
        before += ".*?"
    return _pattern(kept, rest[match.end() :], before)


def _pattern(path: list[str], after: str, before: str) -> tuple[str, str]:
    """Between identifiers, L says that the next is of this file only, E that a function ends."""
    ends = next(end for text, end in _AFTER.items() if after.startswith(text))
    if not after or after == " ":
        ends = _AFTER["("]
    *outer, last = path
    parts = [_counted(word) for word in path]
    if outer and last == outer[-1]:  # a constructor, which a letter stands for
        ends = f"(?:C|L?{parts.pop()}{ends})"
    key = max(parts[1:] or parts, key=len)
    row = "(?:L|EN?)?".join(parts)
    choices = [f"N[rVKRO]*(?:St)?L?{row}{ends}", f"(?:St)?L?{row}"]
    if after.startswith(("<", "{")):  # in Rust's old names a part of the identifier
        key = last if key == parts[-1] else key
        choices.append(f"N{''.join(map(_counted, outer))}[0-9]+{last}[$]")
    return key, f"{before}(?:{'|'.join(choices)})"


def _is_typed(text: str) -> bool:
    """Whether something stands before the name: a blank outside of brackets and arguments."""
    bare = without_arguments(text)
    while (shorter := _BRACKETS.sub("", bare)) != bare:
        bare = shorter
    return " " in bare.split("operator", 1)[0].rstrip()


def find_symbol(symbols: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of a frame with a `name` column whose symbol has that name in any spelling."""
    is_raw = symbols["name"] == name
    if is_raw.any():
        return symbols[is_raw]
    table = NameTable(one_array(symbols["name"].drop_duplicates()))
    meant = [table.name(place) for place in table.places(name)]
    return symbols[symbols["name"].isin(meant)]


def one_array(names: pd.Series) -> pa.LargeStringArray:
    """The names in one Arrow array: pandas may hold them in several chunks, or in none."""
    array = pa.array(names, pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
