"""Which instruction needs which x86 extension, and how its encoding begins.

Everything is generated from iced-x86's own tables (Code, OpCodeInfo, CpuidFeature); nothing is
kept by hand. Encodings: Intel SDM volume 2, sections 2.3 (VEX) and 2.7 (EVEX).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import iced_x86
import numpy as np
import numpy.typing as npt
from iced_x86 import Code, CpuidFeature, EncodingKind, Instruction, MandatoryPrefix, OpCodeInfo

NOT_DECODED = "knc"  # Knights Corner, an accelerator with encodings of its own, never a host
# iced's opcode maps -> the number in the mmm field of the prefix; of legacy codes, of XOP.
_MAP_FIELD = {1: 1, 2: 2, 3: 3, 4: 5, 5: 6}
_LEGACY_MAPS = {0: 0, 1: 1, 2: 2, 3: 3}  # one byte, 0F, 0F 38, 0F 3A
_PP_FIELD = {
    MandatoryPrefix.NONE: 0, MandatoryPrefix.PNP: 0, MandatoryPrefix.P66: 1,
    MandatoryPrefix.PF3: 2, MandatoryPrefix.PF2: 3,
}  # fmt: skip
# TZCNT is BSF with a prefix that older processors pass over, and where no input is zero compilers
# write it for all of them: it shows no need of BMI1.
_RUNS_EVERYWHERE = frozenset((Code.TZCNT_R16_RM16, Code.TZCNT_R32_RM32, Code.TZCNT_R64_RM64))

Table = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Encodings:
    """Codes that need a wanted extension, and how they can begin.

    Tables that are true where a wanted code is encoded so: `evex` over (map, pp, W, opcode), `vex`
    over (map, pp, W, L, opcode), `legacy` over (map, mandatory prefix, opcode, reg field of the
    byte behind it), `xop` over opcode. `is_filtered` says that these find every wanted code.
    """

    features: dict[Any, tuple[str, ...]]
    evex: Table
    vex: Table
    legacy: Table
    xop: Table
    is_filtered: bool


def _names(enumeration: Any) -> dict[Any, str]:
    return {getattr(enumeration, word): word.lower() for word in dir(enumeration) if word.isupper()}


@lru_cache(maxsize=1)
def extensions() -> tuple[str, ...]:
    """Every extension by iced's CpuidFeature name in lower case, sorted."""
    return tuple(sorted(set(_names(CpuidFeature).values()) - {NOT_DECODED}))


@lru_cache(maxsize=1)
def _code_features() -> dict[Any, tuple[str, ...]]:
    names, probe = _names(CpuidFeature), Instruction()
    found = {}
    for code in _names(Code):
        probe.code = code
        features = tuple(names[feature] for feature in probe.cpuid_features())
        if NOT_DECODED not in features:
            found[code] = features
    return found


@lru_cache(maxsize=16)
def encodings(prefix: str) -> Encodings:
    """What is needed to find the instructions of the extensions that begin with `prefix`."""
    return _encodings(lambda name: name.startswith(prefix), frozenset())


@lru_cache(maxsize=64)
def codes_of(names: frozenset[str]) -> frozenset[Any]:
    """The codes that need one of these extensions."""
    return frozenset(
        code for code, all_of in _code_features().items() if not names.isdisjoint(all_of)
    )


@lru_cache(maxsize=2)
def encodings_beyond(floor: frozenset[str]) -> Encodings:
    """The same for all extensions that are not in `floor`, where an instruction shows the need.

    Without codes that no filter finds: FISTTP of SSE3, which x87 code alone uses.
    """
    all_of_them = _encodings(lambda name: name not in floor, _RUNS_EVERYWHERE)
    found = {
        code: all_of_them.features[code] for code in all_of_them.features if not _is_short(code)
    }
    return replace(all_of_them, features=found, is_filtered=True)


def _is_short(code: Any) -> bool:
    """Whether the code is one byte without an escape: a filter would find it everywhere."""
    info = OpCodeInfo(code)
    return info.encoding == EncodingKind.LEGACY and not info.table and info.op_code_len == 1


def _encodings(is_wanted: Callable[[str], bool], without: frozenset[Any]) -> Encodings:
    features: dict[Any, tuple[str, ...]] = {}
    for code, all_features in _code_features().items():
        wanted = tuple(name for name in all_features if is_wanted(name))
        if wanted and code not in without:
            features[code] = wanted
    evex, vex = np.zeros((8, 4, 2, 256), bool), np.zeros((8, 4, 2, 2, 256), bool)
    legacy, xop = np.zeros((4, 4, 256, 8), bool), np.zeros(256, bool)
    marks = {
        EncodingKind.EVEX: lambda info: _mark_evex(evex, info),
        EncodingKind.VEX: lambda info: _mark_vex(vex, info),
        EncodingKind.LEGACY: lambda info: _mark_legacy(legacy, info),
        EncodingKind.XOP: lambda info: _mark_xop(xop, info),
        EncodingKind.D3NOW: lambda info: _mark_3dnow(legacy),
    }
    infos = [OpCodeInfo(code) for code in features]
    filtered = [marks[info.encoding](info) if info.encoding in marks else False for info in infos]
    return Encodings(features, evex, vex, legacy, xop, all(filtered))


def _first_byte(info: iced_x86.OpCodeInfo) -> int:
    return int(info.op_code >> 8 * (info.op_code_len - 1))  # some have a fixed second byte


def _widths(info: iced_x86.OpCodeInfo) -> slice | int:
    return slice(None) if info.is_wig or info.is_wig32 else int(info.w)


def _mark_evex(table: Table, info: iced_x86.OpCodeInfo) -> bool:
    pp = _PP_FIELD[info.mandatory_prefix]
    table[_MAP_FIELD[info.table], pp, _widths(info), _first_byte(info)] = True
    return True


def _mark_vex(table: Table, info: iced_x86.OpCodeInfo) -> bool:
    length = slice(None) if info.is_lig else int(info.l)
    pp = _PP_FIELD[info.mandatory_prefix]
    table[_MAP_FIELD[info.table], pp, _widths(info), length, _first_byte(info)] = True
    return True


def _mark_legacy(table: Table, info: iced_x86.OpCodeInfo) -> bool:
    """False for what cannot be filtered."""
    if _is_short(info.code):
        return False
    reg = slice(None) if info.group_index < 0 else int(info.group_index)
    if info.op_code_len == 2:
        reg = info.op_code >> 3 & 7
    prefix = _PP_FIELD[info.mandatory_prefix]
    table[_LEGACY_MAPS[info.table], prefix, _first_byte(info), reg] = True
    return True


def _mark_xop(table: Table, info: iced_x86.OpCodeInfo) -> bool:
    table[_first_byte(info)] = True
    return True


def _mark_3dnow(table: Table) -> bool:
    table[1, 0, 0x0F] = True
    return True
