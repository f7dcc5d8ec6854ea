"""What screens and pages show on narrow screens, on paper, and of logs that end too early."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from diag.case import Case
from diag.causes.cxx_classes import _names_of_users
from diag.causes.model import Evidence
from diag.gather import gather_facts
from diag.show.deciding import shell_lines, what_would_decide
from diag.show.failure_words import NOTHING_SEEN
from diag.show.report import report_page
from diag.show.report_items import MAX_EVIDENCE, deciding_told
from diag.show.report_parts import breakable, typed
from diag.show.sentences import answer, headline, platform_sentence
from diag.show.tables import CUT_OFF, df_platforms
from diag.show.terminal import as_plain_text, verdict_screen
from diag.verdict import Verdict

LONG = (
    'docker buildx build --platform linux/amd64 --build-arg ATTEMPT="$(date +%s)" '
    "--output type=local,dest=out -f export.Dockerfile .  # see the page on evidence"
)


def test_a_command_on_the_page_is_broken_where_a_shell_reads_on() -> None:
    """Every word is whole on its line, and each line but the last says that it goes on."""
    told = re.sub(r"<[^>]*>", "", str(typed(LONG))).replace("&#34;", '"')
    lines = told.split("\n")
    assert lines == shell_lines(LONG, 84)
    assert all(line.endswith(" \\") for line in lines[1:-1])
    assert set(LONG.split()) - set(told.split()) == set()


def test_what_may_scroll_can_be_reached_by_keyboard() -> None:
    """A long command is a stop of the tab key, with a name; one that fits everywhere is none."""
    assert 'tabindex="0" role="group" aria-label="Command"' in typed(LONG)
    assert "tabindex" not in typed("make clean && make")
    assert "&lt;b&gt;" in typed("echo <b>")


def test_no_short_word_of_a_table_is_broken() -> None:
    """A place keeps the number of its line; a name that no column has room for breaks at a joint."""
    for word in ("build.log:1042", "linux/arm/v7", "kernel-object-not-built"):
        assert breakable(word) == word
    name = "sum_4bit_dist_table_32bytes_batch_avx512"
    pieces = str(breakable(name)).split("<wbr>")
    assert "".join(pieces) == name
    assert all(len(piece) <= 30 and piece.endswith("_") for piece in pieces[:-1])
    assert max(map(len, str(breakable("x" * 200)).split("<wbr>"))) == 30


CUT = "The log is cut off"


def verdict_of(text: str, tmp_path: Path) -> tuple[Case, Verdict]:
    """The verdict on a log of that text."""
    (tmp_path / "build.log").write_text(text)
    case = Case(log=tmp_path / "build.log")
    return case, case.diagnose()


def test_a_log_that_ends_amid_a_step_is_said_to_be_cut_off(tmp_path: Path) -> None:
    """Terminal, page and sentences name the step; that nothing tells the end is said of no log that
    shows where it ends."""
    whole = Path("data/lab/builders/single.plain.log").read_text().splitlines(keepends=True)
    begun = next(n for n, line in enumerate(whole) if "RUN set -x" in line)
    case, verdict = verdict_of("".join(whole[: begun + 2]), tmp_path)
    screen = as_plain_text(verdict_screen(verdict, case), width=200)
    for told in (screen, report_page(case, verdict), headline(verdict), answer(verdict)[0]):
        assert CUT in told
        assert "[builder 3/3] RUN set -x" in told
        assert NOTHING_SEEN not in told
    assert df_platforms(verdict)["build"].tolist() == [CUT_OFF]
    assert verdict.to_json()["steps"][-1]["status"] == "unfinished"


def test_what_explains_a_log_that_is_cut_off_stands_beside_the_cut(tmp_path: Path) -> None:
    """An explanation of what the step said is no word on how it ended."""
    full = "gcc: fatal error: cannot write a.o: No space left on device"
    text = f"#5 [builder 2/3] RUN make\n#5 0.3 cc -c a.c\n#5 1.4 {full}\n"
    _, verdict = verdict_of(text, tmp_path)
    if verdict.outcomes["outcome"].tolist() == ["unknown"]:
        assert answer(verdict)[0].startswith(f"{CUT} in step `[builder 2/3] RUN make`")
    assert verdict.cause == "disk-full"


def test_one_artefact_of_several_platforms_is_asked_for_once(tmp_path: Path) -> None:
    """With one command that builds all of them; none of the platforms is lost."""
    names = ("amd64", "arm64")
    text = "".join(
        f"#{n} [linux/{name} builder 1/1] RUN make\n#{n} 0.3 cc -c a.c\n"
        for n, name in enumerate(names, 5)
    )
    _, verdict = verdict_of(text, tmp_path)
    logs = [one for one in what_would_decide(verdict) if "log of" in one.missing.artefact]
    assert len(logs) == 1
    assert logs[0].missing.artefact == "build log of linux/amd64 and linux/arm64"
    assert "--platform linux/amd64,linux/arm64 " in logs[0].missing.how[0]
    assert logs[0].groups[0].platforms == ("linux/amd64", "linux/arm64")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "/usr/bin/ld: a.o: in function `main':\na.c:(.text+0x1): undefined reference to `gone'",
            "The link fails: undefined symbol `gone`",
        ),
        (
            "/usr/bin/ld: arm.o: Relocations in generic ELF (EM: 183)\n"
            "/usr/bin/ld: arm.o: error adding symbols: file in wrong format",
            "The link fails: `arm.o: Relocations in generic ELF",
        ),
        ("sleep 5; gcc -o app a.o", "The build fails: `make: *** [Makefile:18: app] Terminated`"),
    ],
)
def test_what_failed_stands_in_the_headline_where_no_platform_is_named(
    said: str, told: str, tmp_path: Path
) -> None:
    """The symbol, else the linker's words, else the last words: never only that something failed."""
    _, verdict = verdict_of(f"cc -c -o a.o a.c\n{said}\n{END}\n", tmp_path)
    assert headline(verdict).startswith(told)
    assert platform_sentence(verdict).startswith(told)


END = "make: *** [Makefile:18: app] Terminated"


def test_columns_of_which_nothing_was_seen_take_no_room_on_the_page(tmp_path: Path) -> None:
    """They are named above the table; ticks are shown as code, not as ticks."""
    said = "/usr/bin/ld: a.o: in function `main':\na.c:(.text+0x1): undefined reference to `gone'"
    page = report_page(*verdict_of(f"cc -c -o a.o a.c\n{said}\n{END}\n", tmp_path))
    table = page.partition('<h2 id="platforms">')[2].partition("</table>")[0]
    assert "Not seen: ran, wanted by and defined by." in table
    assert re.findall(r"<th [^>]*>([^<]*)", table) == ["platform", "build", "verdict", "where"]
    assert "no other platform" not in page
    text = re.sub(r"<[^>]*>", "", page.partition('<h2 id="missing">')[2])
    assert "`inline`" not in text


def test_places_that_are_not_shown_are_counted(tmp_path: Path) -> None:
    """Below an artefact too; and a name that no platform is known of is still in question."""
    names = [f"missing_{n}" for n in range(40)]
    said = "\n".join(f"a.c:(.text+0x1): undefined reference to `{name}'" for name in names)
    log = f"cc -c -o a.o a.c\n/usr/bin/ld: a.o: in function `main':\n{said}\n{END}\n"
    case, verdict = verdict_of(log, tmp_path)
    page = report_page(case, verdict)
    assert "No symbol is in question" not in page
    assert len(verdict.to_json()["link_errors"]) == len(names)
    places = tuple(Evidence("build.log", n, "x") for n in range(1, MAX_EVIDENCE + 6))
    asked = replace(what_would_decide(verdict)[0], groups=(), shared=places)
    assert deciding_told(asked)["n_more"] == "5 further places"


def test_what_every_cause_asks_of_a_name_is_answered_once(tmp_path: Path) -> None:
    """With ten thousand names no cause goes through all messages for each; and it is the same
    answer as a search would give."""
    said = "\n".join(f"a.c:(.text+0x1): undefined reference to `n{n % 7}'" for n in range(30))
    case, _ = verdict_of(
        f"cc a.o\n/usr/bin/ld: a.o: in function `main':\n{said}\n{END}\n", tmp_path
    )
    facts = gather_facts(case)
    for symbol in facts.wanted:
        rows = facts.link_errors[facts.link_errors["symbol"] == symbol.name]
        assert facts.errors_of(symbol)["line_no"].tolist() == rows["line_no"].tolist()
        assert facts.reference_evidence(symbol) is facts.reference_evidence(symbol)
    assert _names_of_users(facts, "") is _names_of_users(facts, "")


def test_a_log_that_ends_between_steps_names_the_last_one(tmp_path: Path) -> None:
    """It may be a part of a log: nothing says that it was cut off, nor how the build ended."""
    _, verdict = verdict_of("#5 [builder 2/3] RUN make\n#5 0.3 cc -c a.c\n#5 DONE 1.0s\n", tmp_path)
    told = "The log ends after step `[builder 2/3] RUN make`; how the build ended is not known."
    assert headline(verdict) == answer(verdict)[0] == told
    assert df_platforms(verdict)["build"].tolist() == ["? not known"]


def test_a_build_that_went_well_is_told_without_platforms_too() -> None:
    """No word of a platform that none names."""
    verdict = Case(log="data/lab/builders/ok.plain.log").diagnose()
    assert headline(verdict) == "No failure found. The log shows a build that went to its end."
