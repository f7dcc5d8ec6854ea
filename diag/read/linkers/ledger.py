"""What linkers have said so far, one record for each symbol and place that refers to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from diag.read.linkers.places import NOWHERE, Place

NEAR = 3  # lines
MAX_DETAIL = 4000  # characters of a message that a record keeps


@dataclass(slots=True)
class LinkError:
    """One link error; `line_no` is the line that names what is wrong."""

    linker: str
    kind: str
    line_no: int
    symbol: str | None
    place: Place
    detail: str
    n_refs: int = 1
    is_lower_bound: bool = False

    def add_detail(self, text: str) -> None:
        """A continuation of the message."""
        if len(self.detail) + len(text) < MAX_DETAIL:
            self.detail = f"{self.detail}; {text}"


# Kinds that are said of each reference; of the others one object is told once, in several lines.
_COUNTED = ("undefined", "duplicate", "relocation", "overflow", "discarded", "tls")
_Key = tuple[str, str, str | None, str | None, str | None, str | None, str | None]


@dataclass
class Ledger:
    """The link errors of one step, in the order in which they were first named.

    A run is one call of a linker: it ends where the driver says so. Within a run, messages of
    the same symbol, object, member and function are one record that counts them.
    """

    errors: list[LinkError] = field(default_factory=list)
    _run: dict[_Key, LinkError] = field(default_factory=dict)
    _n_sure: int = 0  # errors of runs that have ended, or whose number is doubted already
    _n_before: int = 0  # errors of the runs before
    _of_symbol: dict[tuple[str, str], list[LinkError]] = field(default_factory=dict)
    _unsorted: list[LinkError] = field(default_factory=list)

    def add(
        self,
        linker: str,
        kind: str,
        line_no: int,
        detail: str,
        symbol: str | None = None,
        place: Place = NOWHERE,
        n_refs: int = 1,
    ) -> LinkError:
        """Records one message; the record that now counts it."""
        # Where the object is not told, the source line is what tells places apart.
        source = None if place.object else place.source_file
        if not (symbol or place.object or source):
            source = place.section or detail
        key = (linker, kind, symbol, place.object, place.member, place.function, source)
        known = self._run.get(key)
        if known is not None:
            if kind in _COUNTED:
                known.n_refs += n_refs
            else:
                known.add_detail(detail)
            return known
        error = LinkError(linker, kind, line_no, symbol, place, detail[:MAX_DETAIL], n_refs)
        self._run[key] = error
        self.errors.append(error)
        if symbol is not None:
            self._of_symbol.setdefault((linker, symbol), []).append(error)
        return error

    def of_symbol(self, linker: str, symbol: str) -> list[LinkError]:
        """The records of this run that name the symbol, oldest first."""
        return self._of_symbol.get((linker, symbol), [])

    def doubt_run(self) -> None:
        """The linker stopped counting: every number of this run is a lower bound."""
        for error in self.errors[self._n_sure :]:
            error.is_lower_bound = True
        self._n_sure = len(self.errors)

    def hold(self, linker: str, line_no: int, text: str, kind: str = "other") -> None:
        """Keeps a message that tells no cause: an error only if the link then fails for it."""
        if len(self._unsorted) < 100:
            self._unsorted.append(LinkError(linker, kind, line_no, None, NOWHERE, text))

    def holds_near(self, line_no: int) -> bool:
        """Whether such a message was printed just before this line."""
        return bool(self._unsorted) and line_no - self._unsorted[-1].line_no <= NEAR

    def has_errors(self) -> bool:
        """Whether this run has named an error."""
        return bool(self._run)

    def run_errors(self) -> list[LinkError]:
        """The errors of this run, those that are held back as well."""
        return [*self.errors[self._n_before :], *self._unsorted]

    def forget_run(self) -> None:
        """What this run said is no error."""
        del self.errors[self._n_before :]
        self._unsorted.clear()
        self._run.clear()

    def end_run(self, is_failure: bool) -> None:
        """The driver has ended; messages that were held are errors if nothing else explains it."""
        if is_failure and not self._run:
            for held in self._unsorted:
                self.add(held.linker, held.kind, held.line_no, held.detail)
        self._n_sure = self._n_before = len(self.errors)
        self._unsorted.clear()
        self._run.clear()
        self._of_symbol.clear()
