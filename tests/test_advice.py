"""Fixes and requests speak of the build at hand: its toolchain, its folder, each of its links."""

from __future__ import annotations

from typing import Any

import pytest

from diag.causes import CATALOGUE, explain
from diag.causes.advice import VERBOSE, advised
from diag.causes.facts import Symbol, objects_missing
from diag.causes.link_inputs import command_missing
from diag.causes.model import Finding
from diag.causes.name_evidence import absent
from tests.facts_builder import AMD64, LOG, make_facts
from tests.names_frames import CGO, COMMAND, INLINE, LIB, MAIN, NATIVE, wanted


def told(facts: Any, **changes: Any) -> Finding:
    """A finding of native-library-not-declared after advice."""
    symbol = facts.wanted[0]
    finding = CATALOGUE[NATIVE].finding(
        "supported", symbol, missing=(command_missing(symbol), objects_missing(AMD64)), **changes
    )
    return advised(facts, finding, CATALOGUE)


@pytest.mark.parametrize("name", sorted(set(VERBOSE) - {"", "cargo", "cc"}))
def test_cargos_switch_is_told_to_cargo_only(name: str) -> None:
    """Other toolchains print their commands by their own switch."""
    assert "-vv" not in VERBOSE[name]
    assert "log" in VERBOSE[name]


def test_fixes_and_requests_speak_of_the_build_at_hand() -> None:
    """go's own fix and switch; the log as it was given; a fix of the cause's own is kept."""
    facts = make_facts(link_errors=[wanted("x", **CGO, file="logs/my build.log")])
    finding = told(facts)
    assert finding.fix[0] == CATALOGUE[NATIVE].texts.fix_for["go"][0]
    steps = [step for item in finding.missing for step in item.how]
    assert VERBOSE["go"] in steps
    assert f"diag investigate 'logs/my build.log' --objects {AMD64}=out/" in steps
    assert told(facts, fix=("my own",)).fix == ("my own",)
    unknown = told(make_facts(link_errors=[wanted("x")]))
    assert unknown.fix[0] == CATALOGUE[NATIVE].texts.fix[0]


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("-- Build files have been written to: /home/me/app/build", "/home/me/app/build"),
        ("make[1]: Entering directory '/srv/app/lib'", "/srv/app/lib"),
        ("make -j4 -C /src", "/src"),
        (
            "(exit status: 101) `/app/target/release/build/x-sys-1/build-script-build`",
            "/app/target",
        ),
        ("make: *** [Makefile:2: app] Error 1", ""),
    ],
)
def test_a_request_for_objects_names_the_folder_that_the_log_tells(text: str, folder: str) -> None:
    """A bare log is asked for that folder; in a container its objects are copied out of it, and the
    copy is not taken from the engine's cache."""
    lines = [{"line_no": 3, "kind": "other", "text": text, "platform": AMD64}]
    frames = {"link_errors": [wanted("x")], "lines": lines}
    missing = objects_missing(AMD64)
    asked = CATALOGUE["object-not-linked"].finding("untestable", Symbol("x", AMD64), (), [missing])
    bare = advised(make_facts(**frames), asked, CATALOGUE).missing[0].how
    assert bare == (f"diag investigate {LOG} --objects {AMD64}={folder or 'out/'}",)
    step = {"step_id": "#9", "stage": "build", "name_text": "RUN x", "instruction": "RUN",
            "status": "error", "is_clipped": False, "line_no": 1, "target_platform": AMD64}  # fmt: skip
    how = "\n".join(advised(make_facts(**frames, steps=[step]), asked, CATALOGUE).missing[0].how)
    assert "--build-arg ATTEMPT=" in how
    assert f"--objects {AMD64}=out/" in how
    if folder == "/app/target":
        assert "target=/app/target ..." in how
    else:
        assert f"cp -r {folder or '.'}/. /kept" in how


def test_explain_prints_every_word_of_a_cause() -> None:
    """Nothing of the texts is left out but the marks of Markdown."""
    for cause in (NATIVE, INLINE, "kernel-object-not-built"):
        texts = CATALOGUE[cause].texts
        shown = " ".join(explain(cause).split())
        parts = [texts.claim, texts.refutation, texts.experiment, texts.not_cured]
        parts += [] if texts.fix_notes else texts.fix  # the notes say it at more length
        parts += [*texts.references, *(step for steps in texts.fix_for.values() for step in steps)]
        assert all(" ".join(part.split()) in shown for part in parts), cause
        assert all(id in shown for id in ("What it looks like", "Why it happens", "See also"))


def test_each_link_of_a_platform_is_asked_for_itself() -> None:
    """That every input of the first link was read tells nothing of the second."""
    second = {
        **COMMAND, "line_no": 20, "words": ["-o", "tool", "main.o", "extra.o"],
        "inputs": [["object", "main.o"], ["object", "extra.o"]],
    }  # fmt: skip
    facts = make_facts(
        link_errors=[wanted("f"), wanted("g", 25)],
        link_commands=[COMMAND, second],
        objects=[MAIN, LIB],
    )
    told, _ = absent(facts, Symbol("f", AMD64))
    _, missing = absent(facts, Symbol("g", AMD64))
    assert [one.line_no for one in told] == [3]
    assert "extra.o" in missing[0].why
