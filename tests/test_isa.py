"""Instruction-set use by function: equal to what objdump decodes."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from pathlib import Path

import iced_x86
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.errors import InputError
from diag.read.isa import read_isa
from diag.read.isa_x86 import candidates, count_extensions
from diag.read.isa_x86_tables import encodings, extensions
from tests.elf_builder import build_elf
from tests.tools import need

SOURCE = """
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq")
void wide(float *a, const float *b, int n) { for (int i = 0; i < n; i++) a[i] += b[i] * 3; }
static __attribute__((noipa)) int masks(unsigned char *a, unsigned char *b, int n) {
  int hits = 0; for (int i = 0; i < n; i++) if (a[i] > b[i]) { a[i] = 7; hits++; } return hits; }
int use(unsigned char *a, unsigned char *b) { return masks(a, b, 4096); }
#pragma GCC reset_options
#pragma GCC target("avx2,fma")
void narrow(double *a, const double *b, int n) { for (int i = 0; i < n; i++) a[i] += b[i] * 3; }
#pragma GCC reset_options
int plain(int x) { return x * 3 + 1; }
"""
LABEL = re.compile(r"^[0-9a-f]+ <(?P<name>[^>]+)>:$")
DECODED = re.compile(
    r"^ *[0-9a-f]+:\t(?P<bytes>(?:[0-9a-f]{2} )+) *\t(?P<mnemonic>[a-z0-9{}]+)(?P<rest>.*)$"
)
MASK_MNEMONIC = re.compile(r"k(?:mov|or|and|andn|xor|xnor|not|test|ortest|add|shift[lr]|unpck)")
SEGMENT_PREFIXES = {"64", "65", "67"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The object of SOURCE, and what is linked of it, with and without symbols."""
    need("gcc", "objdump", "strip", "ar")
    folder = tmp_path_factory.mktemp("isa")
    (folder / "kernels.c").write_text(SOURCE)
    (folder / "plain.c").write_text("int other(int x) { return x ^ 1; }")
    for command in (
        "gcc -O3 -c -o kernels.o kernels.c",
        "gcc -O3 -c -ffunction-sections -o sections.o kernels.c",
        "gcc -O3 -fPIC -shared -o libk.so kernels.c",
        "strip -o stripped.so libk.so",
        "gcc -c -o plain.o plain.c",
        "ar rcs libk.a plain.o kernels.o",
    ):
        subprocess.run(command.split(), cwd=folder, check=True)
    return folder


def evex_by_objdump(path: Path) -> dict[str, int]:
    """Function -> instructions that are EVEX-coded or work on mask registers, by objdump."""
    text = subprocess.run(
        ["objdump", "-dw", path], check=True, capture_output=True, text=True
    ).stdout
    counts: dict[str, int] = defaultdict(int)
    function = ""
    for line in text.splitlines():
        if label := LABEL.match(line):
            function = label["name"]
        elif (match := DECODED.match(line)) and _is_avx512(match):
            counts[function] += 1
    return dict(counts)


def _is_avx512(match: re.Match[str]) -> bool:
    coded = [byte for byte in match["bytes"].split() if byte not in SEGMENT_PREFIXES]
    return coded[0] == "62" or MASK_MNEMONIC.match(match["mnemonic"]) is not None


@pytest.mark.parametrize("name", ["kernels.o", "sections.o", "libk.so"])
def test_avx512_functions_are_those_of_objdump(compiled: Path, name: str) -> None:
    """The same functions; and as many instructions, for none needs two first features."""
    frame = schema.check(read_isa(compiled / name), "isa")
    expected = evex_by_objdump(compiled / name)
    assert {"wide", "masks"} <= set(expected)
    assert set(frame["function"]) == set(expected)
    most = frame.groupby("function")["n_instructions"].max()
    assert (most <= most.index.map(expected)).all()
    # Every instruction needs one of these three, and most need avx512f alone.
    assert set(frame["extension"]) <= {"avx512f", "avx512bw", "avx512dq", "avx512vl"}


def test_counts_are_those_of_objdump(compiled: Path) -> None:
    """Decoding each function whole gives objdump's number of AVX-512 instructions."""
    for function, expected in evex_by_objdump(compiled / "sections.o").items():
        code = _code_of(compiled / "sections.o", function)
        wanted, decoder = encodings("avx512"), iced_x86.Decoder(64, code)
        assert sum(1 for one in decoder if one.code in wanted.features) == expected


def _code_of(path: Path, function: str) -> bytes:
    section = f".text.{function}"
    out = path.with_suffix(".bin")
    subprocess.run(["objcopy", "-O", "binary", "-j", section, path, out], check=True)
    return out.read_bytes()


def test_other_extensions_on_request(compiled: Path) -> None:
    """A prefix of the vocabulary asks for other extensions; plain code has none of them."""
    # The tail of the AVX-512 loop is VEX-coded FMA: that target includes it.
    fused = read_isa(compiled / "kernels.o", extension="fma")
    assert set(fused["function"]) == {"narrow", "wide"}
    assert set(fused["extension"]) == {"fma"}
    frame = read_isa(compiled / "kernels.o", extension="avx")
    assert {"wide", "masks", "narrow"} <= set(frame["function"])
    assert "plain" not in set(frame["function"])
    assert "plain" in set(read_isa(compiled / "kernels.o", extension="")["function"])


def test_members_of_an_archive_are_told_apart(compiled: Path) -> None:
    """Each row says which member the function is in."""
    frame = read_isa(compiled / "libk.a")
    assert set(zip(frame["member"], frame["member_no"], strict=True)) == {("kernels.o", 1)}


def test_stripped_library_has_the_same_function_ranges(compiled: Path) -> None:
    """Without .symtab functions come from .dynsym and .eh_frame: same addresses, same counts."""
    columns = ["address", "extension", "n_instructions"]
    whole = read_isa(compiled / "libk.so").sort_values(columns)
    stripped = read_isa(compiled / "stripped.so").sort_values(columns)
    assert stripped[columns].to_numpy().tolist() == whole[columns].to_numpy().tolist()
    local = whole.loc[whole["function"] == "masks", "address"].iloc[0]
    assert f"{local:#x}" in set(stripped["function"])


def test_code_outside_of_functions_is_not_left_out() -> None:
    """Code that no symbol covers is a function named by its address."""
    need("gcc")
    vaddps = bytes.fromhex("62f17c4858c1")
    frame = read_isa(build_elf([(b"f", 0x12, 0, 1, 0, 1)], code=b"\xc3" + vaddps))
    assert frame["function"].tolist() == ["0x1"]
    assert frame["n_instructions"].tolist() == [1]


def test_other_machines_have_none() -> None:
    """The same bytes under another machine are no x86 instructions."""
    vaddps = bytes.fromhex("62f17c4858c1")
    assert read_isa(build_elf([], code=vaddps, machine=183)).empty
    assert len(read_isa(build_elf([], code=vaddps, machine=62))) == 1


def test_bound_of_32_bit_code_is_no_avx512() -> None:
    """Byte 62 is BOUND in 32-bit code where the next byte names memory."""
    bound, vaddps = bytes.fromhex("6208c390909090"), bytes.fromhex("62f17c4858c1")
    assert read_isa(build_elf([], bits=32, machine=3, code=bound)).empty
    assert len(read_isa(build_elf([], bits=32, machine=3, code=vaddps))) == 1


def test_unknown_extension_is_refused_with_near_names() -> None:
    """A stranger to the vocabulary is an error that names its neighbours."""
    with pytest.raises(InputError, match="avx513") as caught:
        read_isa(build_elf([]), extension="avx513f")
    assert "avx512f" in str(caught.value)
    assert {"avx512f", "avx2", "fma", "bmi2", "sse4_1"} <= set(extensions())


def test_every_extension_has_its_instructions() -> None:
    """Each word of the vocabulary gives tables, with codes of that extension only."""
    for extension in extensions():
        features = encodings(extension).features
        assert all(name.startswith(extension) for names in features.values() for name in names)
    assert all(encodings(word).features for word in ("avx512_fp16", "amx_tile", "sse4_1", "gfni"))


@pytest.mark.parametrize(("extension", "least"), [("avx512", 400), ("avx2", 50), ("fma", 50)])
def test_filter_finds_every_encoding(extension: str, least: int) -> None:
    """Whatever iced can encode of an extension, the byte filter sees where it begins."""
    wanted, seen = encodings(extension), 0
    for code in wanted.features:
        encoder = iced_x86.Encoder(64)
        try:
            length = encoder.encode(_some_instruction(code), 0)
        except ValueError:  # forms whose operands would need more care to make
            continue
        raw = np.frombuffer(encoder.take_buffer()[:length] + bytes(8), np.uint8)
        assert len(candidates(raw, 64, wanted)), iced_x86.OpCodeInfo(code).op_code_string
        seen += 1
    assert seen > least


def _some_instruction(code: int) -> iced_x86.Instruction:
    """An instruction of that code with the first register of each operand's kind."""
    instruction = iced_x86.Instruction()
    instruction.code = code
    info = iced_x86.OpCodeInfo(code)
    for number in range(info.op_count):
        word = OPERANDS.get(info.op_kind(number))
        if word is None:
            raise ValueError("memory or immediate")
        instruction.set_op_kind(number, iced_x86.OpKind.REGISTER)
        instruction.set_op_register(number, word)
    if info.require_op_mask_register:
        instruction.op_mask = iced_x86.Register.K1
    return instruction


def _operands() -> dict[int, int]:
    found = {}
    kinds = iced_x86.OpCodeOperandKind
    for name in dir(kinds):
        for start, register in (("XMM", "XMM1"), ("YMM", "YMM1"), ("ZMM", "ZMM1"), ("K_", "K1")):
            if (name.startswith(start) and "MEM" not in name) or name == f"{start}_OR_MEM":
                found[getattr(kinds, name)] = getattr(iced_x86.Register, register)
    return found


OPERANDS = _operands()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=64), st.integers(0, 3))
def test_filter_never_misses_what_decoding_finds(junk: bytes, extra: int) -> None:
    """In any bytes, decoded from the start: no AVX-512 instruction without a candidate."""
    code = bytes.fromhex("62f17c48")[: extra + 1] + junk
    wanted = encodings("avx512")
    counts = count_extensions(code, 64, wanted)
    places = candidates(np.frombuffer(code, np.uint8), 64, wanted)
    assert len(places) or not counts


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 21), st.binary(min_size=6, max_size=6))
def test_blocks_hide_nothing(at: int, junk: bytes) -> None:
    """An instruction that crosses a border of the filter's blocks is found."""
    code = np.zeros((1 << 21) + 64, np.uint8)
    for place in (at, (1 << 20) - 3):
        code[place : place + 6] = np.frombuffer(bytes.fromhex("62f17c4858c1"), np.uint8)
    assert {(1 << 20) - 3} <= set(candidates(code, 64, encodings("avx512")).tolist())
