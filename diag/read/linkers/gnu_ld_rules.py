"""The messages of GNU ld (bfd), without the program's name.

Source: binutils 2.35 to 2.46, ld/ldmain.c, ld/ldmisc.c, ld/ldfile.c, ld/ldlang.c, bfd/elflink.c,
bfd/elfxx-x86.c, bfd/elfnn-aarch64.c. Atomic groups keep a hostile line from being tried twice.
"""

from __future__ import annotations

from diag.read.linkers.grammar import rule

_Q = "[`'\"‘“]"
_E = "['\"’”]"
# What ld was doing when a file was refused; without the program's name before binutils 2.26 or so.
ADDING = (": error adding symbols: ", ": could not read symbols: ")
_WHILE = r"(?:file not recognized: |error adding symbols: |could not read symbols: )?"

RULES = (
    rule("header", "n function ", rf"(?P<object>.+): [iI]n function {_Q}(?P<function>.*){_E}:"),
    rule("follow", "more undefined references to ",
         rf"(?>(?P<place>.*?): (?P<level>warning: )?more undefined references to {_Q})(?P<symbol>.*){_E} follow"),
    rule("dso", "undefined reference to symbol ",
         rf"(?>(?P<place>.*?): undefined reference to symbol {_Q})(?P<symbol>.*){_E}"),
    rule("undefined", "undefined reference to ",
         rf"(?>(?:(?P<place>.*?): )?(?P<level>warning: )?undefined reference to {_Q})(?P<symbol>.*){_E}"),
    # Cut off within the name, at the end of a log or by a terminal's width: which symbol is not known.
    rule("undefined", "undefined reference to ", r"(?>(?P<place>.*?): undefined reference to [`‘])[^`'‘’]*"),
    rule("duplicate", "multiple definition of ",
         rf"(?>(?P<place>.*?): (?P<level>warning: )?multiple definition of {_Q})"
         rf"(?>(?P<symbol>.*?){_E}; )(?P<first>.*): first defined here"),
    rule("duplicate", "multiple definition of ",
         rf"(?>(?P<place>.*?): (?P<level>warning: )?multiple definition of {_Q})(?P<symbol>.*){_E};?"),
    rule("first", ": first defined here", r"(?P<place>.*): first defined here"),
    rule("dso_detail", "error adding symbols: DSO missing", r"(?P<object>.+): error adding symbols: DSO missing from command line"),
    rule("dso_detail", "is defined in DSO", r"note: .* is defined in DSO .*"),
    rule("note", "skipping incompatible ", r"skipping incompatible .*"),
    rule("note", "warning: ", r"(?:.*: )?warning: .*"),
    rule("note", "note: ", r"note: .*"),
    rule("note", "have you installed the static version", r"have you installed the static version of .*"),
    rule("note", "note to link with ", r"note to link with .*"),
    rule("note", "treating as linker script", r".*; treating as linker script"),
    rule("note", "use the --help option", r"use the --help option for usage information"),
    rule("note", "plugin needed to handle lto object", r".*: plugin needed to handle lto object"),
    rule("note", "additional relocation overflows omitted", r"\s*additional relocation overflows omitted from the output"),
    rule("overflow", "relocation truncated to fit: ",
         rf"(?>(?P<place>.*?): relocation truncated to fit: )\S+ against (?:undefined )?(?:symbol )?{_Q}(?P<symbol>[^`'’]*){_E}.*"),
    rule("relocation", "dangerous relocation: ", r"(?>(?P<place>.*?): dangerous relocation: ).*"),
    rule("relocation", "reloc refers to symbol ",
         rf"(?>(?P<place>.*?): reloc refers to symbol {_Q})(?P<symbol>[^'’]*){_E} which is not being output"),
    rule("relocation", " can not be used when ",
         rf"(?>(?P<place>.*?): relocation )\S+ against (?:(?:undefined|external|hidden|internal|protected|local) )*symbol {_Q}(?P<symbol>[^'’]*){_E}.* can not be used when .*"),
    rule("relocation", " can not be used when ",
         rf"(?>(?P<place>.*?): relocation )\S+ against {_Q}(?P<symbol>[^.'’][^'’]*){_E}.* can not be used when .*"),
    rule("relocation", " can not be used when ",
         rf"(?>(?P<place>.*?): relocation )\S+ against {_Q}[^'’]*{_E}.* can not be used when .*"),
    rule("relocation", "unresolvable ",
         rf"(?>(?P<place>.*?): (?:warning: )?unresolvable )\S+ relocation against (?:symbol )?{_Q}(?P<symbol>[^'’]*){_E}.*"),
    rule("discarded", " referenced in section ",
         rf"{_Q}(?P<symbol>[^'’]*){_E} referenced in section {_Q}(?P<section>[^'’]*){_E} of (?P<place>.*?): defined in discarded section .*"),
    rule("library_not_found", "cannot find -l", r"cannot find (?P<object>-l\S+)(?:: .*)?"),
    rule("object_not_found", "cannot find ", r"cannot find (?P<object>.+?)(?: \(.*\))?: .*"),
    rule("object_not_found", "cannot find ", r"cannot find (?P<object>\S+)(?: inside .*)?"),
    rule("script", "cannot open linker script file ", r"cannot open linker script file (?P<object>.+?): .*"),
    rule("wrong_arch", " architecture of input file ",
         rf"\S+ architecture of input file {_Q}(?P<place>[^'’]*){_E} is incompatible with .* output"),
    rule("wrong_arch", "elocations in generic ELF", r"(?P<place>.+): [Rr]elocations in generic ELF \(EM: \d+\)"),
    rule("wrong_arch", "file class ELFCLASS", r"(?P<place>.+): file class ELFCLASS\d+ incompatible with ELFCLASS\d+"),
    rule("wrong_arch", "file not recognized: ", r"(?P<object>.+): file not recognized: [Ff]ile in wrong format"),
    rule("format", "file not recognized: ", r"(?P<object>.+): file not recognized: [Ff]ile (?:format not recognized|truncated|too short)"),
    rule("wrong_arch", "ile in wrong format", rf"(?P<place>.+?): {_WHILE}[Ff]ile in wrong format"),
    rule("wrong_arch", "compiled for a ", r"(?P<place>.+): compiled for a .* system and target is .*"),
    rule("wrong_arch", "VFP register arguments", r"(?:error: )?(?P<place>.+?) (?:uses VFP register arguments|does not use VFP register arguments), .*"),
    rule("wrong_arch", "failed to merge target specific data", r"failed to merge target specific data of file (?P<place>.+)"),
    rule("wrong_arch", "can't link ", r"(?P<place>.+): can't link .* modules.*"),
    rule("format", "ile format not recognized", rf"(?P<place>.+?): {_WHILE}[Ff]ile format not recognized"),
    rule("format", "ile t", rf"(?:error: )?(?P<place>.+?): {_WHILE}[Ff]ile (?:truncated|too short)"),
    rule("format", "rchive has no index", r"(?P<place>.+): (?:error adding|could not read) symbols: (?:[Aa]rchive has no index.*)"),
    rule("format", "malformed archive", rf"(?P<place>.+?): {_WHILE}malformed archive"),
    rule("version", "version node not found for symbol ", r"(?P<place>.+): version node not found for symbol (?P<symbol>.+)"),
    rule("hidden", " symbol ",
         rf"(?:.*: )?(?:hidden|internal|protected) symbol {_Q}(?P<symbol>[^'’]*){_E} in (?P<place>.+) is referenced by DSO"),
    rule("hidden", " symbol ",
         rf"(?P<place>.+?): (?:hidden|internal|protected) symbol {_Q}(?P<symbol>[^'’]*){_E} isn't defined"),
    rule("tls", " mismatches ",
         r"(?P<symbol>\S+): TLS (?:definition|reference) in .+? mismatches (?:non-TLS )?(?:definition|reference) in (?P<place>.+?)(?: section \S+)?"),
    rule("lto_trailer", "error: lto-wrapper failed", r"error: lto-wrapper failed"),
    rule("object_not_found", "No such file", r"(?P<object>.+): No such file(?:: .*)?"),
    rule("script", ": syntax error", r"(?P<object>.+):\d+: syntax error.*"),
    rule("script", ": parse error", r"(?P<object>.+):\d+: parse error"),
    rule("region", " overflowed by ", rf"region {_Q}[^'’]*{_E} overflowed by \d+ bytes?"),
    rule("script", " will not fit in region ", rf"(?P<object>.+) section {_Q}(?P<section>[^'’]*){_E} will not fit in region {_Q}[^'’]*{_E}"),
    rule("script", "no memory region specified", rf"error: no memory region specified for loadable section {_Q}(?P<section>[^'’]*){_E}"),
    rule("expression", " referenced in expression", rf"(?:(?P<object>.+):\d+: )?undefined symbol {_Q}(?P<symbol>[^'’]*){_E} referenced in expression"),
    rule("trailer", "final link failed", r"final link failed(?:: .*)?"),
    rule("trailer", "link errors found", r"link errors found, deleting executable .*"),
    rule("trailer", "failed to set dynamic section sizes", r"failed to set dynamic section sizes(?:: .*)?"),
    rule("trailer", "could not read symbols", r".*: could not read symbols: .*"),
    rule("trailer", "error adding symbols", r".*: error adding symbols: .*"),
)  # fmt: skip

# Those that are told from prose by their form alone, and may come without the program's name.
_UNNAMED = (
    "header",
    "follow",
    "dso",
    "dso_detail",
    "undefined",
    "duplicate",
    "first",
    "overflow",
    "discarded",
    "expression",
)
UNNAMED_RULES = tuple(
    one for one in RULES if one.kind in _UNNAMED or one.literal == "file not recognized: "
)
