"""What a notebook asks its reader to type, and what it shows besides: nothing empty, no words cut."""

from __future__ import annotations

import asyncio
import html
import re
import shlex
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import rich.console
import rich.jupyter

from diag.causes.model import Missing
from diag.show.deciding import shell_lines
from diag.show.display import attach
from diag.show.notebook_run import _kernel
from diag.show.notebook_sections import missing_shown
from tests import handmade as h

attach()

KEPT = "RUN --mount=type=cache,id=target-$TARGETPLATFORM,target=/src/target ..."
HOW = (
    f"# in a container build, keep them past the failure: {KEPT}",
    "docker buildx build --platform linux/amd64 --output type=local,dest=out -f export.Dockerfile "
    ".  # docs/collecting-evidence.md",
    "diag investigate '../my log' --objects linux/amd64=out/",
)


def waiting(*how: str) -> Any:
    """A verdict that waits for something which is got like this."""
    missing = Missing("objects of linux/amd64", "they hold it", how)
    return h.verdict(findings=(replace(h.untestable(), missing=(missing,)),))


def pres(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]


@pytest.mark.parametrize(
    "page",
    [waiting(*HOW)._repr_html_(), missing_shown(waiting(*HOW))._repr_html_()],
    ids=["the verdict", "the section"],
)
def test_commands_are_broken_at_spaces_alone(page: str) -> None:
    """No page breaks them again: each line is shown whole, and all of them are the command."""
    kept, export = pres(page)[:2]
    assert f"# {KEPT}" in kept.split("\n")
    assert max(map(len, export.split("\n"))) <= 84
    typed = export.partition("\n")[2].replace("\\\n", " ")
    assert shlex.split(typed) == shlex.split(HOW[1].partition("#")[0])
    styles = re.findall(r'<pre style="([^"]*)"', page)
    assert len(styles) == len(pres(page))
    assert all("white-space:pre;" in style for style in styles)
    assert all("margin:0 0 1em" in style for style in styles)  # what follows is not glued to it


def test_an_instruction_in_a_comment_stays_whole() -> None:
    """Where both do not fit beside each other."""
    assert shell_lines(HOW[0], 60)[-1] == f"# {KEPT}"
    assert shell_lines("# a word: RUN x", 80) == ["# a word: RUN x"]
    assert shell_lines("# RUN it, and RUN again", 12) == ["# RUN it,", "# and RUN", "# again"]


def test_a_notebook_names_its_parameters() -> None:
    """In place of the command that judges anew; the others stay."""
    page = html.unescape(missing_shown(waiting(*HOW))._repr_html_())
    assert '<code>objects = {"linux/amd64": "out/"}</code>' in page
    assert "diag investigate" not in page
    two = "diag investigate build.log --dockerfile 'my file' --objects out/"
    page = html.unescape(missing_shown(waiting(two))._repr_html_())
    assert '<code>dockerfile = "my file"</code> and <code>objects = "out/"</code>' in page
    for other in ("diag investigate build.log --claim x", "diag investigate 'half"):
        assert pres(missing_shown(waiting(other))._repr_html_()) == [other]


def test_a_kernel_shows_text_and_nothing_beside(monkeypatch) -> None:
    """A kernel asks all tools for colours and is no terminal: rich would show an empty output."""
    shown: list[Any] = []
    monkeypatch.setattr(rich.console, "_is_jupyter", lambda: True)
    monkeypatch.setattr(rich.jupyter, "display", lambda *told: shown.append(told))
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    for one in (h.verdict(), h.comparison(), h.finding(), h.case()):
        assert "\x1b" not in str(one)
        assert str(one).strip()
    assert shown == []


def test_a_kernel_that_has_answered_is_not_interrupted(tmp_path) -> None:
    """It would say so on standard error. One that a person stops within a cell is, and so is any
    that is not shut down."""
    sent: list[int] = []

    async def send_signal(number: int) -> None:
        sent.append(number)

    given = _kernel(str(tmp_path))
    kernel = given["kernel_manager_class"]()
    kernel.provisioner = SimpleNamespace(has_process=True, send_signal=send_signal)

    def signals() -> int:
        sent.clear()
        asyncio.run(kernel._async_interrupt_kernel())
        return len(sent)

    assert signals() == 1
    kernel.shutting_down = True
    assert signals() == 0
    given["on_cell_execute"](cell={}, cell_index=1)
    assert signals() == 1
    given["on_cell_executed"](cell={}, cell_index=1, execute_reply={})
    assert signals() == 0
