"""The messages of Apple's linkers in one line, without `ld: ` and ` for architecture A`.

Source: ld64 src/ld/{Options,InputFiles,Resolver,ld,OutputFile}.cpp, parsers/*; the new linker's
quotes and wording as seen in public logs.
"""

from __future__ import annotations

from diag.read.linkers.grammar import rule

ERRORS = (
    rule("library_not_found", "library not found for ", r"library not found for (?P<object>-l\S+)"),
    rule("library_not_found", "' not found", r"library '(?P<library>[^']+)' not found"),
    rule("library_not_found", "ramework ", r"framework not found (?P<object>\S+)"),
    rule("library_not_found", "ramework ", r"framework '(?P<object>[^']+)' not found"),
    rule("object_not_found", "file not found: ", r"file not found: (?P<object>.+)"),
    rule("object_not_found", "file cannot be open()ed", r"file cannot be open\(\)ed, errno=\d+ path=(?P<object>.+?)(?: in '[^']*')?"),
    rule("object_not_found", "can't open", r"(?>can't open (?:output )?file.*?[:,] ?'?(?=/))(?P<object>/[^']++)'?"),
    rule("object_not_found", "no such file or directory: ", r"no such file or directory: '(?P<object>[^']+)'"),
    rule("undefined", "entry point (", r"entry point \((?P<symbol>[^)]+)\) undefined\.?.*"),
    rule("wrong_arch", "which is not the architecture being linked", r"(?>(?:in (?P<object>.+?), )?file was built for )(?>.+? which is not the architecture being linked )\([^)]*+\)(?:: .*)?"),
    rule("wrong_arch", "missing required architecture ", r"(?>(?:in .+?, )?missing required architecture )\S++ in file (?P<object>.+?)(?: \(\d+ slices?\))?"),
    rule("wrong_arch", "found architecture '", r"(?>'?(?P<object>.+?)'?: found architecture ')[^']*+', required architecture '[^']*'"),
    rule("wrong_arch", "but attempting to link with file built for ", r"(?>in (?P<object>.+?), building for )(?>.+? but attempting to link with file built for ).+"),
    rule("wrong_arch", ", but linking in ", r"building for '?[^',]++'?, but linking in (?:object file|dylib|dylib file|tapi file) (?>\((?P<object>.+?)\) built for ).+"),
    rule("wrong_arch", ", but linking in ", r"(?>building for .+?, but linking in )(?>.+? built for )(?>.+?, file ')(?P<object>[^']++)'"),
    rule("wrong_arch", ", but linking in ", r"(?>in (?P<object>.+?), building for )(?>.+?, but linking in )(?>.+? built for ).+"),
    rule("relocation", "illegal text", r"illegal text-?reloc(?:ation)? (?:to|in) '?(?P<symbol>[^' ]+)'?.*"),
    rule("overflow", " out of range", r"(?>.*? out of range )(?>.*?: from )(?P<function>\S++) \([^)]*+\) to (?P<symbol>[^\s@(]++)\S*+ (?>.*?in '[^']*+' from )(?P<object>.+)"),
    rule("overflow", " out of range", r"(?>.*?(?:branch|reference|displacement|fixup))(?>.*? out of range).*"),
    rule("tls", "thread local variable", r"illegal thread local variable reference to regular symbol (?P<symbol>\S+).*"),
    rule("lto", "does not contain bitcode", r"'(?P<object>[^']+)' does not contain bitcode\..*"),
    rule("lto", "without full bitcode", r"bitcode bundle could not be generated because '(?P<object>[^']+)' was built without full bitcode.*"),
    rule("lto", "could not reparse object file in bitcode bundle", r"could not reparse object file in bitcode bundle: .*"),
    rule("lto", "could not parse bitcode", r"could not parse bitcode object file (?P<object>[^:]+): .*"),
    rule("format", "no table of contents", r"archive has no table of contents(?: file)? '(?P<object>[^']+)'"),
    rule("format", "unknown file type", r"unknown file type in '(?P<object>[^']+)'"),
    rule("format", "malformed ", r"malformed .*?(?:file )?'(?P<object>/[^']+)'"),
    rule("format", "file too small", r"file too small \(length=\d+\) file '(?P<object>[^']+)'"),
    rule("format", "truncated", r"(?>.*?truncated).*? (?:file )?'(?P<object>[^']++)'"),
    rule("format", "can't link with ", r"can't link with (?:a main executable|bundle \(MH_BUNDLE\)).*file '(?P<object>[^']+)'"),
    rule("other", "unknown option: ", r"unknown option: .*"),
    rule("other", "unknown options: ", r"unknown options: .*"),
)  # fmt: skip

# Warnings: the file is left out of the link.
IGNORED = (
    rule("wrong_arch", "ignoring file ", r"ignoring file '(?P<object>[^']++)': found architecture '[^']*', required architecture '[^']*'"),
    rule("wrong_arch", "ignoring file ", r"(?>ignoring file (?P<object>.+?), building for )(?>.+? but attempting to link with file built for ).+"),
    rule("wrong_arch", "ignoring file ", r"(?>ignoring file (?P<object>.+?), file was built for )(?>.+? which is not the architecture being linked )\([^)]*+\)(?:: .*)?"),
    rule("wrong_arch", "ignoring file ", r"(?>ignoring file (?P<object>.+?), missing required architecture )\S++ in file .*"),
    rule("wrong_arch", "ignoring file ", r"ignoring file '?(?P<object>[^',]++)'?(?>.*? (?:architecture|built for) ).*"),
)  # fmt: skip
