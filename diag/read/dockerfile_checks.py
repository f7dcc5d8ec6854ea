"""What the engine refuses after it has split an instruction: counts, names, flags, order.

Behaviour: BuildKit's Dockerfile frontend as of docker 28. Each check gives the engine's complaint
or None; read/dockerfile.py adds file, line and help.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from diag.read.dockerfile_lexer import SPACES, WordError
from diag.read.dockerfile_lines import heredoc_of
from diag.read.dockerfile_words import READERS, Arguments

# Flags an instruction takes: "text" wants a value, "switch" may have true or false, "texts" may
# be repeated. ARG and STOPSIGNAL never look at theirs.
FLAGS: dict[str, dict[str, str]] = {
    "RUN": {"mount": "texts", "network": "text", "security": "text", "device": "texts"},
    "COPY": {
        "from": "text", "chown": "text", "chmod": "text", "link": "switch", "parents": "switch",
        "exclude": "texts",
    },
    "ADD": {
        "chown": "text", "chmod": "text", "link": "switch", "keep-git-dir": "switch",
        "checksum": "text", "exclude": "texts", "unpack": "switch",
    },
    "FROM": {"platform": "text"},
    "HEALTHCHECK": {
        "interval": "text", "timeout": "text", "start-period": "text", "start-interval": "text",
        "retries": "text",
    },
}  # fmt: skip
FLAGS_IGNORED = frozenset({"ARG", "STOPSIGNAL"})

STAGE_NAME = re.compile(r"[a-z][a-z0-9\-_.]*\Z")
_DURATION = re.compile(r"[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)\Z")


def check_flags(instruction: str, flags: tuple[str, ...]) -> str | None:
    """Unknown, repeated and valueless flags."""
    if instruction in FLAGS_IGNORED:
        return None
    known = FLAGS.get(instruction, {})
    seen: set[str] = set()
    for flag in flags:
        name, equals, value = flag[2:].partition("=")
        complaint = _check_flag(name, known.get(name), bool(equals), value, name in seen)
        if complaint:
            return complaint + _near(name, list(known))
        seen.add(name)
    return None


def _check_flag(
    name: str, kind: str | None, has_value: bool, value: str, is_repeated: bool
) -> str | None:
    if kind is None:
        return f"unknown flag: --{name}"
    if is_repeated and kind != "texts":
        return f"duplicate flag specified: {name}"
    if kind == "switch":
        is_good = not has_value or value.lower() in ("true", "false")
        return None if is_good else f"expecting boolean value for flag {name}, not: {value}"
    return None if has_value else f"missing a value on flag: {name}"


def _near(name: str, known: list[str]) -> str:
    close = [] if name in known else difflib.get_close_matches(name.lower(), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _at_least_one(name: str) -> Callable[[Arguments], str | None]:
    return lambda args: None if args.words else f"{name} requires at least one argument"


def _exactly_one(name: str) -> Callable[[Arguments], str | None]:
    return lambda args: None if len(args.words) == 1 else f"{name} requires exactly one argument"


def _pairs(name: str) -> Callable[[Arguments], str | None]:
    def check(args: Arguments) -> str | None:
        if not args.words:
            return f"{name} requires at least one argument"
        return f"{name} names can not be blank" if "" in args.words[::3] else None

    return check


def _paths(name: str) -> Callable[[Arguments], str | None]:
    def check(args: Arguments) -> str | None:
        if len(args.words) < 2:
            return (
                f"{name} requires at least two arguments, but only one was provided. "
                "Destination could not be determined"
            )
        try:
            is_heredoc = heredoc_of(args.words[-1]) is not None
        except WordError:
            is_heredoc = False
        return f"{name} cannot accept a heredoc as a destination" if is_heredoc else None

    return check


def _arg(args: Arguments) -> str | None:
    if not args.words:
        return "ARG requires at least one argument"
    is_blank = any(word.startswith("=") for word in args.words)
    return "ARG names can not be blank" if is_blank else None


def _from(args: Arguments) -> str | None:
    if len(args.words) == 3 and args.words[1].lower() == "as":
        if STAGE_NAME.match(args.words[2].lower()):
            return None
        return (
            f'invalid name for build stage: "{args.words[2]}", '
            "name can't start with a number or contain symbols"
        )
    return None if len(args.words) == 1 else "FROM requires either one or three arguments"


def _healthcheck(args: Arguments) -> str | None:
    if not args.words:
        return "HEALTHCHECK requires at least one argument"
    kind, *rest = args.words
    if kind.upper() == "NONE":
        return "HEALTHCHECK NONE takes no arguments" if rest else None
    if kind.upper() != "CMD":
        return f'Unknown type "{kind.upper()}" in HEALTHCHECK (try CMD)'
    return None if rest else "Missing command after HEALTHCHECK CMD"


def check_health_flags(flags: tuple[str, ...]) -> str | None:
    """Durations and the count of retries of a HEALTHCHECK."""
    for flag in flags:
        name, _, value = flag[2:].partition("=")
        if name == "retries":
            if not re.fullmatch(r"[-+]?\d{1,10}", value or "0", re.ASCII):
                return f'--retries: invalid number "{value}"'
            if value.startswith("-"):
                return f"--retries cannot be negative ({value})"
        elif value and not _DURATION.match(value):
            return f'invalid duration "{value}"'
    return None


def _shell(args: Arguments) -> str | None:
    if not args.words:
        return "SHELL requires at least one argument"
    return None if args.is_json else "SHELL requires the arguments to be in JSON form"


def _volume(args: Arguments) -> str | None:
    if not args.words:
        return "VOLUME requires at least one argument"
    is_blank = any(not word.strip(SPACES) for word in args.words)
    return "VOLUME specified can not be an empty string" if is_blank else None


_CHECKS: dict[str, Callable[[Arguments], str | None]] = {
    "ADD": _paths("ADD"),
    "ARG": _arg,
    "COPY": _paths("COPY"),
    "ENV": _pairs("ENV"),
    "EXPOSE": _at_least_one("EXPOSE"),
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _pairs("LABEL"),
    "MAINTAINER": _exactly_one("MAINTAINER"),
    "SHELL": _shell,
    "STOPSIGNAL": _exactly_one("STOPSIGNAL"),
    "USER": _exactly_one("USER"),
    "VOLUME": _volume,
    "WORKDIR": _exactly_one("WORKDIR"),
}


def check_known(instruction: str) -> str | None:
    """An instruction that the engine does not know, with the nearest that it does."""
    known = [*READERS, "ONBUILD"]
    if instruction in known:
        return None
    return f"unknown instruction: {instruction}" + _near_name(instruction, known)


def _near_name(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name[:40], known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def check_trigger(trigger: str) -> str | None:
    """The instruction that an ONBUILD keeps for later."""
    if not trigger:
        return "ONBUILD requires at least one argument"
    if trigger == "ONBUILD":
        return "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"
    if trigger in ("MAINTAINER", "FROM"):
        return f"{trigger} isn't allowed as an ONBUILD trigger"
    return None


def check_arguments(instruction: str, arguments: Arguments, flags: tuple[str, ...]) -> str | None:
    """The engine's complaint about a known instruction other than ONBUILD, or None."""
    check = _CHECKS.get(instruction)
    complaint = check(arguments) if check else None
    if complaint is None:
        complaint = check_flags(instruction, flags)
    if complaint is None and instruction == "HEALTHCHECK":
        complaint = check_health_flags(flags)
    return complaint
