"""Which instruction needs which x86 extension, and how its encoding begins.

Everything is generated from iced-x86's own tables (Code, OpCodeInfo, CpuidFeature); nothing is
kept by hand. Encodings: Intel SDM volume 2, sections 2.3 (VEX) and 2.7 (EVEX).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import iced_x86
import numpy as np
import numpy.typing as npt
from iced_x86 import Code, CpuidFeature, EncodingKind, Instruction, MandatoryPrefix, OpCodeInfo

NOT_DECODED = "knc"  # Knights Corner, an accelerator with encodings of its own, never a host
# iced's opcode maps -> the number in the mmm field of the prefix.
_MAP_FIELD = {1: 1, 2: 2, 3: 3, 4: 5, 5: 6}
_PP_FIELD = {
    MandatoryPrefix.NONE: 0, MandatoryPrefix.PNP: 0, MandatoryPrefix.P66: 1,
    MandatoryPrefix.PF3: 2, MandatoryPrefix.PF2: 3,
}  # fmt: skip


@dataclass(frozen=True)
class Encodings:
    """Codes that need a wanted extension, and the prefixes that they can begin with.

    `evex` and `vex` are tables over (map, pp, W, opcode), true where a wanted code is encoded so;
    `is_prefixed` says that every wanted code is in one of them.
    """

    features: dict[Any, tuple[str, ...]]
    evex: npt.NDArray[np.bool_]
    vex: npt.NDArray[np.bool_]
    is_prefixed: bool


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
        found[code] = tuple(names[feature] for feature in probe.cpuid_features())
    return found


@lru_cache(maxsize=16)
def encodings(prefix: str) -> Encodings:
    """What is needed to find the instructions of the extensions that begin with `prefix`."""
    features: dict[Any, tuple[str, ...]] = {}
    for code, all_features in _code_features().items():
        if NOT_DECODED in all_features:
            continue
        if wanted := tuple(name for name in all_features if name.startswith(prefix)):
            features[code] = wanted
    tables = {
        kind: np.zeros((8, 4, 2, 256), bool) for kind in (EncodingKind.EVEX, EncodingKind.VEX)
    }
    is_prefixed = True
    for code in features:
        info = OpCodeInfo(code)
        if info.encoding in tables:
            _mark(tables[info.encoding], info)
        else:
            is_prefixed = False
    return Encodings(features, tables[EncodingKind.EVEX], tables[EncodingKind.VEX], is_prefixed)


def _mark(table: npt.NDArray[np.bool_], info: iced_x86.OpCodeInfo) -> None:
    place = _MAP_FIELD[info.table], _PP_FIELD[info.mandatory_prefix]
    first_byte = info.op_code >> 8 * (info.op_code_len - 1)  # some have a fixed second byte
    for w in (0, 1) if info.is_wig or info.is_wig32 else (info.w,):
        table[(*place, w, first_byte)] = True
