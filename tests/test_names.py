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

from diag.read.name_table import find_symbol
from diag.read.names import demangle, spellings
from diag.read.objects import read_symbols
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
