"""Demangled names, against c++filt, and the search that takes any spelling."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag import schema
from diag.read.name_table import find_symbol
from diag.read.names import demangle, spellings
from diag.read.objects import read_symbols
from diag.read.spelled import forms
from tests.tools import need

HASH = re.compile(r"::h[0-9a-f]{16}\b")
CLOSING = re.compile("> (?=>)")
CRATE_HASH = re.compile(r"\[[0-9a-f]+\]")
CPP = """
#include <map>
#include <string>
namespace ns { template <class T> struct Box { T get(const std::map<int, T>& m) const; };
template <class T> T Box<T>::get(const std::map<int, T>& m) const { return m.begin()->second; }
template struct Box<int>; template struct Box<const char*>; }
int overloaded(int) { return 1; } int overloaded(double, char const*) { return 2; }
struct Base { virtual ~Base(); virtual int run(); }; Base::~Base() {} int Base::run() { return 0; }
Base& operator+(Base& a, Base& b) { return a; }
"""
RUST = """
pub trait Go { fn go(&self) -> usize; }
pub struct S<A>(pub A);
impl<A: Clone> Go for S<Vec<A>> { fn go(&self) -> usize { self.0.clone().len() } }
impl<'a> Go for &'a [u8] { fn go(&self) -> usize { self.len() } }
impl Go for (u8, *const str) { fn go(&self) -> usize { (|| 3)() } }
#[no_mangle] pub extern "C" fn run(v: &Vec<u8>) -> usize {
    S(v.clone()).go() + (&v[..]).go() + (1u8, "a" as *const str).go() + v.iter().map(|b| *b as usize).sum::<usize>()
}
"""


def cxxfilt(names: list[str]) -> list[str]:
    done = subprocess.run(
        ["c++filt"], input="\n".join(names), check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


def test_cpp_names_are_those_of_cxxfilt(tmp_path: Path) -> None:
    """Itanium names of a real object; LLVM and GNU write `> >` differently."""
    need("g++", "c++filt")
    (tmp_path / "a.cpp").write_text(CPP)
    subprocess.run(["g++", "-w", "-c", "-o", "a.o", "a.cpp"], cwd=tmp_path, check=True)
    names = [n for n in read_symbols(tmp_path / "a.o")["name"].unique() if n.startswith("_Z")]
    assert len(names) > 10
    ours = [CLOSING.sub(">", demangle(name)) for name in names]
    assert ours == [CLOSING.sub(">", text) for text in cxxfilt(names)]


@pytest.mark.parametrize("version", ["legacy", "v0"])
def test_rust_names_are_those_of_cxxfilt(version: str, tmp_path: Path) -> None:
    """Both Rust manglings of a real crate, hashes apart."""
    need("rustc", "c++filt")
    (tmp_path / "k.rs").write_text(RUST)
    command = ["rustc", "--crate-type", "rlib", "-C", f"symbol-mangling-version={version}"]
    # Which of the two is the stable default depends on the compiler's age.
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    command += ["-Z", "unstable-options", "--out-dir", str(tmp_path), str(tmp_path / "k.rs")]
    subprocess.run(command, check=True, env=environment)
    prefix = "_ZN" if version == "legacy" else "_R"
    names = read_symbols(tmp_path / "libk.rlib")["name"].unique()
    names = [name for name in names if name.startswith(prefix)]
    assert len(names) > 10
    expected = [CRATE_HASH.sub("", HASH.sub("", text)) for text in cxxfilt(names)]
    assert [demangle(name) for name in names] == expected


@pytest.mark.parametrize("name", ["", "main", "i", "_Z", "_R", "_Zbad", "_ZN3foo17hE", "f@@V1"])
def test_what_is_not_mangled_stays(name: str) -> None:
    """Plain names, one-letter names that are types in Itanium, and broken ones are kept."""
    assert demangle(name) == name


def test_versions_stay_with_the_name() -> None:
    """A symbol version is no part of the mangling and survives it."""
    assert demangle("_Z3fooi@@V1") == "foo(int)@@V1"


def test_names_that_would_explode_stay_raw() -> None:
    """Three hundred bytes that stand for gigabytes are not expanded."""
    name = "_Z1f1PIiiE" + "".join(f"S_IS{n}_S{n}_E" for n in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert demangle(name) == name
    small = "_Z1f1PIiiES_IS0_S0_E"
    assert demangle(small) == "f(P<int, int>, P<P<int, int>, P<int, int>>)"


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    """Any text comes back as text."""
    for prefix in ("", "_Z", "_ZN", "_R", "_ZN3a$u"):
        assert isinstance(demangle(prefix + text), str)


NAMES = pd.DataFrame(
    {
        "name": [
            "plain", "_Z10overloadedi", "_Z10overloadeddPKc", "_ZN2ns3runEv",
            "_ZN1k3run17h0123456789abcdefE", "_RNvCs1234_1k3sum", "memcpy@@GLIBC_2.14",
        ]
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("plain", ["plain"]),
        ("_Z10overloadedi", ["_Z10overloadedi"]),
        ("overloaded(int)", ["_Z10overloadedi"]),
        ("overloaded", ["_Z10overloadedi", "_Z10overloadeddPKc"]),
        ("ns::run", ["_ZN2ns3runEv"]),
        ("k::run", ["_ZN1k3run17h0123456789abcdefE"]),
        ("k::sum", ["_RNvCs1234_1k3sum"]),
        ("memcpy", ["memcpy@@GLIBC_2.14"]),
        ("run", []),
        ("absent", []),
        ("", []),
    ],
)
def test_symbols_are_found_by_any_spelling(asked: str, found: list[str]) -> None:
    """Raw, demangled, without types, without version; and nothing that only looks alike."""
    assert find_symbol(NAMES, asked)["name"].tolist() == found


def test_spellings_of_a_function() -> None:
    """The spellings that a search takes."""
    assert spellings("_Z3fooi@@V1") == {"_Z3fooi@@V1", "_Z3fooi", "foo(int)", "foo"}


SPELLED = """
#include <string>
#include <vector>
namespace ns {
int free_fn(std::string const& s, int (*f)(char)) { return f(s[0]); }
struct W { template <class T> T t(std::vector<T> const& v); int f() const; };
template <class T> T W::t(std::vector<T> const& v) { return [](T a) { return a; }(v[0]); }
template int W::t<int>(std::vector<int> const&);
template char W::t<char>(std::vector<char> const&);
int W::f() const { return 1; }
template <class T> int (*back(T))(char) { return 0; }
template int (*back<int>(int))(char);
thread_local std::vector<int> kept;
}
std::vector<int>& use() { return ns::kept; }
"""


@pytest.fixture(scope="module")
def spelled(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Symbols of a C++ object with templates, lambdas and strings."""
    need("g++", "c++filt")
    folder = tmp_path_factory.mktemp("spelled")
    (folder / "a.cpp").write_text(SPELLED)
    subprocess.run(["g++", "-O0", "-w", "-c", "a.cpp"], cwd=folder, check=True)
    return read_symbols(folder / "a.o")


def test_what_cxxfilt_prints_is_found(spelled: pd.DataFrame) -> None:
    """Every name of an object, as GNU's demangler writes it, leads back to that name."""
    names = [name for name in spelled["name"].unique() if name.startswith("_Z")]
    told = list(zip(names, cxxfilt(names), strict=True))
    assert sum("> >" in text for _, text in told) > 5
    assert sum("{lambda" in text for _, text in told) > 1
    assert [
        (name, text) for name, text in told if name not in set(find_symbol(spelled, text)["name"])
    ] == []


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ("ns::W::t<int>", ["_ZN2ns1W1tIiEE"]),
        ("ns::W::t", ["_ZN2ns1W1tIcEE", "_ZN2ns1W1tIiEE"]),
        ("ns::W::t<int>(std::vector<int, std::allocator<int>> const&)", ["_ZN2ns1W1tIiEE"]),
        ("ns::W::t<int>(std::vector<int> const&)", ["_ZN2ns1W1tIiEE"]),
        ("std::vector<int, std::allocator<int> >::operator[]", ["_ZNKSt6vectorIiSaIiEEixEm"]),
        ("ns::free_fn(std::string const&, int (*)(char))", ["_ZN2ns7free_fn"]),
        ("ns::W::f()", ["_ZNK2ns1W1fEv"]),
        ("ns::back<int>(int)", ["_ZN2ns4backIiEE"]),
        ("W::f", []),
        ("ns::W::t<long>", []),
    ],
)  # fmt: skip
def test_symbols_are_found_as_people_write_them(
    spelled: pd.DataFrame, asked: str, begins: list[str]
) -> None:
    """Without return type, arguments, template arguments, const or default allocator."""
    found = sorted(find_symbol(spelled, asked)["name"].unique())
    assert len(found) == len(begins), found
    assert all(name.startswith(begin) for name, begin in zip(found, begins, strict=True)), found


@pytest.mark.parametrize(
    "raw", ["_RNvMNtCs1234_1r1mINtB2_1SmE3get", "_ZN1r1m12S$LT$u32$GT$3get17h0123456789abcdefE"]
)
def test_rust_types_need_no_brackets(raw: str) -> None:
    """`<r::m::S<u32>>::get` of v0 is found as people write it, and so is the old mangling."""
    frame = pd.DataFrame({"name": ["other", raw]})
    for asked in ("r::m::S<u32>::get", "r::m::S::get"):
        assert find_symbol(frame, asked)["name"].tolist() == [raw]


def test_a_frame_without_symbols_finds_nothing() -> None:
    """Neither `find_symbol` nor what follows fails over no names at all."""
    assert find_symbol(schema.empty("symbols"), "defined").empty


@pytest.mark.parametrize("bracket", ["<", "(*", "{lambda(", "operator<", "<a as "])
def test_deep_brackets_are_bounded(bracket: str) -> None:
    """Thousands of open or nested brackets: an answer, and no recursion."""
    closing = {"<": ">", "(*": ")"}.get(bracket, "")
    assert forms(bracket * 3000 + "a" + closing * 3000)
    assert forms(bracket * 30_000)
