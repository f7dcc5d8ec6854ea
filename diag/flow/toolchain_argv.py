"""cargo's command line: what it builds, for which targets, with which configuration.

By `cargo help build` (1.95): `--target` may be given several times, `--config` holds a path or
`KEY=VALUE`, `-C` changes the folder before anything is read (nightly alone).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

COMPILES = frozenset([
    "build", "b", "test", "t", "run", "r", "check", "c", "bench", "rustc", "install", "clippy",
    "doc", "d", "rustdoc", "fix", "package", "publish", "zigbuild", "xwin", "auditable",
    "nextest", "chef", "llvm-cov", "miri",
])  # fmt: skip
SHORT = frozenset(["b", "c", "d", "r", "t", "rm"])
BUILTIN = COMPILES | SHORT | frozenset(["clean", "fetch", "update", "add", "new", "init", "vendor"])
# Options that take a value, before the subcommand and after it.
VALUES = frozenset([
    "--config", "-Z", "-C", "--color", "--manifest-path", "--target-dir", "--target", "-p",
    "--package", "--exclude", "-j", "--jobs", "--features", "-F", "--profile", "--bin",
    "--example", "--test", "--bench", "--message-format", "--path", "--root", "--lockfile-path",
    "--git", "--branch", "--tag", "--rev", "--version", "--index", "--registry",
])  # fmt: skip
ATTACHED = ("-C", "-Z")  # as in -C/src, -Zunstable-options


@dataclass(frozen=True)
class Arguments:
    """A call of cargo as it reads its own words."""

    subcommand: str = ""
    targets: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()
    folder: str | None = None  # of -C
    path: str | None = None  # of `cargo install --path`
    unstable: tuple[str, ...] = ()  # of -Z
    passed: tuple[str, ...] = ()  # after `--`

    @property
    def compiles(self) -> bool:
        return self.subcommand in COMPILES


@dataclass
class _Reader:
    rest: list[str]
    subcommand: str = ""
    options: dict[str, list[str]] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)

    def read(self) -> None:
        while self.rest:
            word = self.rest.pop(0)
            if word == "--":
                self.passed, self.rest = self.rest, []
            elif word.startswith("-"):
                self._option(word)
            elif not self.subcommand and not word.startswith("+"):
                self.subcommand = word

    def _option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        if word[:2] in ATTACHED and len(word) > 2:
            name, equals, value = word[:2], "=", word[2:].removeprefix("=")
        if name not in VALUES or (name == "-C" and self.subcommand):
            return
        text = value if equals else (self.rest.pop(0) if self.rest else "")
        self.options.setdefault(name, []).append(text)


def arguments(words: tuple[str, ...]) -> Arguments:
    """The words after `cargo`, read."""
    reader = _Reader(list(words))
    reader.read()
    given = reader.options
    return Arguments(
        reader.subcommand,
        tuple(given.get("--target", ())),
        tuple(given.get("--config", ())),
        next(iter(given.get("-C", ())), None),
        next(iter(given.get("--path", ())), None),
        tuple(given.get("-Z", ())),
        tuple(reader.passed),
    )


def expanded(found: Arguments, words: tuple[str, ...], aliases: Mapping[str, object]) -> Arguments:
    """The call with its alias, where the subcommand is one; a builtin cannot be one."""
    alias = aliases.get(found.subcommand)
    if alias is None or found.subcommand in BUILTIN:
        return found
    told = alias.split() if isinstance(alias, str) else alias
    if not isinstance(told, list) or not all(isinstance(word, str) for word in told):
        return found
    at = words.index(found.subcommand)
    again = arguments((*words[:at], *told, *words[at + 1 :]))
    return again if again.subcommand != found.subcommand else replace(found, subcommand="")
