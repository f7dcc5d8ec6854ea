"""What an executed notebook says, once it keeps the rules of executed notebooks."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from ipykernel.ipkernel import IPythonKernel

from diag.show import notebook_run as run
from tests import notebook_rules as rules


def outputs(path: Path) -> str:
    """All words that a notebook's outputs hold, and the rules that executed cells keep."""
    notebook = nbformat.read(path, as_version=4)
    assert [b for rule in rules.RULES for b in rule(notebook)] == []
    counts = [cell["execution_count"] for _, cell in rules.code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert not re.search(r"papermill|start_time|duration|injected", str(notebook.metadata))
    assert notebook.metadata["language_info"] == IPythonKernel.language_info
    assert notebook.metadata["kernelspec"] == run.kernelspec()
    return "\n".join(str(output.get("data", "")) for _, output in rules.outputs(notebook))
