"""Which command words are the shell's own, which are modelled, and which are outside commands.

The static flow and the probe both number the outside commands of a RUN (`command_no`), so both
must draw this line at the same place: it is drawn here and nowhere else. A shell function is no
outside command either; that cannot be seen from a word, so each side looks for it first.
"""

from __future__ import annotations

# Builtins of dash, bash and busybox ash together: a word that one of them has built in is never
# counted, since a RUN must number its commands alike in each shell.
SHELL_BUILTINS = frozenset([
    ".", ":", "[", "[[", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "chdir",
    "command", "compgen", "complete", "compopt", "continue", "declare", "dirs", "disown", "echo",
    "enable", "eval", "exec", "exit", "export", "false", "fc", "fg", "getopts", "hash", "help",
    "history", "jobs", "kill", "let", "local", "logout", "mapfile", "popd", "printf", "pushd",
    "pwd", "read", "readarray", "readonly", "return", "set", "shift", "shopt", "source",
    "suspend", "test", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias",
    "unset", "wait",
])  # fmt: skip

# Programs that start another shell on a script: what they call is counted, they are not.
SHELLS = frozenset(["sh", "bash", "dash", "ash", "rbash"])

# Programs that do nothing but call another command: what they call is counted, they are not.
WRAPPERS = frozenset(["env", "nice", "nohup", "setsid", "timeout", "xargs"])

# Programs that answer with the architecture of the platform which the stage runs on.
ARCHITECTURE_TOOLS = frozenset(["arch", "dpkg", "uname"])

# Programs on text and files that run for real in the probe and have a model in the static flow
# (a model may be "the output is unknown").
TEXT_TOOLS = frozenset([
    "awk", "base64", "basename", "cat", "chgrp", "chmod", "chown", "cmp", "comm", "cp", "cut",
    "date", "diff", "dirname", "egrep", "expand", "expr", "fgrep", "find", "fold", "getopt",
    "grep", "head", "id", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mktemp", "mv", "nl", "nproc",
    "od", "paste", "readlink", "realpath", "rev", "rm", "rmdir", "sed", "seq", "sha1sum",
    "sha256sum", "sha512sum", "shuf", "sleep", "sort", "split", "stat", "sync", "tac", "tail",
    "tee", "touch", "tr", "truncate", "tsort", "uniq", "wc", "whoami", "yes",
])  # fmt: skip

MODELLED_TOOLS = TEXT_TOOLS | SHELLS | WRAPPERS | ARCHITECTURE_TOOLS

# Where a modelled tool may be called by its path and is still that tool. `./test` is not `test`.
TOOL_FOLDERS = frozenset(
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/busybox"]
)


def command_name(word: str) -> str:
    """The base name of a command word: `cargo` for `/usr/local/cargo/bin/cargo`.

    An option that stands there, since the variable before it is empty, is told whole.
    """
    if word.startswith("-"):
        return word
    return word.rstrip("/").rpartition("/")[2] or word


def is_outside(word: str) -> bool:
    """Whether a command word (not a function's name) counts as an outside command."""
    if not word:
        return False
    folder, slash, name = word.rpartition("/")
    if slash and folder not in TOOL_FOLDERS:
        return True
    return name not in SHELL_BUILTINS and name not in MODELLED_TOOLS
