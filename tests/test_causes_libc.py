"""The C library: the same missing names, told apart by where the object comes from."""

from __future__ import annotations

import pytest

from tests.facts_builder import AMD64, DOCKERFILE, LOG, judge
from tests.runtime_frames import ALPINE, ARMV7, BOOKWORM, GNU, MUSL, RISCV, error, states


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
