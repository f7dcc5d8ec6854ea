"""How an engine expands variables: trimming, replacement, defaults."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.read.dockerfile_globs import replace_glob, trim_prefix, trim_suffix
from diag.read.dockerfile_lexer import WordError, read_word

TEXTS = st.text(alphabet="ab*?/", max_size=8)


@settings(max_examples=300, deadline=None)
@given(value=st.text(alphabet="ab/", max_size=8), pattern=TEXTS)
def test_trimming_takes_the_shortest_or_longest_match(value: str, pattern: str) -> None:
    """Against a search through every prefix and suffix with fnmatch-like matching."""
    prefixes = [value[:n] for n in range(len(value) + 1) if _matches(pattern, value[:n])]
    suffixes = [value[n:] for n in range(len(value) + 1) if _matches(pattern, value[n:])]
    for is_longest, choose in ((False, min), (True, max)):
        head = choose(prefixes, key=len) if prefixes else ""
        tail = choose(suffixes, key=len) if suffixes else ""
        assert trim_prefix(value, pattern, is_longest) == value[len(head) :]
        assert trim_suffix(value, pattern, is_longest) == value[: len(value) - len(tail)]


def _matches(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_matches(pattern[1:], text[n:]) for n in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and _matches(pattern[1:], text[1:])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("${X/b/-}", "a-cabc"), ("${X//b/-}", "a-ca-c"), ("${X//*/y}", "y"), ("${X//b*}", None),
        ("${X//b/$$}", "acac"), ("${X#a\\}}", "abcabc"), ("$", "$"),
        ("$1", ""), ("${X%%b*}", "a"), ("${X##*b}", "c"), ("'$X'\"$X\"", "$Xabcabc"),
        ("${Y-'a b'}", "a b"), ("${E-x}${E:-x}", "x"), ("a\\$X", "a$X"), ("\"\\a\"", "\\a"),
    ],
)  # fmt: skip
def test_forms_of_expansion(word: str, expected: str | None) -> None:
    """Forms beside those measured in scopes/forms.Dockerfile; None: refused."""
    lookup = {"X": "abcabc", "E": ""}.get
    if expected is None:
        with pytest.raises(WordError):
            read_word(word, lookup)
    else:
        assert read_word(word, lookup)[0] == expected


def test_replacement_is_a_template_only_where_all_are_replaced() -> None:
    """Go's rule: `$0` is the match in `//`, and plain text in `/`."""
    assert replace_glob("aba", "a", "[$0]", True, 100) == "[a]b[a]"
    assert replace_glob("aba", "a", "[$0]", False, 100) == "[$0]ba"
