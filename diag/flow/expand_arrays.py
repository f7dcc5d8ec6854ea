"""Arrays of bash: `${name[...]}`, and what stands between the parentheses of `name=(...)`."""

from __future__ import annotations

import re
from typing import NamedTuple

from diag.flow.holes import has_hole
from diag.flow.state import State, Var
from diag.flow.variables import Variables
from diag.read.shell_tree import ArrayLiteral, Literal, Parameter, Word

_INDEX = re.compile(r"-?\d{1,9}")
_KEYED = re.compile(r"\[(?P<key>[^\[\]]+)\]=")


class Array(NamedTuple):
    """Pairs of key and element: indexed ones in the order of their numbers, gaps allowed; of an

    associative one (`is_map`) the order is bash's own affair.
    """

    items: tuple[tuple[str, str], ...] = ()
    is_map: bool = False

    def listed(self, part: int) -> tuple[str, ...] | None:
        """All keys (0) or elements (1) in order; None where the order is not known."""
        if self.is_map and len(self.items) > 1:
            return None
        return tuple(item[part] for item in self.items)

    def get(self, key: str) -> str | None:
        return dict(self.items).get(self._key(key))

    def next_index(self) -> int:
        return max((int(key) for key, _ in self.items), default=-1) + 1

    def _key(self, key: str) -> str:
        is_from_end = not self.is_map and key.startswith("-")
        return str(self.next_index() + int(key)) if is_from_end else key

    def put(self, key: str, text: str) -> Array:
        items = {**dict(self.items), self._key(key): text}
        return self._replace(items=self._sorted(items))

    def extended(self, texts: list[str]) -> Array:
        """With elements after the last one, at once: one by one takes too long for many."""
        start = self.next_index() if texts and not self.is_map else 0
        added = ((str(place), text) for place, text in enumerate(texts, start))
        return self._replace(items=(*self.items, *added))

    def without(self, key: str) -> Array:
        items = {k: v for k, v in self.items if k != self._key(key)}
        return self._replace(items=self._sorted(items))

    def _sorted(self, items: dict[str, str]) -> tuple[tuple[str, str], ...]:
        pairs = tuple(items.items())
        return pairs if self.is_map else tuple(sorted(pairs, key=lambda pair: int(pair[0])))

    def sliced(self, offset: int, length: int | None) -> tuple[str, ...]:
        """`${name[@]:offset:length}`: so many elements, from that index on."""
        first = offset if offset >= 0 else self.next_index() + offset
        found = [text for key, text in self.items if int(key) >= first >= 0]
        return tuple(found if length is None else found[: max(length, 0)])


def array_of(values: tuple[str, ...] | list[str]) -> Array:
    """The indexed array of these elements."""
    return Array(tuple((str(place), text) for place, text in enumerate(values)))


class Arrays(Variables):
    """Reads and makes arrays; words and arithmetic come from the subclass."""

    is_list_open = False  # a list of fields hangs on what is not known

    def text(self, word: Word | None, state: State) -> str:
        raise NotImplementedError

    def arithmetic(self, word: Word | None, state: State) -> str:
        raise NotImplementedError

    def fields(self, words: tuple[Word, ...], state: State) -> list[str]:
        raise NotImplementedError

    def value_text(self, word: Word, state: State) -> str:
        raise NotImplementedError

    def operated(self, part: Parameter, state: State, text: str) -> str:
        raise NotImplementedError

    # -- reading ----------------------------------------------------------------------------------

    def array(self, name: str, state: State) -> Array | None:
        """The array, or the variable as one; None where it is not known."""
        if name in ("@", "*"):
            return array_of(state.positional)
        if name in state.arrays:
            found: Array | None = state.arrays[name]
            return found
        var = self.lookup(state, name)
        return array_of(() if var.text is None else (var.text,))

    def unknown_array(self, name: str) -> str:
        return self.holes.named(f"array {name}", f"an element of the array {name}")

    def element(self, part: Parameter, name: str, state: State) -> Var:
        array = self.array(name, state)
        key = self.key_of(part.index, array, state) if array is not None else None
        if array is None or key is None:
            return Var(self.unknown_array(name))
        if part.index is not None and part.index.text in "@*":
            values = array.listed(1)
            return Var(self.unknown_array(name) if values is None else " ".join(values) or None)
        return Var(array.get(key))

    def key_of(self, index: Word | None, array: Array, state: State) -> str | None:
        """The key that an index names; None where it is not known."""
        if index is None:
            return "0"
        key = self.text(index, state) if array.is_map else index.text
        if not array.is_map and key not in ("@", "*"):
            key = self.arithmetic(index, state)
            return key if _INDEX.fullmatch(key) else None
        return None if has_hole(key) else key

    def elements(self, part: Parameter, state: State) -> list[str]:
        """`${name[@]}` and `${!name[@]}`, with the operator on each element."""
        array = self.array(part.name, state)
        values = array.listed(0 if part.is_indirect else 1) if array is not None else None
        if array is None or values is None:
            self.is_list_open = True
            return [self.unknown_array(part.name)]
        if part.operator == ":":
            return self._slice(part, array, state)
        return [self.operated(part, state, text) if part.operator else text for text in values]

    def _slice(self, part: Parameter, array: Array, state: State) -> list[str]:
        offset = self.arithmetic(part.word, state)
        length = self.arithmetic(part.second, state) if part.second is not None else None
        is_known = _INDEX.fullmatch(offset) and (length is None or _INDEX.fullmatch(length))
        if not is_known or array.is_map:
            self.is_list_open = True
            return [self.unknown_array(part.name)]
        if part.name in ("@", "*"):  # counted from $0
            array = array_of((state.zero, *state.positional))
        return list(array.sliced(int(offset), None if length is None else int(length)))

    # -- making -----------------------------------------------------------------------------------

    def first_of(self, array: Array | None) -> str:
        """What the name alone stands for: the element 0."""
        return self.unknown_array("first") if array is None else array.get("0") or ""

    def array_from(self, literal: ArrayLiteral, before: Array | None, state: State) -> Array | None:
        """`(...)` put after what `before` holds; None where its elements are not known."""
        array = before
        for word in literal.words:
            if array is None:
                return None
            array = self._with_word(word, array, state)
        return array

    def _with_word(self, word: Word, array: Array, state: State) -> Array | None:
        first = word.parts[0] if word.parts else None
        if not word.text.startswith("["):
            self.is_list_open = False
            array = array.extended(self.fields((word,), state))
            return None if self.is_list_open or array.is_map else array
        keyed = _KEYED.match(first.text) if type(first) is Literal else None
        if keyed is None or first is None:
            return None
        head = Literal(first.text[keyed.end() :], False)
        text = self.value_text(Word((head, *word.parts[1:]), word.start, word.end, ""), state)
        key = keyed["key"]
        is_in_order = array.is_map or (key.isdecimal() and int(key) >= array.next_index())
        if not is_in_order:  # an element without a key would go on from there
            return None
        return array.put(key, text)
