"""Words of a script as the text that they become: POSIX XCU 2.6, and what bash adds."""

from __future__ import annotations

import re
from typing import NamedTuple

from diag.flow.ansi import ansi_text
from diag.flow.braces import TooManyWordsError, brace_words
from diag.flow.expand_parameters import Parameters
from diag.flow.holes import escape, has_hole
from diag.flow.limits import ASH, BASH, DASH, MAX_WORDS, LimitError
from diag.flow.state import FileEntry, State
from diag.flow.variables import DEFAULT_IFS
from diag.read.shell_tree import (
    AnsiString,
    Arithmetic,
    ArrayLiteral,
    CommandSubstitution,
    Literal,
    Parameter,
    Part,
    ProcessSubstitution,
    Word,
)

ASSIGNED_HOME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=~")
MIXED_BRACES = re.compile(r"(?<!\$)\{[^{}\s]*(?:,|\.\.)[^\s]*\}")


class Fragment(NamedTuple):
    """A piece of an expanded word. Kinds: `bare` and `quoted` text of the script, `split` text of

    an unquoted expansion, `break` between two fields (the text: what joins them where there are
    none), `none` where `"$@"` has no field.
    """

    text: str
    kind: str


class Expander(Parameters):
    """Expansion of words; a command substitution runs its commands."""

    # -- whole words ------------------------------------------------------------------------------

    def text(self, word: Word | None, state: State) -> str:
        """The word as one text: no field splitting, no pathnames. Quotes are gone."""
        if word is None:
            return ""
        if len(word.parts) == 1 and type(word.parts[0]) is Literal:  # by far the most frequent
            text: str = word.parts[0].text
            return self.tilde(text, state) if text[:1] == "~" and word.text[:1] == "~" else text
        return "".join(fragment.text for fragment in self.fragments(word, state))

    def value_text(self, word: Word, state: State) -> str:
        """The right side of an assignment."""
        return self.assigned_text(word, self.fragments(word, state), state)

    def assigned_text(self, word: Word, fragments: list[Fragment], state: State) -> str:
        """The right side of an assignment as one text: a tilde counts after each colon too."""
        text = "".join(fragment.text for fragment in fragments)
        if ":~" in word.text and type(word.parts[0]) is Literal and not word.parts[0].is_quoted:
            text = ":".join(
                self.tilde(part, state) if part[:1] == "~" else part for part in text.split(":")
            )
        return text

    def pattern(self, word: Word | None, state: State) -> str:
        """The word as a pattern: what was quoted stands for itself."""
        if word is None:
            return ""
        return "".join(
            fragment.text if fragment.kind in ("bare", "split") else escape(fragment.text)
            for fragment in self.fragments(word, state)
        )

    def fields(self, words: tuple[Word, ...], state: State) -> list[str]:
        """All words as fields. `is_list_open` tells that their number is not sure."""
        found: list[str] = []
        for word in words:
            found += self._fields_of(word, state)
        if len(found) > MAX_WORDS:
            raise LimitError(f"more than {MAX_WORDS} words in one command")
        return found

    def _fields_of(self, word: Word, state: State) -> list[str]:
        bare = word.bare
        if bare is not None and not set(bare) & set("~*?[{"):
            return [bare]
        if "{" in word.text and (words := self._braces(word, bare, state)):
            return words
        fields = self._split(self.fragments(word, state), state)
        if ASSIGNED_HOME.match(word.text) and self.is_dialect(state, frozenset({"bash"})):
            fields = [self._assigned_home(word, state)]
        if any("*" in f.text or "?" in f.text for f in self._globs):
            self.is_list_open = True
        return fields

    def _braces(self, word: Word, bare: str | None, state: State) -> list[str]:
        """The words of a brace expansion; none where the word has none, or the shell not."""
        is_mixed = bare is None and self._has_mixed_braces(word, state)
        try:
            words = [] if bare is None else brace_words(bare)
        except TooManyWordsError:
            is_mixed, words = True, []
        if is_mixed:
            self.is_list_open = True
            shown = word.text[:60]
            return [self.holes.named(f"braces {word.text}", f"the brace expansion {shown}")]
        return words if words != [bare] and words and self.is_dialect(state, BASH) else []

    def _has_mixed_braces(self, word: Word, state: State) -> bool:
        """Whether braces stand around more than plain text, which is not followed."""
        is_open = any(
            type(part) is Literal and not part.is_quoted and "{" in part.text for part in word.parts
        )
        return is_open and bool(MIXED_BRACES.search(word.text)) and self.is_dialect(state, BASH)

    # -- parts ------------------------------------------------------------------------------------

    _globs: list[Fragment] = []

    def fragments(self, word: Word, state: State) -> list[Fragment]:
        found: list[Fragment] = []
        for part in word.parts:
            found += self.fragments_of(part, state)
        if found and found[0].kind == "bare" and found[0].text[:1] == "~":
            found[0] = Fragment(self.tilde(found[0].text, state), "quoted")
        self._globs = [f for f in found if f.kind in ("bare", "split")]
        return found

    def fragments_of(self, part: Part, state: State) -> list[Fragment]:
        kind = type(part)
        if kind is Literal:
            return [Fragment(part.text, "quoted" if part.is_quoted else "bare")]
        if kind is Parameter:
            return self._parameter(part, state)
        if kind is CommandSubstitution:
            text = self.substitute(part, state)
            return [Fragment(text, "quoted" if part.is_quoted else "split")]
        if kind is Arithmetic:
            text = self.arithmetic(part.word, state)
            return [Fragment(text, "quoted" if part.is_quoted else "split")]
        if kind is AnsiString:
            return [self._ansi(part, state)]
        if kind is ArrayLiteral:
            return [Fragment(" ".join(self.fields(part.words, state)), "quoted")]
        return [Fragment(self.process_substitution(part, state), "quoted")]

    def process_substitution(self, part: ProcessSubstitution, state: State) -> str:
        """The path of a file that holds what the commands print."""
        if not part.is_input:
            return self.holes.new("the path of a process substitution")
        child = CommandSubstitution(part.body, False, part.start, part.end, "")
        status, has_substituted = self.substitution_status, self.has_substituted
        text = self.output_of(child, state)
        self.substitution_status, self.has_substituted = status, has_substituted
        path = f"/dev/fd/{63 - sum(path.startswith('/dev/fd/') for path in state.files)}"
        state.set_file(path, FileEntry(text))
        return path

    def _ansi(self, part: AnsiString, state: State) -> Fragment:
        if self.is_dialect(state, DASH):  # dash takes the dollar sign for itself
            return Fragment("$" + part.text, "quoted")
        return Fragment(ansi_text(part.text), "quoted")

    def _parameter(self, part: Parameter, state: State) -> list[Fragment]:
        kind = "quoted" if part.is_quoted else "split"
        is_whole = part.name in "@*" or (part.index is not None and part.index.text in "@*")
        is_plain = not part.is_indirect or part.index is not None
        if part.name in "@*" and part.operator in (":-", "-", ":+", "+"):
            values = list(state.positional)
        elif (
            is_whole and is_plain and part.operator.lstrip(":")[:1] not in ("l", "=", "?", "-", "+")
        ):
            self._check_list_operator(part, state)
            values = self.elements(part, state)
        else:
            return self._scalar(part, state, kind)
        if not values or part.operator in (":+", "+"):
            if part.operator in (":-", "-", ":+", "+"):
                return self._alternative(part, state, bool(values))
            return [Fragment("", "none" if part.is_quoted else "split")]
        is_joined = part.name == "*" or (part.index is not None and part.index.text == "*")
        if part.is_quoted and is_joined:
            separator = self.separators(state)[:1]
            return [Fragment(separator.join(values), "quoted")]
        found = []
        between = self.separators(state)[:1] if is_joined else " "
        for value in values:
            found += [Fragment(between, "break"), Fragment(value, kind)]
        return found[1:]

    def _check_list_operator(self, part: Parameter, state: State) -> None:
        """dash has neither slices nor keys."""
        is_posix = part.name in "@*" and (not part.operator or part.operator[0] in "#%")
        if not is_posix and not self.is_dialect(state, BASH | ASH):
            self.bad_substitution()

    def _alternative(self, part: Parameter, state: State, has_value: bool) -> list[Fragment]:
        if has_value == (part.operator in (":+", "+")) and part.word is not None:
            return self._word_fragments(part, part.word, state)
        return [Fragment("", "none" if part.is_quoted else "split")]

    def _scalar(self, part: Parameter, state: State, kind: str) -> list[Fragment]:
        if part.operator in (":-", "-", ":+", "+"):
            given = self.default_applies(part, state)
            if part.operator in (":+", "+"):
                given = not given
            if given:
                assert part.word is not None
                return self._word_fragments(part, part.word, state)
            if part.operator in (":+", "+"):
                return [Fragment("", kind)]
        return [Fragment(self.parameter_text(part, state), kind)]

    def _word_fragments(self, part: Parameter, word: Word, state: State) -> list[Fragment]:
        """The word after `:-`: its unquoted text is split where the expansion is unquoted."""
        found = self.fragments(word, state)
        if part.is_quoted:
            return [Fragment(f.text, "break" if f.kind == "break" else "quoted") for f in found]
        return [Fragment(f.text, "split" if f.kind == "bare" else f.kind) for f in found]

    def _assigned_home(self, word: Word, state: State) -> str:
        """`NAME=~/x` as an argument: bash expands the tilde there too."""
        name, equals, _ = word.text.partition("=")
        head = word.parts[0].text[len(name) + 1 :]
        value = Word((Literal(head, False), *word.parts[1:]), word.start, word.end, head)
        return name + equals + self.text(value, state)

    # -- fields -----------------------------------------------------------------------------------

    def separators(self, state: State) -> str:
        ifs = state.vars.get("IFS")
        return DEFAULT_IFS if ifs is None or ifs.text is None else ifs.text

    def _split(self, fragments: list[Fragment], state: State) -> list[str]:
        """POSIX XCU 2.6.5 over the fragments of one word."""
        if not any(f.kind in ("split", "break", "none") for f in fragments):
            return ["".join(f.text for f in fragments)]
        if all(f.kind == "none" or (f.kind == "quoted" and not f.text) for f in fragments) and any(
            f.kind == "none" for f in fragments
        ):
            return []
        ifs = self.separators(state)
        fields: list[str] = []
        current: str | None = None
        for fragment in fragments:
            if fragment.kind == "break":
                fields += [] if current is None else [current]
                current = None
            elif fragment.kind == "none":
                continue
            elif fragment.kind == "split":
                if has_hole(fragment.text):
                    self.is_list_open = True
                current = self._split_text(fragment.text, ifs, current, fields)
            elif fragment.text or fragment.kind == "quoted":
                current = (current or "") + fragment.text
        return fields if current is None else [*fields, current]

    def _split_text(
        self, text: str, ifs: str, current: str | None, fields: list[str]
    ) -> str | None:
        """Add the fields of one expansion; the last one stays open."""
        pending_space = False
        for char in text:
            if char not in ifs:
                current = (current or "") + char
                pending_space = False
            elif char in " \t\n":
                if current is not None:
                    fields.append(current)
                    current, pending_space = None, True
            else:
                if current is not None or not pending_space:
                    fields.append(current or "")
                current, pending_space = None, False
        return current

    # -- tilde ------------------------------------------------------------------------------------

    def tilde(self, text: str, state: State) -> str:
        user, slash, rest = text[1:].partition("/")
        if user:
            home = "/root" if user == "root" else self.holes.named("~" + user, f"home of {user}")
            return home + slash + rest
        home_var = self.lookup(state, "HOME")
        return text if home_var.text is None else home_var.text + slash + rest
