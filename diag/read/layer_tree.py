"""The names in a layer as a tree of folders, with a bound on the memory that names may take."""

from __future__ import annotations

import posixpath
from typing import Union

from diag.read.unpack import PackedError

MAX_NAME_MEMORY = 1 << 29
NODE_BYTES = 300  # of a folder in memory, about

# A folder is a dict; a leaf the layer and the place in it of an object, None for any other file.
Leaf = tuple[int, int] | None
Tree = dict[str, Union["Tree", Leaf]]


class Room:
    """What the names of one image may take in memory."""

    def __init__(self) -> None:
        self._left = MAX_NAME_MEMORY

    def take(self, name: str) -> None:
        """Count a name; PackedError where they become too many."""
        self._left -= NODE_BYTES + len(name)
        if self._left < 0:
            raise PackedError(f"its names take more than {MAX_NAME_MEMORY} bytes: not read further")


def folder_at(tree: Tree, path: str, room: Room) -> Tree:
    """The folder at a path, made where it is not there; a file in its way is replaced."""
    for part in path.split("/") if path else ():
        inner = tree.get(part)
        if not isinstance(inner, dict):
            room.take(part)
            inner = tree[part] = {}
        tree = inner
    return tree


def find(tree: Tree, path: str) -> Tree:
    """The folder at a path; an empty one where there is none."""
    for part in path.split("/") if path else ():
        inner = tree.get(part)
        if not isinstance(inner, dict):
            return {}
        tree = inner
    return tree


def leaf_at(tree: Tree, path: str) -> Leaf:
    """The object at a path; None where there is none."""
    folder, name = posixpath.split(path)
    node = find(tree, folder).get(name)
    return None if isinstance(node, dict) else node


def put_over(lower: Tree, upper: Tree) -> None:
    """Merge the upper tree into the lower one: folders join, anything else is replaced."""
    waiting = [(lower, upper)]
    while waiting:
        below, above = waiting.pop()
        for name, node in above.items():
            old = below.get(name)
            if isinstance(node, dict) and isinstance(old, dict):
                waiting.append((old, node))
            else:
                below[name] = node


def names_left(tree: Tree) -> dict[int, dict[int, set[str]]]:
    """Layer -> place in it of an object that is left -> its names."""
    found: dict[int, dict[int, set[str]]] = {}
    waiting = [("", "", tree)]
    while waiting:
        above, own, inner = waiting.pop()
        folder = f"{above}{own}/" if own else ""
        for name, node in inner.items():
            if isinstance(node, dict):
                waiting.append((folder, name, node))
            elif node is not None:
                found.setdefault(node[0], {}).setdefault(node[1], set()).add(folder + name)
    return found
