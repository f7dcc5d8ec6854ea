"""What a build is given by a bake file, a compose file or its base image: read, or refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diag.errors import InputError
from diag.read.build_config import read_base_env, read_build_config
from tests.at_prompt import AtPrompt

BAKE = {
    "group": {"default": {"targets": ["app"]}},
    "target": {
        "app": {"context": ".", "dockerfile": "Dockerfile", "args": {"MODE": "fast", "N": None},
                "platforms": ["linux/amd64", "linux/arm/v7"]},
        "docs": {"context": "docs"},
    },
}  # fmt: skip
COMPOSE = {"services": {"web": {"build": {"args": ["MODE=slow", "FROM_SHELL"], "platforms": ["linux/arm64"]}},
                        "db": {"image": "postgres"}}}  # fmt: skip
IMAGE = [{"Config": {"Env": ["PATH=/opt/bin:/bin", "CC=clang", "EQ=a=b"]}}]


def written(tmp_path: Path, data: object) -> Path:
    """The data as a file of JSON."""
    path = tmp_path / "given.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return path


def test_a_target_of_a_bake_file(tmp_path: Path) -> None:
    """Platforms in their order; an argument that is null is the engine's to fill in."""
    config = read_build_config(written(tmp_path, BAKE), "app")
    assert config.platforms == ("linux/amd64", "linux/arm/v7")
    assert config.build_args == {"MODE": "fast"}
    assert read_build_config(written(tmp_path, BAKE), "docs").platforms == ()


def test_the_only_service_that_is_built(tmp_path: Path) -> None:
    """Services of ready images are no builds; arguments may be a list."""
    config = read_build_config(written(tmp_path, COMPOSE))
    assert (config.name, config.platforms) == ("web", ("linux/arm64",))
    assert config.build_args == {"MODE": "slow"}


@pytest.mark.parametrize("data", [IMAGE, IMAGE[0], {"config": IMAGE[0]["Config"]}])
def test_variables_of_an_image(tmp_path: Path, data: object) -> None:
    """Of `docker image inspect`, one of its items, or an OCI configuration."""
    env = read_base_env(written(tmp_path, data))
    assert env == {"PATH": "/opt/bin:/bin", "CC": "clang", "EQ": "a=b"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('target "app" {\n  platforms = []\n}\n', "no JSON"),
        ("[" * 100_000, "no JSON"),
        ({}, "no target"),
        ([], "no target"),
        ({"target": "app"}, "no target"),
        (BAKE, "2 targets"),
        ({"target": {"app": {"args": 3}}}, "neither an object nor a list"),
    ],
)
def test_what_is_no_build_is_refused(tmp_path: Path, data: object, reason: str) -> None:
    """With the reason, and the command that prints what can be read."""
    with pytest.raises(InputError, match=reason):
        read_build_config(written(tmp_path, data))


@pytest.mark.parametrize("data", ["{", [], [*IMAGE, *IMAGE], {"Config": None}, 3])
def test_what_is_no_image_is_refused(tmp_path: Path, data: object) -> None:
    """Nothing is guessed of an image that is not told."""
    with pytest.raises(InputError):
        read_base_env(written(tmp_path, data))


def test_a_missing_file_and_a_missing_name(tmp_path: Path) -> None:
    """The names that there are, are told."""
    with pytest.raises(InputError, match="No such file"):
        read_build_config(tmp_path / "none.json")
    with pytest.raises(InputError) as caught:
        read_build_config(written(tmp_path, BAKE), "web")
    assert "app, docs" in str(caught.value.help)


def test_the_command_line_outranks_files(tmp_path, monkeypatch, at_prompt: AtPrompt) -> None:
    """Platforms and arguments of the file hold where the command line says nothing."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, BAKE).rename("bake.json")
    written(tmp_path, IMAGE).rename("image.json")
    Path("Dockerfile").write_text("FROM x\nARG MODE\nRUN export F=$MODE-$CC && make\n")

    def values(*more: str) -> list[tuple[str, str]]:
        words = ["env", "Dockerfile", "--name", "F", "--format", "json", "--build-config"]
        ended = at_prompt(*words, "bake.json:app", "--base-image", "image.json", *more)
        return [(row["platform"], row["value"]) for row in json.loads(ended.out)]

    assert values() == [("linux/amd64", "fast-clang"), ("linux/arm/v7", "fast-clang")]
    given = ("--platform", "arm64", "--build-arg", "MODE=x", "--base-env", "CC=cc")
    assert values(*given) == [("linux/arm64", "x-cc")]
