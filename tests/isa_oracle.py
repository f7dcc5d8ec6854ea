"""Which extensions functions use by GNU binutils alone: objdump decodes, as says what it takes.

An instruction as objdump prints it is given to the assembler under ever more `-march=` words; what
the plain machine refuses and a word makes it take needs that extension. Nothing here knows the
tables of the kit.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LABEL = re.compile(r"^[0-9a-f]+ <(?P<name>.+)>:$")
SECTION = re.compile(r"^Disassembly of section (?P<name>.*):$")
MEMBER = re.compile(r"^(?P<name>.+):     file format ")
LINE = re.compile(r"^ *(?P<address>[0-9a-f]+):\t(?P<bytes>[0-9a-f ]+?) *\t(?P<text>.*)$")
MASK = re.compile(r"k(?:mov|or|and|andn|xor|xnor|not|test|ortest|add|shift[lr]|unpck)")
PREFIX_BYTES = {"64", "65", "67", "2e", "3e", "36", "26"}
_REFUSED = re.compile(r"^\S*:(\d+): Error:")
_JUNK = re.compile(r"undefined|illegal|unpredictable|overflow|\(bad\)|\{d31-d3[2-9]", re.I)
_TARGET = re.compile(r"(?:it[te]*|b|bl|b\.\w+|bc\.\w+|cbn?z|tbn?z|adrp?|blx?)$")


@dataclass(frozen=True)
class Tools:
    """The tools of one machine, the plainest `-march=`, and words to try, weakest first."""

    prefix: str
    plain: tuple[str, ...]
    words: tuple[tuple[str, tuple[str, ...]], ...]
    prologue: str = ""
    known: tuple[tuple[str, str], ...] = ()  # pattern of what as misjudges, and its word or none


def _levels(first: int, last: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    return ((f"armv8.{n}-a", (f"-march=armv8.{n}-a",)) for n in range(first, last + 1))


def _a64(*words: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((word, (f"-march=armv8-a+{word}",)) for word in words)


AARCH64 = Tools(
    "aarch64-linux-gnu-",
    ("-march=armv8-a",),
    (
        *_a64(
            "crc", "lse", "rdma", "lor", "pan", "fp16", "bf16", "i8mm", "aes", "sha2", "sha3",
            "sm4", "fp16fml", "compnum", "flagm", "sb", "ssbs", "rng", "tme", "ls64", "mops",
            "rcpc", "sve", "sve+i8mm", "sve+bf16", "sve+f32mm", "sve+f64mm", "sve2", "sve2-aes",
            "sve2-sm4", "sve2-sha3", "sve2-bitperm", "sme", "pauth", "fp16+compnum",
        ),
        *_levels(1, 2),
        ("dotprod", ("-march=armv8.2-a+dotprod",)),  # as takes them from there on
        *(
            (word, (f"-march=armv8.2-a+{word}",))
            for word in ("i8mm", "fp16fml", "sve+i8mm", "sve+f32mm", "sve+f64mm")
        ),
        *_levels(3, 8),
        ("memtag", ("-march=armv8.5-a+memtag",)),  # likewise
    ),
)  # fmt: skip
_V7 = "-march=armv7-a+mp+sec"
ARM = Tools(
    "arm-linux-gnueabihf-",
    (_V7, "-mfpu=softvfp"),
    (
        ("vfp", (_V7, "-mfpu=vfpv2")), ("vfpv3", (_V7, "-mfpu=vfpv3-d16")),
        ("d32", (_V7, "-mfpu=vfpv3")), ("vfpv3-fp16", (_V7, "-mfpu=vfpv3-d16-fp16")),
        ("vfpv4", (_V7, "-mfpu=vfpv4")), ("neon", (_V7, "-mfpu=neon")),
        ("neon+vfpv3-fp16", (_V7, "-mfpu=neon-fp16")), ("neon+vfpv4", (_V7, "-mfpu=neon-vfpv4")),
        ("idiv", (f"{_V7}+idiv", "-mfpu=softvfp")), ("armv8", ("-march=armv8-a", "-mfpu=softvfp")),
        ("crc", ("-march=armv8-a+crc", "-mfpu=softvfp")),
        ("fp-armv8", ("-march=armv8-a", "-mfpu=fp-armv8")),
        ("neon+fp-armv8", ("-march=armv8-a", "-mfpu=neon-fp-armv8")),
        ("crypto", ("-march=armv8-a", "-mfpu=crypto-neon-fp-armv8")),
        ("dotprod", ("-march=armv8.2-a+dotprod",)), ("fp16", ("-march=armv8.2-a+fp16",)),
        ("rdma", ("-march=armv8.1-a+simd",)), ("fcma", ("-march=armv8.3-a+simd",)),
    ),
    ".syntax unified\n",
    # as takes element loads under vfpv3-d16, which has none.
    ((r"v(?:ld|st)[1-4]\.", "neon"),),
)  # fmt: skip
_AVX = "-march=generic64+avx+fma+f16c+fma4+xop+vaes+vpclmulqdq+gfni"
X86_AVX2 = Tools(
    "",
    (f"{_AVX}+noavx2",),
    (("avx2", (f"{_AVX}+avx2",)),),
    # as couples these with AVX2; by the manual they need AVX and a bit of their own.
    known=((r"vaes|vpclmul|vgf2p8", ""),),
)


@dataclass(frozen=True)
class Line:
    """One decoded instruction and where it is; `label` is the symbol it stands under."""

    member: str
    section: str
    label: str
    address: int
    raw: str
    text: str


def decoded(prefix: str, path: Path, keep: str = "") -> Iterator[Line]:
    """objdump's lines; `keep` is a pattern of `grep -E` for those that matter beside headings."""
    tail = f" | grep -aE '>:$|file format|^Disassembly|{keep}'" if keep else ""
    command = f'{prefix}objdump -dwz "$1"{tail}'
    with subprocess.Popen(
        ["bash", "-c", command, "-", str(path)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="backslashreplace",
    ) as process:
        assert process.stdout is not None
        member = section = label = ""
        for line in process.stdout:
            line = line.rstrip("\n")
            if found := LINE.match(line):
                place = int(found["address"], 16)
                yield Line(member, section, label, place, found["bytes"], found["text"])
            elif found := LABEL.match(line):
                label = found["name"]
            elif found := SECTION.match(line):
                section = found["name"]
            elif found := MEMBER.match(line):
                member = found["name"]


def uses_avx512(line: Line) -> bool:
    """EVEX-coded, or an operation on mask registers; constants that decode to nothing are neither."""
    if "(bad)" in line.text:
        return False
    coded = [byte for byte in line.raw.split() if byte not in PREFIX_BYTES]
    return coded[:1] == ["62"] or MASK.match(line.text) is not None


def plain_text(text: str) -> str:
    """An instruction without comments and names of targets; empty for what no assembler takes."""
    is_junk = _JUNK.search(text)  # of constants that are decoded as code
    text = re.sub(r"#\d+\s+@ 0x[0-9a-f]+ +(\S+)$", r"#\1", text.strip())  # VMOV of a constant
    text = re.split(r"\s+(?://|#\s|@ |;)|\s*<", text)[0].replace("\t", " ").strip()
    mnemonic = text.split(" ", 1)[0]
    return "" if _TARGET.match(mnemonic) or is_junk else text


def needs(tools: Tools, texts: Iterable[str], mode: str = "") -> dict[str, str]:
    """Instruction -> the first word that makes the assembler take it; those of the plain machine,
    and those that no word makes it take, are left out."""
    lines = sorted({text for text in texts if text})
    left = _refused(tools, tools.plain, lines, mode)
    found = {
        line: word for pattern, word in tools.known for line in left if re.match(pattern, line)
    }
    left = [line for line in left if line not in found]
    for word, options in tools.words:
        still = _refused(tools, options, left, mode) if left else []
        found.update(dict.fromkeys(set(left) - set(still), word))
        left = still
    return {line: word for line, word in found.items() if word}


def _refused(tools: Tools, options: tuple[str, ...], lines: list[str], mode: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "lines.s")
        first = f"{tools.prologue}{mode}"
        source.write_text(first + "".join(f"{line}\n" for line in lines))
        done = subprocess.run(
            [f"{tools.prefix}as", *options, str(source), "-o", "/dev/null"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    before = first.count("\n")
    bad = {int(m[1]) - 1 - before for m in map(_REFUSED.match, done.stderr.splitlines()) if m}
    return [line for number, line in enumerate(lines) if number in bad]
