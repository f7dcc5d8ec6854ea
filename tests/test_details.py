"""What files say of themselves: the frame `details` beside readelf -d, -V, -n, -A, -h, -l, -S."""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import subprocess
from pathlib import Path

import pytest

from diag import schema
from diag.read.details import read_details
from tests import readelf
from tests.at_prompt import AtPrompt
from tests.elf_builder import bsd_archive, build_elf
from tests.elf_images import NOTE, Section, image
from tests.tools import need

COMPILERS = ("gcc", "aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc")
FILES = ("libs.so", "program", "object.o", "lto.o")
SOURCE = """
int puts(const char *); int shown(void) { return puts("x"); } int other(void) { return 2; }
float half(float x) { return x / 2; }
#ifdef MAIN
int main(void) { return shown(); }
#endif
"""
VERSIONS = "V1 { global: shown; local: hidden*; };\nV2 { global: other; half; } V1;\n"
LINKER = "-Wl,--version-script=v.map,--build-id=sha1,-soname,libs.so.1,-rpath,/opt/x:/opt/y"
PROTECTION = {"gcc": ("-fcf-protection=full",), COMPILERS[1]: ("-mbranch-protection=standard",)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library, a program, an object and one with bytecode of each compiler."""
    need(*COMPILERS, "readelf")
    folder = tmp_path_factory.mktemp("details")
    (folder / "s.c").write_text(SOURCE)
    (folder / "v.map").write_text(VERSIONS)
    for compiler in COMPILERS:
        flags = {
            "libs.so": ("-shared", "-fPIC", LINKER, "-Wl,-z,now,-z,nodelete,-Bsymbolic"),
            "program": ("-pie", "-DMAIN", "-Wl,-rpath,/opt/z,--disable-new-dtags,-z,execstack"),
            "object.o": (
                "-c",
                "-ffunction-sections",
                "-g",
                "-gz=zlib",
                *PROTECTION.get(compiler, ()),
            ),
            "lto.o": ("-c", "-flto", "-ffat-lto-objects"),
        }
        for name, options in flags.items():
            command = [compiler, "-w", "s.c", *options, "-o", f"{compiler}-{name}"]
            subprocess.run(command, cwd=folder, check=True, stderr=subprocess.DEVNULL)
    return folder


@pytest.fixture(params=[f"{compiler}-{name}" for compiler in COMPILERS for name in FILES])
def path(request: pytest.FixtureRequest, folder: Path) -> Path:
    """Each of the files in turn."""
    return folder / str(request.param)


def pairs(path: Path, *kinds: str) -> list[tuple[str, str | None]]:
    """(name, value) of the rows of some kinds, in order."""
    frame = schema.check(read_details(path), "details")
    assert "errors" not in frame.attrs
    rows = frame[frame["kind"].isin(kinds)]
    values = rows["value_text"].astype(object).where(rows["value_text"].notna(), None)
    return list(zip(rows["name"].tolist(), values.tolist(), strict=True))


def names(path: Path, kind: str) -> list[str]:
    """The names alone."""
    return [name for name, _ in pairs(path, kind)]


def test_dynamic_section(path: Path) -> None:
    """Needed libraries, soname and both kinds of paths, as readelf -d has them."""
    text = readelf.run("-d", path)
    for kind, tag in (
        ("needed", "NEEDED"), ("soname", "SONAME"), ("rpath", "RPATH"), ("runpath", "RUNPATH"),
    ):  # fmt: skip
        assert names(path, kind) == re.findall(rf"\({tag}\).*\[(.*)\]", text)
    if path.suffix == ".so":
        assert names(path, "runpath") == ["/opt/x:/opt/y"]


def test_flags_and_interpreter(path: Path) -> None:
    """Words for the bits of DT_FLAGS and DT_FLAGS_1, and what the segments say."""
    dynamic, segments = readelf.run("-d", path), readelf.run("-l", path)
    listed = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\) +(?:Flags: )?(.*)", dynamic)).split()
    words = {"SYMBOLIC": "symbolic", "BIND_NOW": "bind-now", "NOW": "bind-now", "PIE": "pie"}
    words |= {"NODELETE": "nodelete", "TEXTREL": "textrel"}
    expected = {words[word] for word in listed}
    expected |= {"relro"} if "GNU_RELRO" in segments else set()
    expected |= {"executable-stack"} if re.search(r"GNU_STACK .* RWE ", segments) else set()
    found = names(path, "flag")
    assert set(found) == expected
    assert len(found) == len(expected)
    assert names(path, "interpreter") == re.findall(r"interpreter: (.*)\]", segments)
    assert int(names(path, "flags")[0], 16) == int(readelf.header(path)["Flags"].split(",")[0], 16)


def test_versions(path: Path) -> None:
    """Versions asked of each library and those defined, with their parents, as readelf -V."""
    needed: list[tuple[str, str]] = []
    defined: list[tuple[str, str | None]] = []
    library = ""
    for line in readelf.run("-V", path).splitlines():
        if match := re.search(r"Version: \d+  File: (\S+)  Cnt", line):
            library = match[1]
        elif match := re.search(r"Name: (\S+)  Flags: .*Version: \d+", line):
            needed.append((match[1], library))
        elif match := re.search(r"Flags: none  Index: \d+  Cnt: \d+  Name: (\S+)", line):
            defined.append((match[1], None))
        elif match := re.search(r"Parent 1: (\S+)", line):
            defined[-1] = (defined[-1][0], match[1])
    assert pairs(path, "verneed") == needed
    assert pairs(path, "verdef") == defined
    if path.suffix == ".so":
        assert defined == [("V1", None), ("V2", "V1")]


def test_notes(path: Path) -> None:
    """The build id, and GNU properties in the words of readelf -n."""
    text = readelf.run("-n", path)
    assert names(path, "build-id") == re.findall(r"Build ID: (\w+)", text)
    listed = re.findall(r"(?:Properties:|^\t) *([\w 0-9-]+?): (.+)$", text, re.MULTILINE)
    expected = [(name, words.replace(", ", " ")) for name, words in listed]
    assert pairs(path, "property") == expected
    if path.name in ("gcc-object.o", "aarch64-linux-gnu-gcc-object.o"):
        assert expected


def test_attributes(path: Path) -> None:
    """Build attributes by name and in words, as readelf -A."""
    text = readelf.run("-A", path)
    listed = re.findall(r"^  (Tag_\w+): (.*)$", text, re.MULTILINE)
    assert pairs(path, "attribute") == [(tag, word.strip().strip('"')) for tag, word in listed]
    assert bool(listed) == path.name.startswith("arm-")


def test_comments_and_bytecode(path: Path) -> None:
    """What the compiler left in .comment; LTO sections beside code."""
    text = readelf.run("-p", ".comment", path)
    assert names(path, "comment") == list(
        dict.fromkeys(re.findall(r"^ +\[ *\w+\]  (.*)$", text, re.M))
    )
    expected = [(".gnu.lto", "beside code")] if path.name.endswith("lto.o") else []
    assert pairs(path, "bytecode") == expected


_SECTION = re.compile(
    r"^  \[ *[1-9]\d*\] (\S*) +(\S+) +[0-9a-f]{8,16} [0-9a-f]{6,} ([0-9a-f]{6,}) [0-9a-f]{2,} ([A-Za-z ]{3}) "
)


def test_sections(path: Path) -> None:
    """Name, type, flags and size of every section, as readelf -S; what is compressed, as -t."""
    lines = map(_SECTION.match, readelf.run("-S", path).splitlines())
    expected = [
        (match[1], f"{match[2]} {match[4].strip()}".strip(), int(match[3], 16))
        for match in lines if match
    ]  # fmt: skip
    frame = read_details(path).query("kind == 'section'")
    plain = frame["value_text"].str.replace(r" \(.*\)$", "", regex=True)
    assert list(zip(frame["name"], plain, frame["size_bytes"], strict=True)) == expected
    sizes = re.findall(r"^ +ZLIB, ([0-9a-f]+), ", readelf.run("-t", path), re.MULTILINE)
    packed = frame["value_text"].str.extract(r"\(zlib, (\d+) bytes\)")[0].dropna()
    assert packed.astype(int).tolist() == [int(size, 16) for size in sizes]
    assert bool(sizes) == path.name.endswith("object.o")


def test_a_file_without_sections_keeps_its_facts(folder: Path) -> None:
    """What segments lead to is the same without section headers."""
    whole = (folder / "gcc-libs.so").read_bytes()
    bare = whole[:40] + bytes(8) + whole[48:58] + bytes(6) + whole[64:]
    kept = ["flags", "needed", "soname", "runpath", "flag", "verneed", "verdef", "build-id"]
    columns = ["kind", "name", "value_text"]
    sound = read_details(whole).query("kind in @kept")[columns].reset_index(drop=True)
    assert read_details(bare).query("kind in @kept")[columns].equals(sound)
    assert set(sound["kind"]) == set(kept)


def test_members_of_an_archive_are_told_apart(folder: Path) -> None:
    """Each member has its own rows, numbered from 0 for each kind."""
    data = (folder / "gcc-object.o").read_bytes()
    frame = read_details(bsd_archive([(b"a.o", data), (b"b.o", data), (b"c.o", build_elf([]))]))
    schema.check(frame, "details")
    a, b = (
        frame[frame["member"] == name].drop(columns=["member", "member_no"])
        for name in ("a.o", "b.o")
    )
    assert a.reset_index(drop=True).equals(b.reset_index(drop=True))
    assert frame.query("member == 'c.o' and kind == 'section'")["item_no"].tolist() == [0, 1, 2, 3]


def test_a_go_build_id_is_text() -> None:
    """The note of Go's linker is shown as it writes it, beside nothing of GNU."""
    note = struct.pack("<III", 4, 9, 4) + b"Go\0\0" + b"abc/def/g\0\0\0"
    frame = read_details(image([Section(b".note.go.buildid", NOTE, note)], type=3))
    row = frame.query("kind == 'build-id'").iloc[0]
    assert (row["name"], row["value_text"]) == ("abc/def/g", "Go")


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_command_shows_the_frame(form: str, folder: Path, at_prompt: AtPrompt) -> None:
    """`diag symbols PATH --details` prints every row in each format."""
    path = folder / "gcc-libs.so"
    status, text, _ = at_prompt("symbols", "--details", str(path), "--format", form)
    assert status == 0
    frame = read_details(path)
    if form == "json":
        rows = json.loads(text)
        assert [row["name"] for row in rows] == frame["name"].tolist()
        assert rows[0]["kind"] == "flags"
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [row["value_text"] for row in rows] == frame["value_text"].fillna("").tolist()
    else:
        for word in ("libs.so.1", "/opt/x:/opt/y", "bind-now", ".note.gnu.build-id", "PROGBITS AX"):
            assert word in text


def test_the_command_asks_for_one_name(folder: Path, at_prompt: AtPrompt) -> None:
    """--name leaves the rows of that name; a file that says nothing is refused with help."""
    path = folder / "gcc-libs.so"
    status, text, _ = at_prompt(
        "symbols", "--details", str(path), "--name", "V2", "--format", "csv"
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert status == 0
    assert [(row["kind"], row["value_text"]) for row in rows] == [("verdef", "V1")]
    (folder / "note.txt").write_text("no object")
    status, _, told = at_prompt("symbols", "--details", str(folder / "note.txt"))
    assert status == 2
    assert "note.txt: is text, not an object" in told
