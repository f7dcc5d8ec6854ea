"""What is known of a name: which library gives it, which C library alone has it, since when.

Each question reads its table once, when it is asked for the first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from diag.knowledge import table

MIN_PREFIX, MAX_PREFIX = 2, 48
_VERSION_OF_ICU = re.compile(r"_\d{2,}$")  # that its headers add to every name
MAX_KEPT = 1 << 16  # answers about names that are kept: a log may have any number of them


@dataclass(frozen=True)
class Library:
    """A library and how to get it. `files`: X of `-lX` and libX.a, the first to be added; `flag`:
    the compiler's switch that adds it; `is_telling`: one name alone is enough to know it."""

    key: str
    files: tuple[str, ...]
    debian: str
    alpine: str
    flag: str
    is_telling: bool

    @property
    def switch(self) -> str:
        """What the link command needs."""
        return self.flag or f"-l{self.files[0]}"


@dataclass(frozen=True)
class Instrumentation:
    """A kind of instrumentation: what brings its runtime to the link."""

    key: str
    flags: tuple[str, ...]
    libraries: tuple[str, ...]
    debian: str


def names_in(name: str, group: str) -> frozenset[str]:
    """The measured names of one group of a table; empty where it has no such group."""
    return _groups(name).get(group, frozenset())


@cache
def _groups(name: str) -> dict[str, frozenset[str]]:
    return {key: frozenset(group["names"].split()) for key, group in table(name).items()}


@lru_cache(MAX_KEPT)
def library_of(name: str) -> Library | None:
    """The well-known library that gives the raw name, or None. Exact names before prefixes."""
    exact, by_prefix = _libraries()
    return exact[name] if name in exact else by_prefix.get(prefix_of(name))


@cache
def _library_files() -> frozenset[str]:
    return frozenset(file for entry in table("libraries").values() for file in entry["files"])


def is_known_library(name: str) -> bool:
    """Whether X of `-lX` names a well-known library."""
    return name in _library_files()


def package_of(file: str) -> str:
    """Debian's package with the headers of the well-known library X of `-lX`; "" for none."""
    found = (e["debian"] for e in table("libraries").values() if file in e["files"])
    return next(found, "")


def prefix_of(name: str) -> str:
    """The longest prefix of a well-known library that the name begins with; "" for none, and where
    the whole name is known."""
    exact, by_prefix = _libraries()
    sizes = range(min(len(name), MAX_PREFIX), MIN_PREFIX - 1, -1)
    found = (name[:size] for size in sizes if name[:size] in by_prefix)
    return "" if name in exact else next(found, "")


def is_known_name(name: str) -> bool:
    """The library has this very name, or a prefix that is kept for compilers and their libraries, or
    is a C++ namespace. One that merely begins like a library's may be the project's own."""
    exact, by_prefix = _libraries()
    prefix = prefix_of(name)
    if name in exact or prefix.startswith("_") or "::" in prefix:
        return True
    calls = names_in("library_calls", by_prefix[prefix].key) if prefix else frozenset()
    return _VERSION_OF_ICU.sub("", name) in calls


def is_ordinary(name: str) -> bool:
    """The name does not begin with a word of its library: `crc32`, where `deflateInit_` does."""
    exact, _ = _libraries()
    words = table("libraries")[exact[name].key].get("words", ()) if name in exact else ()
    return not name.startswith(tuple(words))


def is_common(name: str) -> bool:
    """A library has the name, and programs have functions of their own so called: `gamma`, `SHA1`."""
    exact, _ = _libraries()
    return name in exact and name in table("libraries")[exact[name].key].get("common", ())


@cache
def _libraries() -> tuple[dict[str, Library], dict[str, Library]]:
    exact: dict[str, Library] = {}
    by_prefix: dict[str, Library] = {}
    for key, entry in table("libraries").items():
        library = Library(
            key, tuple(entry["files"]), entry["debian"], entry["alpine"], entry.get("flag", ""),
            entry.get("alone", True),
        )  # fmt: skip
        measured = names_in("library_names", entry.get("measured", ""))
        for one in (*entry.get("names", ()), *measured):
            exact.setdefault(one, library)
        for one in (*entry.get("prefixes", ()), *entry.get("words", ())):
            by_prefix.setdefault(one, library)
    return exact, by_prefix


@lru_cache(MAX_KEPT)
def instrumentation_of(name: str) -> Instrumentation | None:
    """The instrumentation whose runtime gives the raw name, or None."""
    for key, entry in table("instrumentation").items():
        if name.startswith(tuple(entry["prefixes"])):
            return Instrumentation(
                key, tuple(entry["flags"]), tuple(entry["libraries"]), entry["debian"]
            )
    return None


@cache
def helper_pattern(group: str) -> re.Pattern[str]:
    """The pattern of one group of helper_groups.toml."""
    return re.compile(table("helper_groups")[group]["pattern"])


def is_helper(name: str, groups: Iterable[str], arch: str = "") -> bool:
    """Whether the name belongs to one of the groups; on that machine, where one is named."""
    for group in groups:
        machines = table("helper_groups")[group].get("machines", ())
        if helper_pattern(group).fullmatch(name) and (not arch or not machines or arch in machines):
            return True
    return False


def in_libgcc(name: str, arch: str) -> bool | None:
    """Whether libgcc.a of that machine has the name; None where that was not measured."""
    if name in names_in("helper_names", "libgcc"):
        return True
    own = names_in("helper_names", f"libgcc-{arch}")
    return name in own if own else None


def in_compiler_rt_alone(name: str, arch: str) -> bool:
    """Whether compiler-rt has the name for that machine and libgcc has it not."""
    if is_helper(name, ("overflow-checks",)):
        return True
    return name in names_in("helper_names", f"compiler-rt-{arch}")


@lru_cache(MAX_KEPT)
def glibc_version_of(name: str) -> str:
    """The release of glibc that brought the name, such as 2.38; empty for none or an old one."""
    for version, names in _groups("glibc_versions").items():
        if name in names:
            return version
    return ""


def version_key(text: str) -> tuple[int, ...]:
    """A version as numbers, so that 2.4 is older than 2.36."""
    return tuple(int(part) for part in re.findall(r"\d+", text)[:4])


@cache
def libc_names(group: str) -> frozenset[str]:
    """Names of a group of libc_names.toml: glibc_only, musl_only, lfs64, time64, ..."""
    return names_in("libc_names", group)
