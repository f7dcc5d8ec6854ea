"""Keys of names, near definitions, and demangled names beside raw ones: on names that real
compilers made, on a million made-up ones, and on any bytes."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import time
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.case import Case
from diag.join import join_near, name_scan, names_of_build
from diag.join.name_keys import is_spelled_out, key_of, names_by_key
from diag.join.name_scan import find_identifiers
from diag.join.near import MAX_NEAR, MAX_ROWS
from diag.read.names import demangle

# raw name -> key
KEYS = {
    # C, assembly, versions, suffixes of compilers
    "paint": "paint", "_paint": "paint", "PAINT": "paint", "paint@@V_2": "paint",
    "paint@V_1": "paint", ".paint": "paint", "paint.constprop.0": "paint", "paint.llvm.77": "paint",
    "_paint@8": "paint", "@paint@8": "paint", "?paint@@YAHH@Z": "paint", "$a": "", "$d.3": "",
    "_": "", "": "",
    # C++
    "_Z5painti": "paint", "_ZN2ns5paintEm": "paint", "_ZNK5Brush5paintEl": "paint",
    "_ZN12_GLOBAL__N_15paintEi": "paint", "_ZN2ns5paintB5cxx11Ev": "paint",
    "_ZN5BrushC1Ev": "brush", "_ZN5BrushC2ERKS_": "brush", "_ZN5BrushD0Ev": "brush",
    "_ZTV5Brush": "brush", "_ZTIN2ns5BrushE": "brush", "_ZTSN2ns5BrushE": "brush",
    "_ZThn16_N5Brush5paintEv": "paint", "_ZGVZ4mainE5brush": "brush", "_ZN5Brush3maxE": "max",
    "_Z5twiceIiET_S0_": "twice", "_ZNSt6vectorIiSaIiEE9push_backERKi": "push_back",
    "_ZN4absl12lts_202308025paintEv": "paint", "_ZN6avx5125paintEv": "paint",
    "_ZlsRSoRK5Brush": "operator<<", "_ZN5BrushplERKS_": "operator+", "_ZN5BrushclEi": "operator()",
    "_ZN5BrushltERKS_": "operator<", "_ZnwmSt11align_val_t": "operatornew", "_Z5paintPFivE": "paint",
    "_ZN5Brush5paintEi.cold": "paint",
    # Rust, both manglings
    "_RNvCs1234_7mycrate5paint": "paint", "_RNvCs1234_7mycrate6___init": "init",
    "_RNvXs_C7mycrateNtB4_3BarNtB4_5Trait3run": "run", "_RNCNvC7mycrate5paint0B3_": "",
    "_ZN7mycrate5paint17h0123456789abcdefE": "paint",
    "_ZN7mycrate5paint28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE": "",
    # Fortran
    "paint_": "paint", "paint__": "paint", "__brush_MOD_paint": "paint",
    "_QMbrushPpaint": "paint", "_QPpaint": "paint",
}  # fmt: skip


@pytest.mark.parametrize(("name", "key"), KEYS.items())
def test_the_key_is_the_last_identifier(name: str, key: str) -> None:
    """Of raw and of demangled names, whatever mangled them."""
    assert key_of(name) == key
    assert key_of(demangle(name)) == key


def test_every_name_is_found_by_its_key() -> None:
    """The pass over the bytes of all names proposes each of them: what is demangled is enough."""
    frame = pd.DataFrame({"name": list(KEYS)})
    found = names_by_key(frame, KEYS.values())
    for name, key in KEYS.items():
        assert not key or name in found[key], name


def table(*names: str, is_defined: bool = True, file: str = "a.o", **more: object) -> pd.DataFrame:
    """A frame `symbols` of these names."""
    row = {
        "file": file, "member": "", "member_no": 0, "table": ".symtab", "arch": "x86_64",
        "bind": "GLOBAL", "type": "FUNC", "visibility": "DEFAULT", "value": 0, "size_bytes": 0,
        "is_defined": is_defined, **more,
    }  # fmt: skip
    return schema.make("symbols", [{**row, "index": n, "name": s} for n, s in enumerate(names)])


def near(symbols: pd.DataFrame, *wanted: str) -> list[tuple[str, str]]:
    """(wanted, near) pairs."""
    files = sorted(set(symbols["file"]))
    objects = [
        {
            "file": file, "member": "", "member_no": 0, "format": "elf", "arch": "x86_64",
            "kind": "relocatable", "abi": "", "compiler": "", "needed": [], "is_lto": False,
            "size_bytes": 1,
        }
        for file in files
    ]  # fmt: skip
    found = join_near(symbols, schema.make("objects", objects), dict.fromkeys(files, "p"), wanted)
    return list(zip(found["wanted"], found["name"], strict=True))


def test_a_name_is_not_near_itself() -> None:
    """Neither raw nor as the linker printed it; its relatives are."""
    symbols = table("_ZN2ns5paintEm", "_ZN2ns5paintEj", "paint", "repaint")
    assert sorted(near(symbols, "ns::paint(unsigned long)", "paint")) == [
        ("ns::paint(unsigned long)", "_ZN2ns5paintEj"),
        ("ns::paint(unsigned long)", "paint"),
        ("paint", "_ZN2ns5paintEj"),
        ("paint", "_ZN2ns5paintEm"),
    ]


def test_the_likeliest_come_first_and_the_number_is_bounded() -> None:
    """The same scope before others, usable ones before LOCAL ones; never more than the bound."""
    others = [f"_ZN3n{n:02}5paintEi" for n in range(80)]
    local = table("_ZN5Brush5paintEc", bind="LOCAL", file="b.o")
    symbols = schema.stack("symbols", [table(*others, "_ZN5Brush5paintEj"), local])
    found = join_near(symbols, schema.empty("objects"), {}, ["_ZN5Brush5paintEi"])
    assert len(found) == MAX_NEAR
    assert "_ZN5Brush5paintEj" in set(found["name"])
    assert "_ZN5Brush5paintEc" not in set(found["name"])


@pytest.mark.parametrize("printed", ["gnu", "llvm"])
@pytest.mark.skipif(not shutil.which("g++"), reason="needs g++")
def test_what_a_linker_prints_is_found_among_raw_names(printed: str, tmp_path: Path) -> None:
    """GNU ld and lld print demangled: each name leads to the raw one that the object wants."""
    (tmp_path / "main.cpp").write_text(
        "#include <string>\n#include <vector>\n"
        "namespace ns { struct B { virtual ~B(); virtual int go(std::string const&) const; static int n; B(int); };\n"
        "template<class T> T f(std::vector<T> const&); B& operator<<(B&, long); }\n"
        'int main() { ns::B b(1); b << 3; return b.go("x") + ns::f(std::vector<int>()) + ns::B::n; }\n'
    )
    linker = {"gnu": "bfd", "llvm": "lld"}[printed]
    build = f"g++ -c main.cpp; g++ -fuse-ld={linker} main.o -o app"
    done = subprocess.run(
        build, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    case = Case(log=done.stderr.encode(), objects=[tmp_path / "main.o"])
    printed_names = list(case.link_errors["symbol"].dropna())
    wanted = set(case.symbols.loc[~case.symbols["is_defined"], "name"])
    raw = names_of_build(case.symbols, printed_names).raw
    assert len(printed_names) >= 6
    assert set(raw) == {name for name in printed_names if is_spelled_out(name)}
    assert {one for several in raw.values() for one in several} <= wanted


IDENTIFIERS = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,12}", fullmatch=True)


@given(st.lists(IDENTIFIERS, min_size=1, max_size=4), st.sampled_from(["v", "i", "RKSs", "PFivE"]))
def test_any_nested_name_is_found(parts: list[str], arguments: str) -> None:
    """Identifiers with digits and underscores at either end: the scan proposes them all."""
    name = f"_ZN{''.join(f'{len(part)}{part}' for part in parts)}E{arguments}"
    key = key_of(name)
    noise = ["_ZN3fooE", "bar", name + "x"]
    found = names_by_key(pd.DataFrame({"name": [*noise, name]}), [key])
    assert not key or name in found[key]


@given(st.lists(st.text(max_size=30), max_size=20), st.lists(st.text(max_size=12), max_size=5))
def test_any_text_has_a_key_and_can_be_searched(names: list[str], wanted: list[str]) -> None:
    """No name breaks the scan; keys are in lower case and without outer underscores."""
    clean = [name.encode("utf-8", "replace").decode() for name in names]
    asked = [key_of(name) for name in wanted]
    found = names_by_key(pd.DataFrame({"name": pd.Series(clean, dtype=str)}), asked)
    assert all(key_of(name) == key for key, several in found.items() for name in several)
    assert all(key == key.lower().strip("_$") for key in asked if not key.startswith("operator"))


@settings(max_examples=40)
@given(st.binary(max_size=100), st.integers(1, 4), st.integers(1, 40))
def test_identifiers_across_chunks(noise: bytes, count: int, size: int) -> None:
    """Names that are longer than a chunk, and those at its border, are looked at like others."""
    text = noise.decode("latin-1")
    names = [text, "x" * size, "_ZN5paintEv", *[f"{text}{n}" for n in range(count)], "paint"]
    with patch.object(name_scan, "MAX_CHUNK_BYTES", size):
        found = find_identifiers(pa.array(names, pa.large_string()), ["paint"])
    assert {2, len(names) - 1} <= set(found["paint"].to_pylist())


def test_a_million_names_and_ten_thousand_wanted_are_bounded() -> None:
    """Less of both here: in time that grows with the names, not with names times wanted."""
    dice = random.Random(7)
    words = [f"{a}_{b}" for a in ("read", "fold", "push", "walk") for b in ("row", "node", "key")]
    names = [
        f"_ZN{len(w)}{w}{len(str(n)) + 1}f{n}E{t}"
        for n in range(6_000)
        for w in words[:2]
        for t in "ij"
    ]
    symbols = table("seed").iloc[[0] * len(names)].assign(name=pd.Series(names, dtype="str").values)
    wanted = [name[:-1] + "m" for name in dice.sample(names, 2_000)]
    start = time.process_time()
    found = join_near(symbols, schema.empty("objects"), {}, wanted)
    assert time.process_time() - start < 6  # ten times what it takes; a product would take hours
    assert 2_000 <= len(found) <= MAX_ROWS + MAX_NEAR
    assert re.match(r"_ZN", found["name"].iloc[0])
