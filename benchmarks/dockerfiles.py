"""Dockerfiles for `make bench`: many, each another, made of those that the tests hold; and a long one."""

from __future__ import annotations

import random
from pathlib import Path

from tests.flow_snippets import ALL

PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64")
_CORPORA = ("tests/dockerfiles", "data")
_STAGE = "\nFROM debian:bookworm AS more{number}\nARG TARGETARCH\nENV V=given{number} A=amd64\n"


def write_many(folder: Path, root: Path, count: int) -> list[Path]:
    """`count` Dockerfiles: one of the repository's in turn, and a stage of three RUNs behind it."""
    sources = _sources(root)
    chosen = random.Random(20261129)
    snippets = [script for script in ALL.values() if "\nENDE" not in script]
    paths = []
    for number in range(count):
        text = sources[number % len(sources)].rstrip("\n") + _STAGE.format(number=number)
        for script in chosen.sample(snippets, 3):
            text += f"RUN <<'ENDE'\n{script}\nENDE\n"
        paths.append(folder / f"{number}.Dockerfile")
        paths[-1].write_bytes(text.encode())
    return paths


def _sources(root: Path) -> list[str]:
    """The text of each Dockerfile of the repository that an engine would build, each once."""
    from diag.errors import InputError
    from diag.read.dockerfile import load_dockerfile

    found: dict[str, None] = {}
    for path in sorted(path for name in _CORPORA for path in (root / name).rglob("*Dockerfile*")):
        try:
            load_dockerfile(path)
        except (InputError, IsADirectoryError):
            continue
        found[path.read_text(encoding="utf-8")] = None
    return [text for text in found if "\r" not in text and "escape=" not in text]


_HEAD = """\
# syntax=docker/dockerfile:1
FROM --platform=$BUILDPLATFORM rust:1.79-slim-bookworm AS base
ARG TARGETPLATFORM
ARG TARGETARCH
ARG TARGETVARIANT
ENV CARGO_HOME=/usr/local/cargo \\
    CARGO_NET_RETRY=10 \\
    RUSTFLAGS="-C debuginfo=1"
WORKDIR /src
"""
_PART = """
# Part {number}: its packages, its flags, its build.
ARG PART{number}_VERSION=1.{number}
RUN --mount=type=cache,target=/var/cache/apt \\
    apt-get update && \\
    apt-get install -y --no-install-recommends \\
        libssl-dev \\
        libclang-dev \\
        pkg-config && \\
    rm -rf /var/lib/apt/lists/*
COPY part{number}/ part{number}/
RUN case "$TARGETARCH" in \\
        amd64) echo x86_64-unknown-linux-gnu ;; \\
        arm64) echo aarch64-unknown-linux-gnu ;; \\
        arm) echo armv7-unknown-linux-gnueabihf ;; \\
        riscv64) echo riscv64gc-unknown-linux-gnu ;; \\
    esac > /tmp/target{number}
RUN TARGET="$(cat /tmp/target{number})" && \\
    if [ "$TARGETARCH" = amd64 ]; then \\
        export RUSTFLAGS="$RUSTFLAGS -C target-cpu=x86-64-v{number}"; \\
    fi && \\
    name="$(echo "$TARGET" | tr a-z- A-Z_)" && \\
    export "CARGO_TARGET_${{name}}_LINKER=${{TARGET%%-*}}-linux-gnu-gcc" && \\
    cd part{number} && \\
    cargo build --release --locked --target "$TARGET" && \\
    install -D "target/$TARGET/release/part{number}" "/out/part{number}-$PART{number}_VERSION"
"""


def long_dockerfile() -> str:
    """300 lines, as a workspace of ten parts would have them."""
    text = _HEAD + "".join(_PART.format(number=number) for number in range(2, 12))
    tail = "\nFROM debian:bookworm-slim\nCOPY --from=base /out/ /usr/local/bin/\n"
    n_missing = 300 - text.count("\n") - tail.count("\n")
    return text + "".join(f"LABEL part{n}=1\n" for n in range(n_missing)) + tail


def write_scripts(dockerfiles: list[Path], folder: Path) -> None:
    """The script of each RUN in a file of its own, for a checker of scripts."""
    from diag.flow.scopes import run_contexts
    from diag.read.dockerfile import load_dockerfile

    folder.mkdir()
    for path in dockerfiles:
        for run in run_contexts(load_dockerfile(path), platform=PLATFORMS[0]):
            if not run.is_exec_form:
                name = f"{path.name}-{run.line_no}.sh"
                (folder / name).write_text(run.script + "\n", encoding="utf-8")
