"""What every command of a Dockerfile receives, on each platform: `env_at`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diag.env_calls import begins_with, plain_words
from diag.flow.file_store import FileStore
from diag.flow.interpret import STOPS, interpret
from diag.flow.names_of_interest import names_of_interest
from diag.flow.rows import rows_of
from diag.flow.scopes import run_contexts
from diag.flow.tool_names import command_name
from diag.platforms import DEFAULT_PLATFORMS, display_order, find_platform
from diag.read.dockerfile import Instruction, load_dockerfile

if TYPE_CHECKING:
    import pandas as pd

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

__all__ = ["env_at", "env_rows"]


def env_at(
    dockerfile: Any,
    *,
    command: str | None = None,
    name: str | None = None,
    platforms: str | Iterable[str] = DEFAULT_PLATFORMS,
    build_args: Mapping[str, str] | None = None,
    base_env: Mapping[str, str] | None = None,
    engine: str = "buildkit",
) -> pd.DataFrame:
    """The frame `env`: one row a platform, call of an outside command, way, and variable.

    `dockerfile` is a path, an open file or bytes; `command` the first words of the call, such
    as `cargo` (its base name) or `cargo build`, `name` a variable. `value` is given where status is set or empty; `condition` says what must
    hold on this way, or what an unknown value hangs on. Two things are taken for granted: `cd`
    succeeds, and an outside command changes no known file but those that its arguments name.
    `attrs["stops"]`: platform -> the RUNs that fail for certain, where the build ends.
    Raises InputError for a Dockerfile that the engine would not build, and for a platform or
    engine that is not known.
    """
    from diag import schema

    wanted = [platforms] if isinstance(platforms, str) else list(platforms)
    order = display_order(find_platform(platform).name for platform in wanted)
    instructions = load_dockerfile(dockerfile)
    names = names_of_interest(instructions)
    found: list[dict[str, Any]] = []
    stops: dict[str, list[str]] = {}
    for platform in order:
        store = FileStore()
        found += env_rows(
            instructions,
            platform=platform,
            command=command,
            name=name,
            names=names,
            build_args=build_args,
            base_env=base_env,
            engine=engine,
            store=store,
        )
        stops[platform] = [text.removeprefix(STOPS) for text in store.stops.values()]
    env = schema.make("env", found)
    env.attrs["stops"] = {platform: texts for platform, texts in stops.items() if texts}
    return env


def env_rows(
    instructions: Sequence[Instruction],
    *,
    platform: str,
    command: str | None = None,
    name: str | None = None,
    names: tuple[str, ...] | None = None,
    build_args: Mapping[str, str] | None = None,
    base_env: Mapping[str, str] | None = None,
    engine: str = "buildkit",
    store: FileStore | None = None,
) -> Iterator[dict[str, Any]]:
    """The rows of one platform, as mappings, in the order of the file.

    `names`: the variables that get rows, where the caller has them already; `store` has afterwards
    what the RUNs left.
    """
    names = names_of_interest(instructions) if names is None else names
    if name is not None and name not in names and _NAME.fullmatch(name):
        names = (*names, name)
    contexts = run_contexts(
        instructions, platform=platform, build_args=build_args, base_env=base_env, engine=engine
    )
    store = FileStore() if store is None else store
    for context in contexts:
        events = interpret(context, store, names)
        if command is not None:
            events = [event for event in events if _is_call_of(event.argv, event.fault, command)]
        for row in rows_of(context, events, names, store.holes, name):
            if name is None or row["name"] == name:
                yield row


def _is_call_of(argv: tuple[str, ...], fault: str, command: str) -> bool:
    """Whether a call is of the command, or what was not followed may hold a call of it."""
    if fault:
        return any(command_name(word) == plain_words(command)[0] for word in argv)
    return bool(argv) and begins_with((command_name(argv[0]), *argv[1:]), command)
