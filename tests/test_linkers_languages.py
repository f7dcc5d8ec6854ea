"""link.exe in many languages and code pages: symbol, function, object and member are the same."""

from __future__ import annotations

import pytest

from diag.read.linkers import parse_link_errors

C_NAME, CPP_NAME = "lab_area", '"int __cdecl lab_area(int)" (?lab_area@@YAHH@Z)'
F_NAME, FPP_NAME = "main", '"void __cdecl lab_paint(void)" (?lab_paint@@YAXXZ)'
LANGUAGES = {
    "en": ("unresolved external symbol {s}", " referenced in function {f}"),
    "de": ("Verweis auf nicht aufgelöstes externes Symbol {s}", " in Funktion {f}."),
    "fr": ("symbole externe non résolu {s}", " référencé dans la fonction {f}"),
    "es": ("símbolo externo {s} sin resolver", " al que se hace referencia en la función {f}"),
    "it": ("riferimento al simbolo esterno {s} non risolto", " nella funzione {f}"),
    "pt": ("símbolo externo não resolvido {s}", " referenciado na função {f}"),
    "zh": ("无法解析的外部符号 {s}", "，该符号在函数 {f} 中被引用"),
    "zh, newer": ("无法解析的外部符号 {s}", "，函数 {f} 中引用了该符号"),
    "ja": ("未解決の外部シンボル {s}", " が関数 {f} で参照されました。"),
    "ru": ("ссылка на неразрешенный внешний символ {s}", " в функции {f}"),
}
CODE_PAGES = {
    "zh": "gb18030",
    "zh, newer": "gb18030",
    "en": "ascii",
    "de": "cp1252",
    "fr": "cp1252",
}


def lnk(language: str, symbol: str, function: str | None) -> str:
    head, tail = LANGUAGES[language]
    text = head.format(s=symbol) + (tail.format(f=function) if function else "")
    return f"shapes.lib(a.obj) : error LNK{2019 if function else 2001}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("symbol", "bare"), [(C_NAME, C_NAME), (CPP_NAME, "?lab_area@@YAHH@Z")])
@pytest.mark.parametrize(
    ("function", "inside"), [(F_NAME, F_NAME), (FPP_NAME, "?lab_paint@@YAXXZ"), (None, None)]
)
def test_link_speaks_many_languages(language, symbol, bare, function, inside) -> None:
    """Symbol, function, object and member, of C and of C++, whatever the language."""
    (row,) = parse_link_errors(lnk(language, symbol, function))
    wanted = ("undefined", bare, inside, "shapes.lib", "a.obj", 1, True)
    keys = ("kind", "symbol", "function", "object", "member", "n_refs", "is_lower_bound")
    assert tuple(row[key] for key in keys) == wanted


def test_an_unknown_language_still_gives_the_mangled_names() -> None:
    """The code tells the kind, the form tells the names."""
    text = f"a.obj : błąd LNK2019: nierozpoznany symbol {CPP_NAME} przywołany w {FPP_NAME}"
    (row,) = parse_link_errors(text)
    assert (row["kind"], row["symbol"]) == ("undefined", "?lab_area@@YAHH@Z")
    assert row["function"] == "?lab_paint@@YAXXZ"


@pytest.mark.parametrize("language", CODE_PAGES)
def test_rustc_escapes_what_is_no_utf8(language: str) -> None:
    """rustc shows link's words in a code page as one line of escapes (escape_ascii)."""
    said = "\r\n".join([lnk(language, C_NAME, F_NAME), "app.exe : fatal error LNK1120: 1 x", ""])
    raw = said.encode(CODE_PAGES[language])
    escaped = "".join(
        {10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"}.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}")
        for byte in raw
    )  # fmt: skip
    text = (
        "error: linking with `link.exe` failed: exit code: 1120\n  |\n"
        '  = note: "link.exe" "/NOLOGO" "a.o"\n'
        f"  = note: Non-UTF-8 output: {escaped}\n\nerror: could not compile `app`\n"
    )
    (row,) = parse_link_errors(text)
    assert (row["symbol"], row["function"]) == (C_NAME, F_NAME)
    assert (row["object"], row["member"], row["line_no"]) == ("shapes.lib", "a.obj", 4)
