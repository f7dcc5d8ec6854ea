"""One step's lines, given to every grammar in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from diag.read.linkers.apple import Apple
from diag.read.linkers.commands import LinkCommand, compiles, could_link, parse_link_command
from diag.read.linkers.drivers import Drivers
from diag.read.linkers.gnu_ld import GnuLd
from diag.read.linkers.gold import Gold
from diag.read.linkers.grammar import Grammar
from diag.read.linkers.ledger import Ledger, LinkError
from diag.read.linkers.lld import Lld
from diag.read.linkers.loaders import Loaders
from diag.read.linkers.msvc import Msvc
from diag.read.linkers.nvlink import Nvlink
from diag.read.linkers.probes import is_of_probe, names_probe
from diag.read.linkers.unwrap import Unwrapper
from diag.read.linkers.wild import Wild

# A further linker is a further class here. GNU ld comes last: its bare program name is also
# that of others, and what it does not know is held back as perhaps its own.
GRAMMARS: tuple[type[Grammar], ...] = (Lld, Gold, Wild, Apple, Msvc, Nvlink, Loaders, GnuLd)
_SPEAKERS: tuple[type[Grammar], ...] = (Drivers, *GRAMMARS)
CALL = " -o "  # of a command that links, and of most that compile
_COMMANDS = ('"-o"', "omitted", "  = note: ")
# GNU ld's first: of the lines that hold one at all, most hold one of these.
WORDS = tuple(
    dict.fromkeys([text for g in reversed(_SPEAKERS) for text in g.literals] + list(_COMMANDS))
)
MAX_MESSAGE = 64 << 10  # characters; longer lines can only be commands
_OMITTED_NOTE = "some arguments are omitted"


_ASCII = tuple(text for text in WORDS if text.isascii())  # most lines hold nothing else


def is_hot(text: str) -> bool:
    """Whether one of WORDS, or a call that may link, occurs: only such lines are looked at closer."""
    if any(map(text.__contains__, _ASCII if text.isascii() else WORDS)):
        return True
    return CALL in text and (not compiles(text) or names_probe(text))


@dataclass
class Session:
    """The linkers' words in one step of a build."""

    ledger: Ledger = field(default_factory=Ledger)
    commands: list[tuple[int, LinkCommand]] = field(default_factory=list)
    goes_on: bool = False  # the next line is to be fed though it may not be hot

    def __post_init__(self) -> None:
        self._drivers = Drivers(self.ledger)
        self._grammars = (self._drivers, *(make(self.ledger) for make in GRAMMARS))
        self._words = [(g, [w for w in g.literals if w.isascii()]) for g in self._grammars]
        self._owned = [(words, g) for g in self._grammars for words in g.own]
        self._may_wait = [g for g in self._grammars if type(g).goes_on is not Grammar.goes_on]
        self._may_open = [g for g in self._grammars if type(g).is_open is not Grammar.is_open]
        self._unwrapper = Unwrapper()
        self._probe_line = 0  # where a configure step's trial was last named

    @property
    def errors(self) -> list[LinkError]:
        """The link errors so far."""
        return self.ledger.errors

    def feed(self, line_no: int, text: str) -> str | None:
        """Takes one line in; its kind (`linker`, `link_command`) if it is a linker's, else None."""
        if names_probe(text):
            self._probe_line = line_no
        kinds = {self._feed(*numbered) for numbered in self._unwrapper.lines(line_no, text)}
        self.goes_on = self._unwrapper.goes_on or self._is_awaited()
        return next((kind for kind in ("linker", "link_command") if kind in kinds), None)

    def _is_awaited(self) -> bool:
        for grammar in self._may_wait:  # noqa: SIM110 (asked after every line: no generator)
            if grammar.goes_on:
                return True
        return False

    def _feed(self, line_no: int, bare: str) -> str | None:
        owner = self._owner(bare)
        if owner is not None and owner.feed(line_no, bare):
            self._end_records(owner)
            return "linker"
        if could_link(bare) and (command := parse_link_command(bare)) is not None:
            self.commands.append((line_no, command))
            self._probe_line = line_no if names_probe(bare) else 0
            return "link_command"
        if len(bare) > MAX_MESSAGE:
            return None
        if _OMITTED_NOTE in bare:
            self._shorten()
            return "linker"
        asked = (one for one in self._asked(bare) if one is not owner)
        taker = next((one for one in asked if one.feed(line_no, bare)), None)
        self._end_records(taker)
        if self._drivers.has_ended:
            self._end_run(is_failure=self._drivers.has_failed)
            self._drivers.has_ended = False
        return None if taker is None else "linker"

    def _owner(self, text: str) -> Grammar | None:
        """The grammar whose own words the line holds."""
        for words, grammar in self._owned:  # a loop: this is asked of every line
            if words in text:
                return grammar
        return None

    def _asked(self, text: str) -> Iterator[Grammar]:
        """The grammars that a line may concern: those that it holds a literal of, or that wait."""
        occurs, is_ascii = text.__contains__, text.isascii()
        for grammar, words in self._words:
            if any(map(occurs, words if is_ascii else grammar.literals)) or (
                grammar in self._may_wait and grammar.goes_on
            ):
                yield grammar

    def _end_records(self, taker: Grammar | None) -> None:
        """What was open in other grammars than the line's is complete."""
        for grammar in self._may_open:
            if grammar.is_open and grammar is not taker:
                grammar.end_record()

    def _end_run(self, *, is_failure: bool) -> None:
        for grammar in self._grammars:
            grammar.end_run()
        if self._probe_line and self._was_probe():
            self.ledger.forget_run()
        self.ledger.end_run(is_failure)

    def _was_probe(self) -> bool:
        """Whether all that the run said is of a link that a configure step tried out."""
        errors = self.ledger.run_errors()
        return bool(errors) and all(is_of_probe(error, self._probe_line) for error in errors)

    def _shorten(self) -> None:
        """rustc says that it left arguments out of the command that it just printed."""
        if self.commands:
            line_no, last = self.commands[-1]
            shortened = LinkCommand(**{**vars(last), "is_shortened": True})
            self.commands[-1] = (line_no, shortened)

    def close(self) -> None:
        """The step's output is at its end."""
        for numbered in self._unwrapper.flush():
            self._feed(*numbered)
        self._end_run(is_failure=False)
