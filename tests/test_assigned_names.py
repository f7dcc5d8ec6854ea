"""The variables that a script assigns, by our tree of it and by shfmt's.

What counts, and where it stands in shfmt's JSON:

- assignments, alone, before a command, of an element, appended: `CallExpr.Assigns`;
- operands of export, readonly, local, declare and typeset, with and without a value:
  `DeclClause.Args[].Name`; plain words in the tree, and read here, are those that are quoted
  (`export "X=1"`), and all of a declaration with a prefix (`X=1 export Y=2`, a `CallExpr`);
- the variable of `for` and `select`: `WordIter.Name`;
- `${x=...}` and `${x:=...}`: `ParamExp` with the operators `=` and `:=`;
- arithmetic assignments in `$(( ))`, `(( ))`, `for (( ))`, an index: `BinaryArithm` with an
  operator that ends in `=` and is no comparison, `UnaryArithm` with `++` and `--`;
- operands of `read`, `getopts` and `mapfile`: plain words of a `CallExpr`, and read here;
- `let`: `LetClause.Exprs`, as arithmetic.

Not compared is what stands in texts that another shell, or eval, or a later RUN reads: to shfmt
they are words.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from diag.errors import InputError
from diag.flow.scopes import run_contexts
from diag.read.dockerfile import load_dockerfile
from diag.read.shell import parse_script
from diag.read.shell_lexemes import DECLARATIONS
from diag.read.shell_walk import assigned_names
from tests.flow_snippets import ALL

ROOT = Path(__file__).resolve().parent.parent
SHFMT = Path(sys.executable).parent / "shfmt"
COMPARISONS = frozenset(["==", "!=", "<=", ">="])
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPERAND = re.compile(rf"(?P<name>{NAME.pattern})(?:\+?=|$)")


def scripts() -> dict[str, str]:
    """Every script of our corpora: the snippets, and the RUNs of all Dockerfiles, each once."""
    found = dict(ALL)
    paths = [path for name in ("tests/dockerfiles", "data") for path in (ROOT / name).rglob("*")]
    for path in sorted(path for path in paths if "Dockerfile" in path.name and path.is_file()):
        try:
            contexts = run_contexts(load_dockerfile(path), platform="linux/arm64")
        except InputError:
            continue
        for run in contexts:
            if not run.is_exec_form and Path(run.shell[0]).name in ("sh", "bash", "dash", "ash"):
                found[f"{path.relative_to(ROOT)}:{run.line_no}"] = run.script
    return {script: title for title, script in found.items()}


MARK = ": --script--"


def _shfmt(batch: list[str]) -> list[dict[str, Any] | None]:
    """Each script's tree, None for one that shfmt does not read; many in one call, for speed.

    A batch that does not come back as it went in (one script has a fault) is halved.
    """
    command = [str(SHFMT), "--to-json", "-ln", "bash"]
    text = "".join(f"{MARK}\n{script}\n" for script in batch).encode()
    done = subprocess.run(command, input=text, capture_output=True, check=False)
    groups: list[dict[str, Any]] = []
    for statement in json.loads(done.stdout).get("Stmts", ()) if not done.returncode else ():
        if text.startswith(MARK.encode(), statement["Pos"]["Offset"]):
            groups.append({"Stmts": []})
        groups[-1]["Stmts"].append(statement)
    if len(groups) == len(batch):
        return list(groups)
    middle = len(batch) // 2
    return [None] if not middle else [*_shfmt(batch[:middle]), *_shfmt(batch[middle:])]


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from _nodes(child)


def _names(tree: dict[str, Any]) -> set[str]:
    """The names that shfmt's tree assigns, by the rule above."""
    found: set[str] = set()
    for node in _nodes(tree):
        kind = node.get("Type")
        found |= {one["Name"]["Value"] for one in node.get("Assigns", ())}
        if kind == "DeclClause":
            found |= set(_declared(node))
        elif kind == "WordIter":
            found.add(node["Name"]["Value"])
        elif kind == "ParamExp" and node.get("Exp", {}).get("Op") in ("=", ":="):
            found.add(node["Param"]["Value"])
        elif kind in ("BinaryArithm", "UnaryArithm"):
            found |= set(_arithmetic(node))
        elif kind == "CallExpr":
            found |= set(_operands(node.get("Args", [])))
    return found


def _declared(node: dict[str, Any]) -> Iterator[str]:
    for argument in node.get("Args", ()):
        text = argument["Name"]["Value"] if "Name" in argument else _literal(argument["Value"])
        if match := OPERAND.match(text):
            yield match["name"]


def _arithmetic(node: dict[str, Any]) -> Iterator[str]:
    operator = node["Op"]
    if operator in ("++", "--") or (operator.endswith("=") and operator not in COMPARISONS):
        match = NAME.match(_literal(node["X"]))
        if match:
            yield match.group()


def _operands(words: list[dict[str, Any]]) -> Iterator[str]:
    texts = [_literal(word) for word in words]
    if texts and texts[0] in ("read", "getopts", "mapfile", "readarray"):
        yield from (text for text in texts[1:] if NAME.fullmatch(text))
    elif texts and texts[0] in DECLARATIONS:
        yield from (match["name"] for text in texts[1:] if (match := OPERAND.match(text)))


def _literal(word: dict[str, Any]) -> str:
    """The text at the word's beginning, quoted or not, as far as it is text alone."""
    text = ""
    for part in word.get("Parts", ()):
        if part["Type"] in ("Lit", "SglQuoted"):
            text += part.get("Value", "")
        elif part["Type"] == "DblQuoted":
            text += _literal(part)
        elif part["Type"] == "ParamExp" and part.get("Index") and part.get("Short") is None:
            text += part["Param"]["Value"]
        else:
            return text + "\0"  # what follows is expanded
    return text


def test_the_comparison_can_fail() -> None:
    """A name that our tree would miss is seen, in every place where shfmt shows one."""
    script = (
        "A=1 b; export C; for D in x; do :; done; : ${E:=1} $((F = 1)); ((G++)); read H; let I=1"
    )
    tree = _shfmt([script])[0]
    assert tree is not None
    assert _names(tree) == set("ACDEFGHI")


def test_assigned_names_equal_those_of_shfmt() -> None:
    """On every script of our corpora that shfmt reads; those that neither reads are few."""
    corpus = scripts()
    trees = dict(zip(corpus, _shfmt(list(corpus)), strict=True))
    unread = [corpus[script] for script, tree in trees.items() if tree is None]
    differing = {}
    for script, tree in trees.items():
        ours = assigned_names(parse_script(script).items, with_texts=False)
        if tree is not None and ours != _names(tree):
            differing[corpus[script]] = sorted(ours ^ _names(tree))
    print(f"{len(corpus)} scripts, {len(unread)} that shfmt does not read")
    assert differing == {}
    assert len(corpus) > 300
    assert len(unread) < len(corpus) / 20, unread
