"""Libraries of the build machine on the target's link: how they came there, and what the fix names."""

from __future__ import annotations

from typing import Any

from diag.case import Case
from diag.knowledge.names import package_of

PKG_CONFIG = "cross-pkgconfig-host-library"
LD = "/usr/lib/gcc-cross/aarch64-linux-gnu/12/../../../../aarch64-linux-gnu/bin/ld:"
FOLDER = "/usr/lib/x86_64-linux-gnu"
LOG = f"""#5 [linux/arm64 build 2/2] RUN make
#5 0.07 {LD} skipping incompatible {FOLDER}/libz.so when searching for -lz
#5 0.07 {LD} cannot find -lz: No such file or directory
#5 0.07 collect2: error: ld returned 1 exit status
#5 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 1
"""


def steps(log: str = LOG, dockerfile: str = "FROM gcc AS build\nRUN make\n") -> Any:
    case = Case(log=log.encode(), dockerfile=dockerfile.encode())
    return case.diagnose()[PKG_CONFIG]


def test_a_folder_that_the_dockerfile_names_is_to_go_and_nothing_is_said_of_pkg_config():
    """By a value that the command receives, or by the RUN itself; with its place."""
    for text in (f"ENV LDFLAGS=-L{FOLDER}\nRUN make", f"RUN gcc -L{FOLDER} m.c -lz"):
        found = steps(dockerfile=f"FROM gcc AS build\n{text}\n")
        assert found.fix[0].startswith(f"Take -L{FOLDER} away (")
        assert "PKG_CONFIG" not in " ".join(found.fix)
        assert any(f"-L{FOLDER}" in e.text for e in found.evidence)


def test_a_folder_that_nothing_names_is_an_answer_of_pkg_config_as_before():
    """Another folder, or one that only begins so, is not it."""
    for text in ("RUN make", f"ENV LDFLAGS=-L{FOLDER}/own\nRUN make"):
        found = steps(dockerfile=f"FROM gcc AS build\n{text}\n")
        assert any("PKG_CONFIG_LIBDIR" in step for step in found.fix)


def test_the_package_is_named_so_that_the_step_can_be_copied():
    """By the table of libraries; of one that it lacks, by the file that was passed over."""
    assert "apt-get install -y zlib1g-dev:arm64" in " ".join(steps().fix)
    other = " ".join(steps(LOG.replace("libz.so", "libown.so").replace("-lz", "-lown")).fix)
    assert f"$(dpkg -S {FOLDER}/libown.so | cut -d: -f1):arm64" in other
    assert "lib..." not in other
    assert package_of("no-such-library") == ""
