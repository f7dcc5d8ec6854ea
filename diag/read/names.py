"""Symbol names as people write them: Itanium C++, Rust v0 and Rust legacy.

Demangled names are for reading and for search, never for joining: demanglers disagree in spelling,
and one demangled name may have many raw ones. Formats: Itanium C++ ABI, section 5.1; Rust RFC 2603
(v0); rustc's legacy mangling.
"""

from __future__ import annotations

import re
from functools import lru_cache

MANGLED_PREFIXES = ("_Z", "__Z", "_R")
# A mangled name may refer back to its own parts, so that 300 bytes stand for gigabytes: with r
# references text grows at most e**(r/e)-fold. Names that could pass this bound are left raw.
MAX_TEXT_BYTES = 1 << 27
GROWTH_OF_REFERENCE = 1.4447
MAX_SHOWN_CHARS = 1 << 16

_REFERENCE = re.compile(r"S[0-9A-Z]*_|T[0-9A-Z]*_")
_REFERENCE_V0 = re.compile(r"B[0-9A-Za-z]*_")
_LEGACY = re.compile(
    r"_?_ZN(?P<path>.+?)17h[0-9a-f]{16}E(?P<suffix>\.llvm\.[0-9A-Fa-f]+|\.[0-9]+|)@{0,2}[^@]*"
)
_ESCAPE = re.compile(r"\$(?:(?P<word>SP|BP|RF|LT|GT|LP|RP|C)|u(?P<code>[0-9a-f]{1,6}))\$")
_ESCAPE_TEXT = {
    "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",",
}  # fmt: skip
_VERSION = re.compile(r"@@?[^@]*$")
_ARGUMENTS = re.compile(r"\((?:[^()]|\([^()]*\))*\)(?: const)?(?: \[clone [^]]*\]| \(\.[^)]*\))*$")


@lru_cache(maxsize=65_536)
def demangle(name: str) -> str:
    """The name demangled; the name itself where it is not mangled or cannot be demangled.

    Rust names come without their hash.
    """
    if not name.startswith(MANGLED_PREFIXES):
        return name
    legacy = _demangle_legacy(name)
    if legacy is not None:
        return legacy
    if _may_explode(name):
        return name
    import pycxxfilt  # on demand: a quarter of the time that the rest of this module takes to use

    try:
        text = pycxxfilt.demangle(name)
    except ValueError:  # mangled by its prefix, and yet not
        return name
    return text if text and len(text) <= MAX_SHOWN_CHARS else name


def _may_explode(name: str) -> bool:
    pattern = _REFERENCE_V0 if name.startswith("_R") else _REFERENCE
    references = sum(1 for _ in pattern.finditer(name))
    return references > 64 or len(name) * GROWTH_OF_REFERENCE**references > MAX_TEXT_BYTES


def _demangle_legacy(name: str) -> str | None:
    """A Rust legacy name: counted parts with escapes, the last one a hash; None for others."""
    match = _LEGACY.fullmatch(name)
    if match is None:
        return None
    parts, rest = [], match["path"]
    while rest:
        digits = re.match("[0-9]{1,5}", rest)
        if digits is None or len(rest) < digits.end() + int(digits[0]):
            return None
        end = digits.end() + int(digits[0])
        parts.append(_unescape(rest[digits.end() : end]))
        rest = rest[end:]
    return "::".join(parts)


def _unescape(part: str) -> str:
    part = part[1:] if part.startswith("_$") else part
    return _ESCAPE.sub(_escape_text, part.replace("..", "::"))


def _escape_text(match: re.Match[str]) -> str:
    if match["word"]:
        return _ESCAPE_TEXT[match["word"]]
    code = int(match["code"], 16)
    return chr(code) if code <= 0x10FFFF and chr(code).isprintable() else match[0]


def spellings(name: str) -> set[str]:
    """The ways in which people write a raw name: raw, without version, demangled, without types."""
    bare = _VERSION.sub("", name)
    text = demangle(bare)
    return {name, bare, text, without_arguments(text)}


def without_arguments(text: str) -> str:
    """A demangled function without what is behind its name."""
    return _ARGUMENTS.sub("", text)
