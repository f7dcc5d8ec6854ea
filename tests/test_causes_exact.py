"""Exact causes that generic ones had covered: each with what tells it, and what refuses it."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.link_inputs import is_whole
from diag.causes.order import ordered
from diag.causes.rivals import explained_once
from tests.facts_builder import AMD64, make_facts

ARM64, ARMV7 = "linux/arm64", "linux/arm/v7"


def command(text, no=2, platform=AMD64, inputs=()):
    """A row of link_commands."""
    driver, *words = text.split()
    return {
        "line_no": no, "driver": driver, "words": words, "platform": platform,
        "inputs": [list(one) for one in inputs],
    }  # fmt: skip


def statuses(cause, **frames):
    """The statuses of one cause's findings."""
    return [finding.status for finding in CATALOGUE[cause].judge(make_facts(**frames))]


def undefined(name, object="m.o", no=4, **more):
    """A row of link_errors."""
    return {"symbol": name, "object": object, "line_no": no, "detail_text": name, **more}


class TestTime64OfGlibc:
    """glibc's 64-bit times on 32-bit machines have names that musl has not."""

    @pytest.mark.parametrize(
        ("name", "expected"), [("__stat64_time64", ["supported"]), ("__stat_time64", [])]
    )
    def test_only_glibcs_own_names(self, name, expected):
        """A ready-made archive wants it, in a link against musl."""
        errors = [undefined(name, "third_party/libmux.a", member="s.o", platform=ARMV7)]
        link = command(
            "arm-linux-musleabihf-gcc -static -o m m.o third_party/libmux.a", platform=ARMV7
        )
        found = statuses(
            "glibc-archive-on-musl", platforms=[ARMV7], link_errors=errors, link_commands=[link]
        )
        assert found == expected


class TestRuntimeUnderMusl:
    """musl's loader finds a C++ library of glibc."""

    ERRORS = (
        undefined(
            "__libc_single_threaded", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", linker="ld-musl"
        ),
        undefined("__cpu_model", "/usr/lib/x86_64-linux-gnu/libgcc_s.so.1", 5, linker="ld-musl"),
    )

    def test_all_names_are_of_that_library(self):
        """libgcc_s came with it: its own wants are no cpu-model-symbol-missing."""
        frames = {"link_errors": self.ERRORS, "link_commands": [command("musl-gcc -o m m.o")]}
        (finding,) = CATALOGUE["libstdcxx-wrong-libc"].judge(make_facts(**frames))
        assert (finding.status, finding.symbols) == (
            "supported", ("__libc_single_threaded", "__cpu_model"),
        )  # fmt: skip
        assert statuses("cpu-model-symbol-missing", **frames) == []

    def test_another_library_that_wants_it(self):
        """A library of the project: the name is hidden in libgcc.a."""
        errors = [undefined("__cpu_model", "libfast.so")]
        found = statuses(
            "cpu-model-symbol-missing", link_errors=errors, link_commands=[command("gcc -o m m.o")]
        )
        assert found == ["supported"]


class TestBitcodeAndGcc:
    """LLVM's bytecode in a link of GCC's driver is no version of its own."""

    @pytest.mark.parametrize(
        ("driver", "version", "foreign"),
        [
            ("gcc", ["refuted"], ["supported"]),
            ("clang", ["supported"], []),
            ("cc", ["supported"], []),
        ],
    )
    def test_whose_link_it_is(self, driver, version, foreign):
        """clang reads its own kind, of one version; of cc it is not known."""
        text = "ld.lld: error: mix.o: Opaque pointers are only supported in -opaque-pointers mode (Producer: 'LLVM22.1.2-rust-1.95.0' Reader: 'LLVM 14.0.6')"
        frames = {
            "lines": [{"line_no": 4, "kind": "linker", "text": text}],
            "link_commands": [command(f"{driver} -fuse-ld=lld -o m m.o mix.o", 3)],
        }
        found = list(CATALOGUE["lto-version-mismatch"].judge(make_facts(**frames)))
        by_cause = {
            cause: [f.status for f in found if f.cause == cause]
            for cause in ("lto-version-mismatch", "lto-foreign-bytecode")
        }
        assert by_cause == {"lto-version-mismatch": version, "lto-foreign-bytecode": foreign}


class TestHostsLibrary:
    """The target's compiler finds the build machine's library."""

    def refused(self, name, said, words, *lines):
        """Statuses where the linker refuses a file."""
        errors = [
            {"kind": "wrong_arch", "object": name, "line_no": 9, "linker": "lld", "platform": ARMV7,
             "detail_text": f"{name} {said}"}
        ]  # fmt: skip
        link = command(f"arm-linux-gnueabihf-gcc -o z m.o {words}", 3, ARMV7, [("object", "m.o")])
        rows = [
            {"line_no": n, "kind": "other", "text": t, "platform": ARMV7}
            for n, t in enumerate(lines, 1)
        ]
        return statuses(
            "cross-pkgconfig-host-library", platforms=[ARMV7], link_errors=errors, link_commands=[link], lines=rows,
        )  # fmt: skip

    def test_the_answer_of_pkg_config(self):
        """The log shows the folder, the command asks for it."""
        said = "is incompatible with elf64-x86-64"
        crt = "/usr/lib/gcc-cross/arm-linux-gnueabihf/12/crtbeginS.o"
        answer = "zlib: -L/usr/lib/x86_64-linux-gnu -lz"
        words = "$(pkg-config --libs zlib)"
        assert self.refused(crt, said, words, answer) == ["supported"]
        assert self.refused(crt, said, words) == []
        assert self.refused(crt, said, "-lz", answer) == []

    def test_a_file_of_the_hosts_folder(self):
        """The refused library lies where the build machine's libraries lie."""
        said = "is incompatible with elf32-littlearm"
        assert self.refused("/usr/lib/x86_64-linux-gnu/libz.so", said, "-lz") == ["supported"]
        assert self.refused("/src/x86_64-linux-gnu/libz.so", said, "-lz") == []


def test_a_command_that_a_shell_completes_is_not_whole():
    """What stands in the place of $(...) is not known; $ORIGIN is the loader's."""
    rows = [
        command(f"cc -o m m.o {word}") for word in ("$(LIBS)", "`x`", "$LIBS", "-Wl,-rpath,$ORIGIN")
    ]
    frame = make_facts(link_commands=rows).link_commands
    assert [is_whole(row) for row in frame.itertuples()] == [False, False, False, True]


def test_what_a_runtime_lacks_most_comes_first():
    """Two of its libraries are missing: the one that explains more names is the headline."""
    facts = make_facts(link_errors=[undefined("getauxval")])
    one = CATALOGUE["lse-init-getauxval"].finding("supported", facts.wanted[0])
    many = CATALOGUE["unwind-runtime-missing"].finding(
        "supported", facts.wanted[0], covers=["_Unwind_Resume"]
    )
    assert next(f.cause for f in ordered([one, many], CATALOGUE, ())) == "unwind-runtime-missing"


@pytest.mark.parametrize("compiles", ["-c main.c", "-c -o main.o main.c"])
def test_an_archive_that_no_line_makes_came_ready_made(compiles):
    """The log shows how the other input was compiled, with its object's name or without."""
    said = "sdk/lib/libcam.a: error adding symbols: file format not recognized"
    error = {
        "kind": "format", "object": "sdk/lib/libcam.a", "line_no": 3, "detail_text": said, "platform": ARMV7,
    }  # fmt: skip
    inputs = [("object", "main.o"), ("archive", "sdk/lib/libcam.a")]
    link = command("arm-linux-gnueabihf-gcc -o a main.o sdk/lib/libcam.a", 2, ARMV7, inputs)
    text = f"arm-linux-gnueabihf-gcc {compiles}"
    found = statuses(
        "wrong-arch-prebuilt-archive", platforms=[ARMV7], link_errors=[error], link_commands=[link],
        lines=[{"line_no": 1, "kind": "other", "text": text, "platform": ARMV7}],
        objects=[{"file": "out/libcam.a", "member": "cam.o", "arch": "aarch64"}],
        platform_of_file={"out/libcam.a": ARMV7},
    )  # fmt: skip
    assert found == ["supported"]


@pytest.mark.parametrize(
    ("general", "exact", "expected"),
    [
        ("wrong-arch-object", "wrong-arch-prebuilt-archive", "untestable"),
        ("wrong-arch-object", "target-linker-not-set", "supported"),
        ("duplicate-definition", "rust-runtime-duplicated", "untestable"),
    ],
)
def test_the_general_waits_for_the_exact(general, exact, expected):
    """An exact explanation of the same file is invited and open: the general one is no headline."""
    symbol = make_facts(link_errors=[undefined("f")]).wanted[0]
    rows = [
        CATALOGUE[general].finding("supported", symbol),
        CATALOGUE[exact].finding("untestable", symbol),
    ]
    assert explained_once(rows, CATALOGUE)[0].status == expected
