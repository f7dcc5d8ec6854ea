"""How a value is lost, in words: the reason and what mends it, for each `lost_by` of the frame env."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Loss:
    """Why the value ends there, and what to write instead.

    `{name}` is the variable, `{line}` the line where it is lost, `{origin}` that of the value.
    """

    reason: str
    fix: str

    def said(self, name: str, line: str, origin: str) -> Loss:
        """The words for one loss."""
        told = {"name": variable_of(name), "line": line, "origin": origin}
        return Loss(self.reason.format(**told), self.fix.format(**told))


def origin_of(through: Sequence[str], lost_at: str) -> str:
    """The line that gave the value which is lost: the last one before the loss, if any is."""
    lines = [(file, int(line)) for file, _, line in (way.rpartition(":") for way in through)]
    file, _, line = lost_at.rpartition(":")
    before = [n for other, n in lines if other == file and n <= int(line)] if line else []
    found = before or [n for _, n in lines]
    return str(found[-1]) if found else "?"


def variable_of(name: str) -> str:
    """The variable of a shell by which a row of a toolchain is steered: `rustflags (effective)`."""
    stem, is_derived, _ = name.partition(" (")
    return stem.upper() if is_derived else name


LOSSES = {
    "arg-before-from": Loss(
        "an ARG before the first FROM is known to FROM lines alone",
        "write ARG {name} again inside this stage, after line {line}",
    ),
    "arg-not-declared": Loss(
        "this stage does not declare the argument, and so does not get it",
        "write ARG {name} inside this stage, after line {line}",
    ),
    "arg-declared-late": Loss(
        "the ARG stands after the command; before that line nobody has it",
        "move ARG {name} up, before the RUN of the command",
    ),
    "arg-of-other-stage": Loss(
        "an ARG ends with its stage, and line {line} begins another one",
        "write ARG {name} again after line {line}",
    ),
    "env-of-other-stage": Loss(
        "line {origin} sets it in a stage on which other platforms' stages stand; the stage of this"
        " platform, which begins here, does not stand on it",
        "write ENV {name}=... in this stage too, or begin it FROM that one",
    ),
    "separate-run": Loss(
        "each RUN starts a new shell; what the RUN sets that ends at line {line} ends with it",
        "use ENV, or put both commands in one RUN",
    ),
    "subshell": Loss(
        "parentheses, `sh -c` and a script that is called are processes of their own; what is set"
        " inside ends with it",
        "put the command inside, or set the value outside: {{ ...; }} or `. SCRIPT` in place of a"
        " process",
    ),
    "pipeline": Loss(
        "each side of a pipe is a process of its own; what is set there ends with it",
        "take the pipe away: write to a file and read that, or set the value before it",
    ),
    "command-substitution": Loss(
        "$(...) is a process of its own; what is set inside ends with it, only its output stays",
        'print the value inside and take it outside: {name}="$(...)"',
    ),
    "background": Loss(
        "`&` starts a process of its own; what it sets ends with it",
        "take the `&` away, or set the value outside",
    ),
    "not-exported": Loss(
        "the shell has the value and no command gets it: it is not exported",
        "write export {name}=... instead of {name}=...",
    ),
    "env-cleared": Loss(
        "env -i, env -u or unset takes it away",
        "take that away, or hand {name} over: env -i {name}=\"${name}\" command",
    ),
    "overridden-by-prefix": Loss(
        "what stands before the command itself wins over what was exported",
        "take {name}=... away from before the command, or write the whole value there",
    ),
    "overridden-later": Loss(
        "a later assignment replaces the value before any command had it",
        'keep the old one inside the new one: {name}="${name} ..."',
    ),
    "quoted-not-expanded": Loss(
        "single quotes expand nothing: the value holds the name with its dollar",
        "write double quotes",
    ),
    "cut-at-space": Loss(
        "without quotes the value ends at the first space",
        'write quotes around the value: {name}="..."',
    ),
    "prefix-of-other-command": Loss(
        "written before a command, the value belongs to that command alone",
        "write export {name}=... on its own, or write it before the command that needs it",
    ),
    "file-not-read": Loss(
        "the value stands in a file that no shell reads",
        "read the file in the same RUN: `. FILE`, with export or set -a; or use ENV",
    ),
    "no-branch-matched": Loss(
        "no branch that sets it is taken on this way, and the script goes on without it",
        "add the missing branch, and one that stops: *) echo \"unknown\" >&2; exit 1 ;;",
    ),
    "outranked-in-cargo": Loss(
        "cargo takes flags from one source only, and another one outranks this",
        "put all flags into that one: CARGO_ENCODED_RUSTFLAGS, else RUSTFLAGS, else target, else build",
    ),
    "withheld-from-build-scripts": Loss(
        "with --target, cargo gives these flags to the target's crates alone",
        "nothing to mend, unless a build script needs them: leave --target away there",
    ),
}  # fmt: skip
