"""The wheel: what it holds, and that it works where the repository is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Builds without a network: by hatchling where it is installed beside the tests.
BUILD = """
import sys
from hatchling.builders.wheel import WheelBuilder
print(next(WheelBuilder(sys.argv[1]).build(directory=sys.argv[2], versions=["standard"])))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the working tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-c", BUILD, str(ROOT), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip().splitlines()[-1])


def test_the_wheel_holds_the_package_whole(wheel: Path) -> None:
    """Every module and table of diag/, the licence, and nothing of tests, data or docs."""
    names = set(zipfile.ZipFile(wheel).namelist())
    kinds = {".py", ".toml", ".ipynb", ".j2", ".css", ".html", ".json", ".tsv", ".typed", ".js"}
    own = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "diag").rglob("*")
        if path.is_file() and path.suffix in kinds
    } | {"diag/py.typed"}
    held = {name for name in names if ".dist-info/" not in name}
    assert held == own
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_states_what_it_needs(wheel: Path) -> None:
    """Dependencies, Python and the command of pyproject.toml, with the README as description."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith("/METADATA")]
        metadata = archive.read(name).decode()
        entries = archive.read(name.replace("METADATA", "entry_points.txt")).decode()
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: ")]
    assert len([line for line in needed if "extra ==" not in line]) == len(PROJECT["dependencies"])
    assert "Requires-Python: >=3.11" in metadata
    assert "diag = diag.cli:main" in entries
    assert (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[0] in metadata


USE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import diag
from diag.causes import CATALOGUE
from diag.knowledge import table
print(json.dumps([diag.__file__, diag.__version__, len(CATALOGUE), len(table("isa_words")),
                  diag.explain(next(iter(CATALOGUE)))[:20]]))
"""


def test_the_wheel_works_without_the_repository(wheel: Path, tmp_path: Path) -> None:
    """Imported from the wheel alone, elsewhere: catalogue, tables and explanations are there."""
    command = [sys.executable, "-P", "-c", USE, str(wheel)]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    file, version, causes, words, told = json.loads(done.stdout)
    assert file.startswith(str(wheel))
    assert version == PROJECT["version"]
    assert causes > 10
    assert words > 0
    assert told


def test_public_names_are_found_by_need() -> None:
    """Each name that `import diag` offers exists where it is said to be; none is loaded before."""
    code = (
        "import sys, diag\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'pyarrow', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "print([name for name in diag.__all__ if not callable(getattr(diag, name))])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
