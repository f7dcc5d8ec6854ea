"""The messages of lld and mold, without the program's name and `error: `.

Source: LLVM 14 to 19 lld/ELF; rui314/mold 1.0 to 2.x.
"""

from __future__ import annotations

from diag.read.linkers.grammar import rule

_OBJ = r"[^\s:]+\.(?:o|obj|a|so|rlib|lo)(?:\([^()]+\))?"

RULES = (
    rule("undefined", "undefined symbol: ", rf"undefined symbol: (?P<object>{_OBJ}): (?P<symbol>.+)"),
    rule("undefined", "undefined ", r"undefined (?:(?:hidden|internal|protected) )?symbol(?: for arch [\w.]+)?: (?P<symbol>.+)"),
    rule("undefined", "undefined reference", r"undefined reference(?: due to --no-allow-shlib-undefined)?: (?P<symbol>.+)"),
    rule("undefined", "undefined reference to ", r"(?P<object>.+?): undefined reference to (?P<symbol>.+?)(?: \[--no-allow-shlib-undefined\])?"),
    rule("undefined", "undefined symbol: ", r"(?P<object>\S+): (?:--no-allow-shlib-undefined: )?undefined symbol: (?P<symbol>.+)"),
    rule("undefined", "undefined symbol '", r"(?P<place>.+): undefined symbol '(?P<symbol>.+)'"),
    rule("duplicate", "duplicate symbol: ", rf"duplicate symbol: (?P<object>{_OBJ}): (?P<first>{_OBJ}): (?P<symbol>.+)"),
    rule("duplicate", "duplicate symbol: ", r"duplicate symbol: (?P<symbol>.+)"),
    rule("discarded", "discarded section: ", r"relocation refers to a (?:symbol in a )?discarded section: (?P<symbol>.+)"),
    rule("discarded", "discarded COMDAT section", r"(?:(?P<place>.+?): )?(?P<symbol>\S+) refers to a discarded COMDAT section.*"),
    rule("relocation", "cannot be used against ", r"relocation \S+ cannot be used against (?:local symbol|symbol '?(?P<symbol>[^';]+)'?)(?:;.*)?"),
    rule("relocation", "can't create dynamic relocation ", r"can't create dynamic relocation \S+ against (?:local symbol|symbol: '?(?P<symbol>[^';]+?)'?) in readonly segment(?:;.*)?"),
    rule("relocation", " can not be used", r"(?P<place>.+?): (?:\S+ relocation at offset 0x[0-9a-f]+ against symbol|relocation \S+ against(?: symbol)?) `(?P<symbol>[^'`]*)['`] can not be used.*"),
    rule("overflow", " out of range: ", r"(?P<place>.+?): relocation \S+ out of range: .*?(?:; references '?(?P<symbol>[^';]+)'?.*)?"),
    rule("overflow", " out of range: ", r"(?P<place>.+?): relocation \S+ against (?P<symbol>\S+) out of range: .*"),
    rule("library_not_found", "unable to find library ", r"unable to find library (?P<object>.+)"),
    rule("library_not_found", "library not found: ", r"library not found: (?P<library>.+)"),
    rule("library_not_found", "library not found for ", r"library not found for (?P<object>-l.+)"),
    rule("library_not_found", "could not open '", r"could not open '(?P<object>[^']+\.lib)': .*"),
    rule("object_not_found", "could not open '", r"could not open '(?P<object>[^']+)': .*"),
    rule("object_not_found", "cannot open ", r"cannot open (?P<object>.+?): .*"),
    rule("wrong_arch", "incompatible with target architecture ", r"(?P<object>.+) has architecture \S+ which is incompatible with target architecture .+"),
    rule("wrong_arch", " is incompatible with ", r"(?P<object>.+) is incompatible with .+"),
    rule("wrong_arch", "machine type ", r"(?P<object>.+): machine type \S+ conflicts with \S+"),
    rule("wrong_arch", "incompatible file type", r"(?P<object>.+): incompatible file type: .*"),
    rule("version", " has undefined version ", r"(?P<object>.+): symbol (?P<symbol>\S+) has undefined version .*"),
    rule("version", "version script assignment", r"version script assignment of '.*' to symbol '(?P<symbol>.*)' failed.*"),
    rule("tls", "TLS attribute mismatch", r"TLS attribute mismatch: (?P<symbol>.+)"),
    rule("format", "unknown file type: ", r"unknown file type: (?P<object>.+)"),
    rule("format", "unknown file type", r"(?P<object>.+): unknown file type.*"),
    rule("format", "unhandled file type", r"(?P<object>.+): unhandled file type"),
    rule("format", "The end of the file was unexpectedly encountered", r"(?P<object>.+): The end of the file was unexpectedly encountered"),
    rule("format", "ection too large", r"(?P<object>.+): [Ss]ection too large"),
    rule("format", "Could not parse ", r"Could not parse (?P<object>.+)"),
    rule("lto", "Invalid summary version ", r"Invalid summary version \d+\. Version should be in the range .*"),
    rule("lto_trailer", "lto-wrapper failed", r"lto-wrapper failed"),
    rule("lto", "not claimed by the LTO plugin", r"(?P<object>.+): not claimed by the LTO plugin.*"),
    rule("lto", "(Producer: ", r"(?>(?P<object>.+?): )(?>.*? \(Producer: ).*\)"),
    rule("script", " will not fit in region ", r"section '(?P<section>[^']*)' will not fit in region '.*"),
    rule("script", "no memory region specified", r"no memory region specified for section '(?P<section>[^']*)'"),
    rule("script", ": symbol not found: ", r"(?P<object>[^\s:]+):\d+: symbol not found: (?P<symbol>.+)"),
    rule("script", ": expected ", r"(?P<object>[^\s:]+): expected .*, but got .*"),
    rule("format", "not an ELF", r"(?P<object>.+): not an ELF.*"),
    rule("script", ":", r"(?P<object>[^\s:]+):\d+: .*"),
    rule("lto", "bitcode", r"(?>(?P<object>.+?): ).*bitcode.*"),
    rule("lto", "Opaque pointers", r"(?>(?P<object>.+?): ).*Opaque pointers.*"),
    rule("format", "goes past the end of the file", r"(?>(?P<object>.+?): ).* goes past the end of the file.*"),
    rule("format", "corrupted", r"(?P<object>[^\s:]+): .*corrupted.*"),
    rule("script", "version script", r"cannot find version script (?P<object>.+)"),
    rule("script", "--version-script", r"--version-script: file not found: (?P<object>.+)"),
    rule("limit", "too many errors emitted", r"too many errors emitted, stopping now.*"),
)  # fmt: skip
