"""A log that names no platform, and objects that nobody labelled: whose they are is told by the links
of the log, also where one of them is of another machine."""

from __future__ import annotations

from pathlib import Path

from diag.case import Case
from diag.verdict import diagnose
from tests.elf_builder import build_elf

X86, ARM = 62, 183
MAIN = [(b"main", 0x12, 0, 1, 0, 23), (b"meter", 0x10, 0, 0, 0, 0)]
METER = [(b"meter", 0x12, 0, 1, 0, 9)]
REFUSED = b"""gcc -o app main.o meter.o
/usr/bin/ld: meter.o: Relocations in generic ELF (EM: 183)
/usr/bin/ld: meter.o: error adding symbols: file in wrong format
collect2: error: ld returned 1 exit status
"""
SOUND = b"gcc -o app main.o meter.o\n"


def objects(folder: Path, **machines: int) -> list[Path]:
    """An object of that machine a name; `other__main` is main.o in the folder other."""
    files = []
    for name, machine in machines.items():
        data = bytearray(build_elf(MAIN if name.endswith("main") else METER, code=b"\x90" * 64))
        data[16], data[18] = 1, machine
        files.append(folder / f"{name.replace('__', '/')}.o")
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        files[-1].write_bytes(bytes(data))
    return files


def platforms(case: Case) -> list[str]:
    """The platform of each object."""
    return list(case.platform_of_file.values())


def test_what_the_linker_refused_belongs_to_the_log_all_the_same(tmp_path):
    """One machine is judged, and the other's object is what is wrong."""
    case = Case(log=REFUSED, objects=objects(tmp_path, main=X86, meter=ARM))
    assert platforms(case) == ["linux/amd64"] * 2
    verdict = diagnose(case)
    assert verdict.cause in ("wrong-arch-prebuilt-archive", "wrong-arch-object")
    assert list(verdict.outcomes["outcome"]) == ["failed"]


def test_what_stands_on_no_link_keeps_its_machine(tmp_path):
    """It lies beside; the log is told by the objects of its link alone."""
    case = Case(log=REFUSED, objects=objects(tmp_path, main=X86, meter=ARM, spare=ARM))
    assert platforms(case) == ["linux/amd64", "linux/amd64", "linux/arm64"]
    assert list(diagnose(case).outcomes["platform"]) == ["linux/amd64"]


def test_two_builds_of_the_same_names_stay_apart(tmp_path):
    """Neither can be told to be the log's, or each machine has its own."""
    files = objects(tmp_path, main=X86, meter=X86, other__main=ARM, other__meter=ARM)
    both = ["linux/amd64", "linux/amd64", "linux/arm64", "linux/arm64"]
    assert platforms(Case(log=SOUND, objects=files)) == both
    cross = SOUND.replace(b"gcc", b"aarch64-linux-gnu-gcc")
    assert platforms(Case(log=cross, objects=files)) == both


def test_what_was_said_outranks_what_is_seen(tmp_path):
    """Labels stay, and without a log there is no link to ask."""
    files = objects(tmp_path, main=X86, meter=ARM)
    own = {"linux/amd64": files[:1], "linux/arm64": files[1:]}
    assert platforms(Case(log=REFUSED, objects=own)) == ["linux/amd64", "linux/arm64"]
    assert platforms(Case(objects=files)) == ["linux/amd64", "linux/arm64"]
