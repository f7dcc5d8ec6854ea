"""Where the build of a log leaves its objects, and how they are kept past a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from diag.causes.facts import Facts
from diag.causes.once import asked_once
from diag.schema import each

_CARGO = re.compile(r"(?P<folder>/[^\s\"'`:()]*?/target)/(?:[\w.-]+/)?(?:debug|release)/")
_LITERALS = (
    "Build files have been written to: ", "Entering directory ", " -C ", " --directory",
    "(exit status: ", "(exit code: ", "(signal: ",
)  # fmt: skip
# CMake's last words on its configuration; make's on a folder that it goes into, or is sent to.
_TOLD = (
    _CARGO,
    re.compile(r"Build files have been written to: (?P<folder>/\S+)"),
    re.compile(r"Entering directory [`'‘](?P<folder>/[^'’]+)"),
    re.compile(r"\bg?make (?:-\S+ )*(?:-C|--directory[ =]) ?(?P<folder>/[\w./+-]+)"),
)
_OWN = re.compile(r"^/(?:usr|lib|opt|root/\.cargo|tmp)(?:/|$)")
KEPT = "/kept"


@asked_once
def object_folder(facts: Facts, platform: str) -> str:
    """The absolute folder that the log names: cargo's target, CMake's build folder, where make went;
    else that of the objects which the link names by their whole path. "" where nothing tells."""
    # Cargo's folder stands in its link command and where a program of it died; every line that
    # names it would be thousands.
    commands = facts.on(facts.link_commands, platform)
    texts = [str(word) for words in commands["words"] for word in words]
    texts += [row.text for row in each(facts.on(facts.lines_with(_LITERALS), platform))]
    for sign in _TOLD:
        found = [told["folder"] for text in texts if (told := sign.search(text))]
        if own := [folder for folder in found if not _OWN.match(folder)]:
            return own[-1].rstrip("/")
    return next(_folders_of_objects(facts, platform), "")


def _folders_of_objects(facts: Facts, platform: str) -> Iterator[str]:
    for name in facts.on(facts.link_errors, platform)["object"].dropna():
        folder = str(PurePath(name).parent)
        if name.startswith("/") and name.endswith(".o") and not _OWN.match(folder):
            yield folder


def kept(folder: str, toolchain: str) -> str:
    """The instruction that keeps them: cargo's folder holds nothing else and can be a mount; others
    may lie beside the sources, which a mount would hide."""
    mount = "RUN --mount=type=cache,id=target-$TARGETPLATFORM,target="
    if toolchain in ("cargo", "cc") or PurePath(folder).name == "target":
        return f"{mount}{folder or '/src/target'} ..."
    return f"{mount}{KEPT} ... || {{ cp -r {folder or '.'}/. {KEPT}; exit 1; }}"
