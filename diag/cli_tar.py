"""A case that came as a tar of `diag collect`, for as long as the command runs."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import click

from diag.read.case_tar import is_case_tar, unpack_case

_NAMES = "diag.cli_tar.names"


def unpacked(path: str) -> str:
    """The folder of the case in the tar, removed when the command ends; the path itself where it
    is no such tar."""
    context = click.get_current_context(silent=True)
    if context is None or not is_case_tar(path):
        return path
    holder = TemporaryDirectory(prefix="diag-case-")
    context.call_on_close(holder.cleanup)
    context.meta.setdefault(_NAMES, []).append((f"{holder.name}/", f"{path}!"))
    return str(unpack_case(path, holder.name) or path)


def names_in_tars() -> tuple[tuple[str, str], ...]:
    """Beginnings of the paths of what was unpacked, and the names to cite in their place."""
    context = click.get_current_context(silent=True)
    return tuple(context.meta.get(_NAMES, ())) if context is not None else ()
