"""The messages of MSVC's link by code, and how its languages put a symbol into words.

Source: Microsoft's documentation of linker tools errors (the codes and their English texts);
public logs for the other languages.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import rule

MACHINE = 4272  # library machine type conflicts with target machine type: a warning

# Codes that are not listed are errors of kind `other`.
CODES = {
    1104: "object_not_found", 1181: "object_not_found", 1149: "other",
    1112: "wrong_arch", 1113: "wrong_arch", 1302: "wrong_arch",
    2005: "duplicate", 1179: "duplicate", 2013: "overflow", 1248: "overflow", 2017: "relocation",
    1107: "format", 1136: "format", 1143: "format", 1127: "format", 1123: "format", 1235: "format",
    1257: "lto", 1047: "lto", 1561: "other",
}  # fmt: skip

_NAME = r'(?:"[^"]*" \([^\s()]+\)|"[^"]+"|[^\s"，,]+)'
_SYMBOL = rf"(?P<symbol>{_NAME})"
_FUNCTION = rf"(?P<function>{_NAME})"

RULES = (
    rule("duplicate", " already defined in ", rf"{_SYMBOL} already defined in (?P<first>.+)"),
    rule(
        "overflow",
        "fixup overflow",
        r"\S+ fixup overflow\. Target '(?P<symbol>.+)' is out of range",
    ),
    rule(
        "relocation",
        "relocation to ",
        r"'\S+' relocation to '(?P<symbol>[^']+)' invalid without .*",
    ),
)

# LNK2001 and LNK2019. Letters beyond ASCII are often garbled by a console's code page: any stand
# for them.
SYMBOLS = tuple(
    re.compile(text, re.DOTALL)
    for text in (
        rf"unresolved external symbol {_SYMBOL}(?: referenced in function {_FUNCTION})?",
        rf"(?:Verweis auf )?[nN]icht aufgel\S+stes externes Symbol {_SYMBOL}(?: in Funktion {_FUNCTION})?",
        rf"symbole externe non r\S+solu {_SYMBOL}(?: r\S+f\S+renc\S+ dans la fonction {_FUNCTION})?",
        rf"s\S+mbolo externo {_SYMBOL} sin resolver(?: al que se hace referencia en la funci\S+n {_FUNCTION})?",
        rf"s\S+mbolo externo n\S+o resolvido {_SYMBOL}(?: referenciado na fun\S+o {_FUNCTION})?",
        rf"(?:riferimento al )?simbolo esterno {_SYMBOL} non risolto(?: nella funzione {_FUNCTION})?",
        rf"无法解析的外部符号 {_SYMBOL}(?:，(?:该符号在)?函数 {_FUNCTION} 中)?",
        rf"無法解析的外部符號 {_SYMBOL}(?:，?(?:在)?函式 {_FUNCTION} 中)?",
        rf"未解決の外部シンボル {_SYMBOL}(?: が関数 {_FUNCTION} で)?",
        rf"(?:ссылка на )?неразрешенный внешний символ {_SYMBOL}(?: в функции {_FUNCTION})?",
    )
)
FALLBACK = re.compile(r"\((?P<mangled>(?:__imp_)?[?_@][^\s()]+)\)")
