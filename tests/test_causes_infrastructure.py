"""What ends a build that no linker is at fault for: what decides, and what must not be claimed."""

from __future__ import annotations

import pytest

from tests.facts_builder import AMD64, DOCKERFILE, judge

ARM64 = "linux/arm64"


def lines(*texts: str, platform: str = AMD64) -> list[dict[str, object]]:
    return [
        {"line_no": n, "kind": "killed", "text": t, "platform": platform}
        for n, t in enumerate(texts, 1)
    ]


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("linker-oom-killed", "collect2: fatal error: ld terminated with signal 9 [Killed]"),
        ("linker-oom-killed", "error: could not compile `x` (signal: 9, SIGKILL: kill)"),
        ("linker-oom-killed", "ERROR: process \"/bin/sh -c make\" did not complete successfully: exit code: 137"),
        ("linker-oom-killed", "g++: fatal error: Killed signal terminated program cc1plus"),
        ("disk-full", "/usr/bin/ld: final link failed: No space left on device"),
        ("disk-full", "mold: failed to write to an output file. Disk full?"),
        ("exec-format-error", "exec /bin/sh: exec format error"),
        ("allocator-page-size", "<jemalloc>: Unsupported system page size"),
    ],
)  # fmt: skip
def test_the_line_decides_alone_and_a_sound_end_silences_it(cause, text):
    """One line, cited; a platform that linked in the end has no such cause."""
    (finding,) = judge(cause, lines=lines(text))
    assert (finding.status, finding.evidence[0].line_no) == ("supported", 1)
    linked = [{"platform": AMD64, "outcome": "linked"}]
    assert judge(cause, lines=lines(text), outcomes=linked) == []


def test_a_linker_that_dies_of_signal_7_may_have_met_a_full_disk():
    """Its output is a mapping; a program's own bus error is none of this."""
    text = "collect2: fatal error: ld terminated with signal 7 [Bus error]"
    (finding,) = judge("disk-full", lines=lines(text))
    assert (finding.status, bool(finding.missing)) == ("untestable", True)
    assert judge("disk-full", lines=lines("make: *** [Makefile:3: check] Bus error")) == []


@pytest.mark.parametrize(
    ("cause", "text", "at", "status"),
    [
        ("disk-full", "warning: 91% used, no space left on device soon", 9, "untestable"),
        ("disk-full", "warning: 91% used, no space left on device soon", 0, "supported"),
        ("disk-full", "tune.o: error writing: No space left on device", 9, "supported"),
        ("linker-oom-killed", "Killed", 9, "untestable"),
        ("linker-oom-killed", "make: *** [Makefile:4: tune.o] Killed", 9, "supported"),
        ("linker-oom-killed", "Killed", None, "supported"),
    ],
)
def test_a_linker_that_ended_later_with_complaints_of_symbols_was_not_stopped(
    cause, text, at, status
):
    """A killed test or a warning before the link; not where it says what could not be made."""
    row = {"symbol": "cos", "kind": "undefined", "line_no": at, "platform": AMD64}
    (finding,) = judge(cause, lines=lines(text), link_errors=[row] if at is not None else [])
    assert finding.status == status
    assert bool(finding.missing) == (status == "untestable")


def test_signal_11_is_no_kill_and_signal_9_no_crash():
    """Each of the two has its own signal."""
    crash = "qemu: uncaught target signal 11 (Segmentation fault) - core dumped"
    assert judge("linker-oom-killed", lines=lines(crash)) == []
    assert judge("qemu-user-crash", lines=lines("ld terminated with signal 9")) == []


def test_a_compiler_that_dies_under_qemu_is_its_crash():
    """The emulator's line beside the compiler's; the emulator's alone may be the program's own fault."""
    crash = "qemu: uncaught target signal 11 (Segmentation fault) - core dumped"
    dead = "gcc: internal compiler error: Segmentation fault signal terminated program cc1"
    frames = {"platforms": (ARM64,)}
    assert (
        judge("qemu-user-crash", lines=lines(crash, dead, platform=ARM64), **frames)[0].status
        == "supported"
    )
    assert (
        judge("qemu-user-crash", lines=lines(crash, platform=ARM64), **frames)[0].status
        == "untestable"
    )


def test_an_unknown_instruction_is_the_processors_and_not_the_emulators():
    """Signal 4: with native in the log it is explained, without it stays open."""
    dead = "qemu: uncaught target signal 4 (Illegal instruction) - core dumped"
    assert judge("qemu-user-crash", lines=lines(dead)) == []
    assert judge("native-cpu-in-image", lines=lines(dead))[0].status == "untestable"
    built = lines("gcc -O3 -march=native -c sum.c", dead)
    assert judge("native-cpu-in-image", lines=built)[0].status == "supported"
    assert judge("native-march-in-shared-cache", lines=built) == []


@pytest.mark.parametrize(("stats", "status"), [("cache hit (direct)    12", "supported"), ("cache hit (direct)    0", "untestable")])  # fmt: skip
def test_a_shared_cache_counts_only_with_hits(stats, status):
    """ccache in the log is not enough: its statistics decide."""
    told = lines("ccache gcc -march=native -c a.c", stats, "./a: Illegal instruction")
    assert judge("native-march-in-shared-cache", lines=told)[0].status == status


FOREIGN = {
    "platform": ARM64, "kind": "wrong_arch", "line_no": 9, "object": "out/main.o", "linker": "ld.bfd",
    "detail_text": "out/main.o: Relocations in generic ELF (EM: 62)",
}  # fmt: skip
WORKDIR = {"line_no": 2, "end_line_no": 2, "instruction": "WORKDIR", "value_text": "/src"}
MOUNT = {"line_no": 3, "end_line_no": 3, "instruction": "RUN", "value_text": "make"}


@pytest.mark.parametrize(
    ("mount", "is_claimed"),
    [
        ("--mount=type=cache,target=/src/out", True),
        ("--mount=type=cache,id=out-$TARGETPLATFORM,target=/src/out", False),
        ("--mount=type=cache,target=/root/.cache", False),
    ],
)
def test_a_cache_mount_is_blamed_only_for_what_lies_in_it(mount, is_claimed):
    """A foreign object in a mount without an id of its own, and in no other."""
    frames = {
        "platforms": (ARM64,),
        "link_errors": [FOREIGN],
        "instructions": [WORKDIR, {**MOUNT, "flags_text": mount}],
    }
    found = judge("cache-mount-shared-across-arch", **frames)
    assert [(f.status, f.evidence[1].file) for f in found] == (
        [("supported", DOCKERFILE)] if is_claimed else []
    )


def test_an_archive_that_was_not_made_again_is_stale_only_if_no_cache_can_be():
    """Without the Dockerfile, a shared cache may have brought it: left open."""
    kept = [
        {
            "platform": ARM64,
            "line_no": 1,
            "kind": "output",
            "text": "make[1]: 'libz.a' is up to date.",
        }
    ]
    row = {**FOREIGN, "object": "libz.a", "member": "z.o"}
    frames = {"platforms": (ARM64,), "link_errors": [row], "lines": kept}
    assert judge("stale-build-output", **frames)[0].status == "untestable"
    assert judge("stale-build-output", **frames, instructions=[WORKDIR])[0].status == "supported"
    assert judge("wrong-arch-prebuilt-archive", **frames)[0].status == "untestable"


def in_step(step_id: str, *texts: str) -> list[dict[str, object]]:
    return [{**row, "step_id": step_id} for row in lines(*texts)]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (("ld terminated with signal 9 [Killed]", "CANCELED"), "untestable"),
        (("ld terminated with signal 9 [Killed]", "ERROR: failed to solve: Canceled: context canceled"), "untestable"),
        (("c++: std::bad_alloc", "ld terminated with signal 9", "CANCELED"), "supported"),
        (("ld terminated with signal 9 [Killed]",), "supported"),
    ],
)  # fmt: skip
def test_a_step_that_was_stopped_tells_nothing_of_memory(told, status):
    """A builder stops with the kernel's own signal; who speaks of memory knows it."""
    (finding,) = judge("linker-oom-killed", lines=in_step("#2", *told))
    assert finding.status == status


def test_a_step_that_another_one_stopped_leaves_the_killed_one_as_it_is():
    """The platform that ran out of memory failed first; the other's step was stopped."""
    killed = in_step("#2", "ld terminated with signal 9 [Killed]")
    stopped = {**in_step("#3", "CANCELED")[0], "line_no": 9, "platform": ARM64}
    frames = {"platforms": (AMD64, ARM64), "lines": [*killed, stopped]}
    found = judge("linker-oom-killed", **frames)
    assert [(f.platform, f.status) for f in found] == [(AMD64, "supported")]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("runc run failed: exec /src/configure.local: exec format error", "untestable"),
        ("exec /usr/local/bin/entrypoint.sh: exec format error", "untestable"),
        ("OSError: [Errno 8] Exec format error: './gen.py'", "untestable"),
        ("exec /bin/sh: exec format error", "supported"),
        ("exec /dev/.buildkit_qemu_emulator: exec format error", "supported"),
        ("bash: line 1: ./app: cannot execute binary file: Exec format error", "supported"),
        ("/bin/sh: 1: ./app: Exec format error", "supported"),
    ],
)
def test_a_file_that_may_be_a_script_is_no_program_of_another_machine(text, status):
    """A script without #! gives the kernel's very words, but a shell would have run it."""
    (finding,) = judge("exec-format-error", lines=lines(text))
    assert (finding.status, bool(finding.missing)) == (status, status == "untestable")


def test_what_a_linker_wrote_is_no_script():
    """The log shows how the file was made."""
    dead = "OSError: [Errno 8] Exec format error: './tilegen'"
    made, other = "gcc -O2 -o out/tilegen tilegen.c", "gcc -o tilegen.bin tilegen.c"
    found = [judge("exec-format-error", lines=lines(built, dead))[0] for built in (made, other)]
    assert [finding.status for finding in found] == ["supported", "untestable"]


def test_a_program_that_dies_in_the_step_that_compiled_it_is_on_one_machine():
    """Native gave it only what that machine has; another step, or an emulator, may be another CPU."""
    built, dead = "clang++ -march=native -c main.cpp", "Illegal instruction (core dumped)"
    same = judge("native-cpu-in-image", lines=in_step("#2", built, dead))
    assert [(f.status, bool(f.missing)) for f in same] == [("untestable", True)]
    apart = [*in_step("#2", built), {**in_step("#5", dead)[0], "line_no": 7}]
    emulated = in_step("#2", built, "qemu: uncaught target signal 4 (Illegal instruction)")
    for rows in (apart, emulated):
        (finding,) = judge("native-cpu-in-image", lines=rows)
        assert finding.status == "supported"
