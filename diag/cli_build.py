"""Options that tell what a build was given, word by word or by the JSON that the engine prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from diag.cli_output import (
    F,
    base_env_option,
    build_arg_option,
    engine_option,
    pairs,
    platform_option,
)
from diag.paths import exists

_OPTIONS = (
    platform_option,
    build_arg_option,
    base_env_option,
    click.option(
        "--build-config", metavar="FILE[:NAME]",
        help="Platforms and arguments: JSON of `buildx bake --print` or `compose config`.",
    ),
    click.option(
        "--base-image", metavar="FILE", help="Variables of the base image: JSON of `image inspect`."
    ),
    engine_option,
)  # fmt: skip


def build_options(command: F) -> F:
    """The options of every command that follows a Dockerfile."""
    decorators: tuple[Callable[[Any], Any], ...] = _OPTIONS
    decorated: Any = command
    for option in reversed(decorators):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def given_to_build(options: Mapping[str, Any]) -> dict[str, Any]:
    """`platforms`, `build_args` and `base_env`; a word of the command line outranks a file's."""
    from diag.read.build_config import BuildConfig, read_base_env, read_build_config

    config, image = BuildConfig("", (), {}), {}
    if options["build_config"]:
        config = read_build_config(*_file_and_name(options["build_config"]))
    if options["base_image"]:
        image = read_base_env(options["base_image"])
    return {
        "platforms": _separate(options["platforms"]) or config.platforms,
        "build_args": {**config.build_args, **pairs(options["build_args"], "--build-arg")},
        "base_env": {**image, **pairs(options["base_env"], "--base-env")},
    }


def _file_and_name(word: str) -> tuple[str, str | None]:
    """`FILE:NAME`; a colon within the file's own path stays in it."""

    file, colon, name = word.rpartition(":")
    return (word, None) if not colon or exists(word) else (file, name)


def _separate(words: Sequence[str]) -> tuple[str, ...]:
    """Platforms one by one: docker's own `--platform linux/amd64,linux/arm64` is several."""
    return tuple(word.strip() for text in words for word in text.split(",") if word.strip())
