"""AArch64: which words may need an extension, and which extension an instruction needs.

Two tables. MASKS holds the encodings that no ARMv8.0 processor with SIMD has to know, as (mask,
value) over the instruction word: Arm Architecture Reference Manual (DDI 0487), chapter C4, and its
supplements for SVE and SME. It may take in too many words, never too few. RULES gives the name of
an extension by what capstone reads the word as; capstone's own groups name few of them (crypto,
crc, pointer authentication). Names are those of `-march=armv8-a+NAME` in GCC and GNU as, of LLVM
where these have none.
"""

from __future__ import annotations

import re

# (mask, value) of words that may need more than ARMv8.0.
MASKS = (
    (0x1E000000, 0x04000000),  # SVE
    (0x9E000000, 0x80000000),  # SME
    (0xFFC00000, 0xD5000000),  # hints, barriers, system registers
    (0xFE1FF800, 0xD61F0800),  # branches with pointer authentication
    (0xFF000010, 0x54000010), (0xFFE0001F, 0xD4600000),  # BC.cond, TCANCEL
    (0x3B200C00, 0x38200000),  # atomic memory operations, LDAPR, LD64B
    (0x3FA07C00, 0x08A07C00), (0xBFA07C00, 0x08207C00),  # CAS, CASP
    (0x3FA08000, 0x08800000),  # LDLAR, STLLR
    (0x3F200C00, 0x19000000), (0x3B200C00, 0x19000400),  # LDAPUR and STLUR, CPY and SET
    (0xFF200400, 0xF8200400),  # LDRAA
    (0xFF200000, 0xD9200000), (0xFE400000, 0x68000000), (0xBFC00000, 0x91800000),  # tags
    (0xFFE0F800, 0x9AC01000), (0xDFE0FC00, 0x9AC00000),  # IRG, GMI; SUBP
    (0x7FE0E000, 0x1AC04000), (0xFFE0FC00, 0x9AC03000), (0xFFFF0000, 0xDAC10000),  # CRC32, PAC
    (0xFFE07C10, 0xBA000400), (0xFFFFBC1F, 0x3A00080D),  # RMIF, SETF
    (0xFFFF0C00, 0x4E280800), (0xBFE0FC00, 0x0EE0E000),  # AES, PMULL to 128 bits
    (0xFF208C00, 0x5E000000), (0xFF3E0C00, 0x5E280800), (0xFF000000, 0xCE000000),  # SHA, SM3, SM4
    (0x9F208400, 0x0E008400), (0xDF208400, 0x5E008400),  # dot products, matrices, complex numbers
    (0x9F60C400, 0x0E400400), (0xDF60C400, 0x5E400400),  # half precision: three registers,
    (0x9F7E0C00, 0x0E780800), (0xDF7E0C00, 0x5E780800),  # two,
    (0xBF7FFC00, 0x0E30C800), (0xBF7FFC00, 0x0E30F800), (0xFF7E0C00, 0x5E300800),  # across lanes,
    (0xBFF8FC00, 0x0F00FC00), (0x9FF0E400, 0x0F10E400), (0xDFF0E400, 0x5F10E400),  # immediate,
    (0x5FE00000, 0x1EE00000), (0x5FE00000, 0x1EC00000), (0xFFC00000, 0x1FC00000),  # scalar
    (0xBF60FC00, 0x0E20EC00), (0xBF60FC00, 0x2E20CC00),  # FMLAL
    (0x9F000400, 0x0F000000), (0xDF000400, 0x5F000000),  # by element
    (0xFFFFFC00, 0x1E7E0000), (0xFFFFFC00, 0x1E634000), (0xBFFFFC00, 0x0EA16800),  # FJCVTZS, BFCVT
    (0xFFBE7C00, 0x1E284000), (0x9FBEEC00, 0x0E20E800),  # FRINT32, FRINT64
)  # fmt: skip

# Encodings that capstone 5 does not read, by the mask alone: STGP in its three forms, and what
# counts in streaming vector lengths (ADDSVL, ADDSPL, RDSVL). SME2 it does not read at all.
UNREAD = {
    (0xFFE0F800, 0x04205800): "sme",
    (0xFFE0F800, 0x04605800): "sme",
    (0xFFFFF800, 0x04BF5800): "sme",
    (0xFFC00000, 0x68800000): "memtag",
    (0xFFC00000, 0x69000000): "memtag",
    (0xFFC00000, 0x69800000): "memtag",
}

SVE_CLASS, SME_CLASS = MASKS[0], MASKS[1]
HINT_CLASS = (0xFFFFF01F, 0xD503201F)
# Number of a hint -> what it belongs to. A processor without it takes the hint for a NOP, so the
# names tell these apart from instructions that would stop it.
HINTS = {
    **dict.fromkeys((7, 8, 10, 12, 14, *range(24, 32)), "pauth-hint"),
    **dict.fromkeys((32, 34, 36, 38), "bti"),
}

# Extension -> mnemonics, whole. Those of SVE and SME stand apart below.
MNEMONICS = {
    "aes": r"aes(?:e|d|mc|imc)",
    "sha2": r"sha1\w+|sha256\w+",
    "sha3": r"sha512\w+|eor3|bcax|rax1|xar",
    "sm4": r"sm[34]\w+",
    "crc": r"crc32\w+",
    "lse": r"casp?a?l?[bh]?|swpa?l?[bh]?|(?:ld|st)(?:add|clr|eor|set|[su]max|[su]min)a?l?[bh]?",
    "lor": r"ldlar[bh]?|stllr[bh]?",
    "rdma": r"sqrdml[as]h",
    "dotprod": r"[su]dot",
    "i8mm": r"usdot|sudot|smmla|ummla|usmmla",
    "bf16": r"bf(?:dot|mmla|mlal[bt]|cvt|cvtn2?)",
    "fp16fml": r"fml[as]l2?",
    "fcma": r"fcmla|fcadd",
    "jscvt": r"fjcvtzs",
    "frintts": r"frint(?:32|64)[xz]",
    "rcpc": r"ldapr[bh]?",
    "rcpc2": r"ldapurs?[bhw]?|stlur[bh]?",
    "pauth": r"(?:pac|aut)[id]z?[ab]|pacga|xpac[id]|ldra[ab]|blra[ab]z?|bra[ab]z?|e?reta[ab]",
    "flagm": r"rmif|setf(?:8|16)|cfinv",
    "flagm2": r"[xa][xa]flag",
    "memtag": r"st(?:z|2|z2)?g|stgp|stz?gm|ldgm?|irg|gmi|subps?|cmpp|addg|subg",
    "ls64": r"ld64b|st64bv?0?",
    "mops": r"cpyf?[pme]\w*|setg?[pme]\w*",
    "hbc": r"bc\.\w+",
    "wfxt": r"wf[ei]t",
    "sb": r"sb",
    "sme": r"smst(?:art|op)",
    "tme": r"tstart|tcommit|tcancel|ttest",
}
# Half precision: arithmetic on these registers; conversion from and to them is of ARMv8.0.
HALF = re.compile(r"\bh\d|\.[48]h|\.2h|\.h\[")
HALF_MNEMONIC = re.compile(r"(?!fcvt[nl]?2?$|fml[as]l|fcvtxn|fjcvt|bf)(?:f\w+|[su]cvtf)")
# Operands of MRS and MSR that came later.
REGISTERS = {
    "rng": r"rndr(?:rs)?", "ssbs": r"ssbs", "pan": r"pan", "dit": r"dit", "memtag": r"tco",
    "sme": r"svcr\w*|smcr_el\d+|tpidr2_el0|smpri\w*",
}  # fmt: skip
CACHE = {"dpb": "cvap", "dpb2": "cvadp", "memtag": r"i?g\w+|cgd?\w+|cigd?\w+"}  # operand of DC

# Mnemonics of the SVE encodings that are not of SVE itself.
SVE_MNEMONICS = {
    "i8mm": r"usdot|sudot|smmla|ummla|usmmla",
    "bf16": r"bf(?:dot|mmla|mlal[bt]|cvt|cvtnt)",
    "f64mm": r"ld1ro[bhwd]",
    "sve2-aes": r"aes(?:e|d|mc|imc)",
    "sve2-sha3": r"rax1",
    "sve2-sm4": r"sm4e(?:key)?",
    "sve2-bitperm": r"bdep|bext|bgrp",
    "sme": r"psel|revd|[su]clamp|fclamp|addsvl|addspl|rdsvl",
    "sve2": (
        r"[su]abal[bt]|[su]abdl[bt]|[su]aba|adcl[bt]|sbcl[bt]|r?(?:add|sub)hn[bt]|[su](?:add|sub)[lw][bt]"
        r"|saddlbt|ssublbt|ssubltb|[su]adalp|[suf]?addp|[suf](?:max|min)p|fmaxnmp|fminnmp|sqcadd|cadd|cdot|cmla"
        r"|sqrdcmlah|eorbt|eortb|bcax|bsl[12]?n?|nbsl|eor3|xar|fcvtlt|fcvtnt|fcvtxn?t?|flogb"
        r"|fmlal[bt]|fmlsl[bt]|histcnt|histseg|n?match|[su]r?hadd|[su]hsubr?|ldnt1s[bhw]"
        r"|[su]ml[as]l[bt]|[su]mull[bt]|pmul|pmull[bt]|sqabs|sqneg|sqdml[as]l(?:b|t|bt)|sqdmulh|sqdmull[bt]"
        r"|sqrdmulh|sqrdml[as]h|[su]qr?shlr?|[su]rshlr?|sqshlu|[su]rshr|[su]r?sra|sli|sri|[su]shll[bt]"
        r"|r?shrn[bt]|[su]qr?shrn[bt]|sqr?shrun[bt]|[su]qxtn[bt]|sqxtun[bt]|suqadd|usqadd|[su]qsubr"
        r"|urecpe|ursqrte|tbx|while(?:ge|gt|hi|hs|rw|wr)"
    ),
}
PREDICATE = re.compile(r"\bp\d+/[mz]")
# Mnemonics that SVE has too: SVE2 has them with these operands.
SVE2_OPERANDS = {
    re.compile(r"mul|[su]mulh"): re.compile(r"z\d+\.\w, z\d+\.\w, z\d+\.\w(?:\[\d+\])?$"),
    re.compile(r"ml[as]"): re.compile(r"\[\d+\]$"),
    re.compile(r"[su]q(?:add|sub)"): PREDICATE,
    re.compile(r"ext|tbl|splice"): re.compile(r"\{z\d+\.\w, z\d+\.\w\}"),
    re.compile(r"(?:ld|st)nt1[bhwd]"): re.compile(r"\[z\d+"),
}
FMMLA = {"f32mm": ".s", "f64mm": ".d"}
QUAD_PERMUTE = re.compile(r"(?:trn|uzp|zip)[12]")  # of 128-bit elements: f64mm
