"""Makes data/lab/linkers again: python3 recipe.py [PATTERN]   (after fetch.sh; see README.md)

One folder a linker and version, in it one log a case and expected.json: what a reader should find.
PATTERN, a regular expression, chooses folders by their names; with --truth before it, the logs stay
and expected.json is written anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cases import CASES, TRANSLATED, Case, arguments
from expected import expected
from inputs import make_inputs
from toolbox import LAB, Linker, linkers
from truth import Row, slim

HERE = Path(__file__).parent
GCC = ("gcc", "-nostdlib", "-Wl,-e,main")
OWN = {
    "coff": ("/entry:main", "/subsystem:console", "/nodefaultlib", "/out:out"),
    "macho": ("-arch", "arm64", "-platform_version", "macos", "11.0", "11.0", "-o", "out"),
    "wasm": ("--no-entry", "--no-gc-sections", "--export=main", "-o", "out"),
    "avr": ("-e", "main", "-o", "out"),
    "h8300": ("-e", "main", "-o", "out"),
}


def for_gcc(words: list[str]) -> list[str]:
    """The linker's arguments as gcc passes them on."""
    plain = re.compile(r"-[lL].+|-shared|[^-].*\.(?:o|a|so|bc)")
    given, passed = [], iter(words)
    for word in passed:
        takes = word in ("-T", "-rpath-link")
        given.append(
            word if plain.fullmatch(word) else f"-Wl,{word}" + (f",{next(passed)}" if takes else "")
        )
    return given


def link(linker: Linker, case: Case, folder: Path) -> tuple[int, str]:
    """The status and the words of one link: through gcc where gcc is, else as make runs it."""
    words = arguments(case, linker)
    (folder / "out").unlink(missing_ok=True)
    if linker.flavour == "elf-x86_64":
        wrapper = linker.wrapper(LAB / "wrappers" / linker.folder)
        fuse = ["-fuse-ld=lld"] if "lld" in linker.family else []
        pie = [] if "-shared" in words else ["-no-pie"]
        command = [*GCC, "-B", str(wrapper), *fuse, *pie, *for_gcc(words), "-o", "out"]
        done = subprocess.run(
            command, cwd=folder, env=linker.locale, capture_output=True, text=True, errors="replace"
        )
        return done.returncode, done.stdout + done.stderr
    script = linker.wrapper(LAB / "wrappers" / linker.folder) / "ld"
    own = OWN.get(linker.flavour, ("-e", "main", "-o", "out"))
    (folder / "Makefile").write_text(f"out: ; @{script} {' '.join([*own, *words])}\n")
    done = subprocess.run(["make", "-s"], cwd=folder, env=linker.locale, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")  # fmt: skip
    return done.returncode, done.stdout


def in_lines(truth: dict[str, list[Row]]) -> str:
    """The JSON, one row a line."""
    cases = []
    for name, rows in truth.items():
        lines = ",\n  ".join(json.dumps(one, ensure_ascii=False) for one in rows)
        cases.append(f' "{name}": [' + (f"\n  {lines}\n ]" if rows else "]"))
    return "{\n" + ",\n".join(cases) + "\n}\n"


def record(linker: Linker) -> str:
    """All logs of a linker, and what they hold."""
    target, folder = HERE / linker.folder, LAB / "work" / linker.folder
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(LAB / "in" / linker.flavour, folder)  # each links in a folder of its own
    truth = {}
    for case in CASES:
        if not case.fits(linker) or (linker.language and case.name not in TRANSLATED):
            continue
        status, said = link(linker, case, folder)
        if not said.strip() or "Stack dump:" in said or (case.kind == "ok" and status):
            continue  # a link without words, a crash, or a warning that this version makes an error
        (target / f"{case.name}.log").write_text(said)
        rows = expected(case, linker, LAB / "in" / linker.flavour, status)
        truth[case.name] = [slim(one) for one in rows]
    (target / "expected.json").write_text(in_lines(truth))
    return linker.folder


def tell(linker: Linker) -> str:
    """expected.json of logs that are there."""
    target, cases = HERE / linker.folder, {case.name: case for case in CASES}
    truth = json.loads((target / "expected.json").read_text())
    for name, rows in truth.items():
        again = expected(cases[name], linker, LAB / "in" / linker.flavour, int(bool(rows)))
        truth[name] = [slim(one) for one in again]
    (target / "expected.json").write_text(in_lines(truth))
    return linker.folder


def main() -> None:
    work = tell if "--truth" in sys.argv else record
    pattern = re.compile(next((word for word in sys.argv[1:] if word != "--truth"), ""))
    chosen = [linker for linker in linkers() if pattern.search(linker.folder)]
    for flavour in sorted({linker.flavour for linker in chosen}):
        make_inputs(flavour, LAB / "in" / flavour)
    with ThreadPoolExecutor(2) as pool:
        for done in pool.map(work, chosen):
            print(done)


if __name__ == "__main__":
    os.umask(0o022)
    main()
