"""What a command line calls: a compiler's driver, a linker, the compile of a source.

Names as GCC and LLVM install them: behind the target of a cross toolchain (`aarch64-linux-gnu-gcc`),
before a version (`clang-19`), `.exe` on Windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_CROSS = r"(?:[\w.+]+-)*"
_FOLDER = r"(?:.*[/\\])?"
_END = r"(?:-\d[\d.]*)?(?:\.exe)?"
_C = r"gcc|cc|clang|musl-gcc|musl-clang"
_CXX = r"g\+\+|c\+\+|clang\+\+"
_FORTRAN = r"gfortran|flang|ifort|ifx"
MAX_LINE = 4096  # characters of a line that are looked at
_CALL = re.compile(
    rf"(?:^|[\s\"/])(?P<prefix>{_CROSS})(?P<name>{_C}|{_CXX})(?:-\d[\d.]*)?\"?(?=\s)"
)
_COMPILE = re.compile(r"(?:^|\s)\"?-c\"?(?:\s|$)")
# The same, and the short lines of cmake and of quiet makefiles.
_COMPILE_SHOWN = re.compile(
    r"(?:^|[\s\"'])-c(?=[\s\"']|$)|\bBuilding \w+ object |^\s*(?:CC|CXX|C\+\+|AS|FC)\b:?\s"
)


def _program(names: str) -> re.Pattern[str]:
    return re.compile(rf"{_FOLDER}{_CROSS}(?:{names}){_END}")


_IS_C_FAMILY = _program(f"{_C}|{_CXX}")
_IS_COMPILER = _program(f"{_C}|{_CXX}|gfortran")
_IS_CXX = _program(rf"{_CXX}|em\+\+|icpc|nvc\+\+")
_IS_FORTRAN = _program(_FORTRAN)
_IS_GCC = _program(r"gcc|g\+\+|gfortran")
_IS_LINKER = _program(r"ld(?:\.\w+)?|mold|rust-lld|lld")


def compiler_called(text: str) -> str:
    """The compiler of C or C++ that a line of a log calls, with its target; "" for none."""
    found = _CALL.search(text[:MAX_LINE])
    return found["prefix"] + found["name"] if found else ""


def is_compile(text: str) -> bool:
    """The line calls a compiler of C or C++ for an object."""
    return bool(_COMPILE.search(text)) and compiler_called(text) != ""


def shows_compile(text: str) -> bool:
    """The line shows that a source is compiled, by a command or by the words of a build tool."""
    return bool(_COMPILE_SHOWN.search(text))


def first_compiler(words: Iterable[str]) -> str:
    """The first word that is a compiler of C or C++; "" for none."""
    return next((word for word in words if _IS_C_FAMILY.fullmatch(word)), "")


def is_compiler(program: str) -> bool:
    """A driver of GCC or clang that compiles and links."""
    return bool(_IS_COMPILER.fullmatch(program))


def is_cxx(program: str) -> bool:
    """A driver that adds the C++ library by itself."""
    return bool(_IS_CXX.fullmatch(program))


def is_fortran(program: str) -> bool:
    """A driver that adds the Fortran runtime by itself."""
    return bool(_IS_FORTRAN.fullmatch(program))


def is_gcc(program: str) -> bool:
    """A driver of GCC by its name."""
    return bool(_IS_GCC.fullmatch(program))


def is_linker(program: str) -> bool:
    """The linker itself, which adds nothing to what it is given."""
    return bool(_IS_LINKER.fullmatch(program))
