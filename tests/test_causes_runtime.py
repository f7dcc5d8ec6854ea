"""The C library, the compiler's and the C++ runtime, well-known libraries: each cause, and the
look-alikes that it must not claim."""

from __future__ import annotations

import time

import pytest

from diag.causes import (
    cxx,
    libc,
    libc_newer,
    libc_runtime,
    library,
    runtime,
    runtime_cxx,
    transitive,
)
from diag.causes.model import Finding
from diag.causes.rivals import explained_once
from tests.facts_builder import AMD64, DOCKERFILE, LOG, make_facts

MODULES = (libc, libc_newer, libc_runtime, runtime, runtime_cxx, cxx, library, transitive)
CAUSES = {cause.id: cause for module in MODULES for cause in module.CAUSES}
ARM64, ARMV7, RISCV = "linux/arm64", "linux/arm/v7", "linux/riscv64"
MUSL = {
    "line_no": 39,
    "driver": "musl-gcc",
    "inputs": [["object", "main.o"]],
    "words": ["-o", "app", "main.o", "libvendor.a"],
}
GNU = {
    "line_no": 39,
    "driver": "x86_64-linux-gnu-gcc",
    "words": ["-o", "app", "main.o", "libvendor.a"],
}
ALPINE = {
    "image": "alpine:3.19",
    "distro": "alpine",
    "release": "3.19",
    "libc": "musl",
    "version": "1.2.4",
}
BOOKWORM = {
    "image": "debian:bookworm",
    "distro": "debian",
    "release": "bookworm",
    "libc": "glibc",
    "version": "2.36",
}


def judge(cause: str, **frames: object) -> list[Finding]:
    """The findings of one cause on facts of these rows."""
    return list(CAUSES[cause].judge(make_facts(**frames)))  # type: ignore[arg-type]


def states(cause: str, **frames: object) -> list[str]:
    """Their statuses in order."""
    return [finding.status for finding in judge(cause, **frames)]


def error(symbol: str, **other: object) -> dict[str, object]:
    """An undefined symbol, wanted by a member of a vendored archive."""
    row = {"symbol": symbol, "line_no": 40, "object": "libvendor.a", "member": "io.o"}
    return {**row, "detail_text": f"undefined reference to `{symbol}'", **other}


def on(platform: str, words: str, *symbols: str, **other: object) -> dict[str, object]:
    """Frames of a link on a platform: its command and what it misses, wanted by a plain object."""
    driver, *rest = words.split()
    command = {"line_no": 39, "driver": driver, "words": rest, "platform": platform}
    wanted = {"platform": platform, "object": "main.o", "member": None}
    errors = [error(name, **{**wanted, **other}) for name in symbols]
    return {"platforms": (platform,), "link_commands": [command], "link_errors": errors}


class TestLibc:
    """17, 18, 20, 21: the same names, told apart by where the object comes from."""

    CHK = {"link_errors": [error("__memcpy_chk"), error("__printf_chk", line_no=41)]}

    SHOWN = {"line_no": 8, "kind": "output", "text": "musl-gcc -c main.c -o main.o"}

    def test_names_of_glibc_from_a_vendored_archive_on_musl(self):
        """The log alone decides; both names are one finding."""
        frames = {"link_commands": [MUSL], "lines": [self.SHOWN], **self.CHK}
        (finding,) = judge("glibc-archive-on-musl", **frames)
        assert (finding.status, finding.symbols) == ("supported", ("__memcpy_chk", "__printf_chk"))
        assert [(e.file, e.line_no) for e in finding.evidence] == [(LOG, 39), (LOG, 40), (LOG, 41)]

    def test_the_base_image_tells_musl_where_the_command_does_not(self):
        """A Dockerfile's FROM is evidence with its line."""
        (finding,) = judge("glibc-archive-on-musl", bases=[ALPINE], **self.CHK)
        assert finding.status == "supported"
        assert (finding.evidence[0].file, finding.evidence[0].line_no) == (DOCKERFILE, 1)

    @pytest.mark.parametrize(
        ("file", "status"), [("third_party/libx.a", "supported"), ("src/libx.a", "untestable")]
    )
    def test_a_log_without_any_compile_says_nothing_of_who_compiled(self, file, status):
        """A quiet build with a cross compiler: only the archive's folder tells."""
        errors = [error("__memcpy_chk", object=file)]
        frames = {"link_commands": [MUSL], "link_errors": errors}
        assert states("glibc-archive-on-musl", **frames) == [status]

    def test_two_bases_of_different_libraries_tell_nothing(self):
        """Which stage failed is not known: the answer names the Dockerfile, or the command."""
        bases = [{**BOOKWORM, "line_no": 1, "is_last": False}, {**ALPINE, "line_no": 5}]
        assert states("glibc-archive-on-musl", bases=bases, **self.CHK) == ["untestable"]

    def test_a_name_in_the_manner_of_fortified_ones_is_not_glibcs(self):
        """`__volume_chk` checks nothing of the C library's."""
        frames = {"link_commands": [MUSL], "bases": [ALPINE]}
        cause = "glibc-archive-on-musl"
        assert judge(cause, **frames, link_errors=[error("__volume_chk")]) == []
        assert states(cause, **frames, link_errors=[error("__strcat_chk")]) == ["supported"]

    def test_a_plain_word_of_glibc_may_be_the_archives_own(self):
        """`error` is in glibc and in no musl, and many programs have one; a second name of glibc's tells."""
        frames = {"link_errors": [error("error")], "link_commands": [MUSL], "bases": [ALPINE]}
        (finding,) = judge("glibc-archive-on-musl", **frames)
        assert (finding.status, finding.missing[0].artefact) == (
            "untestable",
            "whose error is meant",
        )
        frames["link_errors"].append(error("__printf_chk", line_no=41))
        assert states("glibc-archive-on-musl", **frames) == ["supported"]

    def test_a_command_for_musl_beats_a_base_with_glibc(self):
        """A cross build links against another library than its image has."""
        frames = {
            "bases": [BOOKWORM], "link_commands": [MUSL], "lines": [self.SHOWN], **self.CHK
        }  # fmt: skip
        assert states("glibc-archive-on-musl", **frames) == ["supported"]

    def test_a_link_against_glibc_refutes_it(self):
        """The triple of the driver says so."""
        assert states("glibc-archive-on-musl", link_commands=[GNU], **self.CHK) == ["refuted"]

    COMPILE = {"line_no": 9, "kind": "output"}

    @pytest.mark.parametrize(
        "text", ["gcc -O2 -c src/io.c -o io.o", "musl-gcc -isystem /usr/include -c io.c -o io.o"]
    )
    def test_compiled_here_is_a_leak_of_headers_and_no_vendored_archive(self, text):
        """The compile of the same object stands in the log: by a compiler for glibc, or with the
        host's headers."""
        frames = {"link_commands": [MUSL], "lines": [{**self.COMPILE, "text": text}], **self.CHK}
        assert states("glibc-archive-on-musl", **frames) == ["refuted"]
        (finding,) = judge("host-libc-headers-leak", **frames)
        assert (finding.status, finding.evidence[0].line_no) == ("supported", 9)

    def test_a_compile_of_another_source_is_not_this_one(self):
        """audio.c is not io.c."""
        lines = [self.SHOWN, {**self.COMPILE, "text": "gcc -c src/audio.c -o audio.o"}]
        frames = {"link_commands": [MUSL], "lines": lines, **self.CHK}
        assert states("glibc-archive-on-musl", **frames) == ["supported"]
        assert judge("host-libc-headers-leak", **frames) == []

    def test_an_archive_that_cargo_built_out_of_sight_is_open(self):
        """Its folder says that this build made it; how is not shown."""
        file = "/t/release/build/io-sys-0123456789abcdef/out/libio.a"
        errors = [error("__memcpy_chk", object=file)]
        frames = {"link_commands": [MUSL], "link_errors": errors}
        assert states("glibc-archive-on-musl", **frames) == ["untestable"]

    def test_a_member_that_another_distribution_compiled_was_not_built_in_alpine(self):
        """The compiler's name in the object decides what its folder leaves open."""
        file = "/t/release/build/io-sys-0123456789abcdef/out/libio.a"
        member = {"file": file, "member": "io.o", "compiler": "GCC: (Debian 12.2.0-14) 12.2.0"}
        wants = {"file": file, "member": "io.o", "name": "__memcpy_chk", "role": "wanted"}
        frames = {
            "link_errors": [error("__memcpy_chk", object=file)], "bases": [ALPINE],
            "objects": [member], "sightings": [wants],
        }  # fmt: skip
        assert states("glibc-archive-on-musl", **frames) == ["supported"]

    def test_large_file_names_of_code_compiled_here(self):
        """open64 in an object of this build, on musl: 18 and not 17."""
        lines = [{**self.COMPILE, "text": "gcc -c io.c -o io.o"}]
        frames = {"bases": [ALPINE], "lines": lines, "link_errors": [error("open64")]}
        assert states("musl-lfs64-removed", **frames) == ["supported"]
        assert states("glibc-archive-on-musl", **frames) == ["refuted"]

    def test_a_source_whose_name_is_one_letter_was_compiled_here_too(self):
        """`w.c`: its line is told from `view.c`'s by what stands before it."""
        wanted = {**error("open64"), "object": "libx.a", "member": "w.o"}
        told = {**self.COMPILE, "text": "musl-gcc -c w.c -o w.o"}
        frames = {"bases": [ALPINE], "link_errors": [wanted]}
        assert states("musl-lfs64-removed", **frames, lines=[told]) == ["supported"]
        other = {**told, "text": "musl-gcc -c view.c -o view.o"}
        assert states("musl-lfs64-removed", **frames, lines=[other]) == ["refuted"]

    def test_large_file_names_of_a_vendored_archive(self):
        """The same name from an archive that was brought along: 17 and not 18."""
        frames = {"bases": [ALPINE], "link_errors": [error("open64")]}
        assert states("musl-lfs64-removed", **frames) == ["refuted"]
        assert states("glibc-archive-on-musl", **frames) == ["supported"]

    UNDECLARED = {"line_no": 7, "kind": "compiler", "text": "db.c:3:5: error: 'pread64' undeclared"}

    @pytest.mark.parametrize(
        ("version", "status"), [("1.2.4", "supported"), ("1.2.3", "refuted"), ("", "untestable")]
    )
    def test_a_failed_compile_depends_on_the_release_of_musl(self, version, status):
        """Before 1.2.4 the headers had the names."""
        frames = {"bases": [{**ALPINE, "version": version}], "lines": [self.UNDECLARED]}
        assert states("musl-lfs64-removed", **frames) == [status]

    def test_a_failed_compile_that_asked_for_the_names_needs_no_release(self):
        """With _GNU_SOURCE an older musl declares them."""
        compiled = {**self.COMPILE, "text": "gcc -D_GNU_SOURCE -O2 -c -o db.o db.c"}
        frames = {"bases": [{**ALPINE, "version": ""}], "lines": [compiled, self.UNDECLARED]}
        assert states("musl-lfs64-removed", **frames) == ["supported"]

    def test_an_undeclared_name_on_glibc_is_another_matter(self):
        """Nothing is said of musl there."""
        assert judge("musl-lfs64-removed", bases=[BOOKWORM], lines=[self.UNDECLARED]) == []

    ISOC23 = {"link_errors": [error("__isoc23_strtol")]}

    def test_a_name_younger_than_the_image(self):
        """2.38 from a vendored archive, in an image with 2.36."""
        (finding,) = judge("newer-glibc-archive", bases=[BOOKWORM], **self.ISOC23)
        assert finding.status == "supported"
        assert "2.38" in finding.claim

    def test_an_image_that_has_the_release_refutes_it(self):
        """Then the name is missing for another reason."""
        newer = {**BOOKWORM, "version": "2.41"}
        assert states("newer-glibc-archive", bases=[newer], **self.ISOC23) == ["refuted"]

    def test_an_unknown_library_leaves_it_open(self):
        """musl, or an older glibc? The answer asks for the Dockerfile."""
        (finding,) = judge("newer-glibc-archive", **self.ISOC23)
        assert finding.status == "untestable"
        assert "Dockerfile" in finding.missing[0].artefact

    def test_a_version_in_the_linkers_words_decides_by_itself(self):
        """The linker misses the name at that version of glibc."""
        row = error(
            "fmod", object="libx.so", detail_text="undefined reference to `fmod@GLIBC_2.38'"
        )
        assert states("newer-glibc-archive", link_errors=[row]) == ["supported"]

    def test_the_first_version_of_a_port_is_not_new(self):
        """riscv64 begins with 2.27: a name at that version is as old as can be."""
        row = error("stat", platform=RISCV, detail_text="undefined reference to `stat@GLIBC_2.27'")
        assert judge("newer-glibc-archive", link_errors=[row], platforms=(RISCV,)) == []

    def test_a_function_of_ones_own_name_is_not_called_new(self):
        """strlcpy came with 2.38, and a program may mean its own."""
        frames = {"link_errors": [error("strlcpy", object="main.o", member=None)]}
        assert judge("newer-glibc-archive", link_commands=[GNU], **frames) == []

    @pytest.mark.parametrize(
        ("platform", "command", "status"),
        [
            (ARMV7, {**MUSL, "platform": ARMV7}, "supported"),
            (ARMV7, {**GNU, "platform": ARMV7, "driver": "arm-linux-gnueabihf-gcc"}, "refuted"),
            (AMD64, MUSL, "refuted"),
        ],
    )
    def test_time64_is_of_32_bit_musl(self, platform, command, status):
        """Elsewhere the same name says nothing of two releases of musl."""
        errors = [error("__stat_time64", platform=platform)]
        frames = {"link_commands": [command], "link_errors": errors, "platforms": (platform,)}
        assert states("musl-time64-skew", **frames) == [status]

    def test_the_loader_misses_a_version(self):
        """Its own words decide; both bases are shown."""
        row = {"symbol": "GLIBC_2.38", "line_no": 50, "kind": "version", "linker": "ld.so"}
        bases = [{**BOOKWORM, "version": "2.41", "is_last": False}, {**BOOKWORM, "line_no": 7}]
        (finding,) = judge("runtime-glibc-too-old", link_errors=[row], bases=bases)
        assert (finding.status, finding.symbol) == ("supported", "GLIBC_2.38")
        assert {e.file for e in finding.evidence} == {LOG, DOCKERFILE}

    def test_a_copied_program_asks_for_more_than_the_last_stage_has(self):
        """Without a loader's message: versions of the program, COPY and FROM."""
        frames = {
            "bases": [{**BOOKWORM, "stage_no": 1, "line_no": 5, "image_line_no": 5}],
            "instructions": [{"line_no": 6, "end_line_no": 6, "instruction": "COPY", "stage_no": 1,
                              "flags_text": "--from=b", "value_text": "/src/app /app"}],
            "objects": [{"file": "out/app", "kind": "executable"}],
            "details": [{"file": "out/app", "kind": "verneed", "name": "GLIBC_2.38"}],
        }  # fmt: skip
        assert states("runtime-glibc-too-old", **frames) == ["supported"]
        older = [{**frames["details"][0], "name": "GLIBC_2.34"}]
        assert judge("runtime-glibc-too-old", **{**frames, "details": older}) == []
        other = [{**frames["objects"][0], "file": "out/build-script"}]
        assert judge("runtime-glibc-too-old", **{**frames, "objects": other}) == []


class TestRuntime:
    """23 to 28: told by name and machine."""

    def test_eight_bytes_on_32_bits_without_libatomic(self):
        """No -latomic on the whole command."""
        frames = on(ARMV7, "gcc -o app main.o", "__atomic_fetch_add_8")
        assert states("libatomic-missing-wide", **frames) == ["supported"]

    @pytest.mark.parametrize(
        ("linker", "status"), [("ld.bfd", "supported"), ("gold", "supported"), ("lld", "refuted")]
    )
    def test_libatomic_before_its_users(self, linker, status):
        """The order counts for linkers that read once."""
        frames = on(ARMV7, "gcc -latomic -o app main.o", "__atomic_load_8", linker=linker)
        (finding,) = judge("libatomic-missing-wide", **frames)
        assert finding.status == status
        if status == "supported":
            assert "before its users" in finding.claim

    def test_libatomic_after_its_users_refutes_it(self):
        """It is there, and still something is missing: another cause."""
        frames = on(ARMV7, "gcc -o app main.o -latomic", "__atomic_load_8")
        assert states("libatomic-missing-wide", **frames) == ["refuted"]

    @pytest.mark.parametrize(
        ("platform", "name", "cause"),
        [
            (AMD64, "__atomic_load_8", None),
            (AMD64, "__atomic_load_16", "libatomic-missing-wide"),
            (ARM64, "__atomic_exchange", "libatomic-missing-wide"),
            (RISCV, "__atomic_exchange_1", "libatomic-missing-subword"),
            (ARMV7, "__atomic_exchange_1", None),
        ],
    )
    def test_widths_belong_to_machines(self, platform, name, cause):
        """One of the two causes, or none."""
        frames = on(platform, "gcc -o app main.o", name)
        found = [
            c for c in ("libatomic-missing-wide", "libatomic-missing-subword") if judge(c, **frames)
        ]
        assert found == ([cause] if cause else [])

    def test_without_the_command_it_is_open(self):
        """Whether -latomic is on the link stands there."""
        frames = {**on(ARMV7, "gcc main.o", "__atomic_load_8"), "link_commands": []}
        assert states("libatomic-missing-wide", **frames) == ["untestable"]

    HELPER = "__aarch64_ldadd4_acq_rel"

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("gcc -nodefaultlibs -o app main.o", "supported"),
            ("gcc -o app main.o", "supported"),
            ("ld -o app main.o", "supported"),
            ("gcc -nodefaultlibs -lgcc -o app main.o", "refuted"),
        ],
    )
    def test_outline_atomics(self, words, status):
        """Left out, or older; one that stands before its users is a matter of order."""
        assert states("outline-atomics-helpers-missing", **on(ARM64, words, self.HELPER)) == [
            status
        ]

    def test_outline_atomics_win_over_nostdlib(self):
        """Both fit; the more exact one tells."""
        facts = make_facts(**on(ARM64, "gcc -nostdlib -o app main.o", self.HELPER))
        found = explained_once([f for c in CAUSES.values() for f in c.judge(facts)], CAUSES)
        told = {finding.cause: finding.status for finding in found}
        assert told == {
            "outline-atomics-helpers-missing": "supported",
            "nostdlib-drops-runtime": "refuted",
        }

    @pytest.mark.parametrize(
        ("other", "status"),
        [
            ({"function": "init_have_lse_atomics"}, "supported"),
            ({"object": "libgcc.a", "member": "lse-init.o"}, "supported"),
            ({"function": "main"}, "refuted"),
        ],
    )
    def test_getauxval_is_libgccs_own_want(self, other, status):
        """The referring member or function decides."""
        frames = on(ARM64, "gcc -o app main.o", "__getauxval", **other)
        assert states("lse-init-getauxval", **frames) == [status]

    @pytest.mark.parametrize(
        ("platform", "name", "is_told"),
        [
            (AMD64, "__muloti4", True), (ARMV7, "__divti3", True), (AMD64, "__divti3", False),
            (ARMV7, "__aeabi_uidiv", False), (AMD64, "_Unwind_Resume", False), (AMD64, "muloti", False),
        ],
    )  # fmt: skip
    def test_builtins_that_libgcc_has_not(self, platform, name, is_told):
        """128-bit division is in libgcc of 64-bit machines alone; checked multiplication nowhere."""
        frames = on(platform, "gcc -o app main.o", name)
        assert states("compiler-rt-builtin-missing", **frames) == (["supported"] if is_told else [])

    def test_compiler_rt_on_the_link_refutes_it(self):
        """Then the runtime that has it was asked."""
        frames = on(AMD64, "clang --rtlib=compiler-rt -o app main.o", "__muloti4")
        assert states("compiler-rt-builtin-missing", **frames) == ["refuted"]

    def test_the_hidden_cpu_model(self):
        """ld's own words: hidden, and referenced by a shared object."""
        row = error("__cpu_model", kind="hidden", object="libgcc.a", member="cpuinfo.o")
        assert states("cpu-model-symbol-missing", link_errors=[row]) == ["supported"]
        assert judge("cpu-model-symbol-missing", link_errors=[{**row, "symbol": "own"}]) == []


class TestCxxRuntime:
    """29 to 31, and IFUNC."""

    @pytest.mark.parametrize("name", ["-lgcc_s", "-lunwind", "-lgcc_eh"])
    def test_an_unwinder_that_is_not_found(self, name):
        """The linker says so."""
        row = {"kind": "library_not_found", "line_no": 4, "object": name,
               "detail_text": f"cannot find {name}"}  # fmt: skip
        assert states("unwind-runtime-missing", link_errors=[row]) == ["supported"]
        other = {**row, "object": "-lfoo", "detail_text": "cannot find -lfoo"}
        assert judge("unwind-runtime-missing", link_errors=[other]) == []

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("gcc -nodefaultlibs -o app main.o -lc", "supported"),
            ("gcc -nodefaultlibs -o app main.o -lgcc_eh -lc", "refuted"),
            ("gcc -o app main.o", "untestable"),
        ],
    )
    def test_unwinding_names(self, words, status):
        """A driver that adds what it likes leaves it open."""
        assert states("unwind-runtime-missing", **on(AMD64, words, "_Unwind_Resume")) == [status]

    NAMES = ("operator new(unsigned long)", "__cxa_throw", "std::cout")

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("cc -o app main.o libx.a", "supported"),
            ("cc -nodefaultlibs -o app main.o libx.a", "supported"),
            ("c++ -o app main.o libx.a", "refuted"),
            ("arm-linux-gnueabihf-g++-12 -o app main.o", "refuted"),
            ("cc -o app main.o libx.a -lstdc++", "refuted"),
            ("cc -o app main.o /usr/lib/libstdc++.a", "refuted"),
        ],
    )
    def test_cxx_names_and_the_driver(self, words, status):
        """A C driver without a C++ library, whatever else is missing."""
        assert states("libstdcxx-not-linked", **on(AMD64, words, *self.NAMES)) == [status]

    def test_templates_alone_do_not_invite_it(self):
        """std:: names may be instances that the program owes to itself."""
        frames = on(AMD64, "cc -o app main.o", "std::vector<Mine>::push_back(Mine&&)")
        assert judge("libstdcxx-not-linked", **frames) == []

    HOST = {
        **MUSL,
        "words": ["-static", "main.o", "-L/usr/lib/gcc/x86_64-linux-gnu/12", "-lstdc++"],
    }

    @pytest.mark.parametrize(
        ("end", "status"),
        [
            (
                {"outcome": "linked", "ran": False, "ended": "SIGSEGV", "ran_file": "case.toml"},
                "supported",
            ),
            (
                {
                    "outcome": "linked",
                    "ran": True,
                    "ended": "exit status 0",
                    "ran_file": "case.toml",
                },
                "refuted",
            ),
            ({"outcome": "linked"}, "untestable"),
        ],
    )
    def test_the_host_libstdcxx_in_a_musl_program(self, end, status):
        """It links; only a run shows that it dies."""
        frames = {"link_commands": [self.HOST], "outcomes": [end]}
        assert states("libstdcxx-wrong-libc", **frames) == [status]
        own = {**self.HOST, "words": ["main.o", "-L/opt/x86_64-linux-musl/lib", "-lstdc++"]}
        assert judge("libstdcxx-wrong-libc", link_commands=[own], outcomes=[end]) == []

    PICKED = {"index": 1, "name": "best", "type": "IFUNC", "is_defined": True}

    def ifunc(self, command, **end):
        """A static program with an IFUNC symbol."""
        return {
            "link_commands": [command], "objects": [{"file": "app", "kind": "executable"}],
            "symbols": [{**self.PICKED, "file": "app"}], "outcomes": [{"outcome": "linked", **end}],
        }  # fmt: skip

    def test_ifunc_on_musl(self):
        """The cause where it was run and died, latent where it was not run."""
        died = {"ran": False, "ended": "SIGSEGV", "ran_file": "case.toml"}
        (finding,) = judge("ifunc-on-static-musl", **self.ifunc(MUSL, **died))
        assert (finding.status, finding.role) == ("supported", "cause")
        (finding,) = judge("ifunc-on-static-musl", **self.ifunc(MUSL))
        assert (finding.status, finding.role) == ("supported", "latent")
        assert states("ifunc-on-static-musl", **self.ifunc(GNU, **died)) == ["refuted"]

    def test_ifunc_in_a_dynamic_program_is_the_loaders(self):
        """Nothing is said of it."""
        frames = self.ifunc(MUSL)
        frames["objects"] = [{"file": "app", "kind": "executable", "needed": ["libc.so"]}]
        assert judge("ifunc-on-static-musl", **frames) == []


class TestCxxNames:
    """32 and 33: one function under two names."""

    def near(self, wanted, defined):
        """A want beside a definition."""
        row = {
            "wanted": wanted,
            "name": "_Z1f",
            "file": "libx.a",
            "wanted_text": wanted,
            "text": defined,
        }
        return {"link_errors": [error(wanted)], "near": [row], "objects": [{"file": "libx.a"}]}

    STRING = "std::basic_string<char, std::char_traits<char>, std::allocator<char> >"
    NEW = STRING.replace("std::basic", "std::__cxx11::basic")

    @pytest.mark.parametrize(
        ("wanted", "defined", "cause"),
        [
            (f"f({NEW} const&)", "f(std::string const&)", "cxx11-abi-mismatch"),
            (f"f({STRING})", f"f({NEW})", "cxx11-abi-mismatch"),
            ("f[abi:cxx11]()", "f()", "cxx11-abi-mismatch"),
            (f"f({NEW} const&)", "f(std::string)", None),
            ("a::lts_20240116::f(int)", "a::lts_20230802::f(int)", "inline-namespace-version-mismatch"),
            ("fmt::v9::f(char)", "fmt::v10::f(char)", "inline-namespace-version-mismatch"),
            ("a::v2::f(int)", "a::f(int)", "inline-namespace-version-mismatch"),
            (f"f({NEW.replace('__cxx11', '__1')})", f"f({NEW})", "inline-namespace-version-mismatch"),
            ("a::v1::f(int)", "a::v2::f(long)", None),
            ("a::f(int)", "a::f(long)", None),
        ],
    )  # fmt: skip
    def test_what_makes_the_difference(self, wanted, defined, cause):
        """Each pair belongs to one cause, or to neither."""
        both = ("cxx11-abi-mismatch", "inline-namespace-version-mismatch")
        found = [one for one in both if states(one, **self.near(wanted, defined)) == ["supported"]]
        assert found == ([cause] if cause else [])

    def test_without_objects_the_wanted_name_alone_asks_for_them(self):
        """A log shows one side."""
        errors = {"link_errors": [error(f"f({self.NEW} const&)")]}
        assert states("cxx11-abi-mismatch", **errors) == ["untestable"]
        assert judge("cxx11-abi-mismatch", link_errors=[error("f(int)")]) == []


class TestLibraries:
    """34 and the everyday ones."""

    def test_a_library_of_a_library(self):
        """ld's own words, with the file that has it."""
        text = "undefined reference to symbol 'f'; ./libdeep.so: error adding symbols: DSO missing from command line"
        (finding,) = judge("transitive-dso-missing", link_errors=[error("f", detail_text=text)])
        assert finding.status == "supported"
        assert "-ldeep" in finding.fix[0]

    def test_the_c_library_is_no_library_of_a_library(self):
        """Drivers always name it: either none was used or another C library is meant."""
        text = "undefined reference to symbol 'puts@@GLIBC_2.17'; /sys/lib64/libc.so.6: error adding symbols: DSO missing from command line"
        frames = {"link_errors": [error("puts", detail_text=text)]}
        assert judge("transitive-dso-missing", **frames) == []
        (finding,) = judge("nostdlib-drops-runtime", **frames)
        assert finding.status == "untestable"
        assert finding.missing[0].artefact.startswith("the whole link command")
        frames["link_commands"] = [
            {"line_no": 39, "driver": "ld", "words": ["-o", "app", "libvendor.a"]}
        ]
        assert states("nostdlib-drops-runtime", **frames) == ["supported"]

    def test_a_library_of_a_library_by_the_objects(self):
        """Other linkers do not say it: the definition, who needs it, and the line do."""
        frames = on(AMD64, "gcc -o app main.o -lnear", "f")
        frames["objects"] = [
            {"file": "libnear.so", "kind": "shared", "needed": ["libdeep.so.1"]},
            {"file": "libdeep.so", "kind": "shared", "soname": "libdeep.so.1"},
        ]
        frames["sightings"] = [{"file": "libdeep.so", "name": "f", "role": "defined"}]
        assert states("transitive-dso-missing", **frames) == ["supported"]
        frames["objects"][0]["needed"] = []
        assert judge("transitive-dso-missing", **frames) == []

    @pytest.mark.parametrize(
        ("words", "name", "status"),
        [
            ("gcc -o app main.o", "sqrt", "supported"),
            ("gcc -o app main.o -lm", "sqrt", "refuted"),
            ("gcc -o app -lm main.o", "sqrt", "refuted"),
            ("g++ -o app main.o", "sqrt", "refuted"),
            ("gcc -o app main.o", "GOMP_parallel", "supported"),
            ("gcc -fopenmp -o app main.o", "GOMP_parallel", "refuted"),
            ("gfortran -o app main.o", "_gfortran_st_write", "refuted"),
            ("gcc -o app main.o vendor/libssl.a", "SSL_new", "refuted"),
            ("gcc -o app main.o", "json_object_new_int", "untestable"),
        ],
    )
    def test_well_known_names(self, words, name, status):
        """The library by name, file, driver or switch; words that anyone may use need company."""
        assert states("library-not-linked", **on(AMD64, words, name)) == [status]

    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ("+ gcc -o app wave.c", "supported"),
            ("gcc -o app wave.c -lm", "refuted"),
            ("gcc -c -o wave.o wave.c", "untestable"),
            ("gcc -o app other.c", "untestable"),
        ],
    )
    def test_a_command_that_compiles_and_links(self, text, status):
        """The object is the driver's own; the command is known by the source that it names."""
        row = error("sqrt", object="/tmp/ccAb12xY.o", member=None, source_file="wave.c")
        lines = [{"line_no": 38, "kind": "output", "text": text}]
        assert states("library-not-linked", link_errors=[row], lines=lines) == [status]

    def test_a_library_of_one_compiler_alone(self):
        """std::filesystem is apart in GCC 8: told by its headers' folder, else the version is asked for."""
        frames = on(
            AMD64,
            "g++ -o app main.o",
            "std::filesystem::status(std::filesystem::__cxx11::path const&)",
        )
        (finding,) = judge("library-not-linked", **frames)
        assert (finding.status, finding.missing[0].artefact) == (
            "untestable",
            "the compiler's version",
        )
        frames["link_errors"][0]["detail_text"] = "/usr/include/c++/8/bits/fs_ops.h:7: undefined"
        (finding,) = judge("library-not-linked", **frames)
        assert finding.status == "supported"
        assert "-lstdc++fs" in finding.fix[0]
        frames["link_errors"][0]["detail_text"] = "/usr/include/c++/11/bits/fs_ops.h:7: undefined"
        assert states("library-not-linked", **frames) == ["untestable"]

    def test_what_glibc_has_and_others_have_apart(self):
        """A C library that is not known may be one without it; glibc is not."""
        frames = on(AMD64, "ld -o app main.o", "backtrace")
        (finding,) = judge("library-not-linked", **frames)
        assert (finding.status, "libexecinfo" in finding.claim) == ("untestable", True)
        assert judge("library-not-linked", **frames, bases=[BOOKWORM]) == []

    def test_a_name_that_a_file_of_the_project_defines(self):
        """The project's own object is not linked: another cause."""
        frames = on(AMD64, "gcc -o app main.o", "SSL_new")
        frames["objects"] = [{"file": "own.o"}]
        frames["sightings"] = [{"file": "own.o", "name": "SSL_new", "role": "defined"}]
        assert states("library-not-linked", **frames) == ["refuted"]

    @pytest.mark.parametrize(
        ("name", "compiles", "link", "status"),
        [
            ("crc32", ("gcc -c crc.c", "ar rcs libcodec.a crc.o"), "main.o", "untestable"),
            ("SHA256_Init", ("gcc -c sha.c",), "main.o sha.o", "untestable"),
            ("readline", ("gcc -c linenoise_readline.c",), "main.o linenoise_readline.o", "untestable"),
            ("sqrtf", ("gcc -c mymath.c",), "main.o", "untestable"),
            ("crc32", ("gcc -shared -fPIC -o libvz.so z.c",), "main.o -lvz", "untestable"),
            ("sqrtf", ("gcc -c area.c", "ar rcs liba.a area.o"), "main.o liba.a", "supported"),
            ("sqrtf", ("gcc -c sqrtf_user.c",), "sqrtf_user.o", "supported"),
        ],
    )  # fmt: skip
    def test_a_name_that_this_build_may_make_itself(self, name, compiles, link, status):
        """What is named like it, or is compiled and not linked, may be meant; the user is not."""
        frames = on(AMD64, f"gcc -o app {link}", name)
        words = link.split()
        frames["link_errors"][0]["object"] = words[0]
        frames["link_commands"][0]["inputs"] = [
            ["library", w[2:]] if w.startswith("-l") else ["object", w] for w in words
        ]
        frames["lines"] = [
            {"line_no": no, "kind": "output", "text": text} for no, text in enumerate(compiles, 1)
        ]
        assert states("library-not-linked", **frames) == [status]

    def test_what_was_left_out_and_is_meant_for_another_name(self):
        """`moon.o` is missed for `moon_phase`: the library for `cos` is missed beside it."""
        frames = on(AMD64, "gcc -o app main.o", "cos", "moon_phase")
        frames["lines"] = [{"line_no": 1, "kind": "output", "text": "gcc -c moon.c"}]
        assert states("library-not-linked", **frames) == ["supported"]
        frames["link_errors"] = frames["link_errors"][:1]
        assert states("library-not-linked", **frames) == ["untestable"]

    @pytest.mark.parametrize(
        ("defined", "bind", "status"),
        [
            ("sqrtf", "LOCAL", "untestable"),
            ("sqrt_f", "GLOBAL", "untestable"),
            ("checksum", "GLOBAL", "supported"),
        ],
    )
    def test_a_name_that_an_own_object_has_shut_in_or_misspelt(self, defined, bind, status):
        """It may be the one that is meant."""
        frames = on(AMD64, "gcc -o app main.o u.o", "sqrtf")
        frames["objects"] = [{"file": "u.o"}]
        frames["sightings"] = [{"file": "u.o", "name": defined, "role": "defined", "bind": bind}]
        row = {"file": "u.o", "name": defined, "bind": bind, "is_defined": True, "index": 1}
        assert states("library-not-linked", **frames, symbols=[row]) == [status]

    @pytest.mark.parametrize(
        ("names", "status"),
        [
            (["pcap_ring_open"], "untestable"),
            (["SSL_pool_init", "SSL_pool_free", "SSL_pool_take"], "untestable"),
            (["pcap_ring_open", "pcap_open_live"], "supported"),
            (["ucnv_open_72", "ucnv_close_72"], "supported"),
            (["_gfortran_st_write"], "supported"),
            (["crc32"], "untestable"),
            (["crc32", "adler32"], "supported"),
            (["deflateInit_"], "supported"),
            (["gamma"], "untestable"),
            (["y0", "y1"], "untestable"),
            (["y0", "cos"], "supported"),
            (["SHA1"], "untestable"),
            (["readline"], "untestable"),
            (["readline", "add_history"], "supported"),
        ],
    )
    def test_a_prefix_alone_does_not_tell_whose_a_name_is(self, names, status):
        """A project may name its own functions like a library's, or a checksum `crc32`: one call that
        is known to be the library's, a reserved prefix or two of its words tell."""
        (finding,) = judge("library-not-linked", **on(AMD64, "gcc -o app main.o", *names))
        assert finding.status == status
        if status == "untestable":
            assert finding.missing[0].artefact == f"whose {names[0]} is meant"

    def test_an_unknown_name_is_nobodys(self):
        """No word on libraries."""
        assert judge("library-not-linked", **on(AMD64, "gcc -o app main.o", "blend_rows")) == []

    def test_the_fix_names_switch_and_package(self):
        """Steps that can be copied."""
        (finding,) = judge("library-not-linked", **on(AMD64, "gcc -o app main.o", "deflateInit_"))
        assert "-lz" in finding.fix[0]
        assert any("zlib1g-dev" in step for step in finding.fix)

    @pytest.mark.parametrize(
        ("words", "name", "status"),
        [
            ("gcc -o app main.o", "__asan_init", "supported"),
            ("gcc -fsanitize=undefined,address -o app main.o", "__asan_init", "refuted"),
            ("gcc -fsanitize=address -o app main.o", "__ubsan_handle_add_overflow", "supported"),
            ("gcc --coverage -o app main.o", "__gcov_init", "refuted"),
            ("gcc -o app main.o -lgcov", "__gcov_init", "refuted"),
            ("gcc -o app main.o", "__asan_report_load4_noabort", "supported"),
        ],
    )
    def test_instrumentation(self, words, name, status):
        """The prefix tells the switch; the command tells whether it is there."""
        assert states("instrumentation-runtime-missing", **on(AMD64, words, name)) == [status]

    @pytest.mark.parametrize("name", ["__asan_trace_frame", "__ubsan_own_report", "__tsan_log"])
    def test_a_hook_of_the_project_is_no_instrumentation(self, name):
        """It begins like a sanitizer's, and no compiler writes such a call."""
        found = judge("instrumentation-runtime-missing", **on(AMD64, "gcc -o app main.o", name))
        assert found == []

    @pytest.mark.parametrize(
        ("words", "names", "status"),
        [
            ("gcc -nostdlib -o app main.o", ["__stack_chk_fail"], ["supported"]),
            ("gcc -nostdlib -o app main.o", ["__udivti3", "memcpy"], ["supported"]),
            ("gcc -nodefaultlibs -o app main.o -lc -lgcc", ["memcpy", "__udivti3"], ["refuted"]),
            ("ld -o app main.o", ["printf"], ["supported"]),
            ("gcc -o app main.o", ["printf"], []),
            ("gcc -nostdlib -o app main.o", ["blend_rows"], []),
        ],
    )
    def test_nostdlib(self, words, names, status):
        """The switch, and names of what it takes away."""
        assert states("nostdlib-drops-runtime", **on(AMD64, words, *names)) == status


def test_nothing_is_claimed_where_nothing_is_missing():
    """A green build, with a base and an ordinary link: not a word."""
    frames = {"bases": [ALPINE], "link_commands": [MUSL], "outcomes": [{"outcome": "linked"}]}
    facts = make_facts(**frames)  # type: ignore[arg-type]
    assert [finding for cause in CAUSES.values() for finding in cause.judge(facts)] == []


def test_hundreds_of_names_are_no_flood():
    """One finding a cause and platform, in a time that grows with the names alone."""
    frames = on(AMD64, "gcc -o app main.o", *(f"XXH64_{n}" for n in range(300)))
    facts = make_facts(**frames)  # type: ignore[arg-type]
    findings = [finding for cause in CAUSES.values() for finding in cause.judge(facts)]
    assert [(finding.cause, len(finding.symbols)) for finding in findings] == [
        ("library-not-linked", 300)
    ]
    assert len(findings[0].evidence) < 12


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "a-" * 50_000, "a/" * 50_000, "x-linux-" * 12_000, "::v1" * 25_000]
)
def test_words_without_end_take_no_time(text):
    """A hostile log: every cause passes over it, and no pattern goes back and forth."""
    frames = on(ARM64, "gcc -o app main.o", text, detail_text=text)
    frames["link_commands"][0]["words"] = [text, "main.o", "-musl", "linux-gnu"]
    frames["lines"] = [{"line_no": 3, "kind": "compiler", "text": f"{text}64' undeclared"}]
    frames["near"] = [
        {"wanted": text, "name": text, "file": "x", "wanted_text": text, "text": f"{text}x"}
    ]
    facts = make_facts(**frames)  # type: ignore[arg-type]
    begun = time.process_time()
    for cause in CAUSES.values():
        list(cause.judge(facts))
    assert time.process_time() - begun < 2
