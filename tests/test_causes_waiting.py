"""General causes that wait for a more exact one, and what tells that one."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.model import Finding, Missing
from diag.causes.rivals import explained_once
from tests.facts_builder import AMD64, make_facts

ARM64 = "linux/arm64"
LINK = "aarch64-linux-gnu-gcc -o walk walk.o"
ASKED = "$(PKG_CONFIG_PATH=/src/host/lib/pkgconfig pkg-config --libs mib)"


def states(cause: str, **frames: object) -> list[str]:
    """The statuses of one cause's findings, for arm64."""
    found = CATALOGUE[cause].judge(make_facts(platforms=(ARM64,), **frames))  # type: ignore[arg-type]
    return [finding.status for finding in found]


def skipped(file: str, words: str, *lines: str) -> dict[str, object]:
    """A link of the target's compiler that passes a library over and then finds none."""
    driver, *rest = words.split()
    texts = [
        *lines,
        words,
        f"aarch64-linux-gnu-ld: skipping incompatible {file} when searching for -lmib",
    ]
    return {
        "lines": [
            {"platform": ARM64, "line_no": n, "kind": "output", "text": text}
            for n, text in enumerate(texts, 1)
        ],
        "link_commands": [
            {"platform": ARM64, "line_no": len(texts) - 1, "driver": driver, "words": rest}
        ],
        "link_errors": [
            {
                "platform": ARM64, "line_no": len(texts) + 1, "kind": "library_not_found",
                "object": "-lmib", "detail_text": "cannot find -lmib",
            }
        ],
    }  # fmt: skip


class TestPassedOver:
    """A library of the right name and the wrong machine is not one that is not there."""

    OWN = "/src/host/lib/libmib.so"

    @pytest.mark.parametrize(
        ("words", "lines"),
        [
            (f"{LINK} {ASKED}", ()),
            (f"{LINK} $(pkg-config --libs mib)", ()),
            (f"{LINK} -L/src/host/lib -lmib", ("export PKG_CONFIG_PATH=/src/host/lib/pkgconfig",)),
            (f"{LINK} -L/src/host/lib -lmib", ("pkg-config --libs mib", "-L/src/host/lib -lmib")),
        ],
    )
    def test_what_pkg_config_brought(self, words, lines):
        """By the folder that was asked, by its answer, or by the command that asks it."""
        frames = skipped(self.OWN, words, *lines)
        assert states("cross-pkgconfig-host-library", **frames) == ["supported"]
        assert states("library-not-found", **frames) == ["untestable"]

    def test_a_folder_that_the_command_itself_names(self):
        """Nothing shows whence it comes: neither of the two is told."""
        frames = skipped(self.OWN, f"{LINK} -L/src/host/lib -lmib $(pkg-config --libs other)")
        assert states("cross-pkgconfig-host-library", **frames) == ["untestable"]
        assert states("library-not-found", **frames) == ["untestable"]

    def test_an_archive_is_the_ready_made_ones(self):
        """An archive of the project's tree has a cause of its own."""
        frames = skipped("vendor/lib/libmib.a", f"{LINK} -Lvendor/lib -lmib")
        assert states("cross-pkgconfig-host-library", **frames) == []

    def test_another_library_that_is_nowhere(self):
        """One passed over does not excuse the other."""
        frames = skipped(self.OWN, f"{LINK} -L/src/host/lib -lmib -lgone")
        (row,) = frames["link_errors"]
        other = {**row, "line_no": 9, "object": "-lgone", "detail_text": "cannot find -lgone"}
        frames["link_errors"] = [row, other]
        assert states("library-not-found", **frames) == ["supported"]


class TestGoLinker:
    """Go's external linker is CC's program, unless another one is named."""

    @staticmethod
    def frames(command: str, driver: str) -> dict[str, object]:
        """A link of Go whose own objects a linker for x86-64 refuses."""
        texts = [command, f"/usr/lib/go/link: running {driver} failed: exit status 1"]
        return {
            "lines": [
                {"platform": ARM64, "line_no": n, "kind": "output", "text": text}
                for n, text in enumerate(texts, 1)
            ],
            "link_errors": [
                {
                    "platform": ARM64, "line_no": 3, "kind": "wrong_arch",
                    "object": "/tmp/go-link-1/go.o",
                    "detail_text": "/tmp/go-link-1/go.o: Relocations in generic ELF (EM: 183)",
                }
            ],
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("command", "driver", "linker", "cgo"),
        [
            ("go build -ldflags='-linkmode external -extld gcc' .", "gcc", "supported", "refuted"),
            ("CC=aarch64-linux-gnu-gcc go build -o app .", "gcc", "supported", "refuted"),
            ("CC=gcc go build -o app .", "gcc", "", "supported"),
            (
                "CC=gcc go build -ldflags=-extld=aarch64-linux-gnu-gcc .",
                "aarch64-linux-gnu-gcc",
                "",
                "supported",
            ),
        ],
    )
    def test_whose_driver_it_is(self, command, driver, linker, cgo):
        """A driver beside CC is the linker's; CC's own is cgo's."""
        frames = self.frames(command, driver)
        assert states("target-linker-not-set", **frames) == ([linker] if linker else [])
        assert states("cgo-cc-not-cross", **frames) == [cgo]


class TestGeneralWaits:
    """What says less is undecided while what says more is open."""

    @pytest.mark.parametrize(
        ("general", "exact", "name", "expected"),
        [
            ("library-not-found", "cross-pkgconfig-host-library", "", "untestable"),
            ("library-not-found", "kernel-object-not-built", "mix", "supported"),
            ("object-truncated", "lto-foreign-bytecode", "", "untestable"),
            ("symbol-version-missing", "newer-glibc-archive", "stat", "untestable"),
            ("symbol-version-missing", "newer-glibc-archive", "other", "supported"),
        ],
    )
    def test_an_open_rival(self, general, exact, name, expected):
        """A version's rival has to be about the same name."""
        own = "stat" if general == "symbol-version-missing" else ""
        missing = (Missing("the file", "it decides", ()),)
        findings = [
            Finding.of(general, "x", "cause", "supported", "c", platform=AMD64, symbol=own),
            Finding.of(
                exact, "x", "cause", "untestable", "c", platform=AMD64, symbol=name, missing=missing
            ),
        ]
        first = explained_once(findings, CATALOGUE)[0]
        assert first.status == expected

    @pytest.mark.parametrize(
        ("status", "expected"), [("supported", "untestable"), ("untestable", "untestable")]
    )
    def test_two_that_explain_each_other_away_both_stay_open(self, status, expected):
        """Neither is refuted by the other; where a third one survives, it tells."""
        missing = [Missing("the sources", "whose it is", ("git grep crc32",))]
        hidden = Finding.of("symbol-hidden", "x", "cause", "supported", "c", platform=AMD64, symbol="crc32")  # fmt: skip
        library = Finding.of(
            "library-not-linked", "x", "cause", status, "c", platform=AMD64, symbol="crc32",
            missing=missing if status == "untestable" else (),
        )  # fmt: skip
        states_of = [f.status for f in explained_once([hidden, library], CATALOGUE)]
        assert states_of == [expected, expected]
        third = Finding.of("tls-library-collision", "x", "cause", "supported", "c", platform=AMD64, symbol="crc32")  # fmt: skip
        told = explained_once([hidden, library, third], CATALOGUE)
        if status == "supported":
            assert [f.status for f in told] == ["refuted", "refuted", "supported"]

    def test_a_short_file_of_which_nobody_complains(self):
        """The link ends for another file's sake."""
        row = {
            "kind": "library_not_found", "object": "-lgone", "line_no": 4, "platform": ARM64,
            "detail_text": "cannot find -lgone",
        }  # fmt: skip
        objects = [{"file": "a.o", "size_bytes": 0}]
        frames = {"objects": objects, "platform_of_file": {"a.o": ARM64}}
        assert states("object-truncated", link_errors=[row], **frames) == []
        undefined = {**row, "kind": "undefined", "symbol": "f", "object": "m.o"}
        assert states("object-truncated", link_errors=[undefined], **frames) == ["supported"]


class TestNamesOfLibraries:
    """A prefix that is a word is no library's own; a vendored copy has the prefix too."""

    @pytest.mark.parametrize(
        ("name", "own", "expected"),
        [
            ("AES_encrypt", (), "supported"),
            ("AES_encrypt_fast", (), "untestable"),
            ("inflate_fast_neon", (), "untestable"),
            ("png_init_filter_functions_neon", (), "untestable"),
            ("png_create_info_struct", (), "supported"),
            ("png_init_filter_functions_neon", ("png_create_read_struct",), "untestable"),
        ],
    )
    def test_whose_name_it_is(self, name, own, expected):
        """The library's real names, and what the inputs define beside."""
        error = {"symbol": name, "object": "m.o", "line_no": 4, "platform": ARM64}
        link = {"line_no": 3, "platform": ARM64, "driver": "cc", "words": ["-o", "m", "m.o"]}
        symbols = [{"file": "m.o", "name": one, "is_defined": True, "index": 1} for one in own]
        frames = {
            "link_errors": [error], "link_commands": [link], "symbols": symbols,
            "objects": [{"file": "m.o", "arch": "aarch64"}], "platform_of_file": {"m.o": ARM64},
        }  # fmt: skip
        assert states("library-not-linked", **frames) == [expected]


class TestObjectsOfAnotherBuild:
    """Objects of another machine than the link's: whether its own were left out stays open."""

    @pytest.mark.parametrize(
        ("inputs", "archs", "expected"),
        [
            (["main.o"], ("x86_64", "x86_64"), ["untestable"]),
            (["main.o", "lexer.o"], ("x86_64", "x86_64"), []),
            (["main.o"], ("aarch64", "x86_64"), []),
        ],
    )
    def test_none_is_of_the_link(self, inputs, archs, expected):
        """One that is of the link's machine tells that the other is the stranger."""
        files = ("main.o", "lexer.o")
        link = {
            "line_no": 3, "platform": ARM64, "words": ["-o", "m", *inputs],
            "inputs": [["object", name] for name in inputs],
        }  # fmt: skip
        frames = {
            "link_errors": [
                {"symbol": "more", "object": "main.o", "line_no": 4, "platform": ARM64}
            ],
            "link_commands": [link],
            "objects": [{"file": f, "arch": a} for f, a in zip(files, archs, strict=True)],
            "sightings": [
                {"file": "lexer.o", "name": "more", "role": "defined", "platform": ARM64}
            ],
            "platform_of_file": dict.fromkeys(files, ARM64),
        }
        assert states("object-not-linked", **frames) == expected
