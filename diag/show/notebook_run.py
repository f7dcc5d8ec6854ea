"""A notebook filled in and executed by papermill: one of the templates, the parameters of a case.

The template's parameters cell is written anew, secrets masked; the true values are injected for the
run alone. Nothing of time and machine stays in the result: run twice, it is the same file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from diag.errors import InputError
from diag.paths import exists, is_folder, resolved

if TYPE_CHECKING:
    from diag.show.redact import Redactor

_FOLDER = Path(__file__).parent / "templates"
_ASSIGNED = re.compile(r"^(?P<name>\w+) = .*?(?P<comment>  #.*)?$")
_INJECTED = "injected-parameters"
# A mask that fell upon the letters of a picture would break it.
_PICTURE = re.compile(r'(?<= src=")(data:image/png;base64,[A-Za-z0-9+/]*=*)(?=")')
_MAX_SOCKET = 80  # characters of its folder: the path of a socket has 107 at most


def template(name: str) -> Any:
    """The template as a notebook (nbformat 4), without outputs."""
    import nbformat

    return nbformat.read(_FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]


def parameters_cell(notebook: Any) -> Any:
    """The cell tagged `parameters`."""
    return next(cell for cell in notebook.cells if "parameters" in _tags(cell))


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def filled(notebook: Any, parameters: Mapping[str, Any], mask: Redactor) -> Any:
    """The notebook with these values in its parameters cell, masked; the comments stay."""
    cell = parameters_cell(notebook)
    lines = []
    for line in cell["source"].split("\n"):
        found = _ASSIGNED.match(line)
        if found and found["name"] in parameters:
            value = mask.data({found["name"]: parameters[found["name"]]})[found["name"]]
            line = f"{found['name']} = {literal(value)}{found['comment'] or ''}"
        lines.append(line)
    cell["source"] = "\n".join(lines)
    return notebook


def literal(value: Any) -> str:
    """The value as Python writes it: text in double quotes, every script readable, signs that turn
    the direction of text or steer a terminal as escapes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def kernelspec() -> dict[str, str]:
    """What JupyterLab writes of the kernel when it opens a notebook. With it, and with what the
    kernel says of its language, a notebook that was only opened is not unsaved."""
    from ipykernel.kernelspec import get_kernel_dict

    name = str(get_kernel_dict()["display_name"])
    return {"display_name": name, "language": "python", "name": "python3"}


def executed(
    notebook: Any,
    parameters: Mapping[str, Any],
    folder: Path,
    mask: Redactor,
    *,
    has_progress: bool = False,
) -> Any:
    """The notebook run in that folder by the running Python, with these parameters.

    Raises InputError, of one line, where a cell fails or no kernel starts.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    notebook = filled(notebook, parameters, mask)
    bar = {"desc": "running the notebook", "leave": False, "disable": None, "delay": 1}
    with TemporaryDirectory() as own:
        try:
            done = papermill.execute_notebook(
                notebook,
                None,
                parameters=dict(parameters),
                kernel_name="python3",
                progress_bar=bar if has_progress else False,
                cwd=str(folder),
                **_kernel(own),
            )
        except PapermillExecutionError as error:
            said = f"a cell of the notebook fails: {error.ename}: {error.evalue}"
            raise InputError(mask.text(" ".join(said.split())[:300])) from None
        except (RuntimeError, OSError) as error:
            said = f"the notebook cannot be run: {type(error).__name__}: {error}"
            raise InputError(mask.text(" ".join(said.split())[:300])) from None
    return _without_traces(done, mask)


def _kernel(own: str) -> dict[str, Any]:
    """What the engine needs for a kernel of the running Python, whatever kernels the user has
    installed. Its files are in the folder `own`; sockets too, where there are such: no port is
    opened."""
    from ipykernel.kernelspec import make_ipkernel_cmd
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from traitlets.config import Config

    running: set[int] = set()

    class ThisPython(AsyncKernelManager):
        kernel_spec = KernelSpec(
            argv=make_ipkernel_cmd(), display_name="Python 3", language="python", env=_env(own)
        )

        async def _async_interrupt_kernel(self) -> None:
            """A shutdown interrupts first. Where no cell runs, that hits a kernel that is about to
            end its last answer, which then complains on standard error."""
            if running or not self.shutting_down:
                await super()._async_interrupt_kernel()

    settings = {"connection_file": f"{own}/kernel.json"}
    if sys.platform != "win32" and len(own) < _MAX_SOCKET:
        settings |= {"transport": "ipc", "ip": f"{own}/kernel"}
    return {
        "kernel_manager_class": ThisPython,
        "config": Config({"KernelManager": settings}),
        "on_cell_execute": lambda cell, cell_index: running.add(cell_index),
        "on_cell_executed": lambda cell, cell_index, execute_reply: running.discard(cell_index),
    }


def _env(own: str) -> dict[str, str]:
    """The kernel finds this package, and neither reads nor writes what its user has set up."""
    home = Path(__file__).resolve().parents[2]
    is_found = "site-packages" in home.parts
    paths = [] if is_found else [str(home), *filter(None, [os.environ.get("PYTHONPATH")])]
    found = {"PYTHONPATH": os.pathsep.join(paths)} if paths else {}
    return {"IPYTHONDIR": f"{own}/ipython", **found}


def _without_traces(notebook: Any, mask: Redactor) -> Any:
    """Without the injected cell, times, and what differs between machines; outputs masked."""
    notebook.cells = [cell for cell in notebook.cells if _INJECTED not in _tags(cell)]
    notebook.metadata.pop("papermill", None)
    notebook.metadata["kernelspec"] = kernelspec()
    count = 0
    for cell in notebook.cells:
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                _clean(output, count, mask)
    return notebook


def _clean(output: Any, count: int, mask: Redactor) -> None:
    """Counted from 1, texts masked once more: pictures are masked before they are drawn."""
    if "execution_count" in output:
        output.execution_count = count
    if "text" in output:
        output.text = mask.text(output.text)
    for kind, told in output.get("data", {}).items():
        if kind.startswith("text/"):
            parts = _PICTURE.split(told)  # every second is a picture
            parts[::2] = map(mask.text, parts[::2])
            output.data[kind] = "".join(parts)


def is_written_by_people(path: Path) -> bool:
    """Whether what stands at that path is not as this module wrote it: somebody's work. Outputs do
    not count."""
    import nbformat

    if not exists(path):
        return False
    try:
        there = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, OSError, nbformat.ValidationError, nbformat.reader.NotJSONError):
        return True
    return bool(there.metadata.get("diag", {}).get("sources") != _digest(there))


def _digest(notebook: Any) -> str:
    """Of all cells' sources, parameters too."""
    sources = "\0".join(str(cell["source"]) for cell in notebook.cells)
    return hashlib.sha256(sources.encode("utf-8", "surrogatepass")).hexdigest()


def check_target(path: str | Path) -> None:
    """InputError where a file that people wrote in stands at `path`, or where none can stand."""
    target = Path(path)
    if is_folder(target):
        raise InputError("is a folder", file=str(path), help="give a file: --notebook FILE.ipynb")
    if not is_folder(next(filter(exists, target.absolute().parents))):
        raise _unwritable(path, "its folder is a file")
    if is_written_by_people(target):
        raise InputError(
            "is not overwritten: it holds what this command did not write",
            file=str(path),
            help="give another --notebook",
        )


def write_notebook(
    path: str | Path,
    name: str,
    parameters: Mapping[str, Any],
    mask: Redactor,
    *,
    has_progress: bool = False,
) -> Path:
    """Fill the template of that name, run it in the folder of `path`, and write it there.

    Paths among the parameters are from that folder. InputError where a file that people wrote in
    stands at `path`, where it cannot be written, or where the notebook cannot be run.
    """
    import nbformat

    check_target(path)
    target, notebook = Path(path), template(name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = resolved(target).parent
        done = executed(notebook, parameters, folder, mask, has_progress=has_progress)
        done.metadata["diag"] = {"template": name, "sources": _digest(done)}
        nbformat.write(done, target)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise _unwritable(path, error.strerror or type(error).__name__) from None
    return target


def _unwritable(path: str | Path, reason: str) -> InputError:
    said = f"cannot be written: {reason}"
    return InputError(said, file=str(path), help="give another --notebook")
