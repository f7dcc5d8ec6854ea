"""What each line of a Dockerfile gives the variables that it sets: `written_at`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from diag.flow.file_store import FileStore
from diag.flow.holes import show
from diag.flow.interpret import interpret
from diag.flow.names_of_interest import names_of_interest
from diag.flow.scopes import run_contexts
from diag.flow.state import Written
from diag.flow.values import RunContext
from diag.read.dockerfile import load_dockerfile

__all__ = ["written_at"]


def written_at(
    dockerfile: Any,
    *,
    platforms: Iterable[str],
    build_args: Mapping[str, str] | None = None,
    base_env: Mapping[str, str] | None = None,
    engine: str = "buildkit",
) -> dict[str, Written]:
    """Platform -> file:line -> variable -> its texts after that line, each once, `<unknown>` for
    what is not known; at most a few of a line that runs several times.

    Arguments and errors are those of `env_at`.
    """
    instructions = load_dockerfile(dockerfile)
    names = names_of_interest(instructions)
    found = {}
    for platform in platforms:
        contexts = run_contexts(
            instructions, platform=platform, build_args=build_args, base_env=base_env, engine=engine
        )
        store = FileStore()
        for context in contexts:
            _note_env(context, store.written)
            interpret(context, store, names)
        found[platform] = _shown(store.written)
    return found


def _note_env(context: RunContext, written: Written) -> None:
    """What ARG and ENV gave, as far as a RUN finds it."""
    for name, value in context.env.items():
        if value.came_through and value.text is not None:
            texts = written.setdefault(value.came_through[-1], {}).setdefault(name, [])
            if value.text not in texts:
                texts.append(value.text)


def _shown(written: Written) -> Written:
    return {
        place: {name: [show(text) for text in texts] for name, texts in names.items()}
        for place, names in written.items()
    }
