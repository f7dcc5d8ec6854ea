"""A word of an instruction, expanded by the engine, as a Value that knows where it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from diag.errors import InputError
from diag.flow.values import Value, known
from diag.read.dockerfile import Instruction
from diag.read.dockerfile_lexer import WordError, read_word

Loss = Callable[[str], Value | None]

# A byte-order mark counts: the engine drops one at the start of a word.
_SPECIAL = frozenset("$'\"\ufeff")


class _UnknownNameError(Exception):
    """The word hangs on a variable whose value is not known."""


def expand(
    text: str,
    env: Mapping[str, Value],
    instruction: Instruction,
    *,
    loss: Loss | None = None,
    escape: str | None = None,
    reads_quotes: bool = True,
) -> Value:
    """`text` expanded as the engine expands it, exported, unknown where a name in it is.

    The value came through every value used, then through the instruction. A name that is unset
    because it was lost (`loss`) hands its lost_at and lost_by on to the result.
    Raises InputError where the engine would stop the build.
    """
    special = escape or instruction.escape
    if not _SPECIAL.intersection(text) and special not in text:
        return known(text, exported=True, came_through=(instruction.place,))
    used: list[Value] = []

    def lookup(name: str) -> str | None:
        value = env.get(name)
        if value is None and loss is not None:
            value = loss(name)
        if value is None:
            return None
        used.append(value)
        if value.status == "unknown":
            raise _UnknownNameError(value.hangs_on or name)
        return value.text

    try:
        result = read_word(text, lookup, special, reads_quotes=reads_quotes)[0]
    except _UnknownNameError as error:
        return replace(_told(None, used, instruction.place), hangs_on=str(error))
    except WordError as error:
        raise _refusal(text, instruction, error) from None
    return _told(result, used, instruction.place)


def _told(text: str | None, used: list[Value], place: str) -> Value:
    """The value with the places that it came through, and the first loss among what it used."""
    places = dict.fromkeys(earlier for value in used for earlier in value.came_through)
    places.pop(place, None)
    lost = next((value for value in used if value.lost_by), None)
    return Value(
        status="unknown" if text is None else "set" if text else "empty",
        text=text,
        is_exported=True,
        came_through=(*places, place),
        lost_at=lost.lost_at if lost else None,
        lost_by=lost.lost_by if lost else None,
    )


def _refusal(text: str, instruction: Instruction, error: WordError) -> InputError:
    return InputError(
        f"failed to process {text[:80]!r}: {error}",
        file=instruction.file,
        line=instruction.line_no,
        excerpt=f"{instruction.instruction} {instruction.value_text}"[:200],
        help="the engine stops here; give the variable by --build-arg, or mend the word",
    )
