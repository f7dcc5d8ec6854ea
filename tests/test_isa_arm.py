"""AArch64 and ARM: functions and extensions are those that binutils see, and data is no code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from diag.read.isa import read_isa
from diag.read.isa_a64 import extensions as a64_extensions
from diag.read.isa_arm import extensions as arm_extensions
from tests.elf_builder import build_elf
from tests.isa_equality import compare
from tests.tools import need

LOOPS = """
#include <stdint.h>
int plain(int x) { return x * 3 + 1; }
void floats(float *a, const float *b) { for (int i = 0; i < 64; i++) a[i] += b[i] * 3; }
double twice(double x) { return x + x; }
int count(int *a) { return __atomic_fetch_add(a, 1, __ATOMIC_ACQ_REL); }
int acquire(int *a) { return __atomic_load_n(a, __ATOMIC_ACQUIRE); }
unsigned divide(unsigned a, unsigned b) { return a / b; }
int32_t dots(int8_t *a, int8_t *b) { int32_t s = 0; for (int i = 0; i < 256; i++) s += a[i] * b[i]; return s; }
int pick(int x) { switch (x) { case 0: return 5; case 1: return 77; case 2: return -4; case 3: return 1000;
  case 4: return 13; case 5: return x * 71; case 6: return x / 3; default: return x; } }
"""
# Extension -> an instruction of it; each becomes a function of the name.
A64 = {
    "crc": "crc32b w0, w0, w1", "lse": "ldaddal w0, w1, [x2]", "rdma": "sqrdmlah v0.4s, v1.4s, v2.4s",
    "lor": "ldlar w0, [x1]", "fp16": "fadd v0.8h, v1.8h, v2.8h", "dotprod": "sdot v0.4s, v1.16b, v2.16b",
    "bf16": "bfdot v0.4s, v1.8h, v2.8h", "i8mm": "smmla v0.4s, v1.16b, v2.16b",
    "aes": "aese v0.16b, v1.16b", "sha2": "sha256h q0, q1, v2.4s", "sha3": "eor3 v0.16b, v1.16b, v2.16b, v3.16b",
    "sm4": "sm4e v0.4s, v1.4s", "fp16fml": "fmlal v0.4s, v1.4h, v2.4h", "fcma": "fcadd v0.4s, v1.4s, v2.4s, #90",
    "flagm": "cfinv", "rcpc": "ldapr w0, [x1]", "pauth": "pacga x0, x1, x2", "jscvt": "fjcvtzs w0, d1",
    "sb": "sb", "ssbs": "mrs x0, ssbs", "rng": "mrs x0, rndr", "memtag": "irg x0, x1, x2",
    "sve": "ld1w {z0.s}, p0/z, [x0]", "sve2": "sqabs z0.s, p0/m, z1.s", "sve2-aes": "aese z0.b, z0.b, z1.b",
    "sve2-bitperm": "bdep z0.b, z1.b, z2.b", "sme": "fmopa za0.s, p0/m, p1/m, z0.s, z1.s",
    "bti": "bti c", "pauth-hint": "paciasp", "ls64": "ld64b x0, [x1]", "mops": "cpyp [x0]!, [x1]!, x2!",
}  # fmt: skip
ARM = {
    "vfp": "vadd.f32 s0, s1, s2", "vfpv3": "vmov.f32 s0, #1.0", "d32": "vadd.f64 d16, d17, d18",
    "vfpv3-fp16": "vcvtb.f32.f16 s0, s1", "vfpv4": "vfma.f32 s0, s1, s2", "neon": "vadd.i32 q0, q1, q2",
    "idiv": "udiv r0, r1, r2", "crc": "crc32b r0, r1, r2", "armv8": "lda r0, [r1]",
    "fp-armv8": "vmaxnm.f32 s0, s1, s2", "crypto": "aese.8 q0, q1", "dotprod": "vsdot.s8 q0, q1, q2",
    "fp16": "vadd.f16 s0, s1, s2", "rdma": "vqrdmlah.s32 q0, q1, q2", "fcma": "vcadd.f32 q0, q1, q2, #90",
}  # fmt: skip
COMPILED = (
    ("aarch64", "-march=armv8-a -mno-outline-atomics"), ("aarch64", "-march=armv8.2-a+dotprod -mbranch-protection=standard"),
    ("aarch64", "-march=armv8-a+sve"), ("arm", "-marm -march=armv7-a+fp"), ("arm", "-mthumb -march=armv7-a+neon-vfpv4"),
    ("arm", "-mthumb -march=armv8.2-a+dotprod+simd"),
)  # fmt: skip
PREFIXES = {"aarch64": "aarch64-linux-gnu", "arm": "arm-linux-gnueabihf"}


def assembled(folder: Path, arch: str, text: str, *flags: str) -> Path:
    """The object of a source in assembly."""
    need(f"{PREFIXES[arch]}-as")
    (folder / "a.s").write_text(text)
    command = [f"{PREFIXES[arch]}-as", *flags, "-o", "a.o", "a.s"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "a.o"


def one_each(instructions: dict[str, str], first: str = "") -> str:
    """A function for each instruction, named by its extension."""
    lines = [
        f".type \"f_{name}\", %function\n{first}\n\"f_{name}\": {text}\n.size \"f_{name}\", . - \"f_{name}\""
        for name, text in instructions.items()
    ]  # fmt: skip
    return "\n".join([".syntax unified" if first else "", *lines, ""])


def by_function(path: Path) -> dict[str, set[str]]:
    """Function -> its extensions, bar the hints."""
    isa = read_isa(path, extension="")
    return {str(name): set(part["extension"]) for name, part in isa.groupby("function")}


def assert_as_binutils(path: Path, arch: str) -> None:
    """The same functions need the same extensions."""
    for result in compare(path, arch):
        assert result.ours
        assert {key: result.ours.get(key) for key in result.differing} == {
            key: result.theirs.get(key) for key in result.differing
        }


@pytest.mark.parametrize(("arch", "flags"), COMPILED)
def test_compiled_functions_are_those_of_binutils(tmp_path: Path, arch: str, flags: str) -> None:
    """What gcc makes of plain loops, for six processors, with its tables of constants in the code."""
    need(f"{PREFIXES[arch]}-gcc")
    (tmp_path / "a.c").write_text(LOOPS)
    command = [f"{PREFIXES[arch]}-gcc", "-O3", *flags.split(), "-c", "a.c"]
    subprocess.run(command, cwd=tmp_path, check=True)
    if "armv8-a -mno" in flags:  # what every ARMv8.0 has, has no name
        assert by_function(tmp_path / "a.o") == {}
    else:
        assert_as_binutils(tmp_path / "a.o", arch)
        hints = {"bti", "pauth-hint"}
        assert not by_function(tmp_path / "a.o").get("plain", set()) - hints


def test_each_a64_extension_by_its_name(tmp_path: Path) -> None:
    """One instruction of each extension, and nothing else, in each function."""
    flags = "-march=armv8.8-a+sve2+sve2-aes+sve2-bitperm+sme+bf16+i8mm+crypto+sm4+sha3+fp16fml+memtag+rng+ls64+mops"
    found = by_function(assembled(tmp_path, "aarch64", one_each(A64), flags))
    assert found == {f"f_{name}": {name} for name in A64}
    assert set(A64) <= set(a64_extensions())


@pytest.mark.parametrize("state", [".arm", ".thumb"])
def test_each_arm_extension_by_its_name(tmp_path: Path, state: str) -> None:
    """The same in both states of a 32-bit processor."""
    flags = ("-march=armv8.3-a+crypto+dotprod+fp16", "-mfpu=auto")
    found = by_function(assembled(tmp_path, "arm", one_each(ARM, state), *flags[:1]))
    assert {
        name: names - {"vfp"} if len(names) > 1 else names for name, names in found.items()
    } == {f"f_{name}": {name} for name in ARM}
    assert set(ARM) <= set(arm_extensions())


@pytest.mark.parametrize(("arch", "code"), [("aarch64", "fadd v0.8h, v1.8h, v2.8h"), ("arm", "vadd.f32 s0, s1, s2")])  # fmt: skip
def test_data_in_code_is_no_instruction(tmp_path: Path, arch: str, code: str) -> None:
    """The same word behind $d is data, behind $x, $a or $t an instruction."""
    march = "-march=armv8.2-a+fp16" if arch == "aarch64" else "-mfpu=vfpv2"
    head = ".type f, %function\nf: nop\n"
    as_code = assembled(tmp_path, arch, f"{head}{code}\n", march)
    raw = as_code.read_bytes()
    assert by_function(as_code).keys() == {"f"}
    word = {"aarch64": 0x4E421420, "arm": 0xEE300A81}[arch]
    assert word.to_bytes(4, "little") in raw
    as_data = assembled(tmp_path, arch, f"{head}.word {word:#x}\n", march)
    assert by_function(as_data) == {}


@pytest.mark.parametrize(
    ("arch", "members"),
    [
        ("aarch64", "malloc.o memcpy_sve.o memset_a64fx.o memcpy.o setjmp.o strtod_l.o e_pow.o"),
        ("arm", "memcpy.o setjmp.o strtod_l.o malloc.o vfprintf-internal.o"),
    ],
)
def test_members_of_a_system_archive(tmp_path: Path, arch: str, members: str) -> None:
    """Members of the cross libc.a that hold what compilers and people wrote."""
    need(f"{PREFIXES[arch]}-ar", f"{PREFIXES[arch]}-gcc")
    named = subprocess.run(
        [f"{PREFIXES[arch]}-gcc", "-print-file-name=libc.a"], capture_output=True, text=True, check=True
    ).stdout.strip()  # fmt: skip
    listed = subprocess.run(
        [f"{PREFIXES[arch]}-ar", "t", named], capture_output=True, text=True, check=True
    ).stdout.split()
    some = sorted({*members.split()} & {*listed})
    assert len(some) >= 3
    subprocess.run([f"{PREFIXES[arch]}-ar", "x", named, *some], cwd=tmp_path, check=True)
    subprocess.run([f"{PREFIXES[arch]}-ar", "rc", "some.a", *some], cwd=tmp_path, check=True)
    assert_as_binutils(tmp_path / "some.a", arch)


STRIPPED = """
.syntax unified
.text
{first}
.type own, %function
own: vadd.f32 s0, s1, s2
 ldr r0, =0x0001f9e6
 bx lr
.pool
.thumb
.global seen
.type seen, %function
.thumb_func
seen: ldr r0, =0xffff0000
 vmul.f32 s0, s1, s2
 bx lr
.pool
.type last, %function
.thumb_func
last: push.w {{r4, r5, r6, r7, r8, lr}}
 pop.w {{r4, r5, r6, r7, r8, pc}}
"""


@pytest.mark.parametrize("first", [".thumb\n.thumb_func", ".arm"])
def test_without_mapping_symbols_constants_are_no_code(tmp_path: Path, first: str) -> None:
    """A stripped library gives what it gave before: constants would be SIMD, read as code."""
    need(f"{PREFIXES['arm']}-ld", f"{PREFIXES['arm']}-strip")
    assembled(tmp_path, "arm", STRIPPED.format(first=first), "-mfpu=vfpv2")
    for command in ("ld -shared -o a.so a.o", "strip -o b.so a.so"):
        subprocess.run(f"{PREFIXES['arm']}-{command}".split(), cwd=tmp_path, check=True)
    counts = [
        read_isa(tmp_path / name, extension="").groupby("extension")["n_instructions"].sum().to_dict()
        for name in ("a.so", "b.so")
    ]  # fmt: skip
    assert counts == [{"vfp": 2}, {"vfp": 2}]


def test_junk_is_read_to_its_end() -> None:
    """Any bytes as code of each machine give rows or none, in bounded time, no exception."""
    junk = bytes(range(256)) * 256
    for machine, bits in ((183, 64), (40, 32)):
        for cut in (len(junk), len(junk) - 1, 3, 1, 0):
            read_isa(build_elf([], machine=machine, bits=bits, code=junk[:cut]), extension="")
