"""Logs as people have them: configure steps, quoted pastes, several links, builds without a platform."""

from __future__ import annotations

import pytest

from diag.case import Case
from diag.read.linkers import parse_link_errors, read_log
from diag.show.sentences import headline

CONFIGURE = """\
checking for library containing dlopen... none required
configure:3921: gcc -o conftest -g -O2   conftest.c -lfoo  >&5
/usr/bin/ld: cannot find -lfoo: No such file or directory
collect2: error: ld returned 1 exit status
configure:3921: $? = 1
configure:3950: gcc -o conftest -g -O2 conftest.c >&5
/usr/bin/ld: /tmp/ccAbC123.o: in function `main':
conftest.c:(.text.startup+0x5): undefined reference to `strlcpy'
collect2: error: ld returned 1 exit status
"""
CMAKE = """\
Linking C executable cmTC_abcde
/usr/bin/ld: CMakeFiles/cmTC_abcde.dir/CheckFunctionExists.c.o: in function `main':
CheckFunctionExists.c:(.text+0x14): undefined reference to `strlcpy'
collect2: error: ld returned 1 exit status
"""
MESON = """\
Running compile: cc meson-private/tmp1x/testfile.c -o meson-private/tmp1x/output.exe -lnope
/usr/bin/ld: cannot find -lnope: No such file or directory
collect2: error: ld returned 1 exit status
"""
REAL = """\
gcc -o app main.o -lbar
/usr/bin/ld: cannot find -lbar: No such file or directory
/usr/bin/ld: main.o: in function `main':
main.c:(.text+0x9): undefined reference to `strlcpy'
collect2: error: ld returned 1 exit status
"""


@pytest.mark.parametrize("probe", [CONFIGURE, CMAKE, MESON])
def test_what_a_configure_step_tries_is_no_error(probe: str) -> None:
    """Its links may fail; those of the build behind it are told, and nothing else is."""
    assert parse_link_errors(probe) == []
    for text in (probe + REAL, REAL + probe):
        assert [row["object"] for row in parse_link_errors(text)] == ["-lbar", "main.o"]


def test_an_error_that_names_no_probe_is_kept() -> None:
    """A quiet build right below a probe: what names an object of the build is an error."""
    text = "gcc -o conftest conftest.c\n" + REAL.partition("\n")[2].replace("-lbar", "x.o")
    assert {row["object"] for row in parse_link_errors(text)} >= {"main.o"}


def test_a_log_that_was_quoted() -> None:
    """Pasted into an issue: steps, platform and error as without the quote marks."""
    log = (
        "#7 [linux/arm64 build 2/2] RUN make\n#7 1.0 ld.lld: error: undefined symbol: foo\n"
        "#7 1.0 >>> referenced by a.c:3\n#7 1.0 >>>               a.o:(main)\n"
        "#7 1.1 collect2: error: ld returned 1 exit status\n\n"
        '#7 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2\n'
    )
    quoted = "".join(f"> {line}\n" if line else ">\n" for line in log.splitlines())
    plain, pasted = read_log(log.encode(), file="x"), read_log(quoted.encode(), file="x")
    assert pasted.format == f"quoted+{plain.format}"
    assert pasted.link_errors.equals(plain.link_errors)
    assert len(pasted.link_errors) == 1
    assert pasted.steps.equals(plain.steps)


TWO_LINKS = """\
aarch64-linux-gnu-gcc -o t1 t1.o q2.o
/usr/bin/ld: q2.o: Relocations in generic ELF (EM: 62)
/usr/bin/ld: q2.o: error adding symbols: file in wrong format
collect2: error: ld returned 1 exit status
aarch64-linux-gnu-gcc -o t2 main.o
/usr/bin/ld: main.o: in function `main':
main.c:(.text+0x9): undefined reference to `sqrt'
collect2: error: ld returned 1 exit status
"""


def test_a_foreign_object_of_another_link_explains_nothing() -> None:
    """What one link refuses is not why another wants a symbol; of its own link it is."""
    verdict = Case(log=TWO_LINKS.encode()).diagnose()
    assert "sqrt" not in verdict["wrong-arch-object"].symbols
    lines = TWO_LINKS.splitlines(keepends=True)
    one = Case(log="".join([*lines[:3], *lines[5:]]).encode()).diagnose()
    assert "sqrt" in one["wrong-arch-object"].symbols


def test_a_failure_without_a_platform_is_a_failure() -> None:
    """A build for one platform names none: its failed step is told in the headline."""
    log = (
        "#5 [build 2/2] RUN make test\n#5 0.500 FAIL: tests/arith.sh\n"
        '#5 ERROR: process "/bin/sh -c make test" did not complete successfully: exit code: 2\n'
    )
    verdict = Case(log=log.encode()).diagnose()
    assert headline(verdict).startswith("The build fails.")


def test_what_is_asked_for_reads_well_without_a_platform() -> None:
    """No gap where a platform's name would stand, in words and in commands."""
    case = Case(
        log=b"ld: a.o: in function `f':\na.c:(.text+0x1): undefined reference to `sum_avx2'\n"
    )
    missing = [one for finding in case.diagnose().findings for one in finding.missing]
    assert missing
    for one in missing:
        assert "  " not in one.artefact
        assert not any("--platform  " in command for command in one.how)


def test_a_log_whose_beginning_is_missing_is_named_by_its_excerpt() -> None:
    """People paste the end: the excerpt of the failed step tells its name and platform."""
    log = (
        "#7 2.6 a.c:(.text+0x1c): undefined reference to `f'\n#7 2.6 collect2: error: ld returned 1 exit status\n"
        '#7 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2\n'
        "------\n > [linux/arm64 build 4/4] RUN make:\n2.6 collect2: error: ld returned 1 exit status\n------\n"
    )
    steps = read_log(log.encode()).steps
    assert list(steps["target_platform"]) == ["linux/arm64"]
    assert list(steps["stage"]) == ["build"]
    two = log.replace("#7 2.6 a.c", "#8 1.0 x\n#8 ERROR: canceled by error\n#7 2.6 a.c", 1)
    assert set(read_log(two.encode()).steps["name_text"]) == {""}  # which of two, it does not tell


def test_a_message_that_was_cut_off_is_an_error_of_no_name() -> None:
    """The link failed there, whatever it was that was missing; prose without a place is none."""
    head = "/usr/bin/ld: a.o: in function `main':\n"
    (row,) = parse_link_errors(f"{head}a.c:(.text+0x9): undefined reference to `blas_gem")
    assert (row["kind"], row["symbol"], row["object"]) == ("undefined", None, "a.o")
    assert parse_link_errors("see: undefined reference to `blas_gem") == []
    (whole,) = parse_link_errors(f"{head}a.c:(.text+0x9): undefined reference to `blas_gemm'")
    assert whole["symbol"] == "blas_gemm"


def test_an_old_encoding_is_no_binary() -> None:
    """Short lines in Latin-1: line feeds are no control bytes that would tell of a binary."""
    log = "gcc: Fehler: ungültig\n\n".encode("latin-1") * 60
    assert len(read_log(log).log_lines) == 120
