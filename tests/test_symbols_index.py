"""The index of symbols: every row that the frame has, found by every spelling, and nothing else."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import diag
from diag.read.name_table import NameTable, find_symbol
from diag.read.names import demangle, spellings
from diag.read.spelled import as_llvm, forms, loose_text, plain_text
from tests.tools import need

SOURCE = """
#include <map>
#include <string>
namespace {{ int hidden(int n) {{ return n; }} }}
namespace part{n} {{
struct Box {{ Box(); ~Box(); operator bool() const; Box& operator+=(int); std::map<int, std::string> held; }};
Box::Box() {{ held[1] = "one"; }}
Box::~Box() {{}}
Box::operator bool() const {{ return hidden(held.size()); }}
Box& Box::operator+=(int n) {{ held[n].append("more"); static int calls; calls++; return *this; }}
template <class T> T twice(T one) {{ return one + one; }}
template int twice<int>(int);
}}
void* operator new(unsigned long, part{n}::Box*);
extern "C" int plain{n}() {{ part{n}::Box box; box += 2; return bool(box); }}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """C++ objects, some in an archive, and a library."""
    need("g++", "ar")
    folder = tmp_path_factory.mktemp("index")
    for n in range(3):
        (folder / f"{n}.cc").write_text(SOURCE.format(n=n))
        subprocess.run(["g++", "-g0", "-fPIC", "-c", f"{n}.cc"], cwd=folder, check=True)
    subprocess.run(["ar", "rcs", "two.a", "1.o", "2.o"], cwd=folder, check=True)
    subprocess.run(["g++", "-shared", "0.o", "-o", "libzero.so"], cwd=folder, check=True)
    (folder / "1.o").unlink()
    (folder / "cut.o").write_bytes((folder / "2.o").read_bytes()[:100])
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> diag.SymbolIndex:
    """An index of all of them."""
    return diag.index_symbols(folder)


@pytest.fixture(scope="module")
def symbols(folder: Path) -> pd.DataFrame:
    """The same files as a frame."""
    frame = diag.read_symbols(folder)
    frame.attrs = {}
    return frame


def test_every_raw_name_gives_the_rows_of_the_frame(
    index: diag.SymbolIndex, symbols: pd.DataFrame
) -> None:
    """For a name of each kind: definitions, references and all, with every column."""
    for name in symbols["name"].drop_duplicates().iloc[::17]:
        expected = symbols[symbols["name"] == name].reset_index(drop=True)
        pd.testing.assert_frame_equal(index.find(name), expected)
        for found, is_defined in ((index.defines(name), True), (index.wants(name), False)):
            kept = expected[expected["is_defined"] == is_defined].reset_index(drop=True)
            assert found.to_dict("list") == kept.to_dict("list")


def test_each_spelling_of_each_name_finds_it(symbols: pd.DataFrame) -> None:
    """Constructors, operators, templates, local and hidden names: demangled, without types."""
    names = symbols["name"].drop_duplicates()
    table = NameTable(pa.array(names, pa.large_string()))
    known = set(names)
    missed = [
        (name, spelling)
        for name in names
        for spelling in spellings(name) - known
        if name not in [table.name(place) for place in table.places(spelling)]
    ]
    assert missed == []
    assert sum(name.startswith("_Z") for name in names) > 100


@pytest.mark.parametrize(
    "raw",
    [
        "_ZN4core3fmt5write17h5af61a909e3ec64dE",
        "_ZN4core3ptr57drop_in_place$LT$alloc..string..String$GT$17h0d67ed3d5ee98d67E",
        "_ZN4core3ops8function6FnOnce40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$17h8cac5b232a8e0713E",
        "_ZN3std3env11current_dir17h1d7202736d7701a6E",
        "_RNvNtCsll8UG4dV9RX_3std3env11current_exe",
        "_RNCNvCs1234_7mycrate4main0B3_",
        "_ZZ33T_UConverter_fromUnicode_UTF32_LEE3bom",
        "_ZN4llvmL14OperandInfo411E",
        "_ZNSs12_Alloc_hiderC2EPcRKSaIcE",
        "_ZTv0_n24_NSt13basic_ostreamIwSt11char_traitsIwEED1Ev",
        "_ZN11__sanitizerL15ReadProcessNameEPcm.constprop.0.isra.0",
        "_ZN12_GLOBAL__N_13fooEv",
        "_Znwm",
        "memcpy@@GLIBC_2.14",
    ],
)
def test_names_of_other_languages_and_rare_forms_are_found(raw: str) -> None:
    """Names as Rust, LLVM and libstdc++ have them; each spelling leads back to the raw name."""
    table = NameTable(pa.array(["other", raw, "_ZN5other3one"], pa.large_string()))
    for spelling in spellings(raw):
        assert (spelling, table.places(spelling)) == (spelling, [1])


def test_a_name_across_two_others_is_none() -> None:
    """Names lie end to end in memory: the end of one and the beginning of the next are no name."""
    table = NameTable(pa.array(["_ZN3one", "3twoEv", "_ZN3one3twoE"], pa.large_string()))
    assert table.places("one::two") == [2]


@pytest.mark.parametrize("asked", ["\udcff", "a::" * 9000 + "b", "(", "a<" * 3000, "é::ü", "a::é"])
def test_odd_questions_have_no_answer(asked: str) -> None:
    """Bytes that are no text, very long paths and open brackets: no rows, and no exception."""
    assert NameTable(pa.array(["one", "_ZN1a1bEv"], pa.large_string())).places(asked) == []


def test_random_text_finds_nothing_and_never_raises(symbols: pd.DataFrame) -> None:
    """Pieces of real spellings, cut anywhere, give only names that have that spelling, be it with
    other blanks and without what a template returns."""
    chance = random.Random(20261129)
    names = symbols["name"].drop_duplicates()
    texts = [text for name in names for text in spellings(name)]
    for _ in range(60):
        text = chance.choice(texts)
        piece = text[chance.randrange(len(text) + 1) :][: chance.randrange(40)]
        for name in find_symbol(symbols, piece)["name"]:
            said = forms(demangle(name))
            is_loose = loose_text(plain_text(as_llvm(piece))) in map(loose_text, said)
            assert piece in spellings(name) or is_loose


def test_the_frame_has_codes_for_words(index: diag.SymbolIndex, symbols: pd.DataFrame) -> None:
    """Files and names are categories, equal to the words of the plain frame."""
    frame = index.frame()
    assert isinstance(frame["name"].dtype, pd.CategoricalDtype)
    for column in ("file", "member", "member_no", "name", "is_defined"):
        assert frame[column].tolist() == symbols[column].tolist()


def test_what_cannot_be_read_is_told(index: diag.SymbolIndex, folder: Path) -> None:
    """A cut object is a row of `errors`; an index of nothing answers with empty frames."""
    assert set(index.errors["file"]) == {str(folder / "cut.o")}
    empty = diag.index_symbols(folder / "absent")
    assert (len(empty), len(empty.errors), len(empty.find("a::b"))) == (0, 1, 0)
