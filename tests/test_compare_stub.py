"""What a comparison says that its word consists of: who defines the name now and in how many bytes,
and which references went."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from diag.case import Case, PlatformFacts
from diag.compare import Comparison, compare
from diag.compare_build import not_made_again
from diag.compare_cure import size_words
from diag.gather import gather_facts
from diag.show.comparison_words import HOW_WORDS, found_words, result_words
from tests.elf_builder import build_elf

LINK = "gcc -o app main.o worker.o"
OPEN = (
    "/usr/bin/ld: main.o: in function `main':",
    "main.c:(.text+0x16): undefined reference to `lease'",
    "collect2: error: ld returned 1 exit status",
)
TWICE = (
    "/usr/bin/ld: b.o: in function `lease':",
    "b.c:(.text+0x0): multiple definition of `lease'; a.o:a.c:(.text+0x0): first defined here",
    "collect2: error: ld returned 1 exit status",
)
START = (b"main", 0x12, 0, 1, 0, 23)
WANTS = (b"lease", 0x10, 0, 0, 0, 0)
MAIN, WORKER, APP = [START, WANTS], [(b"work", 0x12, 0, 1, 0, 9), WANTS], [START]
FREE = {"main": [START], "worker": WORKER[:1], "app": APP}
AMD, ARM = "linux/amd64", "linux/arm64"


def lease(size: int, info: int = 0x12) -> tuple[bytes, int, int, int, int, int]:
    """A definition of so many bytes; `info`: binding and type as ELF has them."""
    return (b"lease", info, 0, 1, 0, size)


def log(*lines: str) -> bytes:
    """A log without steps."""
    return "".join(f"{line}\n" for line in lines).encode()


def files(folder: Path, arch: str, held: dict[str, list]) -> list[Path]:
    """Objects of these symbols; `app` is the program, `lib...` a shared object."""
    folder.mkdir(parents=True)
    made = []
    for name, symbols in held.items():
        machine = {"arm64": 183}.get(arch, 62)
        data = bytearray(build_elf(symbols, code=b"\x90" * 64, machine=machine))
        data[16] = 2 if name == "app" else 3 if name.startswith("lib") else 1
        made.append(folder / {"app": "app"}.get(name, f"{name}.{'so' if data[16] == 3 else 'o'}"))
        made[-1].write_bytes(bytes(data))
    return made


def ended(platform: str) -> PlatformFacts:
    """It linked, and the program ran well."""
    return PlatformFacts(platform, file="case.toml", linked=True, ran=True, exit_code=0)


def case(folder: Path, text: bytes, ran: bool = False, **held: list) -> Case:
    """A build for linux/amd64 of these objects, linked or not; `ran`: and it ran well."""
    linked = b"undefined reference" not in text and b"multiple definition" not in text
    facts = ended(AMD) if ran else PlatformFacts(AMD, file="case.toml", linked=linked)
    return Case(log={AMD: text}, objects={AMD: files(folder, "", held)}, facts=[facts])


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """main.o and worker.o want a name that nothing defines."""
    text = log("gcc -DLEASE -c -o main.o main.c", LINK, *OPEN)
    return case(tmp_path_factory.mktemp("before") / "b", text, main=MAIN, worker=WORKER)


def said(found: Comparison) -> str:
    """All sentences."""
    return "\n".join(found_words(found))


def test_a_stub_that_runs_is_told_by_its_bytes_and_by_being_new(tmp_path, before):
    """The word stays: one object defines the name. That the object is new and tiny is in the headline."""
    held = {"main": MAIN, "worker": WORKER, "stub": [lease(6)], "app": [*APP, lease(6)]}
    found = compare(before, case(tmp_path / "a", log(f"{LINK} stub.o"), ran=True, **held))
    assert (found.result, found.how) == ("cured", "defined, maybe by a stub")
    assert "stub.o defines lease now: 6 bytes of code" in said(found)
    assert "stub.o is new: nothing that was given of BEFORE names it" in said(found)
    assert "it may be a stub" in result_words(found)


@pytest.mark.parametrize(
    ("type_", "size", "text"),
    [
        ("FUNC", 6, "6 bytes of code"),
        ("FUNC", 0, "code, its size is not told"),
        ("OBJECT", 4, "a variable of 4 bytes, no function"),
        ("NOTYPE", 0, "a mere label, without type or size"),
    ],
)
def test_what_a_definition_is_is_told(type_, size, text):
    """A function of some length, a variable, a label."""
    assert size_words(SimpleNamespace(type=type_, size_bytes=size)) == text


def test_an_object_of_the_build_before_that_was_not_linked_is_no_stub(tmp_path):
    """lease.o lay there and was on no link: it is on the link now, of the same size."""
    held = {"main": MAIN, "worker": WORKER, "lease": [lease(6)]}
    old = case(tmp_path / "b", log(LINK, *OPEN), **held)
    text = log(f"{LINK} lease.o")
    found = compare(old, case(tmp_path / "a", text, ran=True, **held, app=[*APP, lease(6)]))
    assert found.how == "defined"
    assert "lease.o defined lease in BEFORE: 6 bytes of code, and was not on the link" in said(
        found
    )


def test_a_call_that_is_gone_names_the_objects_that_made_it(tmp_path, before):
    """Nothing refers to the name: main.o and worker.o are there, and how they are compiled now."""
    text = log("gcc -c -o main.o main.c", LINK)
    found = compare(before, case(tmp_path / "a", text, ran=True, **FREE))
    assert (found.result, found.how) == ("cured", "no longer referenced")
    assert "the references from main.o, worker.o are gone" in said(found)
    assert "main.o is compiled without -DLEASE now" in said(found)
    seen = {(Path(item.file).name, item.text) for item in found.evidence}
    assert ("worker.o", "the file itself referred to lease in BEFORE") in seen


def test_what_stands_in_place_of_a_call_is_told(tmp_path, before):
    """A look-up while the program runs; a function of that name that one object keeps to itself."""
    held = FREE | {
        "worker": [WORKER[0], (b"dlsym", 0x10, 0, 0, 0, 0)],
        "main": [lease(9, 2), START],
    }
    found = compare(before, case(tmp_path / "a", log(LINK), ran=True, **held))
    assert found.how == "no longer referenced"
    assert "worker.o refers to dlsym now" in said(found)
    assert "main.o has a lease of its own, that no other object sees, of 9 bytes" in said(found)


def test_an_object_that_left_the_link_is_told(tmp_path, before):
    """worker.o still wants the name and is on no link command any more: that is the cure."""
    held = {"main": [START], "worker": WORKER, "app": APP}
    found = compare(before, case(tmp_path / "a", log("gcc -o app main.o"), ran=True, **held))
    assert found.how == "no longer referenced"
    assert "worker.o still refers to it and is no longer linked" in said(found)
    still = compare(before, case(tmp_path / "s", log(LINK), ran=True, **held))
    assert (still.result, still.how) == ("unproven", "")


def test_of_two_definitions_the_one_that_left_is_told(tmp_path):
    """And where the shorter one is left, that it may be the stub."""
    held = {"a": [lease(60)], "b": [lease(6)], "main": MAIN}
    old = case(tmp_path / "b", log("gcc -o app main.o a.o b.o", *TWICE), **held)
    new = {"b": [lease(6)], "main": MAIN, "app": [*APP, lease(6)]}
    found = compare(old, case(tmp_path / "n", log("gcc -o app main.o b.o"), ran=True, **new))
    assert "a.o, which defined it too (60 bytes of code), is not given any more" in said(found)
    assert found.how == "defined, maybe by a stub"


def test_other_platforms_show_how_long_the_function_is(tmp_path):
    """On arm64 the function is ten times as long, and is used."""
    texts = {AMD: log(LINK, *OPEN), ARM: log(f"{LINK} lease.o")}
    real = {"main": MAIN, "lease": [lease(90)], "app": [*APP, lease(90)]}
    stub = {"main": MAIN, "util": [lease(9)], "app": [*APP, lease(9)]}
    done = [ended(AMD), ended(ARM)]
    given = {
        AMD: files(tmp_path / "1", "", {"main": MAIN}),
        ARM: files(tmp_path / "2", "arm64", real),
    }
    old = Case(log=texts, objects=given, facts=done[1:])
    given = {**given, AMD: files(tmp_path / "3", "", stub)}
    new = Case(log={AMD: log(f"{LINK} util.o"), ARM: texts[ARM]}, objects=given, facts=done)
    found = compare(old, new)
    assert "on linux/arm64 lease.o defines lease: 90 bytes of code" in said(found)
    assert "elsewhere it takes 90 bytes" in said(found)


def test_a_program_that_is_not_made_of_the_objects_given_shows_no_cure(tmp_path, before):
    """Its function is of another length; or it is the program that lay there when the link failed."""
    held = {"main": MAIN, "worker": WORKER, "lease": [lease(60)], "app": [*APP, lease(57)]}
    text = log(f"{LINK} lease.o")
    found = compare(before, case(tmp_path / "a", text, ran=True, **held))
    assert found.result == "unproven"
    assert "app holds lease in 57 bytes and lease.o in 60" in said(found)
    old, new = (gather_facts(case(tmp_path / name, text, **held)) for name in "on")
    same = not_made_again(old, new, AMD)
    assert same is not None
    assert "the very program that lay there in BEFORE" in same.text
    other = gather_facts(case(tmp_path / "p", log("gcc -o tool main.o"), **held))
    assert not_made_again(other, new, AMD) is None  # the link that failed was another program's


def test_a_name_that_linkers_print_demangled_is_followed(tmp_path):
    """The log after prints no name, and the objects have the raw one: it is still wanted."""
    raw = (b"_Z5leasei", 0x10, 0, 0, 0, 0)
    text = [OPEN[0], OPEN[1].replace("`lease'", "`lease(int)'"), OPEN[2]]
    old = case(tmp_path / "b", log(LINK, *text), main=[START, raw])
    held = {"main": [START, raw], "app": APP}
    found = compare(old, case(tmp_path / "a", log("gcc -o app main.o"), ran=True, **held))
    assert found.result == "unproven"
    assert "main.o still wants lease(int)" in said(found)


def test_a_call_by_the_right_name_is_not_taken_away(tmp_path):
    """The declaration was mended: what wants it now is the very function that was there."""
    mangled, text = (b"_Z5leasei", 0x10, 0, 0, 0, 0), log(LINK)
    failed = log(LINK, OPEN[0], OPEN[1].replace("lease", "lease(int)"), OPEN[2])
    old = case(tmp_path / "old", failed, main=[START, mangled], legacy=[lease(20)])
    new = case(tmp_path / "new", text, main=MAIN, legacy=[lease(20)], app=[START, lease(20)])
    found = compare(old, new)
    assert (found.result, found.how) == ("cured", "referenced by another name")
    taken = case(tmp_path / "taken", text, main=[START], legacy=[lease(20)], app=APP)
    assert compare(old, taken).result == "unproven"


def test_every_kind_of_cure_has_its_words_and_stands_in_the_schema():
    """A display may not meet one that it has no words for."""
    import json

    root = Path(__file__).resolve().parent.parent
    schema = json.loads((root / "docs/schemas/compare.schema.json").read_text())
    assert {*HOW_WORDS, None} == set(schema["properties"]["how"]["enum"])
