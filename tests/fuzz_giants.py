"""Files that ask for far more work or memory than they have bytes: each by one trick.

Every maker takes how many times to play the trick, so that the suite plays it a few times and
`make fuzz` thousands of times. x86-64 images; `WIDE` is a function with one AVX-512 instruction.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from tests.elf_builder import ar_member
from tests.elf_images import (
    ALLOC,
    DYNSYM,
    ET_DYN,
    EXEC,
    GROUP,
    NOTE,
    PROGBITS,
    RELA,
    STRTAB,
    VERNEED,
    VERSYM,
    Section,
    image,
    symbol,
    symtab,
)

WIDE = bytes.fromhex("62f17c48580a c3")  # vaddps zmm1, zmm0, [rdx]; ret
LONG = b"n" * 4000
ONE = b"\0one\0"
CODE = ALLOC | EXEC
TEXT = Section(b".text", PROGBITS, WIDE, CODE)
DYNAMIC = 6


def many_sections(n: int) -> bytes:
    """As many sections, two symbols."""
    symbols = symtab([symbol(1), symbol(0, shndx=0)], ONE, 2)
    return image([TEXT, *symbols, *[Section(b".s", PROGBITS, b"", ALLOC)] * n])


def code_shared(n: int) -> bytes:
    """Sections of code over the same bytes."""
    code = Section(b".text", PROGBITS, (WIDE + b"\x90") * n, CODE)
    more = [Section(b".t", PROGBITS, b"", CODE, like=1)] * n
    return image([code, *symtab([symbol(1, 0x1A, 1, 0, 7)], ONE, 2), *more])


def _resolved(n: int, kind: int) -> bytes:
    """A resolver that takes a wide function, and sections over the same bytes."""
    base, resolver = 0x1000, 0x1000 + len(WIDE)
    jump = b"\x48\x8d\x05" + struct.pack("<i", base - resolver - 7) + b"\x74\x00\xc3"
    symbols = [symbol(1, 0x02, 1, base, len(WIDE)), symbol(1, 0x1A, 1, resolver, len(jump))]
    text = Section(b".text", PROGBITS, WIDE + jump, CODE, addr=base)
    data = Section(b".d", kind, bytes(n * 64), ALLOC)
    more = [Section(b".d", kind, b"", ALLOC, like=4)] * n
    return image([text, *symtab(symbols, ONE, 2), data, *more], type=ET_DYN)


def data_shared(n: int) -> bytes:
    """Sections of data over the same bytes, in which references are searched."""
    return _resolved(n, PROGBITS)


def relocations_shared(n: int) -> bytes:
    """Sections of relocations over the same bytes."""
    return _resolved(n, RELA)


def frames_shared(n: int) -> bytes:
    """Sections of frame descriptions over the same bytes, in a file without symbols."""
    common = struct.pack("<II", 12, 0) + b"\x01zR\0\1\1\x10\1\x1b\0\0\0"
    one = len(common)
    entries = (struct.pack("<IIii", 12, one + 16 * i + 4, 4 + i, 1) for i in range(n * 4))
    first = Section(b".eh_frame", PROGBITS, common + b"".join(entries), ALLOC)
    more = [Section(b".eh_frame", PROGBITS, b"", ALLOC, like=2)] * n
    return image([Section(b".text", PROGBITS, WIDE, CODE, addr=0x1000), first, *more], type=ET_DYN)


def section_name_repeated(n: int) -> bytes:
    """Symbols of a section with a long name."""
    symbols = symtab([symbol(1, shndx=4)] * n, ONE, 2)
    return image([TEXT, *symbols, Section(LONG, PROGBITS, b"x", ALLOC)])


def section_names_shared(n: int) -> bytes:
    """Sections, each with the same long name, and a symbol in each."""
    symbols = symtab([symbol(1, shndx=4 + i) for i in range(n)], ONE, 2)
    return image([TEXT, *symbols, *[Section(LONG, PROGBITS, b"", ALLOC)] * n])


def member_name_repeated(n: int) -> bytes:
    """Symbols of an archive member with a long name."""
    member = image([TEXT, *symtab([symbol(1)] * n, ONE, 2)])
    return b"!<arch>\n" + ar_member(b"#1/%d" % len(LONG), LONG + member)


def _versioned(n: int, chain: bytes, numbers: list[int]) -> bytes:
    versions = struct.pack(f"<{n + 1}H", 0, *numbers)
    table = symtab([symbol(1)] * n, ONE + LONG + b"\0", 2, DYNSYM)
    versym = Section(b".gnu.version", VERSYM, versions, link=2, entsize=2)
    needs = Section(b".gnu.version_r", VERNEED, chain, link=3)
    return image([TEXT, *table, versym, needs], type=ET_DYN)


def version_repeated(n: int) -> bytes:
    """Symbols of one version with a long name."""
    chain = struct.pack("<HHIII", 1, 1, 1, 16, 0) + struct.pack("<IHHII", 0, 0, 2, len(ONE), 0)
    return _versioned(n, chain, [2] * n)


def versions_shared(n: int) -> bytes:
    """Versions, each with the same long name."""
    records = (struct.pack("<IHHII", 0, 0, 2 + i, len(ONE), 16) for i in range(n))
    chain = struct.pack("<HHIII", 1, n, 1, 16, 0) + b"".join(records)
    return _versioned(n, chain, list(range(2, n + 2)))


def function_names_shared(n: int) -> bytes:
    """Functions that use an extension, each with the same name of 60,000 bytes."""
    code = Section(b".text", PROGBITS, WIDE * n, CODE)
    symbols = [symbol(1, value=7 * i, size=7) for i in range(n)]
    return image([code, *symtab(symbols, b"\0" + b"f" * 60_000 + b"\0", 2)])


def notes_shared(n: int) -> bytes:
    """Sections over the same many small notes."""
    notes = struct.pack("<III", 4, 0, 1) + b"GNU\0"
    first = Section(b".note", NOTE, notes * n)
    return image([first, *[Section(b".note", NOTE, b"", like=1)] * n], type=ET_DYN)


def guarded_chain(n: int) -> bytes:
    """Wide functions that each jump to the next; a resolver takes the first."""
    base = 0x1000
    code = (WIDE[:6] + b"\xe9" + struct.pack("<i", 1) + b"\xc3") * n
    resolver = base + len(code)
    jump = b"\x48\x8d\x05" + struct.pack("<i", base - resolver - 7) + b"\x74\x00\xc3"
    symbols = [symbol(1, 0x02, 1, base + 12 * i, 12) for i in range(n)]
    symbols.append(symbol(1, 0x1A, 1, resolver, len(jump)))
    text = Section(b".text", PROGBITS, code + jump, CODE, addr=base)
    return image([text, *symtab(symbols, ONE, 2)], type=ET_DYN)


def group_of_nothing(n: int) -> bytes:
    """A group that names as many sections, none of which is there."""
    data = struct.pack(f"<{n + 1}I", 1, *range(1000, n + 1000))
    group = Section(b".group", GROUP, data, link=2, info=1)
    return image([TEXT, *symtab([symbol(1)], ONE, 2), group])


def groups_shared(n: int) -> bytes:
    """Groups over the same bytes."""
    first = Section(b".group", GROUP, struct.pack("<I", 1) * n, link=2, info=1)
    more = [Section(b".group", GROUP, b"", link=2, info=1, like=4)] * n
    return image([TEXT, *symtab([symbol(1)], ONE, 2), first, *more])


def signatures_shared(n: int) -> bytes:
    """Groups, each with the same long signature."""
    symbols = [symbol(1, shndx=4 + i) for i in range(n)]
    groups = [
        Section(b".group", GROUP, struct.pack("<II", 1, 4 + i), link=2, info=1 + i)
        for i in range(n)
    ]
    return image([TEXT, *symtab(symbols, b"\0" + LONG + b"\0", 2), *groups])


def needed_shared(n: int) -> bytes:
    """Needed libraries, each with the same long name, and segments to look them up in."""
    strings = b"\0" + LONG + b"\0"
    place = 0x100000
    tags = struct.pack("<QQQQ", 5, place, 10, len(strings)) + struct.pack("<QQ", 1, 1) * n
    segments = [(2, 1, 0, len(tags)), *[(1, 1, 0, 1)] * n, (1, 2, place, len(strings))]
    sections = [Section(b"d", DYNAMIC, tags), Section(b"s", STRTAB, strings)]
    return image(sections, type=ET_DYN, segments=segments)


def empty_members(n: int) -> bytes:
    """An archive of members without bytes."""
    return b"!<arch>\n" + ar_member(b"a.o/", b"") * n


def member_names_shared(n: int) -> bytes:
    """Members, each with the same long name out of the name table."""
    return b"!<arch>\n" + ar_member(b"//", LONG + b"/\n") + ar_member(b"/0", b"") * n


def bombs(n: int) -> bytes:
    """Compressed sections of some bytes that claim a terabyte each."""
    data = struct.pack("<IIQQ", 1, 0, 1 << 40, 1) + b"x" * 20
    return image([TEXT, *symtab([symbol(1)], ONE, 2), *[Section(b".z", PROGBITS, data, 0x800)] * n])


# Each with how often `make fuzz` plays it.
GIANTS: dict[str, tuple[Callable[[int], bytes], int]] = {
    maker.__name__: (maker, n)
    for maker, n in (
        (many_sections, 100_000), (code_shared, 20_000), (data_shared, 20_000),
        (relocations_shared, 20_000), (frames_shared, 16_000), (section_name_repeated, 300_000),
        (section_names_shared, 60_000), (member_name_repeated, 300_000),
        (version_repeated, 300_000), (versions_shared, 32_000), (function_names_shared, 60_000),
        (notes_shared, 20_000), (guarded_chain, 20_000), (group_of_nothing, 2_000_000),
        (groups_shared, 20_000), (signatures_shared, 30_000), (needed_shared, 60_000),
        (empty_members, 30_000), (member_names_shared, 30_000), (bombs, 1_000),
    )
}  # fmt: skip
