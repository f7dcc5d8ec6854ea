"""A list of sources without the machine's own: the compiles tell, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.production_frames import ARM64, judge, lines, undefined

COMPILES = ("gcc -O2 -c -o sum.o sum.c", "gcc -O2 -c -o sum_dispatch.o sum_dispatch.c")
UNLISTED = "arch-source-missing-from-list"
LINK_OF_SUM = [
    {
        "line_no": 30, "platform": ARM64,
        "inputs": [["object", "sum_dispatch.o"], ["object", "sum.o"]],
    }
]  # fmt: skip


def test_a_list_without_the_machines_source():
    """The caller is compiled, a source for the machine is not; a compile line of it refutes."""
    wanted = undefined("sum_arm64", platform=ARM64, user="sum_dispatch.o")
    told = lines(*COMPILES, platform=ARM64)
    frames = {"link_errors": wanted, "link_commands": LINK_OF_SUM}
    assert judge(UNLISTED, ARM64, **frames, lines=told)[0].status == "supported"
    built = lines(*COMPILES, "gcc -O2 -c -o sum_arm64.o sum_arm64.c", platform=ARM64)
    assert judge(UNLISTED, ARM64, **frames, lines=built) == []
    assert judge(UNLISTED, ARM64, **frames)[0].status == "untestable"
    assert judge(UNLISTED, link_errors=undefined("sum_plain"), lines=lines(*COMPILES)) == []
    one_call = lines("gcc -O2 -c sum.c sum_dispatch.c sum_plain.c", platform=ARM64)
    assert judge(UNLISTED, ARM64, **frames, lines=one_call)[0].status == "supported"
    both = lines("gcc -O2 -c sum.c sum_dispatch.c sum_arm64.c", platform=ARM64)
    assert judge(UNLISTED, ARM64, **frames, lines=both) == []
    linked = [{"line_no": 30, "platform": ARM64, "inputs": [["object", "sum_arm64.o"]]}]
    kept = judge(UNLISTED, ARM64, link_errors=wanted, lines=told, link_commands=linked)
    assert [f.status for f in kept if f.status == "supported"] == []


def unlisted(compiles: tuple[str, ...], inputs: str, name: str = "dot_avx512", **more: object) -> list[str]:  # fmt: skip
    """What is said of a kernel that main.c wants, after these compiles and with these inputs."""
    parts = [["library", w[2:]] if w.startswith("-l") else ["object", w] for w in inputs.split()]
    frames = {
        "link_errors": undefined(name), "lines": lines("gcc -O2 -c main.c", *compiles),
        "link_commands": [{"line_no": 30, "inputs": [["object", "main.o"], *parts]}], **more,
    }  # fmt: skip
    return [finding.status for finding in judge(UNLISTED, **frames)]


@pytest.mark.parametrize(
    ("compiles", "inputs"),
    [
        (("gcc -O2 -march=x86-64-v3 -c dot.c",), "dot.o"),
        (("gcc -O2 -c dot.c", "gcc -O2 -c kernels_avx512.c"), "dot.o kernels_avx512.o"),
        (("gcc -O2 -c dot.c", "gcc -O2 -c distances_simd.c"), "dot.o distances_simd.o"),
        (("gcc -O2 -DWITH_AVX512=1 -c dot.c",), "dot.o"),
        (("g++ -O2 -c dot.cpp",), "dot.o"),
        (("gcc -c dot.c", "gcc -c k.s"), "dot.o k.o"),
        (("gcc -O2 -c k.c",), "k.o"),
        (("gcc -O2 -c dot.c",), "dot.o -lvolk"),
        (("gcc -O2 -c dot.c",), "dot.o shipped.o"),
    ],
)
def test_a_kernel_that_a_compiled_source_or_a_library_may_hold(compiles, inputs):
    """A guard, another spelling, or a library of others: the names of files alone decide nothing."""
    assert unlisted(compiles, inputs) == ["untestable"]


def test_a_list_of_the_kernels_own_family_lacks_one():
    """Plain C, no switch, all of it made here; a body for another set has its own switch."""
    assert unlisted(("gcc -O2 -c dot.c",), "dot.o -lm") == ["supported"]
    plain = ("gcc -O2 -c dot.c dot_portable.c",)
    assert unlisted(plain, "dot.o dot_portable.o") == ["supported"]
    sets = ("gcc -O2 -c dot.c", "gcc -O2 -mavx2 -c dot_avx2.c")
    assert unlisted(sets, "dot.o dot_avx2.o") == ["supported"]


@pytest.mark.parametrize(
    ("defined", "bind", "expected"),
    [
        ("dot_avx512", "LOCAL", []),
        ("dot_avx_512", "GLOBAL", ["untestable"]),
        ("_ZN4simd10dot_avx512Ei", "GLOBAL", ["untestable"]),
        ("dot_avx2", "GLOBAL", ["supported"]),
    ],
)
def test_a_definition_that_is_shut_in_or_spelt_otherwise(defined, bind, expected):
    """Its source was compiled: no list lacks it."""
    row = {"file": "dot.o", "name": defined, "bind": bind, "is_defined": True, "index": 1}
    seen = {"file": "dot.o", "name": defined, "bind": bind, "role": "defined"}
    frames = {"objects": [{"file": "dot.o"}], "symbols": [row], "sightings": [seen]}
    assert unlisted(("gcc -O2 -c dot.c",), "dot.o", **frames) == expected


def test_an_object_that_defines_nothing_had_its_body_left_out():
    """Whatever it is called, the kernel may be what its guard took away."""
    rows = [{"file": "main.o", "name": "main", "is_defined": True, "index": 1}]
    frames = {"objects": [{"file": "main.o"}, {"file": "dot.o"}], "symbols": rows}
    assert unlisted(("gcc -O2 -c dot.c",), "dot.o", **frames) == ["untestable"]
