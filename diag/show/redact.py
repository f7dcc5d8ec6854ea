"""Masks what looks like a secret in everything that is shown or written.

Two ways a secret is known: by its name (a variable or build argument that is called a token, a
password, a key) and by its own shape (tokens of the big services, a password in a URL, a private
key). A value known by its name is masked wherever else it stands too. Better a word too many
masked than one too few: `--no-redact` shows all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas as pd

    from diag.case import Case

MASK = "[masked]"
MIN_LITERAL = 6  # a shorter value would mask ordinary words; it is masked beside its name only

# Words of a name (NPM_TOKEN, npmToken, registry-password) that make its value a secret.
_WORDS = "token|tokens|password|passwd|passphrase|pass|pwd|secret|secrets|credential|credentials|auth|apikey|pat"
_KEYS = "api|access|private|secret|signing|encryption|deploy|ssh|license|service|account|master"
# Written in one with what stands before it: PGPASSWORD, MYTOKEN.
_GLUED = "token|password|passwd|passphrase|secret|apikey|accesskey|secretkey"
_SECRET_NAME = re.compile(
    rf"(?:^|_)(?:{_WORDS}|(?:{_KEYS})_?key)(?:_|$)|(?:{_GLUED})$", re.IGNORECASE
)
# Names that hold such a word and no secret: the shell's own, a socket, a place of secrets.
_PLAIN_NAME = re.compile(
    r"^(?:PWD|OLDPWD)$|(?:_SOCK|_FILE|_PATH|_DIR|_URL|_ID|_TYPE|_NAME)$", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# A name and its value, as shells, Dockerfiles, .npmrc, YAML and command lines write them. A value
# that begins with `$` or `<` is a reference or a placeholder.
_NAME = re.compile(
    r"""(?P<name>[A-Za-z_][\w.-]{0,80}+)
        (?:"?'?\s{0,3}[=:]\s{0,3}
        | (?:(?<=-key)|(?<=-password)|(?<=-passwd)|(?<=-pass)|(?<=-passphrase)|(?<=-token)|(?<=-secret)
            |(?<=-auth))\s{1,3})""",
    re.VERBOSE,
)
_VALUE = re.compile(
    r"""  (?P<escaped>\\")(?![$<]).+?(?=\\")
        | (?P<double>")(?![$<])(?:[^"\\]|\\.)+
        | (?P<single>')(?!<)[^']+
        | [^\s"'$<&|;)\\][^\s"'&|;)\\]*""",
    re.VERBOSE,
)
# Where the place alone tells that a secret follows: .netrc, the short options of programs that take
# passwords, the signature of an address that was signed for one use.
_PLACES = re.compile(
    r"""(?P<kept>\blogin\s+\S{1,200}\s+password\s+
        | \b(?:docker|podman|nerdctl|buildah|skopeo|helm|crane|oras|az)\s+(?:\w+\s+){0,2}?login\s[^|;&]{0,300}?\s-p[ =]?
        | \bcurl\s(?:[^|;&]{0,300}?\s)?(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"'$]{1,80}:
        | \bsshpass\s+-p[ =]?
        | \b(?:mysql|mariadb)(?:-?(?:dump|admin|import|check|show|slap|binlog|upgrade|backup|hotcopy))?\s(?:[^|;&]{0,300}?\s)??(?-i:-p)
        | (?<!\S)(?-i:-u)\s?[^\s|;&]{1,80}\s+(?-i:-p)(?=\S)  # the same, cut off from its program
        | [?&](?:sig|signature|x-(?:amz|goog)-signature|key|code|jwt)=
        | \bhooks\.slack\.com/services/ )
        (?P<quote>["']?)(?![$<\s"'])(?:(?<=')[^']+(?=')|(?<=")(?:[^"\\]|\\.)+(?=")|[^\s"'&|;]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_OLD_ENV = re.compile(r"\bENV\s+(?P<name>[A-Za-z_]\w{0,80})\s+(?![$=\s])\S.*")  # ENV without `=`
# Tokens known by their shape; sources: each service's page on its token format. One may follow an
# underscore; GitHub's, of 40 characters, any letter.
_SHAPES = re.compile(
    r"""(?<![A-Za-z0-9])(?:
    (?P<github>gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_\w{22,255})
    | (?P<gitlab>gl(?:pat|dt|rt|ft|cbt)-[\w-]{16,}) | (?P<slack>xox[abeoprs]-[\w-]{10,})
    | (?P<npm>npm_[A-Za-z0-9]{30,}) | (?P<pypi>pypi-[\w-]{50,})
    | (?P<docker>dckr_(?:pat|oat)_[\w-]{20,}) | (?P<crates>cio[A-Za-z0-9]{32}\b)
    | (?P<models>hf_[A-Za-z0-9]{30,}|sk-(?:proj|ant|svcacct)-[\w-]{20,}|sk-[A-Za-z0-9]{40,})
    | (?P<payment>[sr]k_(?:live|test)_[A-Za-z0-9]{16,}) | (?P<mail>SG\.[\w-]{16,}\.[\w-]{16,})
    | (?P<vault>hv[sb]\.[\w-]{20,}) | (?P<terraform>[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,})
    | (?P<age>AGE-SECRET-KEY-1[A-Z0-9]{40,}) | (?P<gems>rubygems_[0-9a-f]{40,})
    | (?P<nuget>oy2[a-z0-9]{43}\b) | (?P<atlassian>ATATT3[\w=-]{40,})
    | (?P<clouds>dop_v1_[0-9a-f]{40,}|glsa_\w{30,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})
    | (?P<aws>(?:AKIA|ASIA)[A-Z0-9]{16}\b) | (?P<google>AIza[\w-]{35})
    | (?P<jwt>eyJ[\w-]{8,300}+\.eyJ[\w-]{8,300}\.[\w-]*)
    ) | (?P<glued>gh[opsur]_[A-Za-z0-9]{36}) | (?P<key>-----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----(?:.*?-----END[ ][A-Z ]*PRIVATE[ ]KEY-----|.*))
    """,
    re.VERBOSE | re.DOTALL,
)
_BEARER = re.compile(r"(?P<kept>\b(?:bearer|basic)\s+)(?P<value>[\w.~+/=-]{12,})", re.IGNORECASE)
_USERINFO = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{0,20}://)(?:(?P<user>[^\s/:@'\"]*):[^\s/@'\"]+|[^\s/:@'\"]{16,})@",
    re.IGNORECASE,
)
# One quick look before the slow ones: most lines of a log hold none of this, in small letters.
_HINTS = (
    "token", "pass", "pwd", "secret", "credential", "auth", "key", "_pat", "-pat", ".pat", "bearer",
    "basic", "login", "curl", "://", "?sig", "&sig", "?x-", "&x-", "?code", "&code", "jwt", "slack",
    "gho_", "ghp_", "ghs_", "ghu_", "ghr_", "glpat-", "gldt-", "glrt-", "glft-", "glcbt-", "xox", "npm_", "pypi-",
    "dckr_", "cio", "akia", "asia", "aiza", "eyj", "hf_", "sk-", "sk_", "rk_", "sg.", "hvs.", "hvb.",
    "atlasv1", "rubygems", "oy2", "atatt3", "dop_v1", "glsa_", "ya29", "gocspx", "mysql", "mariadb", "-u ", "-uroot",
)  # fmt: skip

T = TypeVar("T")


def is_secret_name(name: str) -> bool:
    """Whether a variable, build argument or option of that name holds a secret."""
    spelled = _CAMEL.sub("_", name).replace("-", "_").replace(".", "_")
    return bool(_SECRET_NAME.search(spelled)) and not _PLAIN_NAME.search(spelled)


@dataclass(frozen=True)
class Redactor:
    """Masks secrets; `literals` are values known by their name, masked wherever they stand.

    `renamed`: beginnings of paths that are no more when this is read, and what is shown for them.
    """

    literals: frozenset[str] = frozenset()
    is_on: bool = True
    renamed: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _literal_pattern(self) -> re.Pattern[str] | None:
        kept = sorted((v for v in self.literals if len(v) >= MIN_LITERAL), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, kept))) if kept else None

    def text(self, text: str) -> str:
        """The text with every secret in it masked."""
        for path, shown in self.renamed:
            text = text.replace(path, shown)
        if not self.is_on:
            return text
        if self._literal_pattern is not None:
            text = self._literal_pattern.sub(MASK, text)
        small = text.lower()
        if not any(hint in small for hint in _HINTS):
            return text
        text = _SHAPES.sub(MASK, text)
        text = _USERINFO.sub(_mask_userinfo, text)
        text = _BEARER.sub(rf"\g<kept>{MASK}", text)
        text = _PLACES.sub(rf"\g<kept>\g<quote>{MASK}", text)
        text = _OLD_ENV.sub(_mask_old_env, text)
        return _mask_assignments(text)

    def value(self, name: str, value: str) -> str:
        """The value of the variable `name`, masked if that name is a secret's."""
        return MASK if self.is_on and value and is_secret_name(name) else self.text(value)

    def data(self, data: T) -> T:
        """The same structure (mappings, sequences, dataclasses, frames) with its texts masked."""
        return self._any(data) if self.is_on or self.renamed else data

    def _any(self, data: Any) -> Any:
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, Mapping):
            return self._mapping(data)
        if isinstance(data, tuple | list):
            return type(data)(self._any(item) for item in data)
        if is_dataclass(data) and not isinstance(data, type):
            own = [f.name for f in fields(data) if f.init and f.metadata.get("is_shown", True)]
            return replace(data, **{name: self._any(getattr(data, name)) for name in own})
        if hasattr(data, "columns") and hasattr(data, "assign"):
            return self.frame(data)
        return data

    def _mapping(self, data: Mapping[Any, Any]) -> dict[Any, Any]:
        masked = {key: self._any(value) for key, value in data.items()}
        if not self.is_on:
            return masked
        for key, value in data.items():
            if isinstance(value, str) and value and isinstance(key, str) and is_secret_name(key):
                masked[key] = MASK
        if is_secret_name(str(data.get("name") or "")) and data.get("value"):
            masked["value"] = MASK
        return masked

    def _column(self, frame: pd.DataFrame, column: str) -> dict[str, pd.Series]:
        """The column of texts under its name if a text of it is masked; each text is looked at once."""
        values = frame[column]
        texts = {text: self.text(text) for text in values.dropna().unique()}
        if all(text == shown for text, shown in texts.items()):
            return {}
        return {column: values.map(texts, na_action="ignore").astype(values.dtype)}

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The frame with its text columns masked; `value` wholly where `name` is a secret's."""
        if not self.is_on and not self.renamed:
            return frame
        masked = {}
        for column in frame.columns:
            kind = str(frame[column].dtype)
            if kind == "object":
                masked[column] = frame[column].map(self._any, na_action="ignore").astype(object)
            elif kind in ("str", "string"):
                masked |= self._column(frame, column)
        if self.is_on and {"name", "value"} <= set(frame.columns):
            secret = frame["name"].map(is_secret_name).astype(bool) & (
                frame["value"].fillna("") != ""
            )
            masked["value"] = masked.get("value", frame["value"]).mask(secret, MASK)
        return frame.assign(**masked)


def _mask_userinfo(found: re.Match[str]) -> str:
    user = found["user"]
    return f"{found['scheme']}{user + ':' if user is not None else ''}{MASK}@"


def _mask_old_env(found: re.Match[str]) -> str:
    kept = found[0][: found.end("name") - found.start()]
    return f"{kept} {MASK}" if is_secret_name(found["name"]) else found[0]


def _mask_assignments(text: str) -> str:
    parts, done = [], 0
    for name in _NAME.finditer(text):
        if name.end() <= done or not is_secret_name(name["name"]) or _is_symbol(text, name):
            continue
        value = _VALUE.match(text, name.end())
        if value and not text.startswith(MASK, name.end()):
            quote = value["escaped"] or value["double"] or value["single"] or ""
            parts += [text[done : name.end()], quote, MASK]
            done = value.end()
    return "".join(parts) + text[done:]


def _is_symbol(text: str, name: re.Match[str]) -> bool:
    """Whether it is a function of which a tool says something: `get_token': ..., or C++'s a::b."""
    if text.endswith(("function ", "::"), 0, name.start()):
        return True
    before = text[name.start() - 1 : name.start()]
    is_quoted = before in ("`", "\u2018") or (before == "'" and text[name.end("name")] == "'")
    return is_quoted and text[name.end() : name.end() + 1] not in ("'", '"')


def redactor_of(known: Iterable[tuple[str, str]], *, is_on: bool = True) -> Redactor:
    """A Redactor that knows the secrets among these names and values."""
    return Redactor(frozenset(_secret_pairs(known)) if is_on else frozenset(), is_on)


def redactor_for(case: Case | None, *, is_on: bool = True) -> Redactor:
    """A Redactor that knows the secret values of a case: its build arguments, its environment."""
    if case is None or not is_on:
        return Redactor(is_on=is_on)
    return redactor_of([*case.build_args.items(), *case.base_env.items(), *pairs_of_env(case.env)])


def pairs_of_env(env: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Each name of a frame `env` with each value that is known of it."""
    own = env[["name", "value"]].dropna().drop_duplicates()
    yield from zip(own["name"], own["value"], strict=True)


def _secret_pairs(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in pairs:
        if value and is_secret_name(name):
            yield value
