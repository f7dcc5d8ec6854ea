"""What a build is given beside its Dockerfile: platforms and arguments of a bake or compose file, and
the environment that a base image sets.

All are read as the JSON that the engine's own commands print, with variables filled in, so nothing
is guessed of HCL functions or of the shell's environment:

    docker buildx bake --print > bake.json            # {"target": {NAME: {"args", "platforms", ...}}}
    docker compose config --format json > compose.json  # {"services": {NAME: {"build": {...}}}}
    docker image inspect IMAGE > image.json           # [{"Config": {"Env": ["K=V"]}}]

Sources: docker/buildx bake/bake.go (Target), compose-spec build.md, moby api/types/image; an OCI
image configuration ({"config": {"Env"}}) is read as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diag.errors import InputError

MAX_BYTES = 64 << 20
_HELP = "give what `docker buildx bake --print` or `docker compose config --format json` prints"
_IMAGE_HELP = "give what `docker image inspect IMAGE` prints"


@dataclass(frozen=True)
class BuildConfig:
    """One target of a bake file, or one service of a compose file."""

    name: str
    platforms: tuple[str, ...]
    build_args: Mapping[str, str]


def read_build_config(path: str | Path, name: str | None = None) -> BuildConfig:
    """The target or service called `name`; left out, the only one.

    Raises InputError where the file is no such JSON, and where the name is none of its.
    """
    data = _json(path, _HELP)
    targets = _targets(data)
    if not targets:
        raise InputError("it names no target and no service", file=str(path), help=_HELP)
    if name is None and len(targets) > 1:
        help = f"name one of: {', '.join(targets)}, as {path}:NAME"
        raise InputError(f"it has {len(targets)} targets", file=str(path), help=help)
    chosen = name if name is not None else next(iter(targets))
    if chosen not in targets:
        help = f"there are: {', '.join(targets)}"
        raise InputError(f"no target is called {chosen!r}", file=str(path), help=help)
    target = targets[chosen]
    platforms = tuple(str(one) for one in target.get("platforms") or ())
    return BuildConfig(chosen, platforms, _pairs(target.get("args"), path))


def read_base_env(path: str | Path) -> dict[str, str]:
    """The variables that an image sets. Raises InputError where the file does not tell them."""
    data = _json(path, _IMAGE_HELP)
    images = data if isinstance(data, list) else [data]
    if len(images) != 1 or not isinstance(images[0], dict):
        raise InputError(f"it tells of {len(images)} images", file=str(path), help=_IMAGE_HELP)
    config = images[0].get("Config") or images[0].get("config")
    if not isinstance(config, dict):
        raise InputError("it holds no image configuration", file=str(path), help=_IMAGE_HELP)
    return _pairs(config.get("Env"), path)


def _json(path: str | Path, help: str) -> Any:
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ValueError("it is larger than 64 MiB")
        return json.loads(raw)
    except OSError as error:
        raise InputError(error.strerror or str(error), file=str(path), help=help) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no JSON: {error}", file=str(path), help=help) from None


def _targets(data: Any) -> dict[str, dict[str, Any]]:
    """Name -> what the build of it is given."""
    if not isinstance(data, dict):
        return {}
    services = data.get("services")
    found = data.get("target")
    if isinstance(services, dict):
        found = {name: one.get("build") for name, one in services.items() if isinstance(one, dict)}
    if not isinstance(found, dict):
        return {}
    return {str(name): one for name, one in found.items() if isinstance(one, dict)}


def _pairs(given: Any, path: str | Path) -> dict[str, str]:
    """`{"K": "V"}` or `["K=V"]`; a key without a value is one that the engine's environment gives."""
    if isinstance(given, dict):
        return {str(key): _text(value) for key, value in given.items() if value is not None}
    if given is None or isinstance(given, list):
        words = [str(word).partition("=") for word in given or ()]
        return {key: value for key, equals, value in words if equals}
    raise InputError("arguments are neither an object nor a list", file=str(path))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
