"""The script that a RUN hands to its shell, and the line of every character of it.

BuildKit's rules: a RUN that is one here-document runs its body; a body with `#!` is a file that is
executed; any other here-document is handed on to the shell as written.
"""

from __future__ import annotations

from dataclasses import dataclass

from diag.read.dockerfile import Heredoc, Instruction
from diag.read.dockerfile_lexer import WordError
from diag.read.dockerfile_lines import heredoc_of

Starts = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Script:
    """`shell` receives `text`: its last argument, or (for `#!`, no `-c`) the file it reads.

    Exec form: `argv` alone, `text` empty.
    """

    text: str
    line_starts: Starts
    shell: tuple[str, ...]
    argv: tuple[str, ...] = ()
    is_exec_form: bool = False


def script_of(run: Instruction, shell: tuple[str, ...]) -> Script:
    """What a RUN executes under the stage's SHELL."""
    arguments = run.arguments()
    if arguments.is_json:
        return Script("", ((0, run.line_no),), (), arguments.words, True)
    if not run.heredocs:
        return Script(run.value_text, run.line_starts, shell)
    if _is_one_heredoc(run.value_text):
        text, starts = body_of(run.heredocs[0])
        return Script(text, starts, _interpreter(text) or shell)
    return Script(*_with_bodies(run), shell)


def _is_one_heredoc(value_text: str) -> bool:
    try:
        return heredoc_of(value_text) is not None
    except WordError:
        return False


def body_of(heredoc: Heredoc) -> tuple[str, Starts]:
    """The body as the engine writes it (`<<-`: without leading tabs), and its lines' offsets."""
    lines = heredoc.body.split("\n")
    if heredoc.strips_tabs:
        lines = [line.lstrip("\t") for line in lines]
    return "\n".join(lines), _starts(lines, 0, heredoc.line_no)


def _starts(lines: list[str], offset: int, line_no: int) -> Starts:
    starts = []
    for number, line in enumerate(lines, line_no):
        starts.append((offset, number))
        offset += len(line) + 1
    return tuple(starts[:-1] if len(lines) > 1 and not lines[-1] else starts)


def _interpreter(text: str) -> tuple[str, ...]:
    """The words of a `#!` line as the kernel splits them: program and at most one argument."""
    if not text.startswith("#!"):
        return ()
    return tuple(text[2:].split("\n", 1)[0].strip(" \t\r").split(None, 1))


def _with_bodies(run: Instruction) -> tuple[str, Starts]:
    text, starts = run.value_text, list(run.line_starts)
    for heredoc in run.heredocs:
        lines = [*heredoc.body.split("\n")[:-1], heredoc.name]
        starts += _starts(lines, len(text) + 1, heredoc.line_no)
        text += "\n" + "\n".join(lines)
    return text, tuple(starts)
