"""The flow beside four shells on the Dockerfiles of the corpus: the recording, and a part of it anew."""

from __future__ import annotations

import pytest

from diag.probe import SHELLS, World, probe_env
from tests.flow_corpus import Counts, compare, from_json, judge, recorded, to_json
from tests.flow_worlds import ARGV, COMBINATIONS, PLATFORMS, is_decided, probed, samples
from tests.tools import need

SAMPLES = samples()
# A dozen of the Dockerfiles, each on another platform and in another shell.
AGAIN = [
    (sample, PLATFORMS[number % 4], SHELLS[number // 4 % 4 - number % 4])
    for number, sample in enumerate(SAMPLES[3::12])
]


def test_flow_says_what_the_text_decides_and_no_more() -> None:
    """Over all cells: equal where the text decides, there never unknown, and sure nowhere else."""
    counts = Counts()
    for sample in SAMPLES:
        compare(sample, from_json(recorded()[sample.name]), counts)
    print(counts.text())
    assert counts.findings == []
    assert counts.n_equal == counts.n_decided
    assert counts.n_files >= 80
    assert counts.n_decided > 10_000
    assert counts.n_cells - counts.n_decided > 400


def test_the_recording_is_of_this_corpus() -> None:
    """No Dockerfile without a recording, none left over; nothing lost in reading it."""
    assert set(recorded()) == {sample.name for sample in SAMPLES}
    for name, cells in recorded().items():
        real = from_json(cells)
        assert any(real[combination] for combination in COMBINATIONS), name
        assert to_json(real) == cells


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("sample", "platform", "shell"), AGAIN, ids=[sample.name for sample, *_ in AGAIN]
)
def test_shells_still_do_what_was_recorded(sample, platform, shell) -> None:
    """The same worlds once more, in one shell for one platform."""
    need("bwrap", "dash", "bash", "busybox")
    key = platform, shell
    again = probed(sample, [platform], [shell])
    assert again[key] == from_json(recorded()[sample.name])[key]


def _worlds(*ways: set[str]) -> frozenset[frozenset[str]]:
    return frozenset(map(frozenset, ways))


@pytest.mark.parametrize(
    ("told", "worlds", "kind"),
    [
        ({"=a"}, _worlds({"=a"}), ""),
        ({"=a", "=b"}, _worlds({"=a", "=b"}), ""),
        ({"=b"}, _worlds({"=a"}), "differs"),
        ({"?"}, _worlds({"=a"}), "unknown"),
        ({"=a", "-"}, _worlds({"=a"}), "unknown"),
        ({"?"}, _worlds({"=a"}, {"=b"}), ""),
        ({"=a", "=b"}, _worlds({"=a"}, {"=b"}), ""),
        ({"=a"}, _worlds({"=a"}, {"=b"}), "sure"),
        ({"=a", "=c"}, _worlds({"=a"}, {"=b"}), "sure"),
        ({"=a"}, _worlds({"?"}), "sure"),
        (None, _worlds({"=a"}), "no row"),
        ({"=a"}, None, "not called"),
    ],
)
def test_the_judge(told, worlds, kind) -> None:
    """Each way in which flow and worlds can agree or part."""
    assert judge(None if told is None else frozenset(told), worlds) == kind


def test_a_wrong_flow_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were every value of a flow known, the counts would tell of it."""
    import tests.flow_corpus as corpus

    sample = next(s for s in SAMPLES if s.name == "version-from-curl")
    told = corpus.told

    def sure(*args):
        return {
            key: {place: frozenset({"=sure"}) for place in cells}
            for key, cells in told(*args).items()
        }

    monkeypatch.setattr(corpus, "told", sure)
    counts = Counts()
    compare(sample, from_json(recorded()[sample.name]), counts)
    assert counts.n("sure") > 0
    assert counts.n("differs") > 0
    assert counts.n_equal == 0


def test_what_is_undecided_hangs_on_the_outside() -> None:
    """The oracle itself: platform and fixed text are decided, a curl and a file are not."""
    real = from_json(recorded()["version-from-curl"])["linux/arm64", "dash"]
    decided = {name for (_, site, name), worlds in real.items() if site == "wget" and is_decided(worlds)}  # fmt: skip
    assert decided == {"ARCH", "TARGETARCH"}
    assert not is_decided(real[1, "wget", ARGV])


# --- worlds -------------------------------------------------------------------------------------


def _received(text: str, world: World) -> dict[str, str | None]:
    frame = probe_env(
        text.encode(), command="cargo", platforms="linux/amd64", shells=["dash"], world=world
    )
    values = frame["value"].astype(object).where(frame["value"].notna(), None)
    return dict(zip(frame["name"], values, strict=True))


WORLD_TEXT = """\
FROM debian
RUN export O=$(curl x) D=$(date) B="$RUST_VERSION"; curl || export F=1; wget && export W=1; \\
    [ -f /etc/there ] && export T=$(cat /etc/there); export M=$(cat /etc/missed); \\
    echo a > /f; fill /f; export C=$(cat /f); cargo
"""


@pytest.mark.sandbox
def test_a_world_answers_for_the_outside() -> None:
    """Output, status, files, base image, outside tools and files that commands write."""
    need("bwrap", "dash")
    world = World(
        output="7\n", failing=frozenset({"curl"}), files={"/etc/there": "t\n"}, file_text="m\n",
        base_env="b", outside_tools=frozenset({"date"}), writes=True,
    )  # fmt: skip
    received = _received(WORLD_TEXT, world)
    assert received == {
        "O": "7", "D": "7", "B": "b", "F": "1", "W": "1", "T": "t", "M": "m", "C": "7",
    }  # fmt: skip


@pytest.mark.sandbox
def test_the_default_world_is_the_one_of_the_probe() -> None:
    """All succeed, what is from outside is marked as unknown, nothing more is there."""
    need("bwrap", "dash")
    received = _received(WORLD_TEXT.replace("$(date)", "x"), World())
    assert received == {
        "O": None, "D": "x", "B": None, "F": None, "W": "1", "T": None, "M": None, "C": "a",
    }  # fmt: skip
