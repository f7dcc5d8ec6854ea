"""What is no plain cure: stubs, calls that went away, other projects, the builder's own CPU; and the
switches that hide a failure, in every spelling, with the objects and from the logs alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from diag.case import Case
from diag.causes.masks import IGNORES_DUPLICATES, IGNORES_UNDEFINED
from diag.compare import Comparison, compare
from diag.show.tables import df_changes
from diag.verdict import gathered, judge
from tests.elf_builder import build_elf

HEAD = '#0 building with "default" instance using docker driver\n\n#2 [linux/amd64 2/2] RUN make\n'
LINK = "gcc -o app main.o"
OPEN = (
    "/usr/bin/ld: main.o: in function `main':",
    "main.c:(.text+0x16): undefined reference to `lease'",
    "collect2: error: ld returned 1 exit status",
)
TWICE = (
    "/usr/bin/ld: b.o: in function `v':",
    "b.c:(.text+0x0): multiple definition of `v'; a.o:a.c:(.text+0x0): first defined here",
    "collect2: error: ld returned 1 exit status",
)
HOST = ("/usr/bin/ld: ./libp.so: undefined reference to `host'", OPEN[2])
MAIN = [(b"main", 0x12, 0, 1, 0, 23), (b"lease", 0x10, 0, 0, 0, 0)]


def log(*lines: str, failed: bool = False) -> bytes:
    """One step that printed the lines."""
    end = 'ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2'
    told = "".join(f"#2 0.{n}00 {line}\n" for n, line in enumerate(lines, 1))
    return f"{HEAD}{told}#2 {end if failed else 'DONE 1.0s'}\n".encode()


def built(folder: Path, text: bytes, **symbols: list) -> Case:
    """A build with objects: `app` is the program, anything else an object of that name."""
    folder.mkdir()
    files = []
    for name, held in symbols.items():
        data = bytearray(build_elf(held, code=b"\x90" * 64))
        data[16] = 2 if name == "app" else 1
        files.append(folder / ("app" if name == "app" else f"{name}.o"))
        files[-1].write_bytes(bytes(data))
    return Case(log=text, objects={"linux/amd64": files})


def lease(size: int) -> tuple[bytes, int, int, int, int, int]:
    """A global function of so many bytes."""
    return (b"lease", 0x12, 0, 1, 0, size)


@pytest.fixture
def before(tmp_path: Path) -> Case:
    """The name that main.o wants is defined nowhere."""
    return built(tmp_path / "before", log(LINK, *OPEN, failed=True), main=MAIN)


def said(found: Comparison) -> str:
    """The words of its evidence."""
    return " | ".join(item.text for item in found.evidence)


APP = [(b"main", 0x12, 0, 1, 0, 23)]


def test_a_new_object_is_no_cure_until_the_program_ran(tmp_path, before):
    """`int lease(void) { return 0; }` in stub.c links as well as the real function."""
    text = log("gcc -c stub.c", f"{LINK} stub.o")
    after = built(tmp_path / "a", text, main=MAIN, stub=[lease(11)], app=[*APP, lease(11)])
    found = compare(before, after, before)
    assert found.result == "unproven"
    assert "stub.o is new and defines lease, in 11 bytes" in said(found)


def test_an_object_that_the_failing_build_speaks_of_is_the_one_that_was_meant(tmp_path):
    """The log of the failed build skips lease.c: that this object is there now is the cure."""
    text = log("build.sh: skipped lease.c", LINK, *OPEN, failed=True)
    old = built(tmp_path / "b", text, main=MAIN)
    text = log("gcc -c lease.c", f"{LINK} lease.o")
    after = built(tmp_path / "a", text, main=MAIN, lease=[lease(60)], app=[*APP, lease(60)])
    assert compare(old, after).result == "cured"
    tiny = built(tmp_path / "t", text, main=MAIN, lease=[lease(6)], app=[*APP, lease(6)])
    assert "so short is a stub" in said(compare(old, tiny))


def test_a_call_that_is_gone_may_have_been_meant_or_not(tmp_path, before):
    """The caller was edited away: nothing wants the name and nothing defines it."""
    after = built(tmp_path / "a", log(LINK), main=APP, app=APP)
    found = compare(before, after)
    assert found.result == "unproven"
    assert "the call is gone" in said(found)


def test_another_project_cures_nothing(tmp_path, before):
    """No object and no step has a name in common."""
    text = log("gcc -o tool other.o").replace(b"RUN make", b"RUN ninja all")
    wants = [(b"lease", 0x10, 0, 0, 0, 0)]
    after = built(tmp_path / "a", text, other=wants, lib=[lease(60)])
    found = compare(before, after)
    assert found.result == "unproven"
    assert "another project" in said(found)


def test_code_for_the_builders_own_cpu_is_no_plain_cure(tmp_path):
    """-march=native came into the log with the change."""
    compile_ = "gcc -march={} -c kernel.c"
    link = f"{LINK} kernel.o"
    text = log(compile_.format("x86-64-v3"), link, *OPEN, failed=True)
    old = built(tmp_path / "b", text, main=MAIN, kernel=[(b"k", 2, 0, 1, 0, 9)])
    kernel, app = [lease(60)], [*APP, lease(60)]
    text = log(compile_.format("native"), link)
    found = compare(old, built(tmp_path / "n", text, main=MAIN, kernel=kernel, app=app))
    assert (found.result, found.by) == ("unproven", "native-cpu-in-image")
    text = log(compile_.format("x86-64-v4"), link)
    assert compare(old, built(tmp_path / "v", text, main=MAIN, kernel=kernel, app=app)).result == (
        "cured"
    )


@pytest.mark.parametrize(
    "switch",
    [
        "-Wl,--unresolved-symbols=ignore-all",
        "-Wl,--unresolved-symbols,ignore-in-object-files",
        "-Xlinker --unresolved-symbols=ignore-all",
        "-Wl,--warn-unresolved-symbols",
        "-Wl,-z,undefs",
        "-Wl,--noinhibit-exec",
        "-Wl,-undefined,dynamic_lookup",
        "-Wl,--defsym,lease=main",
        "-Wl,--defsym=lease=main",
    ],
)
def test_a_switch_that_was_added_hides_an_open_name(switch):
    """From the logs alone: the name was open, the switch came, the error went."""
    old, new = Case(log=log(LINK, *OPEN, failed=True)), Case(log=log(f"{LINK} {switch}"))
    found = compare(old, new)
    assert (found.result, found.by) == ("masked", "undefined-ignored")


@pytest.mark.parametrize(
    "switch",
    [
        "-Wl,-zmuldefs",
        "-Wl,-z,muldefs",
        "-Wl,-z -Wl,muldefs",
        "-z muldefs",
        "-Xlinker -z -Xlinker muldefs",
        "-Wl,--allow-multiple-definition",
        "-Wl,-allow-multiple-definition",
        "-Wl,--noinhibit-exec",
    ],
)
def test_a_switch_that_was_added_hides_a_second_definition(switch):
    """From the logs alone, in every spelling."""
    line = "gcc -o app a.o b.o"
    found = compare(Case(log=log(line, *TWICE, failed=True)), Case(log=log(f"{line} {switch}")))
    assert (found.result, found.by) == ("masked", "duplicate-ignored")


def test_a_switch_hides_only_what_it_is_for():
    """What a library may leave open is not what an object may; nor does one alias make another."""
    shared = "-Wl,--allow-shlib-undefined"
    line = "gcc -o app main.o -L. -lp"
    old = Case(log=log(line, *HOST, failed=True))
    assert compare(old, Case(log=log(f"{line} {shared}"))).by == "undefined-ignored"
    old = Case(log=log(LINK, *OPEN, failed=True))
    for switch in (shared, "-Wl,--defsym=other=main", "-Wl,-z,muldefs", "-Wl,-z,now"):
        assert compare(old, Case(log=log(f"{LINK} {switch}"))).result == "unproven"


def test_a_switch_that_stood_there_before_is_not_what_changed():
    """It did not help then."""
    line = f"{LINK} -Wl,--noinhibit-exec"
    old = Case(log=log(line, *OPEN, failed=True))
    assert compare(old, Case(log=log(line))).result == "unproven"


def test_words_that_look_like_the_switches_are_none():
    """The end of a longer word, and the switches that ask for the opposite."""
    for text in ("-Wl,-z,defs", "-Wl,--no-undefined", "my-z muldefs", "-undefined error"):
        assert not IGNORES_UNDEFINED.search(text)
        assert not IGNORES_DUPLICATES.search(text)


def undefined_ignored(case: Case) -> str | None:
    """What the verdict says of it."""
    found = [f for f in judge(case, gathered(case)).findings if f.cause == "undefined-ignored"]
    return found[0].status if found else None


def test_a_name_that_the_linker_dropped_is_hidden_too(tmp_path):
    """GNU ld leaves it out of a position-independent program altogether."""
    line = f"{LINK} -Wl,--unresolved-symbols=ignore-all"
    assert undefined_ignored(built(tmp_path / "a", log(line), main=MAIN, app=APP)) == "supported"


@pytest.mark.parametrize("more", ["-Wl,--gc-sections", "-flto", "-Wl,--wrap=lease", "@more.rsp"])
def test_a_name_that_went_for_another_reason_is_not(tmp_path, more):
    """Sections that were dropped, code made at the link, a name that was changed."""
    line = f"{LINK} -Wl,--unresolved-symbols=ignore-all {more}"
    assert undefined_ignored(built(tmp_path / "a", log(line), main=MAIN, app=APP)) != "supported"


def test_a_link_that_names_no_output_makes_a_out(tmp_path):
    """And a program of another name is not its output."""
    line = "gcc main.o -Wl,--unresolved-symbols=ignore-all"
    assert undefined_ignored(built(tmp_path / "a", log(line), main=MAIN, app=APP)) != "supported"


def test_what_did_not_change_is_told_in_words(before):
    """The same failure again, and no failure at all."""
    assert "it fails as before" in said(compare(before, before))
    sound = Case(log=log(LINK))
    assert "sound before and after" in said(compare(sound, sound))


def test_a_name_made_by_defsym_is_hidden_though_an_object_beside_the_link_has_it(tmp_path):
    """lease.o is there and on no link command: the linker took the address that the switch says."""
    old = built(tmp_path / "b", log(LINK, *OPEN, failed=True), main=MAIN, lease=[lease(60)])
    text = log(f"{LINK} -Wl,--defsym=lease=main")
    new = built(tmp_path / "a", text, main=MAIN, lease=[lease(60)], app=[*APP, lease(23)])
    found = compare(old, new)
    assert (found.result, found.by) == ("masked", "undefined-ignored")
    assert "wants lease, which the switch defines" in said(found)


@pytest.mark.parametrize(("switch", "result"), [("-shared ", "unproven"), ("", "cured")])
def test_a_shared_object_that_still_wants_the_name_is_no_cure(tmp_path, switch, result):
    """Linked with -shared, what nobody defines stays open and the link is made all the same."""
    old = built(tmp_path / "b", log(LINK, *OPEN, failed=True), main=MAIN, lease=[lease(60)])
    line = f"gcc {switch}-o libapp.so main.o" if switch else f"{LINK} lease.o"
    new = built(tmp_path / "a", log("gcc -c lease.c", line), main=MAIN, lease=[lease(60)])
    made = tmp_path / "a" / ("libapp.so" if switch else "app")
    data = bytearray(build_elf(MAIN if switch else [*APP, lease(60)], code=b"\x90" * 64))
    data[16] = 3 if switch else 2
    made.write_bytes(bytes(data))
    files = [*sorted((tmp_path / "a").glob("*.o")), made]
    found = compare(old, Case(log=new.inputs.logs[0].source, objects={"linux/amd64": files}))
    assert found.result == result
    assert ("libapp.so" in str(found.evidence)) == bool(switch)


def test_a_build_that_fails_now_names_the_first_symbol_and_counts_the_rest():
    """Of a link that was sound before, no name was known; the linker says which it wants now."""
    more = [f"main.c:(.text+0x2{n}): undefined reference to `lease{n}'" for n in range(3)]
    found = compare(
        Case(log=log(LINK)), Case(log=log(LINK, *OPEN[:2], *more, OPEN[2], failed=True))
    )
    assert found.result == "worse"
    (change,) = found.platforms
    assert (change.symbol, change.n_symbols) == ("lease", 4)
    assert df_changes(found)["symbol"].tolist() == ["lease and 3 more"]
    assert "undefined reference to `lease'" in said(found)
