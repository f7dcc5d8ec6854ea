"""The parts of a demangled name."""

from __future__ import annotations

import pytest

from diag.causes.name_parts import parts_of, unversioned


@pytest.mark.parametrize(
    ("text", "path", "templates", "arguments", "qualifiers"),
    [
        ("int twice<int>(int)", "twice", "<int>", "(int)", ""),
        ("Gauge::read() const", "Gauge::read", "", "()", "const"),
        ("Limits::depth", "Limits::depth", "", None, ""),
        ("(anonymous namespace)::f(int)", "{anonymous}::f", "", "(int)", ""),
        ("operator<<(std::ostream&, Foo const&)", "operator<<", "", "(std::ostream&,Foo const&)", ""),
        ("S& n::operator<< <int>(S&, A<int> const&)", "n::operator<<", "<int>", "(S&,A<int>const&)", ""),
        ("std::vector<int, A<int> >::at(int)", "std::vector::at", "<int,A<int>>", "(int)", ""),
        ("Foo::operator()(int)", "Foo::operator()", "", "(int)", ""),
        ("f[abi:cxx11](int (*)(int))", "f", "", "(int(*)(int))", ""),
    ],
)  # fmt: skip
def test_the_parts_of_a_name(text: str, path: str, templates: str, arguments: str | None, qualifiers: str) -> None:  # fmt: skip
    """Return type, scope, template arguments, list and qualifiers, each in its place."""
    parts = parts_of(text)
    assert parts is not None
    assert (parts.path, parts.templates) == (path, templates)
    assert (parts.arguments, parts.qualifiers) == (arguments, qualifiers)


def test_versions_and_string_abis_are_left_out_of_a_comparison() -> None:
    """Two spellings of one list are equal, whoever demangled them."""
    long = (
        "(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&)"
    )
    assert unversioned(long) == unversioned("(std::string const&)")
    assert unversioned("(unsigned int)") != unversioned("(unsigned long)")
