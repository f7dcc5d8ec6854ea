"""Forms of logs that public threads showed and the kit did not read or list: written here anew."""

from __future__ import annotations

import pytest

from diag.case import Case
from diag.causes.model import Finding
from diag.read.linkers import parse_link_errors


def rows(log: str) -> list[tuple[str, str | None, str | None]]:
    """(kind, symbol, object) of the log's link errors."""
    return [(row["kind"], row["symbol"], row["object"]) for row in parse_link_errors(log)]


def left_open(log: str) -> dict[str, Finding]:
    """The explanations that a bare log leaves open, by cause."""
    found = Case(log=log).diagnose().findings
    return {f.cause: f for f in found if f.status == "untestable" and f.role == "cause"}


def open_causes(log: str) -> set[str]:
    """Their names."""
    return set(left_open(log))


@pytest.mark.parametrize("raised", [
    "", "Error: ", "ImportError: ", "[12:00:01] Error: ", "[12:00:01] INFO Error: ",
])  # fmt: skip
def test_a_loader_s_words_are_read_behind_the_error_that_a_runtime_raises(raised: str) -> None:
    """node and Python print what dlerror() gave them; a logger's own words are none of theirs."""
    log = f"{raised}Error relocating /app/native.node: __vsnprintf_chk: symbol not found\n"
    known = [("undefined", "__vsnprintf_chk", "/app/native.node")]
    assert rows(log) == ([] if "INFO" in raised else known)
    missing = f"{raised}Error loading shared library libfoo.so.2: No such file or directory (needed by /app/native.node)\n"
    known = [("library_not_found", None, "libfoo.so.2")]
    assert rows(missing) == ([] if "INFO" in raised else known)


def test_a_module_for_glibc_that_musl_loads_is_an_open_explanation() -> None:
    """As node prints it in an image of Alpine."""
    log = "Error: Error relocating /app/native.node: __vsnprintf_chk: symbol not found\n"
    assert "glibc-archive-on-musl" in open_causes(log)


@pytest.mark.parametrize("words", ["error adding symbols", "could not read symbols"])
def test_older_ld_refuses_a_file_without_its_own_name(words: str) -> None:
    """The file is named whole, and what refused it is no part of the name."""
    log = (
        f"build/liba.a: {words}: File in wrong format\n"
        f"build/libb.a: {words}: Archive has no index; run ranlib to add one\n"
        "collect2: error: ld returned 1 exit status\n"
    )
    assert rows(log) == [("wrong_arch", None, "build/liba.a"), ("format", None, "build/libb.a")]


@pytest.mark.parametrize("tool", ["strip", "ar", "cp"])
def test_words_on_a_file_s_format_are_ld_s_only_where_it_adds_symbols(tool: str) -> None:
    """binutils' other tools say the same of files that no link sees."""
    assert rows(f"{tool}: build/liba.a: file in wrong format\n") == []


def test_a_name_broken_between_its_arguments_is_joined() -> None:
    """In mail and commit messages; a line that is not indented is another's."""
    log = (
        "liba.a(one.o): In function `ns::caller(\n"
        "\tint, char const*)':\n"
        "one.cc:(.text+0x1): undefined reference to `ns::callee(std::vector<int> const&,\n"
        "\tlong)'\n"
        "one.cc:(.text+0x2): undefined reference to `ns::cut(int,\n"
        "make: *** [Makefile:3: app] Error 1\n"
    )
    names = [symbol for _, symbol, _ in rows(log)]
    assert names == ["ns::callee(std::vector<int> const&, long)", None]
    assert next(iter(parse_link_errors(log)))["function"] == "ns::caller(int, char const*)"


def test_a_row_of_visual_studio_s_list_may_begin_with_its_code() -> None:
    """As it is pasted when the column of severity is not shown."""
    log = "LNK2019\tunresolved external symbol __imp_closesocket referenced in function main\t\n"
    assert rows(log) == [("undefined", "__imp_closesocket", None)]
    assert "library-not-linked" in open_causes(log)


def test_xcode_s_summary_blames_the_files_that_the_linker_left_out() -> None:
    """The summary alone stands for the linker's own block."""
    log = (
        "ld: warning: ignoring file 'lib/libx.a[3](x.o)': found architecture 'x86_64', required architecture 'arm64'\n"
        "Undefined symbol: _x_open\n"
    )
    assert [kind for kind, _, _ in rows(log)] == ["wrong_arch", "undefined"]
    assert "wrong-arch-object" in open_causes(log)


UNIT = "/src/target/arm-unknown-linux-gnueabihf/debug/deps/app-0123456789abcdef.3xyz.rcgu.o"


@pytest.mark.parametrize(("file", "is_decided"), [
    (UNIT, True), (UNIT.replace("3xyz.rcgu.o", "c.o"), False),
])  # fmt: skip
def test_a_unit_of_rustc_is_of_the_machine_of_its_target_s_folder(
    file: str, *, is_decided: bool
) -> None:
    """What else stands in that folder a host's compiler may have made."""
    log = f"{file}: error adding symbols: File in wrong format\ncollect2: error: ld returned 1 exit status\n"
    cause = Case(log=log).diagnose().cause
    assert cause == ("target-linker-not-set" if is_decided else None)


def lld(*names: str, linker: str = "rust-lld", end: str = "error: could not compile `app`") -> str:
    """A link that misses the names."""
    return "".join(f"{linker}: error: undefined symbol: {name}\n" for name in names) + f"{end}\n"


@pytest.mark.parametrize(("log", "is_open"), [
    (lld("fast_hash_init", "fast_hash_block"), True),
    (lld("fast_hash_init", "fast_hash_block", linker="ld.lld", end="make: *** [app] Error 1"), False),
    (lld("fast_hash_init"), False),  # one name: rather a slip of that one
    (lld("fast_1_20_3_hash_init", linker="ld.lld", end=""), True),  # as crates name their C parts
])  # fmt: skip
def test_c_parts_of_crates_may_be_gcc_s_bytecode_where_lld_links(
    log: str, *, is_open: bool
) -> None:
    """lld says nothing of what it cannot read: -flto in CFLAGS leaves no other trace."""
    assert ("lto-foreign-bytecode" in open_causes(log)) == is_open


def test_an_archiver_without_the_plugin_is_told_of_before_any_link() -> None:
    """Of a build that linked all the same it is not."""
    warned = "ar rc liba.a a.o\nar: a.o: plugin needed to handle lto object\n"
    assert "ar-without-lto-plugin" in open_causes(warned)
    built = f"#5 [2/2] RUN make\n#5 0.1 {warned.splitlines()[1]}\n#5 DONE 0.2s\n"
    assert "ar-without-lto-plugin" not in open_causes(built)


@pytest.mark.parametrize("words", [
    "lib/liba.a: error adding symbols: Archive has no index; run ranlib to add one",
    "ld: archive has no table of contents file 'lib/liba.a' for architecture x86_64",
])  # fmt: skip
def test_an_archive_without_an_index_in_older_and_apple_s_words(words: str) -> None:
    """Both name the archive, and nothing else is wrong."""
    assert Case(log=f"{words}\n").diagnose().cause == "archive-without-index"


def test_an_archive_that_apple_s_linker_cannot_make_out_is_not_only_of_another_machine() -> None:
    """GNU ar's archives look so to it, and those of members that are no Mach-O."""
    log = (
        "ld: warning: ignoring file a/liba.a, file was built for archive which is not the architecture being linked (x86_64): a/liba.a\n"
        "Undefined symbols for architecture x86_64:\n"
        '  "_a_open", referenced from:\n'
        "      _main in main.o\n"
        "ld: symbol(s) not found for architecture x86_64\n"
    )
    assert {"archive-without-index", "wrong-arch-object"} <= open_causes(log)


def debug_link(
    names: str, *, flags: str = "-g -Wall", users: str = "screen.o screen.o screen.o"
) -> str:
    """A link of a debug build that misses names of one or of several objects."""
    rows = zip(names.split(), users.split(), strict=False)
    told = (
        f"libui.a({user}): In function `draw':\nscreen.c:9: undefined reference to `{name}'\n"
        for name, user in rows
    )
    return f"gcc {flags} -otry ../demos/try.c libui.a -lm\n{''.join(told)}collect2: error: ld returned 1 exit status\n"


@pytest.mark.parametrize(("log", "is_open"), [
    (debug_link("set_up clear_all put_box"), True),
    (debug_link("set_up clear_all put_box", flags="-g -O2"), False),
    (debug_link("set_up clear_all put_box", users="screen.o screen.o other.o"), False),
])  # fmt: skip
def test_names_of_one_object_in_a_debug_build_may_be_its_own_inline_functions(
    log: str, *, is_open: bool
) -> None:
    """C99's inline leaves no other trace in a log; the sources decide, and are asked for."""
    found = left_open(log).get("inline-not-emitted")
    assert (found is not None and "git grep" in found.missing[0].how[0]) == is_open
