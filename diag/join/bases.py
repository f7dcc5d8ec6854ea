"""What a Dockerfile says of each stage's base: which distribution, which C library, which packages.

A stage that is built on another one has that one's base. Variables in FROM are those declared
before the first FROM, with their defaults or the build arguments; what stays unknown is told as it
is written, and then nothing is concluded from it. Which image has which C library:
diag/knowledge/base_images.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from diag import schema
from diag.knowledge import table
from diag.schema import each

MAX_TEXT = 100_000  # of one RUN: no script of that size installs packages by hand
MAX_VALUE = 512  # characters that one variable adds to it: ARGs may double one another
MAX_IMAGE = 4096  # characters of an image's name, variables filled in
_ARG = re.compile(r"([A-Za-z_]\w*)(?:=(.*))?", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?:(:?[-+])([^{}]*))?\}|([A-Za-z_]\w*))")
_FROM = re.compile(r"(?P<image>\S+)(?:\s+[Aa][Ss]\s+(?P<name>\S+))?\s*$")
_WORDS = re.compile(r"[^\W_]+(?:\.\d+)*")
_INSTALL = re.compile(
    r"\b(?P<manager>apt-get|apt|apk|dnf|microdnf|yum|zypper|pacman|tdnf)\b(?P<options>(?:\s+-[^\s;&|]+){0,20})"
    r"\s+(?P<verb>install|add|-S\w*)\b(?P<rest>[^;&|\n]*)"
)
_PACKAGE = re.compile(r"[A-Za-z0-9][\w.+-]*(?::[a-z0-9]+)?")
_TAKES_VALUE = ("-t", "--target-release", "-X", "--repository", "--virtual", "-o", "--root", "-p")


class Libc(NamedTuple):
    """A C library and, where it is known, its version."""

    distro: str
    release: str
    libc: str
    version: str


NOTHING = Libc("", "", "", "")


@dataclass(frozen=True)
class _Stage:
    """The base of one stage: the image from outside at its root, and where that is named."""

    image: str
    line_no: int


def join_bases(
    instructions: pd.DataFrame, build_args: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """The frame `bases`: one row a stage."""
    values = _global_args(instructions, dict(build_args or {}))
    stages: dict[str, _Stage] = {}
    rows: list[dict[str, Any]] = []
    for row in each(instructions[instructions["instruction"] == "FROM"]):
        found = _FROM.match(row.value_text.strip())
        if found is None:
            continue
        image = _expanded(found["image"], values)
        base = stages.get(image.lower(), _Stage(image, int(row.line_no)))
        stages[str(row.stage).lower()] = stages[str(row.stage_no)] = base
        rows.append(
            {
                "file": row.file,
                "line_no": int(row.line_no),
                "stage": row.stage,
                "stage_no": int(row.stage_no),
                "image": base.image,
                "image_line_no": base.line_no,
                **libc_of_image(base.image)._asdict(),
                "is_last": False,
            }
        )
    if rows:
        rows[-1]["is_last"] = True
    return schema.make("bases", rows)


def _global_args(instructions: pd.DataFrame, build_args: dict[str, str]) -> dict[str, str]:
    values: dict[str, str] = {}
    rows = instructions[(instructions["instruction"] == "ARG") & (instructions["stage_no"] < 0)]
    for row in each(rows):
        for word in row.value_text.split():
            found = _ARG.fullmatch(word)
            if found and found[1] in build_args:
                values[found[1]] = build_args[found[1]]
            elif found and found[2] is not None:
                values[found[1]] = _expanded(found[2].strip("\"'"), values)
    return values


def _expanded(text: str, values: Mapping[str, str]) -> str:
    """The text with known variables filled in; an unknown one stays as it is written."""

    def value(found: re.Match[str]) -> str:
        name, operator, word = found[1] or found[4], found[2] or "", found[3] or ""
        own = values.get(name)
        if operator.endswith("-"):
            return word if own is None or (operator == ":-" and not own) else own[:MAX_VALUE]
        if operator.endswith("+"):
            return word if own else ""
        return found[0] if own is None else own[:MAX_VALUE]

    return _VARIABLE.sub(value, text[:MAX_IMAGE].strip("\"'"))[:MAX_IMAGE]


def libc_of_image(image: str) -> Libc:
    """The C library of an image by its name, without the registry; empty where it is not known."""
    path = image.partition("@")[0]
    name, _, tag = path.rpartition(":") if ":" in path.rpartition("/")[2] else (path, "", "")
    if "$" in name or not name:
        return NOTHING
    parts = name.lower().split("/")
    if len(parts) > 1 and ("." in parts[0] or ":" in parts[0]):
        parts = parts[1:]  # the registry
    words = [*parts[-1:], *_WORDS.findall(tag.lower())]
    of_name = _by_name(parts, tag.lower())
    if of_name is not None:
        return of_name
    of_words = _by_words(words)
    if of_words is not None:
        return of_words
    if parts[-1] in table("base_images")["languages"]["names"] and "$" not in tag:
        return Libc("", "", "glibc", "")
    return NOTHING


def _by_name(parts: list[str], tag: str) -> Libc | None:
    """An image that is named after its distribution."""
    last = parts[-1]
    for distro, entry in _distributions():
        for name in entry["names"]:
            if name in ("manylinux", "musllinux"):
                if last.startswith(name):
                    end = last.removeprefix(name)
                    known = {r: v for r, v in entry["releases"].items() if _begins(end, r)}
                    release = max(known, key=len, default="")
                    return Libc(distro, release.strip("_"), entry["libc"], known.get(release, ""))
            elif name in parts:
                return _release_of(distro, entry, f"{' '.join(parts)} {tag}")
    return None


def _begins(text: str, release: str) -> bool:
    return text == release or text.startswith(f"{release}_")


def _release_of(distro: str, entry: Mapping[str, Any], text: str) -> Libc:
    """The release that the words of a tag name: bookworm-slim, 3.19.1, 22.04, cc-debian12, ubi9."""
    releases: Mapping[str, str] = entry["releases"]
    for word in _candidates(text):
        if word in releases:
            return Libc(distro, word, entry["libc"], releases[word])
    return Libc(distro, "", entry["libc"], "")


def _candidates(text: str) -> Iterator[str]:
    for word in _WORDS.findall(text):
        yield word
        short = re.match(r"\d+\.\d+", word)
        if short:
            yield short[0]
            yield short[0].partition(".")[0]
        number = re.search(r"(?<=ubi)\d+$", word)
        if number:
            yield number[0]


def _by_words(words: list[str]) -> Libc | None:
    """A tag of another image that names a distribution: 1.80-bookworm, 20-alpine3.19."""
    for word in words:
        if word.startswith("alpine"):
            entry = table("base_images")["alpine"]
            return _release_of("alpine", entry, word.removeprefix("alpine") or "-")
        for distro in ("debian", "ubuntu"):
            entry = table("base_images")[distro]
            version = entry["releases"].get(word)
            if version and word.isalpha():
                return Libc(distro, word, entry["libc"], version)
        if word == "musl":
            return Libc("", "", "musl", "")
    return None


def _distributions() -> Iterator[tuple[str, Any]]:
    return ((key, entry) for key, entry in table("base_images").items() if "libc" in entry)


def join_packages(instructions: pd.DataFrame) -> pd.DataFrame:
    """The frame `packages`: one row a package that a RUN installs by a package manager."""
    rows = []
    for row in each(instructions[instructions["instruction"] == "RUN"]):
        bodies = [str(doc[1]) for doc in row.heredocs]
        text = "\n".join([row.value_text, *bodies])[:MAX_TEXT].replace("\\\n", " ")
        for manager, package in dict.fromkeys(_installed(text)):
            rows.append(
                {
                    "file": row.file,
                    "line_no": int(row.line_no),
                    "stage": row.stage,
                    "stage_no": int(row.stage_no),
                    "manager": manager,
                    "package": package,
                }
            )
    return schema.make("packages", rows)


_MANAGERS = {"apt-get": "apt", "microdnf": "dnf", "yum": "dnf", "tdnf": "dnf"}


def _installed(text: str) -> Iterator[tuple[str, str]]:
    for found in _INSTALL.finditer(text):
        manager = _MANAGERS.get(found["manager"], found["manager"])
        words = iter(found["rest"].split())
        for word in words:
            if word in _TAKES_VALUE:
                next(words, None)
            elif _PACKAGE.match(word):
                yield manager, re.split(r"[=<>~@]", word, maxsplit=1)[0]
