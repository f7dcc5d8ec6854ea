"""The C library of a Dockerfile's stages, what they install, and the tables of well-known names."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from diag.join import join_bases, join_packages
from diag.join.bases import libc_of_image
from diag.knowledge import table
from diag.knowledge.names import (
    glibc_version_of,
    helper_pattern,
    in_compiler_rt_alone,
    in_libgcc,
    instrumentation_of,
    is_helper,
    is_known_name,
    libc_names,
    library_of,
    names_in,
    version_key,
)
from diag.read.dockerfile import frame_of, parse_dockerfile

DOCKERFILE = """\
ARG RELEASE=3.19
ARG BASE=debian:bookworm
FROM --platform=$BUILDPLATFORM golang:1.22-alpine$RELEASE AS build
RUN apk add --no-cache gcc musl-dev \\
    sqlite-dev=3.44 && go build
FROM ${BASE} AS base
RUN apt-get update && apt-get install -y --no-install-recommends -t bookworm-backports zlib1g-dev:arm64
FROM base
RUN <<END
dnf install -y openssl-devel
END
FROM $UNKNOWN AS last
"""


def frame(text: str):
    """The instructions of a Dockerfile."""
    return frame_of(parse_dockerfile(text, "Dockerfile"))


def test_each_stage_has_the_base_at_its_root():
    """Variables are filled in, a stage on a stage has that one's image, an unknown one is not
    guessed; places are those of FROM lines."""
    rows = join_bases(frame(DOCKERFILE)).to_dict("records")
    told = [(r["line_no"], r["image_line_no"], r["image"], r["libc"], r["version"]) for r in rows]
    assert told == [
        (3, 3, "golang:1.22-alpine3.19", "musl", "1.2.4"),
        (6, 6, "debian:bookworm", "glibc", "2.36"),
        (8, 6, "debian:bookworm", "glibc", "2.36"),
        (12, 12, "$UNKNOWN", "", ""),
    ]
    assert [r["is_last"] for r in rows] == [False, False, False, True]


def test_a_build_argument_wins_over_the_default():
    """As the engine has it for arguments before the first FROM."""
    rows = join_bases(frame(DOCKERFILE), {"BASE": "ubuntu:24.04"}).to_dict("records")
    assert (rows[1]["distro"], rows[1]["version"]) == ("ubuntu", "2.39")


def test_packages_are_told_with_their_manager_and_line():
    """Options, versions and values of options are no packages."""
    rows = join_packages(frame(DOCKERFILE)).to_dict("records")
    assert [(r["line_no"], r["manager"], r["package"]) for r in rows] == [
        (4, "apk", "gcc"), (4, "apk", "musl-dev"), (4, "apk", "sqlite-dev"),
        (7, "apt", "zlib1g-dev:arm64"), (9, "dnf", "openssl-devel"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("image", "libc", "version"),
    [
        ("alpine", "musl", ""), ("alpine:3.20.3", "musl", "1.2.5"), ("node:20-alpine", "musl", ""),
        ("debian:12-slim", "glibc", "2.36"), ("rust:1.80-slim-bullseye", "glibc", "2.31"),
        ("rust:1", "glibc", ""), ("ubuntu:22.04", "glibc", "2.35"), ("ubi9/ubi-minimal:9.4", "glibc", "2.34"),
        ("host:5000/distroless/cc-debian12", "glibc", "2.36"), ("10.0.0.1:5000/debian", "glibc", ""),
        ("x.y/pypa/manylinux2014_x86_64", "glibc", "2.17"), ("pypa/manylinux_2_28_aarch64", "glibc", "2.28"),
        ("debian@sha256:00", "glibc", ""), ("scratch", "", ""), ("our/base:7", "", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_images_by_name(image, libc, version):
    """A name that says nothing stays unknown; a moving tag has no version."""
    found = libc_of_image(image)
    assert (found.libc, found.version) == (libc, version)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("sqrt", "m"), ("SSL_new", "ssl"), ("EVP_sha256", "crypto"), ("deflateInit_", "z"), ("crc32", "z"),
        ("curl_easy_init", "curl"), ("_Znwm", "stdc++"), ("_ZNSt6thread4joinEv", "stdc++"),
        ("GOMP_parallel", "gomp"), ("_gfortran_st_write", "gfortran"), ("dlopen", "dl"), ("WSAStartup", "ws2_32"),
        ("printf", None), ("blend_rows", None), ("main", None),
    ],
)  # fmt: skip
def test_libraries_by_name(name, key):
    """Exact names and prefixes; a name of libc, or of nobody, has none."""
    library = library_of(name)
    assert (library.key if library else None) == key


@pytest.mark.parametrize(
    ("key", "file", "share"),
    [
        ("z", "libz.so.1", 1.0), ("ssl", "libssl.so.3", 0.9), ("crypto", "libcrypto.so.3", 0.7),
        ("stdc++", "libstdc++.so.6", 0.8), ("sqlite3", "libsqlite3.so.0", 0.15), ("lzma", "liblzma.so.5", 0.9),
    ],
)  # fmt: skip
def test_the_table_knows_the_names_of_the_real_library(key, file, share):
    """`nm -D` of an installed library: at least so many of its names are told to be its own, and
    next to none to be another's."""
    path = Path("/usr/lib/x86_64-linux-gnu") / file
    if not path.exists():
        pytest.skip(f"{file} is not installed")
    out = subprocess.run(["nm", "-D", "-P", "--defined-only", path], capture_output=True, text=True)
    rows = [line.split() for line in out.stdout.splitlines()]
    names = {row[0].partition("@")[0] for row in rows if row[1] in "TDBRWV"}
    keys = [library.key if (library := library_of(name)) else None for name in names]
    assert keys.count(key) >= share * len(names)
    # std::filesystem had a library of its own until GCC 9.
    others = [one for one in keys if one not in (key, None, "stdc++fs")]
    assert len(others) <= 0.04 * len(names)


def test_known_calls_begin_as_their_library_does():
    """Each is told to be of the library under which it stands, and to be so for sure."""
    calls = [
        (key, n) for key, group in table("library_calls").items() for n in group["names"].split()
    ]
    assert len(calls) > 1000
    for key, name in calls:
        library = library_of(name)
        assert library is not None, name
        assert (library.key, is_known_name(name)) == (key, True), name


def test_names_of_the_c_libraries():
    """What is measured agrees with what the release notes say."""
    assert {"__memcpy_chk", "fcntl64", "gnu_get_libc_version"} <= libc_names("glibc_only")
    assert {"open64", "pread64", "fseeko64", "lseek64"} <= libc_names("lfs64")
    assert not libc_names("lfs64") & libc_names("glibc_only")
    assert "__stat_time64" in libc_names("time64") - libc_names("glibc_time64")
    for both in ("printf", "open", "getauxval", "__stack_chk_fail", "__isoc99_sscanf"):
        assert both not in libc_names("glibc_only") | libc_names("musl_only"), both


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("__isoc23_strtol", "2.38"), ("strlcpy", "2.38"), ("arc4random", "2.36"), ("fcntl64", "2.28"),
        ("gettid", "2.30"), ("printf", ""), ("fmod", ""), ("stat", ""),
    ],
)  # fmt: skip
def test_versions_of_glibc(name, version):
    """The oldest version of a name counts; `stat` was in libc's static part before."""
    assert glibc_version_of(name) == version


def test_versions_compare_by_number():
    """2.4 is older than 2.36."""
    assert version_key("2.4") < version_key("2.36") < version_key("2.38")


@pytest.mark.parametrize(
    ("name", "arch", "libgcc", "compiler_rt"),
    [
        ("__udivti3", "x86_64", True, False), ("__divti3", "arm", False, False),
        ("__muloti4", "x86_64", False, True), ("__mulodi4", "arm", False, True),
        ("__aarch64_ldadd4_acq_rel", "aarch64", True, False), ("__aeabi_uidiv", "arm", True, False),
        ("__udivti3", "mips", None, False),
    ],
)  # fmt: skip
def test_who_has_a_helper(name, arch, libgcc, compiler_rt):
    """Measured for four machines; of others nothing is known."""
    assert in_libgcc(name, arch) is libgcc
    assert in_compiler_rt_alone(name, arch) is compiler_rt


def test_every_outline_helper_of_libgcc_is_in_its_group():
    """The pattern against the real libgcc.a of AArch64."""
    real = {
        n for n in names_in("helper_names", "libgcc-aarch64") if re.match(r"__aarch64_[a-z]+\d", n)
    }
    assert len(real) > 90
    assert all(is_helper(name, ("outline-atomics",), "aarch64") for name in real)
    assert not is_helper("__aarch64_ldadd4_acq_rel", ("outline-atomics",), "x86_64")


def test_every_name_of_libatomic_with_a_size_is_in_a_group():
    """The patterns against the real libatomic of four machines."""
    real = [n for n in names_in("library_names", "atomic") if re.search(r"_(?:1|2|8|16)$", n)]
    loose = [n for n in real if not is_helper(n, ("atomic-wide", "atomic-subword"))]
    assert not [n for n in loose if not n.startswith("__atomic_is_lock_free")]
    assert len(real) > 60


def test_every_pattern_can_be_read_and_every_prefix_is_told_apart():
    """A wrong pattern would fail in the middle of a verdict."""
    for group in table("helper_groups"):
        assert helper_pattern(group)
    assert instrumentation_of("__asan_init").key == "address"
    assert instrumentation_of("__gcov_init").key == "gcov"
    assert instrumentation_of("asan_of_mine") is None


def test_arguments_that_double_one_another_stay_small():
    """Forty ARGs of which each holds the one before twice; a RUN of one word without end."""
    args = "ARG A0=xx\n" + "".join(f"ARG A{n + 1}=$A{n}$A{n}\n" for n in range(40))
    rows = join_bases(frame(f"{args}FROM $A40$A40\nRUN {'apt -apt ' * 6000}"))
    assert len(rows["image"].iloc[0]) <= 4096
    assert join_packages(frame(f"FROM x\nRUN {'apt -apt ' * 6000}")).empty
