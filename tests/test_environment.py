"""What the project says it needs, said in several places: all in step."""

from __future__ import annotations

import ast
import platform
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

from tests.tools import need

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
NAMED_BY_THE_USER = {"jupyterlab", "pandas", "matplotlib", "pyelftools", "dockerfile-parse"}
# Not the package's own needs: the interpreter, and what installs the package into it.
INSTALLERS = {"python", "pip", "hatchling"}

# Program that a test may need -> the package in .ci/run that brings it (gcc brings the oracles of
# binutils by the package of that name).
PACKAGE_OF = {
    "ar": "binutils", "nm": "binutils", "readelf": "binutils", "objdump": "binutils",
    "strip": "binutils", "c++filt": "binutils", "ld.gold": "binutils", "objcopy": "binutils",
    "tar": "tar", "ranlib": "binutils", "ld": "binutils", "ld.bfd": "binutils",
    "gcc": "gcc", "cc": "gcc", "g++": "g++", "clang": "clang",
    "ld.lld": "lld", "mold": "mold", "rustc": "rustc",
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
    "arm-linux-gnueabihf-gcc": "gcc-arm-linux-gnueabihf",
    "aarch64-linux-gnu-readelf": "gcc-aarch64-linux-gnu",
    "dash": "dash", "bash": "bash", "busybox": "busybox-static", "bwrap": "bubblewrap",
    "shellcheck": "shellcheck", "chromium": "chromium", "git": "git", "make": "make", "patch": "patch",
    "npm": "npm",
}  # fmt: skip


def bounds(requirements: list[str]) -> dict[str, str]:
    """Name -> version bound of each requirement."""
    pairs = (re.fullmatch(r"([A-Za-z0-9_.-]+)(.*)", text.strip()) for text in requirements)
    return {match[1]: match[2] for match in pairs if match}


def conda_packages() -> dict[str, str]:
    return bounds([item for item in ENVIRONMENT["dependencies"] if isinstance(item, str)])


def pip_packages() -> dict[str, str]:
    (table,) = [item for item in ENVIRONMENT["dependencies"] if isinstance(item, dict)]
    return bounds(table["pip"])


def test_environment_yml_names_what_pyproject_names() -> None:
    """The same packages with the same bounds, under conda or under pip, none twice."""
    conda, pip = conda_packages(), pip_packages()
    assert not conda.keys() & pip.keys()
    own = {name: bound for name, bound in (conda | pip).items() if name not in INSTALLERS}
    assert own == bounds(PROJECT["project"]["dependencies"])


def test_python_is_bounded_alike_everywhere() -> None:
    """pyproject, conda, ruff, mypy and venv.sh speak of one version."""
    wanted = PROJECT["project"]["requires-python"]
    assert conda_packages()["python"] == wanted == ">=3.11"
    assert PROJECT["tool"]["ruff"]["target-version"] == "py311"
    assert PROJECT["tool"]["mypy"]["python_version"] == "3.11"
    assert "sys.version_info < (3, 11)" in (ROOT / "tools" / "venv.sh").read_text()


@pytest.mark.parametrize("text", [t for t in ENVIRONMENT["dependencies"] if isinstance(t, str)])
def test_conda_understands_each_package(text: str) -> None:
    """Strictly read: a name and a bound, no more; and what these tests run with satisfies it."""
    spec = MatchSpec(text, strict=True)
    ((name, bound),) = bounds([text]).items()
    assert spec.name is not None
    assert spec.name.normalized == name
    assert (spec.build, spec.channel, spec.subdir) == (None, None, None)
    assert not bound or SpecifierSet(bound).contains(installed(name))


def installed(name: str) -> str:
    return platform.python_version() if name == "python" else metadata.version(name)


def test_pip_understands_each_package() -> None:
    """The part that conda hands to pip, by pip's own rules."""
    (table,) = [item for item in ENVIRONMENT["dependencies"] if isinstance(item, dict)]
    for text in table["pip"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(installed(requirement.name))


@pytest.mark.parametrize(
    "text", ["pandas>=3.*", "python=>3.11", "pandas>=3.0,", "pandas>>3", "python =3.11.*.*"]
)
def test_a_slip_in_a_package_is_told(text: str) -> None:
    """The check itself: what conda would refuse or misread does not pass."""
    with pytest.raises(Exception, match=r"version|incompatible|regex") as told:
        MatchSpec(text, strict=True)
    assert type(told.value).__name__ == "InvalidMatchSpecError"


def test_what_the_user_named_comes_from_conda_forge() -> None:
    """The five packages are under conda, from conda-forge alone."""
    assert conda_packages().keys() >= NAMED_BY_THE_USER
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_binder_builds_the_same_environment() -> None:
    """The packages of the root's file, and a postBuild that can be run and installs the kit itself."""
    binder = ROOT / ".binder"
    path = binder / "environment.yml"
    assert not path.is_symlink(), "repo2docker copies this file alone into the image"
    held = yaml.safe_load(path.read_text(encoding="utf-8"))
    python = next(text for text in held["dependencies"] if str(text).startswith("python="))
    others = [text for text in held["dependencies"] if text != python]
    assert others == [t for t in ENVIRONMENT["dependencies"] if not str(t).startswith("python")]
    assert {**held, "dependencies": []} == {**ENVIRONMENT, "dependencies": []}
    post_build = binder / "postBuild"
    assert post_build.stat().st_mode & 0o111
    assert "pip install" in post_build.read_text()
    assert "--editable ." in post_build.read_text()


def test_binder_understands_which_python() -> None:
    """repo2docker takes `python=X.Y` and nothing else for a version; it is one that the kit runs on."""
    text = (ROOT / ".binder" / "environment.yml").read_text(encoding="utf-8")
    (wanted,) = re.findall(r"^  - python=(\d+\.\d+)$", text, re.MULTILINE)
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(wanted)
    assert MatchSpec(f"python={wanted}", strict=True).version


def programs_needed() -> Iterator[tuple[str, str]]:
    """(test file, program) of each literal argument of `need(...)`."""
    for path in sorted((ROOT / "tests").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "need":
                given = (argument for argument in node.args if isinstance(argument, ast.Constant))
                yield from ((path.name, str(argument.value)) for argument in given)


def test_ci_installs_what_tests_need() -> None:
    """Each program of a `need(...)` comes with a package that .ci/run names."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    listed = re.findall(r"packages\+?=\((.*?)\n?\)", text, re.DOTALL)
    installed = set(re.sub(r"#.*", "", "\n".join(listed)).split())
    needed = set(programs_needed())
    assert needed, "no test needs a program: the search itself is broken"
    absent = {pair for pair in needed if PACKAGE_OF.get(pair[1]) not in installed}
    assert absent == set()


def test_every_target_that_make_lists_exists() -> None:
    """`make` alone lists the targets; each of them has a recipe, and each recipe is listed."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = set(re.findall(r'echo "make (\w+) ', text))
    with_recipe = set(re.findall(r"^(\w+):", text, re.MULTILINE)) - {"help"}
    assert listed == with_recipe
    assert listed >= {"report", "test", "lint", "bench", "lab", "notebooks"}


@pytest.mark.parametrize(
    "target",
    [
        "setup",
        "report",
        "test",
        "lint",
        "bench",
        "lab",
        "lab-incident",
        "lab-linkers",
        "lab-builders",
        "notebooks",
        "docs",
        "binder",
    ],
)
def test_each_target_runs_files_that_exist(target: str) -> None:
    """What a recipe runs is in the repository (seen by a dry run, which executes nothing)."""
    need("make")
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    named = re.findall(r"(?:tools|data|benchmarks)/[\w./-]+\.(?:py|sh)", done.stdout)
    modules = re.findall(r"-m (benchmarks)\b", done.stdout)
    assert [path for path in named if not (ROOT / path).is_file()] == []
    assert [name for name in modules if not (ROOT / name / "__main__.py").is_file()] == []


SCRIPTS = ["tools/venv.sh", "tools/lab.sh", ".ci/run", ".binder/postBuild"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_shell_scripts_are_sound(name: str) -> None:
    """shellcheck has nothing to say of the scripts that set up and test."""
    need("shellcheck")
    done = subprocess.run(
        ["shellcheck", str(ROOT / name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
