"""Well-known libraries, instrumentation, what -nostdlib takes away: each cause, and its look-alikes."""

from __future__ import annotations

import pytest

from tests.facts_builder import AMD64, judge
from tests.runtime_frames import BOOKWORM, error, on, states


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
