"""Definitions that were never made: what scripts and probes say of a kernel that they leave out."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.name_arches import arches_of_words
from diag.causes.skips import is_stem_of
from tests.facts_builder import AMD64, make_facts
from tests.production_frames import ARM64, judge, lines, undefined


@pytest.mark.parametrize(
    ("stem", "name", "is_one"),
    [
        ("dot_simd", "dot_i8_simd", True),
        ("hash-avx2", "hash_avx2_update", True),
        ("simd_dot", "dot_i8_simd", False),
        ("io", "audio_open", False),
    ],
)
def test_a_source_is_tied_by_its_name_or_by_its_parts_in_order(stem, name, is_one):
    """Two parts in order tie, one short part does not."""
    assert is_stem_of(stem, name) is is_one


@pytest.mark.parametrize(
    "texts",
    [
        ["build.sh: warning: unable to compile kernels/dot_simd.c, kernel skipped"],
        ["make: [Makefile:18: all] Error 1 (ignored)", "ar: dot_simd.o: No such file or directory"],
        ["configure: not building dot_simd.o: unsupported"],
    ],
)
def test_scripts_and_makefiles_tell_of_a_skipped_kernel_too(texts):
    """Their words in plain output, tied by the source's or the object's name."""
    told = lines(*texts)
    told[-1]["kind"] = "archiver" if texts[-1].startswith("ar:") else "output"
    frames = {"link_errors": undefined("dot_i8_simd")}
    assert judge("kernel-object-not-built", **frames, lines=told)[0].status == "supported"
    other = [{**row, "text": str(row["text"]).replace("dot_simd", "fft_plan")} for row in told]
    assert judge("kernel-object-not-built", **frames, lines=other) == []


@pytest.mark.parametrize(
    ("package", "said", "n_told"),
    [
        ("search", "skipping cosine: gcc does not know -mavxvnniint8", 1),
        ("search", "kernel cosine skipped", 1),
        ("search", "skipping hamming: gcc does not know -mavxvnniint8", 0),
        ("other", "skipping cosine: gcc does not know -mavxvnniint8", 0),
    ],
)
def test_a_programs_own_script_names_what_it_left_out(package, said, n_told):
    """By the kernel's name, in the package whose program wants it: both are needed."""
    told = lines(f"warning: {package}@0.3.1: {said}", kind="build_script")
    user = "/src/t/debug/deps/search-0123456789abcdef.a1djs.1ngk250.rcgu.o"
    found = judge("kernel-object-not-built", link_errors=undefined("cosine_u8", user=user), lines=told)  # fmt: skip
    assert [f.status for f in found] == ["supported"] * n_told


def test_the_line_that_tells_is_cited_and_not_its_neighbour():
    """Warnings that stand beside it are none of it."""
    texts = ("warning: the gold linker is deprecated", "|", "warning: x@1.0.0: skipping dot_simd.c")
    told = lines(*texts, kind="build_script")
    (finding,) = judge("kernel-object-not-built", link_errors=undefined("dot_simd"), lines=told)
    assert finding.evidence[0].line_no == 3


def test_assembly_that_is_off_explains_a_family_and_not_one_name():
    """configure's word and two names of one ending; one name alone is another cause."""
    off = lines("configure: WARNING: nasm not found, assembly is disabled")
    (finding,) = judge(
        "asm-backend-disabled", link_errors=undefined("sad_avx2", "dct_avx2"), lines=off
    )
    assert (finding.status, finding.symbols) == ("supported", ("sad_avx2", "dct_avx2"))
    assert judge("asm-backend-disabled", link_errors=undefined("sad_avx2"), lines=off) == []
    open_one = judge("asm-backend-disabled", link_errors=undefined("sad_avx2", "dct_avx2"))
    assert [f.status for f in open_one] == ["untestable"]


def test_a_source_that_may_have_left_its_kernel_out_asks_for_the_guard():
    """probe-and-guard-disagree is listed for it, and without a probe not more than that."""
    frames = {
        "link_errors": undefined("l2_avx512"),
        "lines": lines("gcc -c main.c", "gcc -mavx2 -c distances.c"),
        "link_commands": [{"line_no": 30, "inputs": [["object", "distances.o"]]}],
    }
    assert [f.status for f in judge("probe-and-guard-disagree", **frames)] == ["untestable"]


def test_a_probe_with_a_switch_that_the_source_lacks():
    """Compiled and linked, and without the function: the probe's switch decides, its absence asks."""
    link = {"line_no": 30, "inputs": [["object", "main.o"], ["object", "crc_hw.o"]]}
    compiled = "gcc -O2 -c -o crc_hw.o crc_hw.c"
    probe = ("gcc -msse4.2 -o probe probe.c", "checking for CRC instructions... yes")
    frames = {"link_errors": undefined("crc_hw"), "link_commands": [link]}
    cause = "probe-and-guard-disagree"
    assert judge(cause, **frames, lines=lines(*probe, compiled))[0].status == "supported"
    assert judge(cause, **frames, lines=lines(compiled))[0].status == "untestable"
    same = compiled.replace("-O2", "-O2 -msse4.2")
    assert judge(cause, **frames, lines=lines(*probe, same))[0].status == "untestable"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (["gcc -mfpu=neon -c -o probe.o probe.c && echo 'CRC: yes' && touch conf.h", "CRC: yes"], "supported"),
        (["Compiler for C supports arguments -msse4.2: YES"], "supported"),
        (["Compiler for C supports arguments -msse4.2: NO"], "untestable"),
        (["checking for stdlib.h... yes", "checking whether gcc accepts -mavx512f... no"], "untestable"),
        (["checking whether gcc accepts -mavx512f... no", "checking for stdlib.h... yes"], "untestable"),
        (["checking whether gcc accepts -mavx2... yes", "gcc -mavx2 -c -o main.o main.c"], "untestable"),
    ],
)  # fmt: skip
def test_a_probe_is_answered_by_its_own_yes(told, status):
    """In its line or the next; a switch that another source got was asked for that one."""
    link = {"line_no": 30, "inputs": [["object", "main.o"], ["object", "crc_hw.o"]]}
    frames = {"link_errors": undefined("crc_hw"), "link_commands": [link]}
    texts = lines(*told, "gcc -O2 -c -o crc_hw.o crc_hw.c")
    assert judge("probe-and-guard-disagree", **frames, lines=texts)[0].status == status


@pytest.mark.parametrize(
    "words",
    [
        "note: no support for it, leaving mix_wide.c out",
        "warning: mix_wide.c was left out",
        "omitting mix_wide.c",
    ],
)
def test_what_a_script_says_of_a_compile_that_it_gives_up(words):
    """Other words for the same: the file is named, and the symbol is of that file."""
    told = lines("cc1: error: unknown value 'x' for '-march'", words)
    (finding,) = judge("kernel-object-not-built", link_errors=undefined("mix_row_wide"), lines=told)
    assert finding.status == "supported"


def test_a_guard_that_is_too_wide_is_open_on_one_platform_alone():
    """Only objects of 32-bit Arm, or sources, tell it from a list that lacks one."""
    told = lines("gcc -DHAVE_NEON=1 -c -o init.o init.c", platform=ARM64)
    wanted = undefined("idct_neon", platform=ARM64, user="init.o")
    (finding,) = judge("arch-guard-too-wide", ARM64, link_errors=wanted, lines=told)
    assert (finding.status, bool(finding.missing)) == ("untestable", True)
    foreign = judge("arch-guard-too-wide", link_errors=undefined("idct_neon"))
    assert [f.status for f in foreign] == ["untestable"]
    assert judge("arch-guard-too-wide", link_errors=undefined("idct_plain", "idct_avx2")) == []


@pytest.mark.parametrize(
    ("name", "compiled", "status"),
    [
        ("idct_neon", "gcc -c -o init.o init.c", "untestable"),
        ("idct_neon", "gcc -c -o idct_neon.o idct_neon.c", ""),  # it was compiled
        ("crc32", "gcc -c -o init.o init.c", ""),  # zlib's
        ("idct_plain", "gcc -c -o init.o init.c", ""),
    ],
)
def test_a_name_for_either_arm_may_lack_its_source_too(name, compiled, status):
    """Beside the guard that is too wide: which it is the list of sources tells."""
    wanted = undefined(name, platform=ARM64, user="init.o")
    told = lines(compiled, platform=ARM64)
    found = judge("arch-source-missing-from-list", ARM64, link_errors=wanted, lines=told)
    assert [f.status for f in found] == ([status] if status else [])
    assert all(f.missing[0].artefact == "the list of sources" for f in found)


@pytest.mark.parametrize(("comment", "expected"), [("", "supported"), ("GCC: 12", "untestable")])
def test_a_routine_that_32_bit_arm_assembles_decides(comment, expected):
    """Assembly is of one machine; what a compiler made may be a source for both."""
    rows = [{"file": "v7/mm.o", "name": "mm_arm", "arch": "arm", "index": 1, "is_defined": True}]
    said = [{"file": "v7/mm.o", "kind": "comment", "name": comment}] if comment else []
    wanted = undefined("mm_arm", platform=ARM64, user="m.o")
    facts = make_facts(
        platforms=(ARM64, "linux/arm/v7"), link_errors=wanted, symbols=rows,
        platform_of_file={"v7/mm.o": "linux/arm/v7"}, details=said,
    )  # fmt: skip
    (finding,) = CATALOGUE["arch-guard-too-wide"].judge(facts)
    assert finding.status == expected


def test_a_build_script_that_asks_the_host():
    """The target's compiler refuses a host's switch, in a build script's run; a makefile is none."""
    refused = "aarch64-linux-gnu-gcc: error: unrecognized command-line option '-msse4.2'"
    script = "running: aarch64-linux-gnu-gcc -O2 -msse4.2 -c hash.c"
    assert (
        judge("build-rs-host-cfg", ARM64, lines=lines(script, refused, platform=ARM64))[0].status
        == "supported"
    )
    assert judge("build-rs-host-cfg", ARM64, lines=lines(refused, platform=ARM64)) == []
    own = refused.replace("-msse4.2", "-mbranch-protection=x")
    assert judge("build-rs-host-cfg", ARM64, lines=lines(script, own, platform=ARM64)) == []


class TestArtefactsDisagree:
    """artefacts-disagree: what was given together is not of one build."""

    def test_an_object_that_does_not_want_what_the_log_says_it_wants(self):
        """The file is there under the log's name, and its symbols are others."""
        given = [{"file": "out/main.o"}]
        want = {"file": "out/main.o", "name": "other", "role": "wanted"}
        frames = {"link_errors": undefined("sum"), "objects": given}
        assert judge("artefacts-disagree", **frames, sightings=[want])[0].status == "supported"
        agree = [{**want, "name": "sum"}]
        assert judge("artefacts-disagree", **frames, sightings=agree)[0].status == "refuted"

    def test_objects_of_another_machine_that_no_linker_refused(self):
        """All of them: a single foreign one is a cause of its own."""
        given = [{"file": "a.o", "arch": "aarch64"}, {"file": "b.o", "arch": "aarch64"}]
        frames = {"link_errors": undefined("sum"), "platform_of_file": {"a.o": AMD64, "b.o": AMD64}}
        assert judge("artefacts-disagree", **frames, objects=given)[0].status == "supported"
        mixed = [given[0], {"file": "b.o"}]
        assert judge("artefacts-disagree", **frames, objects=mixed) == []

    def test_two_logs_of_different_instructions(self):
        """One place of one stage, two texts: told once, and not blended."""
        step = {
            "step_no": 2,
            "n_steps": 3,
            "platform": AMD64,
            "target_platform": AMD64,
            "line_no": 5,
        }
        steps = [
            {**step, "file": f, "step_id": "#7", "name_text": t, "status": "ok"}
            for f, t in (("one.log", "RUN make"), ("two.log", "RUN make CC=clang"))
        ]
        (finding,) = judge("artefacts-disagree", steps=steps)
        assert (finding.status, [e.file for e in finding.evidence]) == ("supported", ["one.log", "two.log"])  # fmt: skip

    def test_the_same_step_beside_other_platforms(self):
        """What a builder writes in brackets before a step hangs on what else it builds."""
        step = {
            "step_no": 2, "n_steps": 3, "platform": AMD64, "target_platform": AMD64,
            "line_no": 5, "step_id": "#7", "status": "ok",
        }  # fmt: skip
        named = {
            "one.log": "[linux/amd64 builder 2/3] RUN make",
            "two.log": "[builder 2/3] RUN make",
        }
        steps = [{**step, "file": file, "name_text": text} for file, text in named.items()]
        found = judge("artefacts-disagree", steps=steps)
        assert [one for one in found if one.status == "supported"] == []


@pytest.mark.parametrize(
    ("name", "machines"),
    [
        ("blend_rows_sse", {"x86_64", "i386"}),
        ("mmx_blend_rows", {"x86_64", "i386"}),
        ("assess_rows", set()),
    ],
)
def test_the_first_extensions_of_x86_are_words_of_it(name, machines):
    """A name that ends so on another machine is one whose sources were left out there."""
    assert arches_of_words(name) == machines


@pytest.mark.parametrize(("type", "expected"), [("OBJECT", ["supported"]), ("FUNC", [])])
def test_a_module_that_a_guard_left_without_code(type, expected):
    """Its object holds a table and no function, and the probe's switch is on no compile."""
    told = lines("checking whether gcc accepts -msse4.2... yes", "gcc -O2 -c -o crc.o crc.c")
    found = judge(
        "probe-and-guard-disagree",
        link_errors=undefined("crc_block"),
        link_commands=[{"line_no": 30, "inputs": [["object", "crc.o"], ["object", "main.o"]]}],
        lines=told,
        objects=[{"file": "crc.o"}],
        symbols=[{"file": "crc.o", "name": "crc_id", "is_defined": True, "index": 1, "type": type}],
        platform_of_file={"crc.o": "linux/amd64"},
    )
    assert [f.status for f in found] == expected
