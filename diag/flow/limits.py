"""Limits of the shell interpreter, the shells it knows, and how it stops."""

from __future__ import annotations

NONZERO = -1  # an exit status of which only this is known
MAX_STEPS = 20_000  # commands and turns followed in one RUN
MAX_TURNS = 1_000  # turns of one loop
MAX_CHOICES = 64  # ways through one command
MAX_NESTING = 40  # functions, substitutions and scripts inside each other
MAX_TEXT = 1_000_000  # characters of one value
MAX_WORDS = 20_000  # words of one command
MAX_VARIABLES = 3_000  # variables of one shell
MAX_OUTPUT = 200_000  # characters of output held
MAX_RUN_TEXT = 100_000  # characters of a text that eval, source or `sh -c` runs

DASH = frozenset({"dash", "dash-0.5.10"})
ASH = frozenset({"busybox-ash"})
BASH = frozenset({"bash", "bash-posix"})
SH = DASH | ASH | {"bash-posix"}  # what /bin/sh may be
SHELL_TITLES = {
    "dash": "dash", "dash-0.5.10": "dash before 0.5.11", "busybox-ash": "busybox ash",
    "bash": "bash", "bash-posix": "bash",
}  # fmt: skip


class LimitError(Exception):
    """A limit of this interpreter is reached: what follows in the script is not known."""


class Abort(Exception):
    """The shell ends here with a fault of its own, such as an unset parameter under `set -u`."""

    def __init__(self, status: int = NONZERO) -> None:
        super().__init__(status)
        self.status = status
