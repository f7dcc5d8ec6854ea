"""Writes diag/read/linkers/translations.tsv: what the catalogues of binutils and gcc make of the
messages that the grammars know.

    python3 words.py        (after fetch.sh)

A line is DOMAIN, the English message, a translation; {0}, {1} stand for what the program fills in.
The catalogues of 2.35.2 to 2.47 are read; they keep messages of before 2018 in some languages.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from toolbox import LAB

TARGET = Path(__file__).parents[3] / "diag/read/linkers/translations.tsv"
SUITES = ("bullseye", "bookworm", "trixie", "sid")
# By the program that prints them, as parts of the catalogues' own English.
WANTED = {
    "ld": r"""n function `|[^h] undefined reference to|more undefined references|[^ ]: multiple definition of|first defined here
        |^%[PFX%]*: cannot find|cannot find %s|skipping incompatible|note to link with|have you installed the static|architecture of input file
        |file not recognized|:%pS: syntax error|undefined symbol .* referenced in expression|relocation truncated to fit
        |additional relocation overflows|region .* overflowed by|will not fit in region|final link failed|failed to set dynamic section sizes|link errors found|cannot open linker script
        |unrecognized option '%s'|use the --help option|defined in discarded section|error adding symbols|treating as linker script
        |^%P: warning: $|^%[PFX%]*: error: $|%P: warning: cannot find entry symbol %s; defaulting|no memory region specified|^%P%F: %s: %E$""",
    "bfd": r"""^(?:hidden|internal|protected) symbol|: (?:hidden|internal|protected) symbol|^%pB: relocation %s against .*can not be used when making|^DSO missing|defined in discarded section|TLS .* mismatches|version node not found
        |elocations in generic ELF|^[Ff]ile (?:format not|in wrong|trunc)|^bad value$|undefined reference to symbol|^archive has no index|^malformed archive
        |^symbol $|^undefined $|^a shared object$|^a PIE object$|^a PDE object$|^; recompile with |^invalid operation$""",
    "gold": r"""undefined reference to '|^error$|^function $|internal error in|unknown option|use the --help|multiple definition of|previous definition here|^cannot find|^cannot open %s
        |^%s: fatal error: $|^%s: error: $|^%s: warning: $|incompatible target|unsupported reloc %u against|requires .*reloc
        |discarded section|hidden symbol|has undefined version|__thread|unable to parse|not an object or archive|^relocation overflow
        |file is empty|referenced in expression|overflows end of region|ELF machine number""",
    "gcc-12": r"""^ld returned %d exit status$|^ld terminated with signal|^bytecode stream in file|^error: $|^fatal error: $""",
}
PLACE = re.compile(r"%(?:\d+\$)?(?:l?l?[dusvxV]|p?[ABTSICDGHRE]|q?s)")
NUMBERED = re.compile(r"%(\d+)\$")
PROGRAM = re.compile(r"^(?:%[XFP])*%P(?:%[XF])*[\s\xa0]*[:：][ \xa0]?|^(?:%[XF])+")


def template(message: str) -> str:
    """The message with {0}, {1} for its arguments, without the program's name."""
    message = PROGRAM.sub("", message.strip("\n ")).lstrip(";：: ").strip("\n")
    message = re.sub("%[XF]", "", message)
    taken = [0]

    def place(found: re.Match[str]) -> str:
        number = NUMBERED.match(found[0])
        if number:
            return f"{{{int(number[1]) - 1}}}"
        taken[0] += 1
        return f"{{{taken[0] - 1}}}"

    return PLACE.sub(place, message.replace("{", "(").replace("}", ")").replace("%%", "%"))


def pairs(domain: str) -> Iterator[tuple[str, str]]:
    """(English, translation) of every wanted message in every catalogue."""
    wanted = re.compile(re.sub(r"\s*\n\s*", "", WANTED[domain]))
    for suite in SUITES:
        for path in sorted((LAB / "catalogues" / suite).glob(f"*/LC_MESSAGES/{domain}.mo")):
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog
            for key, said in catalogue.items():
                english = key[0] if isinstance(key, tuple) else key
                if not said or english.startswith("  -") or not wanted.search(english):
                    continue
                yield template(english), template(said)
                if "{2}{3}" in template(english):  # its parts may be translated, and it not
                    yield template(english), template(english)


def main() -> None:
    lines = []
    for domain in WANTED:
        name = domain.removesuffix("-12")
        found = {
            (e, t)
            for e, t in pairs(domain)
            if (e != t or "{2}{3}" in e) and "\n" not in e + t and "\t" not in e + t
        }
        lines += [f"{name}\t{english}\t{said}" for english, said in sorted(found)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines), TARGET.stat().st_size)


if __name__ == "__main__":
    main()
