"""Builtins that declare variables: export, readonly, local, declare, unset."""

from __future__ import annotations

import re
from typing import NamedTuple

from diag.flow.conditions import Conditions
from diag.flow.expand_arrays import Array
from diag.flow.holes import has_hole
from diag.flow.limits import BASH, DASH, Abort
from diag.flow.state import State, Var
from diag.read.shell_tree import ArrayLiteral, Literal, Word

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ASSIGNED = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<append>\+?)=")
CHANGES_VALUE = frozenset(["-n", "-l", "-u"])
OLD_DASH = frozenset({"dash-0.5.10"})


class Declared(NamedTuple):
    """One argument of a declaration: a name, and the value where one is assigned."""

    name: str
    text: str | None
    word: Word | None
    used: list[tuple[str, Var]]
    array: Array | None = None  # with `is_array`: None where it is not known
    is_array: bool = False
    is_cut: bool = False
    is_append: bool = False


class Declarations(Conditions):
    """`export X=...` and its kin: assignments in the place of arguments."""

    def declare(self, words: tuple[Word, ...], state: State, offset: int) -> None:
        """Run the declaration builtin whose name is the first word."""
        command = words[0].bare or ""
        if command in ("declare", "typeset") and not self.is_dialect(state, BASH):
            state.status = 127
            return
        if command == "local" and not state.scopes:
            if not self.is_dialect(state, BASH):
                raise Abort(2)
            state.status = 1
            return
        options, arguments = self._arguments(words[1:], state)
        if command == "export" and "-n" in options and self.is_dialect(state, DASH):
            raise Abort(2)
        state.status = 0
        for argument in arguments:
            if has_hole(argument.name):
                self.forget(state, f"what `{command}` sets")
                continue
            if not NAME.fullmatch(argument.name):
                if not self.is_dialect(state, BASH):
                    raise Abort(2)
                state.status = 1
                continue
            self._declare_one(command, options, argument, state, offset)

    def _arguments(self, words: tuple[Word, ...], state: State) -> tuple[set[str], list[Declared]]:
        options: set[str] = set()
        found: list[Declared] = []
        for word in words:
            bare = word.bare
            if bare is not None and not found and re.fullmatch(r"[-+][A-Za-z]+", bare):
                options |= {bare[0] + letter for letter in bare[1:]}
            elif bare != "--":
                found += self._argument(word, state, options)
        return options, self._marked_cuts(found, state)

    def _argument(self, word: Word, state: State, options: set[str]) -> list[Declared]:
        saved, self.used = self.used, []
        try:
            first = word.parts[0] if word.parts else None
            assigned = (
                ASSIGNED.match(first.text)
                if type(first) is Literal and not first.is_quoted
                else None
            )
            if assigned:
                return self._assignment(word, assigned, state, options)
            return [self._expanded(field) for field in self._fields_of(word, state)]
        finally:
            self.used = saved

    def _expanded(self, field: str) -> Declared:
        name, equals, text = field.partition("=")
        return Declared(name, text if equals else None, None, self.used)

    def _assignment(
        self, word: Word, assigned: re.Match[str], state: State, options: set[str]
    ) -> list[Declared]:
        """`NAME=value`, which newer shells do not split at spaces."""
        head = Literal(word.parts[0].text[assigned.end() :], False)
        value = Word((head, *word.parts[1:]), word.start, word.end, word.text[assigned.end() :])
        name, is_append = assigned["name"], assigned["append"] == "+"
        if is_append and not self.is_dialect(state, BASH):
            raise Abort(2)  # to other shells `X+` is the name, and a bad one
        if len(word.parts) > 1 and type(word.parts[1]) is ArrayLiteral:
            old = state.arrays.get(name, Array())
            before: Array | None = Array(is_map="-A" in options or bool(old and old.is_map))
            array = self.array_from(word.parts[1], old if is_append else before, state)
            return [Declared(name, self.first_of(array), None, self.used, array, True)]
        if "{" in value.text and (words := self._braced(value, state)):
            return [Declared(name, text, None, self.used) for text in words]
        fragments = self.fragments(value, state)
        text = self.assigned_text(value, fragments, state)
        pieces = [text] if has_hole(text) or not text else self._split(fragments, state) or [""]
        if pieces != [text] and state.dialects & OLD_DASH and self.is_dialect(state, OLD_DASH):
            # dash before 0.5.11 splits the value of an export like any other word.
            first = Declared(name, pieces[0], value, self.used, is_cut=True)
            return [first, *(self._expanded(piece) for piece in pieces[1:])]
        return [Declared(name, text, value, self.used, is_append=is_append)]

    def _braced(self, value: Word, state: State) -> list[str]:
        """bash reads `export X={a,b}` as `X=a X=b`."""
        return self._braces(value, value.bare, state) if self.is_dialect(state, BASH) else []

    def _marked_cuts(self, found: list[Declared], state: State) -> list[Declared]:
        """An assignment before a word that is neither one nor a variable was cut at a space."""
        marked = list(found)
        for place, argument in enumerate(found[:-1]):
            after = found[place + 1]
            is_stray = after.text is None and state.vars.get(after.name, Var()).text is None
            is_name = NAME.fullmatch(after.name) is not None
            if argument.text is not None and ((is_stray and argument.text) or not is_name):
                marked[place] = argument._replace(is_cut=True)
        return marked

    def _declare_one(
        self, command: str, options: set[str], argument: Declared, state: State, offset: int
    ) -> None:
        is_local = command == "local" or (command in ("declare", "typeset") and state.scopes)
        if is_local and "-g" not in options:
            self._make_local(argument, state)
        if "-i" in options:
            old = state.vars.get(argument.name, Var())
            state.set_var(argument.name, old._replace(is_integer=True))
        if argument.text is not None:
            self._set_value(argument, state, offset)
        if options & CHANGES_VALUE and command in ("declare", "typeset", "local"):
            self._unfollowed(options, argument, state)
        var = state.vars.get(argument.name, Var())
        if command == "export" or "-x" in options:
            is_off = command == "export" and "-n" in options
            var = var._replace(is_exported=not is_off)
        elif "+x" in options:
            var = var._replace(is_exported=False)
        if command == "readonly" or "-r" in options:
            var = var._replace(is_readonly=True)
        state.set_var(argument.name, var)
        if {"-a", "-A"} & options and argument.name not in state.arrays:
            state.arrays = {**state.arrays, argument.name: Array(is_map="-A" in options)}

    def _unfollowed(self, options: set[str], argument: Declared, state: State) -> None:
        """`declare -n` and the like: what is assigned later is not what the script writes."""
        if "-n" in options:
            self.forget(state, f"the name reference {argument.name}")
        var = state.vars.get(argument.name, Var())
        hole = self.holes.new(f"{argument.name}, whose values the shell changes")
        state.set_var(argument.name, var._replace(text=hole, may_be_unset=True))

    def forget(self, state: State, origin: str) -> None:
        raise NotImplementedError

    def _set_value(self, argument: Declared, state: State, offset: int) -> None:
        text = argument.text or ""
        place = self.place(offset if argument.word is None else argument.word.start)
        if argument.is_append:
            before = state.vars.get(argument.name, Var())
            text = f"{before.text or ''}{'+' if before.is_integer and before.text else ''}{text}"
            argument.used.append((argument.name, state.vars.get(argument.name, Var())))
        var = self.value_of(state, argument.name, text, place, argument.used)
        if argument.word is not None and self.names_in_single_quotes(state, argument.word):
            var = var._replace(lost_at=place, lost_by="quoted-not-expanded")
        if argument.is_cut:
            var = var._replace(lost_at=place, lost_by="cut-at-space")
        state.set_var(argument.name, var)
        state.drop_array(argument.name)
        if argument.is_array:
            state.arrays = {**state.arrays, argument.name: argument.array}

    def _make_local(self, argument: Declared, state: State) -> None:
        """Remember the outer value; the function's end brings it back."""
        scope = state.scopes[-1]
        name = argument.name
        outer = state.vars.get(name)
        if name not in scope:
            state.scopes = (*state.scopes[:-1], {**scope, name: outer})
        if argument.text is not None or outer is None or outer.text is None:
            return
        if self.is_dialect(state, DASH):
            return  # dash lets a local variable begin with the outer value
        if outer.is_exported and self.is_dialect(state, BASH):
            # bash hides it from the script and still hands it to commands.
            state.set_var(name, Var(None, True, outer.came_through, hidden=outer.text))
        else:  # busybox ash keeps the mark of the export
            state.set_var(name, Var(None, outer.is_exported, outer.came_through))

    def unset(self, args: list[str], state: State, offset: int) -> None:
        """`unset [-f|-v] names`."""
        state.status = 0
        is_function = "-f" in args
        for name in args:
            if name.startswith("-"):
                continue
            name, bracket, key = name.partition("[")
            if is_function:
                state.functions = {k: v for k, v in state.functions.items() if k != name}
                continue
            old = state.vars.get(name, Var())
            if old.is_readonly:
                if not self.is_dialect(state, BASH):
                    raise Abort
                state.status = 1
                continue
            if bracket and key[:-1] not in ("@", "*"):
                self._unset_element(name, key[:-1], state)
                continue
            lost = (self.place(offset), "env-cleared") if old.text and old.is_exported else ()
            state.set_var(name, Var(None, False, old.came_through if lost else (), *lost))
            state.drop_array(name)

    def _unset_element(self, name: str, key: str, state: State) -> None:
        array = state.arrays.get(name)
        if array is not None and not array.is_map:
            key = self.arithmetic_of(key, state)
        if array is not None:
            is_known = not has_hole(key) and (array.is_map or key.lstrip("-").isdigit())
            state.arrays = {**state.arrays, name: array.without(key) if is_known else None}
