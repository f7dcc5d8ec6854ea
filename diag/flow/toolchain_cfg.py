"""`cfg(...)` of a target, as far as the target's name decides it.

Grammar: the Rust reference, "Conditional compilation". Facts: `rustc --print cfg`. What rustc
alone knows (target features, atomics, panic strategy) is not decided: None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from diag.platforms import platform_of_target

ARCHITECTURES = {
    "armv7": "arm", "armv7a": "arm", "armv6": "arm", "armv5te": "arm", "armv4t": "arm",
    "thumbv7neon": "arm", "i386": "x86", "i586": "x86", "i686": "x86", "riscv64gc": "riscv64",
    "riscv64a23": "riscv64", "powerpc64le": "powerpc64", "mips64el": "mips64", "mipsel": "mips",
    "arm64ec": "aarch64", "aarch64_be": "aarch64",
}  # fmt: skip
# A key outside these, or a bare name outside BARE, is rustc's own or nobody's.
KEYS = frozenset(
    ["target_arch", "target_os", "target_env", "target_family", "target_vendor",
     "target_pointer_width", "target_endian", "target_abi"]
)  # fmt: skip
RUSTC_KEYS = frozenset(["target_feature", "target_has_atomic", "panic", "relocation_model"])
RUSTC_NAMES = frozenset(["debug_assertions", "target_thread_local", "overflow_checks", "ub_checks"])
TOKEN = re.compile(r'\s*(?:(?P<name>[\w-]+)|(?P<string>"[^"]*")|(?P<mark>[(),=]))')
MAX_TOKENS = 500
MAX_DEPTH = 30


def cfg_holds(text: str, triple: str) -> bool | None:
    """Whether `cfg(text)` holds for a target; False for a text that is no cfg, as cargo has it.

    None where rustc alone knows, and for one that is longer or deeper than is read.
    """
    tokens = _tokens(text)
    if tokens is None:
        return False
    reader = _Cfg(tokens, facts_of(triple))
    answer = reader.whole()
    if reader.is_deep or len(tokens) > MAX_TOKENS:
        return None
    return answer if reader.at == len(tokens) and not reader.is_broken else False


def _tokens(text: str) -> list[str] | None:
    """The tokens, up to one more than are read; None where something is none."""
    tokens, at, end = list[str](), 0, len(text.rstrip())
    while at < end and len(tokens) <= MAX_TOKENS:
        found = TOKEN.match(text, at)
        if found is None:
            return None
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


def facts_of(triple: str) -> frozenset[tuple[str, str]]:
    """What `cfg` knows of a target by its name."""
    first, *rest = triple.split("-")
    environment = rest[-1] if rest else ""
    platform = platform_of_target(triple)
    found = {("target_arch", ARCHITECTURES.get(first, first))}
    libc = "musl" if environment.startswith("musl") else "gnu" if environment[:3] == "gnu" else ""
    found |= {("target_env", libc), ("target_abi", environment[len(libc) :] if libc else "")}
    if "linux" in rest:
        found |= {("unix", ""), ("target_family", "unix"), ("target_os", "linux")}
    if len(rest) > 1:
        found.add(("target_vendor", rest[0] if rest[0] != "linux" else "unknown"))
    if platform is not None:
        found.add(("target_pointer_width", str(platform.bits)))
        found.add(("target_endian", platform.byte_order))
    return frozenset(found)


class _Cfg:
    def __init__(self, tokens: list[str], facts: frozenset[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.facts = facts
        self.at = 0
        self.is_broken = False
        self.is_deep = False

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ""

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def whole(self, depth: int = 0) -> bool | None:
        name = self.take()
        if self.peek() == "(":
            self.take()
            return self._called(name, depth)
        if self.peek() == "=":
            self.take()
            return self._fact(name, self.take())
        self.is_broken = self.is_broken or not re.fullmatch(r"\w+", name)
        if name in ("true", "false"):
            return name == "true"
        return None if name in RUSTC_NAMES else (name, "") in self.facts

    def _fact(self, name: str, word: str) -> bool | None:
        self.is_broken = self.is_broken or not word.startswith('"')
        if name in RUSTC_KEYS:
            return None
        has_key = any(key == name for key, _ in self.facts)
        return None if name in KEYS and not has_key else (name, word.strip('"')) in self.facts

    def _called(self, name: str, depth: int) -> bool | None:
        inner = self._list(depth)
        if name not in ("all", "any", "not") or (name == "not" and len(inner) != 1):
            self.is_broken = True
        if name == "not":
            return None if inner[:1] == [None] else not any(inner)
        return _any(inner) if name == "any" else _all(inner)

    def _list(self, depth: int) -> list[bool | None]:
        found: list[bool | None] = []
        while self.peek() != ")":
            self.is_deep = self.is_deep or depth >= MAX_DEPTH
            self.is_broken = self.is_broken or not self.peek()
            if self.is_deep or self.is_broken:
                return found
            found.append(self.whole(depth + 1))
            if self.peek() == ",":
                self.take()
            elif self.peek() != ")":
                self.is_broken = True
                return found
        self.take()
        return found


def _any(answers: Iterable[bool | None]) -> bool | None:
    answers = list(answers)
    return True if True in answers else None if None in answers else False


def _all(answers: Iterable[bool | None]) -> bool | None:
    answers = list(answers)
    return False if False in answers else None if None in answers else True
