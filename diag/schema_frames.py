"""The frames themselves, as a table: nothing here runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its type (`str`, `int`, `float`, `bool`, `list`), meaning and unit."""

    name: str
    type: str
    meaning: str
    is_optional: bool = False
    unit: str = ""
    vocabulary: tuple[str, ...] = ()


@dataclass(frozen=True)
class Frame:
    """One frame: its name, key columns, columns and where its rows come from."""

    name: str
    key: tuple[str, ...]
    source: str
    columns: tuple[Column, ...]


STEP_STATUS = ("ok", "cached", "error", "canceled", "unfinished")
LINE_KINDS = (
    "output", "header", "progress", "compiler", "build_script", "link_command", "linker",
    "archiver", "echo", "killed", "cache", "excerpt", "other",
)  # fmt: skip
ERROR_KINDS = (
    "undefined", "duplicate", "wrong_arch", "relocation", "overflow", "library_not_found",
    "object_not_found", "version", "hidden", "discarded", "tls", "lto", "format", "script", "other",
)  # fmt: skip
ENV_STATUS = ("set", "empty", "unset", "unknown")
ENV_SOURCES = ("shell", "cargo", "cc", "go")
LOST_BY = (
    "arg-before-from", "arg-not-declared", "arg-declared-late", "arg-of-other-stage",
    "separate-run", "subshell", "pipeline", "command-substitution", "background", "not-exported",
    "env-cleared", "overridden-by-prefix", "overridden-later", "quoted-not-expanded",
    "cut-at-space", "prefix-of-other-command", "file-not-read", "no-branch-matched",
    "outranked-in-cargo", "withheld-from-build-scripts",
)  # fmt: skip
FINDING_STATUS = ("supported", "refuted", "untestable")
ROLES = ("cause", "contributing", "latent", "claim")


def _c(name: str, type: str, meaning: str, *vocabulary: str, unit: str = "") -> Column:
    """A column; a type that ends in `?` may be missing."""
    return Column(name, type.rstrip("?"), meaning, type.endswith("?"), unit, vocabulary)


_FILE = _c("file", "str", "path as given")
_LINE = _c("line_no", "int", "line in the file, from 1")

_FRAMES = (
    Frame("steps", ("file", "step_id"), "the step records of a build log", (
        _FILE,
        _c("step_id", "str", "the builder's own number of the step, such as #12"),
        _c("stage", "str", "stage name; internal, importing, exporting for the builder's own steps"),
        _c("platform", "str?", "platform that the step runs on"),
        _c("target_platform", "str?", "platform that the step is for; missing when several share it"),
        _c("step_no", "int?", "place of the step in its stage"),
        _c("n_steps", "int?", "steps of the stage"),
        _c("instruction", "str", "RUN, COPY, FROM, ...; empty for the builder's own steps"),
        _c("name_text", "str", "name as the log shows it"),
        _c("status", "str", "how it ended", *STEP_STATUS),
        _c("seconds", "float?", "time that it ran", unit="s"),
        _c("exit_code", "int?", "exit status of a failed RUN"),
        _c("is_clipped", "bool", "the builder dropped output of this step"),
        _c("line_no", "int", "line of its first header, from 1"),
    )),
    Frame("log_lines", ("file", "line_no"), "every line of a build log", (
        _FILE, _LINE,
        _c("step_id", "str?", "step that printed it"),
        _c("platform", "str?", "target platform of that step"),
        _c("seconds", "float?", "time since the step began", unit="s"),
        _c("text", "str", "the line, clean of prefixes and terminal codes"),
        _c("kind", "str", "what the line is", *LINE_KINDS),
    )),
    Frame("link_errors", ("file", "error_no"), "what linkers say in a build log", (
        _FILE,
        _c("error_no", "int", "count in the file, from 1"),
        _LINE,
        _c("step_id", "str?", "step that printed it"),
        _c("platform", "str?", "target platform of that step"),
        _c("linker", "str", "whose grammar matched: ld.bfd, gold, lld, rust-lld, mold, ..."),
        _c("kind", "str", "what is wrong", *ERROR_KINDS),
        _c("symbol", "str?", "raw symbol name"),
        _c("demangled", "str?", "demangled name"),
        _c("object", "str?", "object file that refers"),
        _c("member", "str?", "archive member that refers"),
        _c("function", "str?", "function that refers"),
        _c("section", "str?", "section that refers"),
        _c("offset", "int?", "offset in that section", unit="bytes"),
        _c("source_file", "str?", "source file"),
        _c("source_line", "int?", "line in the source file"),
        _c("n_refs", "int", "references counted"),
        _c("is_lower_bound", "bool", "the linker stopped counting: n_refs or more"),
        _c("detail_text", "str", "the message"),
    )),
    Frame("link_commands", ("file", "line_no"), "the linker command lines in a build log", (
        _FILE, _LINE,
        _c("step_id", "str?", "step that printed it"),
        _c("platform", "str?", "target platform of that step"),
        _c("linker", "str?", "linker that the driver is told to use, where it says so"),
        _c("driver", "str", "program of the command line"),
        _c("output", "str?", "file it writes"),
        _c("inputs", "list", "[kind, name] pairs in order; kind: object, archive, shared, library"),
        _c("flags", "list", "other arguments in order"),
        _c("is_shortened", "bool", "the log leaves arguments out"),
    )),
    Frame("instructions", ("file", "line_no"), "the instructions of a Dockerfile", (
        _FILE, _LINE,
        _c("end_line_no", "int", "last line of the instruction"),
        _c("stage", "str", "stage name, or its number; empty before the first FROM"),
        _c("stage_no", "int", "from 0; -1 before the first FROM"),
        _c("instruction", "str", "upper case"),
        _c("flags_text", "str", "its --flags"),
        _c("value_text", "str", "the rest, continuation lines joined as the engine joins them"),
        _c("heredocs", "list", "[name, body, is_expanded] of each here-document"),
        _c("comment_lines", "list", "line numbers of comments inside it"),
    )),
    Frame("env", ("file", "platform", "run_no", "command_no", "path_no", "name"), "environment flow", (
        _FILE,
        _c("platform", "str", "target platform"),
        _c("run_no", "int", "RUN in the file, from 1"),
        _c("command_no", "int", "command in the RUN in the order of the file and of loops, from 1"),
        _c("path_no", "int", "way through undecided branches, from 1"),
        _c("name", "str", "variable"),
        _c("stage", "str", "stage of the RUN"),
        _c("line_no", "int", "line of the command, from 1"),
        _c("command", "str", "base name of the command word"),
        _c("argv_text", "str", "the command as called"),
        _c("source", "str", "who gives the value its meaning", *ENV_SOURCES),
        _c("status", "str", "what the command receives", *ENV_STATUS),
        _c("value", "str?", "the value, where it is set"),
        _c("is_exported", "bool", "the command receives it"),
        _c("condition", "str?", "what must hold on this way"),
        _c("came_through", "list", "file:line of each place that made the value"),
        _c("lost_at", "str?", "file:line where a value was lost"),
        _c("lost_by", "str?", "how it was lost", *LOST_BY),
    )),
    Frame("objects", ("file", "member", "member_no"), "headers of objects and archive members", (
        _FILE,
        _c("member", "str", "archive member; empty for a plain object"),
        _c("member_no", "int", "place in the archive, from 0"),
        _c("format", "str", "elf, coff, macho, bitcode, archive, thin-archive, text, unknown"),
        _c("arch", "str", "machine name as platforms.py has it; EM:N for others; empty if none"),
        _c("bits", "int?", "32 or 64"),
        _c("byte_order", "str?", "little or big"),
        _c("kind", "str", "relocatable, executable, shared, core, archive, other"),
        _c("abi", "str", "float ABI and flags, as words"),
        _c("compiler", "str", "of .comment, entries joined by '; '"),
        _c("needed", "list", "DT_NEEDED names"),
        _c("soname", "str?", "DT_SONAME"),
        _c("build_id", "str?", "hexadecimal"),
        _c("is_pic", "bool?", "built position-independent, where that can be told"),
        _c("is_lto", "bool", "holds LTO bytecode and no code"),
        _c("has_index", "bool?", "archive has a symbol index"),
        _c("size_bytes", "int", "size", unit="bytes"),
    )),
    Frame("symbols", ("file", "member", "member_no", "table", "index"), "ELF symbol tables", (
        _FILE,
        _c("member", "str", "archive member; empty for a plain object"),
        _c("member_no", "int", "place in the archive, from 0"),
        _c("table", "str", ".symtab or .dynsym", ".symtab", ".dynsym"),
        _c("index", "int", "index in the table"),
        _c("arch", "str", "machine name"),
        _c("name", "str", "raw name"),
        _c("version", "str?", "symbol version, with @@ for the default one, @ for others"),
        _c("bind", "str", "LOCAL, GLOBAL, WEAK, UNIQUE, or the number"),
        _c("type", "str", "NOTYPE, OBJECT, FUNC, SECTION, FILE, COMMON, TLS, IFUNC, or the number"),
        _c("visibility", "str", "DEFAULT, INTERNAL, HIDDEN, PROTECTED"),
        _c("value", "int", "st_value (as unsigned 64 bits modulo sign)"),
        _c("size_bytes", "int", "st_size", unit="bytes"),
        _c("is_defined", "bool", "st_shndx is not SHN_UNDEF"),
    )),
    Frame("isa", ("file", "member", "member_no", "function", "extension", "address"), "machine code", (
        _FILE,
        _c("member", "str", "archive member; empty for a plain object"),
        _c("member_no", "int", "place in the archive, from 0"),
        _c("function", "str", "function by its symbol; its address where it has none"),
        _c("extension", "str", "instruction-set extension, such as avx512f"),
        _c("arch", "str", "machine name"),
        _c("address", "int", "start of the function: section address plus offset"),
        _c("n_instructions", "int", "instructions of that extension in the function"),
    )),
    Frame("build_script", ("file", "line_no"), "what a Rust build script told cargo", (
        _FILE, _LINE,
        _c("package", "str?", "package that it belongs to, by its output folder"),
        _c("key", "str", "directive: rustc-cfg, rustc-link-lib, warning, ...; empty for other output"),
        _c("value", "str", "its value; the whole line for other output"),
    )),
    Frame("runs", ("platform", "machine"), "case.toml: what happened when the program was run", (
        _c("platform", "str", "target platform"),
        _c("machine", "str", "where it ran: host, or the emulator and its CPU"),
        _c("is_emulated", "bool", "an emulator ran it"),
        _c("is_decisive", "bool", "the run that counts for the verdict"),
        _c("exit_code", "int?", "exit status; missing if a signal ended it"),
        _c("signal", "str?", "signal that ended it"),
    )),
    Frame("sightings", ("platform", "file", "member", "member_no", "table", "index"), "join_symbols", (
        _c("platform", "str", "target platform of the file; empty if not known"),
        _FILE,
        _c("member", "str", "archive member; empty for a plain object"),
        _c("member_no", "int", "place in the archive, from 0"),
        _c("table", "str", ".symtab or .dynsym"),
        _c("index", "int", "index in the table"),
        _c("name", "str", "raw symbol name"),
        _c("role", "str", "what the member does with it", "wanted", "defined", "zero"),
        _c("is_output", "bool", "the file is a linked output, not an input"),
        _c("bind", "str", "binding"),
        _c("visibility", "str", "visibility"),
        _c("size_bytes", "int", "size", unit="bytes"),
    )),
    Frame("case_assignments", ("file", "line_no", "name", "pattern"), "join_case_assignments", (
        _FILE,
        _c("line_no", "int", "line of the assignment, from 1"),
        _c("name", "str", "variable"),
        _c("pattern", "str", "pattern of the branch"),
        _c("case_line_no", "int", "line of `case`, from 1"),
        _c("esac_line_no", "int", "line of `esac`, from 1"),
        _c("run_line_no", "int", "first line of the RUN, from 1"),
    )),
    Frame("drift", ("file", "step_id"), "join_log_and_dockerfile: step headers against instructions", (
        _FILE,
        _c("step_id", "str", "the builder's number of the step"),
        _c("line_no", "int", "line of the step header, from 1"),
        _c("name_text", "str", "the step as the log names it"),
        _c("dockerfile", "str", "the Dockerfile compared with"),
        _c("dockerfile_line_no", "int?", "line of the instruction that is the same, else the nearest"),
        _c("is_same", "bool", "an instruction of the Dockerfile has this text"),
        _c("differs_at", "str?", "first place where the nearest instruction differs: log | Dockerfile"),
    )),
    Frame("arrivals", ("platform", "file", "name", "line_no"), "join_flow_and_echoes", (
        _c("platform", "str", "target platform"),
        _c("name", "str", "variable"),
        _c("file", "str", "log that echoes it"),
        _c("line_no", "int", "line of the echo, from 1"),
        _c("echoed", "str", "value in the log"),
        _c("arrived", "str?", "value that the command receives by the Dockerfile given"),
        _c("arrived_status", "str", "set, empty, unset, unknown", *ENV_STATUS),
        _c("is_same", "bool", "both are the same"),
    )),
    Frame("outcomes", ("platform",), "what happened to each platform, by the log and the case's facts", (
        _c("platform", "str", "target platform; empty if the log names none"),
        _c("outcome", "str", "how its build ended", "linked", "failed", "canceled", "unknown"),
        _c("ran", "bool?", "the program ran to a good end, where that was tried"),
        _c("ended", "str", "exit status or signal of the run that counts; empty if it was not tried"),
        _c("file", "str", "where the outcome is seen"),
        _c("line_no", "int?", "line there, from 1"),
        _c("text", "str", "what stands there"),
    )),
    Frame("findings", ("cause", "platform", "symbol"), "the verdict", (
        _c("cause", "str", "id of the explanation"),
        _c("family", "str", "module of diag/causes"),
        _c("role", "str", "what it would be if supported", *ROLES),
        _c("status", "str", "what the evidence says of it", *FINDING_STATUS),
        _c("platform", "str", "platform; empty for the whole build"),
        _c("symbol", "str", "first symbol that it is about; empty for none"),
        _c("claim", "str", "one sentence"),
        _c("evidence", "list", "mappings file, line_no, text"),
        _c("missing", "list", "mappings artefact, why, how"),
        _c("fix", "list", "steps"),
        _c("experiment", "str?", "what would separate it from its look-alikes"),
    )),
    Frame("errors", ("file", "where"), "what could not be read", (
        _FILE,
        _c("where", "str", "place in the file, distinct for each row"),
        _c("member", "str", "archive member; empty for none"),
        _c("offset", "int?", "byte offset", unit="bytes"),
        _c("line_no", "int?", "line in the file, from 1"),
        _c("reason", "str", "what is wrong"),
        _c("help", "str", "what would help"),
    )),
)  # fmt: skip

FRAMES = {frame.name: frame for frame in _FRAMES}
