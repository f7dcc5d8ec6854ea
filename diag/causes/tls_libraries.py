"""Family D, libraries of the OpenSSL family of which one answers for another and lacks a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol, objects_missing
from diag.causes.link_inputs import command_evidence, inputs_of
from diag.causes.model import Evidence, Missing
from diag.causes.once import asked_once
from diag.causes.searched import having
from diag.causes.wants import Answer, Want
from diag.schema import each

# OpenSSL's names, which BoringSSL, AWS-LC and LibreSSL define as well.
TLS_NAME = re.compile(
    r"^(?:SSL|TLS|DTLS|EVP|CRYPTO|OPENSSL|X509|X509V3|RSA|DSA|DH|EC|ECDSA|ECDH|BN|BIO|ASN1|PEM|ERR|RAND|HMAC|AES|PKCS\d+|OBJ|CONF|ENGINE)_\w+$"
    r"|^(?:d2i|i2d|SHA\d+|MD5)_\w+$"
)
OPENSSL, BORING, LIBRE = "OpenSSL 3", "BoringSSL or AWS-LC", "LibreSSL"
# Names that one of them has and the others have not. AWS-LC began as a copy of BoringSSL and keeps
# its names. Sources: include/openssl/{crypto,evp,provider}.h of OpenSSL 3, crypto.h and pool.h of
# BoringSSL, crypto.h of AWS-LC, the hidden headers of LibreSSL.
_ONLY = {
    OPENSSL: re.compile(
        r"^(?:ossl|OSSL)_\w+$"
        r"|^EVP_(?:MD|CIPHER|MAC|KDF|RAND|KEYMGMT|SIGNATURE|ASYM_CIPHER|KEM|KEYEXCH)_fetch$"
    ),
    BORING: re.compile(r"^(?:BORINGSSL|awslc|AWSLC|CRYPTO_BUFFER)_\w+$|^_ZNK?4bssl"),
    LIBRE: re.compile(r"^_libre_\w+$"),
}
_ANY = re.compile("|".join(only.pattern for only in _ONLY.values()))
_LINKED = re.compile(r"(?:^|/)(?:lib)?(?:ssl|crypto|bssl)(?:-\w+)?(?:\.a|\.so[\d.]*)?$")
# The same in the folders of a file's path: `boring-sys-0a1b/out/build/libcrypto.a`.
_IN_PATH = {
    BORING: re.compile(r"(?:^|[/_-])(?:boring(?:ssl)?|aws[-_]?lc)(?:[/_.-]|$)", re.I),
    LIBRE: re.compile(r"(?:^|[/_-])libressl(?:[/_.-]|$)", re.I),
    OPENSSL: re.compile(r"(?:^|[/_-])(?:openssl|quictls)(?:[/_.-]|$)", re.I),
}


@dataclass(frozen=True)
class Library:
    """A file of the link that defines names of the family. `kind`: of whom it is; "" not known."""

    file: str
    member: str
    name: str  # one that it defines
    kind: str
    mark: str  # what shows the kind

    @property
    def evidence(self) -> Evidence:
        """What it defines, and whose it is."""
        whose = f", a library of {self.kind}" if self.kind else ""
        text = f"{self.member or 'the file itself'} defines {self.mark or self.name}{whose}"
        return Evidence(self.file, None, text)


def judge_lacking(facts: Facts, want: Want) -> Answer | None:
    """tls-library-collision, of a name that no file given defines."""
    symbol = want.symbol
    is_own = any(is_of_family(raw) for raw in facts.raw_of(symbol))
    if not is_own or len(want.defined) or len(want.kept_back):
        return None
    if not facts.has_objects(symbol.platform):
        return _of_log(facts, want)
    linked = [one for one in _libraries(facts, symbol.platform) if _is_linked(one.file, want)]
    said = [*facts.reference_evidence(symbol)[:2]]
    if (twice := _twice(facts, linked)) and want.has_line:
        return Answer("supported", [*said, *twice])
    wanting = set(facts.seen(symbol, "wanted")["file"])
    answering = [one for one in linked if one.file not in wanting]
    if not answering:
        return None
    writer, mark = _writer(facts, symbol, wanting, want.command)
    others = [_of_path(one, want.command) for one in answering]
    evidence = [*said, *mark, *(one.evidence for one in others[:2])]
    kinds = {one.kind for one in others}
    if writer and want.has_line and "" not in kinds and writer not in kinds:
        claim = f"{symbol.name} is wanted of {writer}, and the library that is linked is {others[0].kind}'s."
        return Answer("supported", evidence, claim=claim)
    if writer and kinds == {writer}:
        return None  # the right one: a matter of its version or configuration
    return Answer("untestable", evidence, (_whose_missing(answering),))


def _of_log(facts: Facts, want: Want) -> Answer | None:
    """Without objects: a library of the family is on the line, and whose it is is not seen."""
    inputs = want.command.inputs if want.command is not None and want.has_line else ()
    if not any(_LINKED.search(str(name)) for _, name in inputs):
        return None
    evidence = [*facts.reference_evidence(want.symbol)[:2]]
    evidence.append(command_evidence(want.command, "a library of the family is on the line"))
    return Answer("untestable", evidence, (objects_missing(want.symbol.platform),))


def is_of_family(name: str) -> bool:
    """A name of OpenSSL or of one of its relatives."""
    return bool(TLS_NAME.match(name) or _ANY.match(name))


@asked_once
def _libraries(facts: Facts, platform: str) -> list[Library]:
    """The archives and shared objects of the platform that define names of the family, with whose
    each is. Objects may be a program's own: BIO and EC are words of others too."""
    files = facts.objects.loc[facts.objects["kind"].isin(["archive", "shared"]), "file"]
    rows = facts.of_platform(facts.symbols, platform)
    rows = rows[rows["file"].isin(set(files))]
    rows = rows[rows["is_defined"].astype(bool) & (rows["bind"] != "LOCAL")]
    own = rows[having(rows["name"], TLS_NAME)]
    found = []
    for file, of_file in own.groupby("file", sort=False):
        first = next(each(of_file))
        every = rows.loc[rows["file"] == file, "name"]
        kind, mark = _kind_of(every)
        found.append(Library(str(file), str(first.member), str(first.name), kind, mark))
    return found


def _kind_of(names: Iterable[str]) -> tuple[str, str]:
    """(whose they are, a name that shows it); ("", "") where none or several are named."""
    found = {kind: name for name in names for kind, only in _ONLY.items() if only.match(name)}
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def _is_linked(file: str, want: Want) -> bool:
    """The link command names the file; every file counts where the command is not whole."""
    if not want.has_line or want.command is None:
        return True
    return PurePath(file).name in inputs_of(want.command)


def _twice(facts: Facts, linked: list[Library]) -> list[Evidence]:
    """Two of the libraries that define the same name."""
    rows = facts.symbols[facts.symbols["is_defined"].astype(bool)]
    rows = rows[(rows["bind"] != "LOCAL") & rows["file"].isin([one.file for one in linked])]
    rows = rows[having(rows["name"], TLS_NAME)].drop_duplicates(["file", "name"])
    twice = rows[rows.duplicated("name", keep=False)].sort_values("name", kind="stable").head(4)
    one = twice[twice["name"] == twice["name"].iloc[0]] if len(twice) else twice
    return [Evidence.of_unit(r, f"defines {r.name}") for r in each(one)]


def _writer(
    facts: Facts, symbol: Symbol, wanting: set[str], command: Any
) -> tuple[str, list[Evidence]]:
    """Whose library the one who wants the name was written for, and what shows it."""
    kind, mark = _kind_of(facts.raw_of(symbol))
    if kind:
        return kind, []
    for file in sorted(wanting):
        kind, mark = _kind_of(facts.symbols.loc[facts.symbols["file"] == file, "name"])
        if not kind:
            kind = _kind_in_path(file, command)
        if kind:
            return kind, [Evidence(file, None, f"written for {kind}: {mark or 'by its folder'}")]
    return "", []


def _of_path(one: Library, command: Any) -> Library:
    kind = one.kind or _kind_in_path(one.file, command)
    return Library(one.file, one.member, one.name, kind, one.mark)


def _kind_in_path(file: str, command: Any) -> str:
    """Whose the file is by the folders that the link command names; "" where they name none."""
    words = command.words if command is not None else ()
    named = [str(PurePath(w).parent) for w in words if PurePath(w).name == PurePath(file).name]
    found = {kind for name in named for kind, only in _IN_PATH.items() if only.search(name)}
    return found.pop() if len(found) == 1 else ""


def _whose_missing(libraries: list[Library]) -> Missing:
    files = [one.file for one in libraries[:2]]
    return Missing(
        "whose TLS library the linked one is, and for which its user was written",
        "OpenSSL, BoringSSL, AWS-LC and LibreSSL, and two versions of each, share most of their names",
        tuple(
            f"strings -a {file} | grep -E '^(OpenSSL|LibreSSL|BoringSSL|AWS-LC) '" for file in files
        ),
    )
