"""How everything answers that the text of a Dockerfile does not decide.

A probe runs in one world: by default in the one where every outside command succeeds and whatever
comes from outside can be recognised. What is alike in several unlike worlds is decided by the
text alone; so tests/flow_corpus.py judges the flow.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from diag.probe.scripts import ANSWER, FILE_MARK, OUTPUT_MARK, OWN, RECORDS

ALL = "*"
_MANY_CALLS = 12  # after so many in one RUN a command answers the other way: loops on it end
_WRITE = """\
shift
for word; do [ ! -f "${{word#*=}}" ] || printf %s {text} > "${{word#*=}}"; done 2>/dev/null
"""


@dataclass(frozen=True)
class World:
    """One way in which the outside may answer.

    `output` is what outside commands print, `failing` are the names of those that exit 1 (ALL:
    every one). `files` are there when a stage begins on an outside image: absolute path -> text;
    a file that a script misses is made with `file_text`, or stays absent where that is None.
    With `writes`, outside commands put their output also into the files that their arguments
    name. `base_env` is the value of variables that the base image may set: None leaves them unset, ""
    gives each a text that can be recognised. `outside_tools` are text tools that answer as the
    outside commands do instead of running; they are still not counted.
    """

    output: str = f"{OUTPUT_MARK}\n"
    failing: frozenset[str] = frozenset()
    files: Mapping[str, str] = field(default_factory=dict)
    file_text: str | None = f"{FILE_MARK}\n"
    base_env: str | None = ""
    writes: bool = False
    outside_tools: frozenset[str] = frozenset()

    @property
    def is_default(self) -> bool:
        """Whether the stubs' own answer, a mark and success, is that of this world."""
        return not (self.failing or self.writes) and self.output == DEFAULT_WORLD.output

    def answer(self) -> str:
        """The text that a stub sources to answer as its last act; $1 is how it was called."""
        names = "|".join(sorted(n if n == ALL else shlex.quote(n) for n in self.failing)) or "''"
        return (
            f"case ${{1##*/}} in {names}) code=1 ;; *) code=0 ;; esac\n"
            f"{_WRITE.format(text=shlex.quote(self.output)) if self.writes else ''}"
            f"set -- {RECORDS}/*.call\n"
            f"[ $# -gt {_MANY_CALLS} ] && code=$((1 - code))\n"
            f"printf %s {shlex.quote(self.output)} 2>/dev/null\n"
            "exit $code\n"
        )

    def tools(self) -> dict[str, str]:
        """name -> script of each tool that is outside."""
        script = f'#!{OWN}/sh\nset -- "$0"\n. {ANSWER}\n'
        return dict.fromkeys(sorted(self.outside_tools), script)


DEFAULT_WORLD = World()
