"""`make notebooks`: runs every notebook again and writes it back, as it is committed.

    python tools/notebooks.py [NOTEBOOK...]

Deterministic: no times are recorded, ids of cells stay, so that a second run changes nothing. A
cell that fails ends the run with its message and status 1.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

from diag.show.notebook_run import kernelspec, parameters_cell, template

OF_TEMPLATES = ("investigate",)  # notebooks/postmortem.ipynb is written by hand
ROOT = Path(__file__).resolve().parent.parent
SECONDS_A_CELL = 300


def source(path: Path) -> Any:
    """What is run: the notebook itself, or the kit's template under the notebook's parameters."""
    notebook = nbformat.read(path, as_version=4)
    if path.stem not in OF_TEMPLATES:
        return notebook
    fresh = template(path.stem)
    parameters_cell(fresh)["source"] = parameters_cell(notebook)["source"]
    return fresh


def executed(path: Path) -> Any:
    """The notebook with fresh outputs; its cells run in its own folder, as in JupyterLab."""
    notebook = source(path)
    with TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_A_CELL,
            kernel_name="python3",
            record_timing=False,
            coalesce_streams=True,  # how a kernel cuts what is printed hangs on the clock
            resources={"metadata": {"path": str(path.resolve().parent)}},
            config=Config({"KernelManager": _transport(folder)}),
        )
        client.execute()
    notebook.metadata["kernelspec"] = kernelspec()
    return notebook


def _transport(folder: str) -> dict[str, str]:
    """Sockets of the file system where there are such: no port is opened, and no warning given.

    Their names are relative to the working folder, of the client and of the kernel: hence `folder`.
    """
    return {} if os.name == "nt" else {"transport": "ipc", "ip": f"{folder}/kernel"}


def main() -> int:
    """0 when all ran, 1 when a cell failed."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    for path in paths:
        try:
            nbformat.write(executed(path), path)
        except CellExecutionError as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
