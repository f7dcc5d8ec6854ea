"""The messages of loaders, emulators and `exec`, whole lines."""

from __future__ import annotations

from diag.read.linkers.grammar import rule

# Without one of these no rule can fit.
LIST = (
    "Error relocating ", "Error loading shared library ", "error while loading shared libraries: ",
    "symbol lookup error: ", "relocation error: ", " not found (required by ",
    "xec format error", "cannot execute binary file", "Invalid ELF image", "Not a valid dynamic program",
    "cannot open shared object file", ": undefined symbol: ", ": cannot load ", "Could not open '/",
    "dyld", "wrong ELF class", "no version information available (required by ",
)  # fmt: skip

# rule's kind: (kind of the error, or `load` where the reason decides; whose words they are)
LINKERS = {
    "musl symbol": ("undefined", "ld-musl"),
    "musl tls": ("tls", "ld-musl"),
    "musl reloc": ("relocation", "ld-musl"),
    "musl load": ("load", "ld-musl"),
    "musl file": ("format", "ld-musl"),  # musl looks at the file's form, never at its machine
    "musl program": ("format", "ld-musl"),
    "glibc load": ("load", "ld.so"),
    "glibc symbol": ("undefined", "ld.so"),
    "glibc version": ("version", "ld.so"),
    "dyld library": ("library_not_found", "dyld"),
    "dyld symbol": ("undefined", "dyld"),
    "qemu loader": ("library_not_found", "qemu"),
    "qemu arch": ("wrong_arch", "qemu"),
    "exec": ("wrong_arch", "exec"),
}

# What a runtime puts before the words that dlerror() gave it: Python, node, a logger's time.
_RAISED = r"(?:\[[^\]\s]{1,40}\] )?(?:\w{0,40}Error: )++"
_QUOTE = "[`'\"‘]"
_END = "['\"’]"

RULES = (
    rule("musl symbol", ": symbol not found", rf"(?:{_RAISED})?Error relocating (?P<object>.+): (?P<symbol>\S+): symbol not found"),
    rule("musl tls", "initial-exec TLS", rf"(?:{_RAISED})?Error relocating (?P<object>.+): (?P<symbol>\S+): initial-exec TLS resolves to dynamic definition in .+"),
    rule("musl reloc", "relocation type", rf"(?:{_RAISED})?Error relocating (?P<object>.+): unsupported relocation type \d+"),
    rule("musl file", "Error loading shared library ", rf"(?:{_RAISED})?Error loading shared library (?P<object>.+?): Exec format error(?: \(needed by (?P<program>.+)\))?"),
    rule("musl load", "Error loading shared library ", rf"(?:{_RAISED})?Error loading shared library (?P<object>.+?): (?P<reason>[^:()]+?)(?: \(needed by (?P<program>.+)\))?"),
    rule("musl load", ": cannot load ", r"\S*ld-musl-\S+: cannot load (?P<object>.+): (?P<reason>[^:]+)"),
    rule("musl program", "Not a valid dynamic program", r"\S*ld-musl-\S+: (?P<object>.+): Not a valid dynamic program"),
    rule("glibc load", "error while loading shared libraries: ",
         r"(?P<program>[^:]+): error while loading shared libraries: (?P<object>[^:]+): (?P<reason>.+)"),
    rule("glibc load", "error while loading shared libraries: ",
         r"(?P<program>[^:]+): error while loading shared libraries: (?P<reason>[^:]+)"),
    rule("glibc symbol", "symbol lookup error: ",
         r"(?>(?P<program>.+?): symbol lookup error: )(?P<object>[^:]++): undefined symbol: (?P<symbol>[^\s,]+)(?:, version \S+)?(?: \(fatal\))?"),
    rule("glibc version", "relocation error: ",
         r"(?>(?P<program>.+?): relocation error: )(?P<object>[^:]++): symbol (?P<symbol>[^\s,]+),? version \S+ not defined in file \S+ with link time reference.*"),
    rule("glibc symbol", "relocation error: ",
         r"(?>(?P<program>.+?): relocation error: )(?P<object>[^:]++): undefined symbol: (?P<symbol>[^\s,]+).*"),
    rule("glibc version", " not found (required by ",
         rf"(?:{_RAISED})?[^:]+: (?:/[^:]+: )?version {_QUOTE}(?P<symbol>[^'\"’]+){_END} not found \(required by (?P<object>.+)\)"),
    rule("note", "no version information available", r".*: no version information available \(required by .+\)"),
    # What dlerror() returns and a program prints as it is: a path with a slash, a shared object.
    rule("glibc symbol", ": undefined symbol: ", r"(?P<object>[^\s:]*/[^\s:/]+\.so(?:\.\d+)*): undefined symbol: (?P<symbol>[^\s,]+)(?:, version \S+)?"),
    rule("glibc symbol", ": undefined symbol: ", rf"{_RAISED}(?P<object>[^:]*/[^:]+): undefined symbol: (?P<symbol>[^\s,]+)(?:, version \S+)?"),
    rule("glibc load", "cannot open shared object file", rf"{_RAISED}(?P<object>[^:]+): cannot open shared object file: (?P<reason>.+)"),
    rule("glibc load", "wrong ELF class", rf"{_RAISED}(?P<object>[^:]+): (?P<reason>wrong ELF class: \S+)"),
    rule("dyld library", "dyld", r"dyld(?:\[\d+\])?: Library not loaded: (?P<object>.+)"),
    rule("dyld symbol", "dyld", r"dyld(?:\[\d+\])?: (?:lazy symbol binding failed: )?Symbol not found: \(?(?P<symbol>[^\s()]+)\)?.*"),
    rule("qemu loader", "Could not open '/", r"\S*qemu-\S+: Could not open '(?P<object>/[^']+)': No such file or directory"),
    rule("qemu arch", "Invalid ELF image", r"\S*qemu-\S+: (?P<object>.+): Invalid ELF image for this architecture"),
    rule("exec", "xec format error", r"OSError: \[Errno 8\] Exec format error: '(?P<object>[^']+)'"),
    rule("exec", "cannot execute binary file", r"(?:[^:]+: )?(?:line \d+: )?(?P<object>[^:]+): cannot execute binary file(?:: Exec format error)?"),
    rule("exec", "xec format error", r"exec (?P<object>[^:]+): exec format error"),
    rule("exec", "xec format error", r"(?>(?:.*?: )?fork/exec )(?P<object>[^:]++): exec format error"),
    rule("exec", "xec format error", r"(?>(?:.*?: )?exec: )\"?(?P<object>[^:\"]+)\"?: exec format error"),
    rule("exec", "xec format error", r"(?:standard_init_linux\.go:\d+: )?exec user process caused:? \"?exec format error\"?"),
    rule("exec", "xec format error", r"(?:make(?:\[\d+\])?|env|timeout|xargs|nice|strace|sudo|[^:\s]*/?(?:sh|bash|dash|ash|ksh|zsh)): (?:(?:line )?\d+: )?(?:exec: )?(?:line \d+: )?(?P<object>[^:]+): (?:cannot execute binary file: )?[Ee]xec format error"),
    rule("exec", "xec format error", r"(?:.*: )?Exec format error \(os error 8\)"),
)  # fmt: skip
