"""Wanted against defined: every sighting of the symbols in question among the objects given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

import pandas as pd

from diag import schema
from diag.knowledge import isa_words_in

# A legacy Rust name ends in its hash: 17h, sixteen hexadecimal digits, E.
_RUST_LEGACY = re.compile(r"^_ZN.*17h[0-9a-f]{16}E$")
OUTPUT_KINDS = ("executable",)
_SIGHTINGS = {column.name: column for column in schema.FRAMES["sightings"].columns}


def join_symbols(
    symbols: pd.DataFrame,
    objects: pd.DataFrame,
    platform_of_file: Mapping[str, str],
    names: Iterable[str] = (),
) -> pd.DataFrame:
    """The `sightings` frame of `names` and of the symbols that the objects themselves leave open.

    Those are: symbols that a linked output still wants although its other imports carry a
    version, symbols that it holds at address zero, names with an instruction-set word that no
    object defines, and names that two different input members define.
    """
    symbols = symbols[symbols["name"] != ""]
    if symbols.empty:
        return schema.empty("sightings")
    joined = _with_kind(symbols, objects, platform_of_file)
    seen = joined[joined["bind"] != "LOCAL"]
    asked = set(names) | _left_in_outputs(seen) | _never_defined(seen) | _doubled(seen)
    rows = joined[joined["name"].isin(asked)].copy()
    rows["role"] = pd.Categorical(_roles(rows), categories=list(_SIGHTINGS["role"].vocabulary))
    words = {name: "str" for name, c in _SIGHTINGS.items() if c.type == "str" and not c.vocabulary}
    return rows[list(_SIGHTINGS)].astype(words).reset_index(drop=True)


def _with_kind(
    symbols: pd.DataFrame, objects: pd.DataFrame, platform_of_file: Mapping[str, str]
) -> pd.DataFrame:
    """The named symbols, each with the kind and size of its member and the platform of its file."""
    keys = zip(objects["file"], objects["member_no"], strict=True)
    facts = dict(zip(keys, zip(objects["kind"], objects["size_bytes"], strict=True), strict=True))
    files = symbols["file"].tolist()
    of = [facts[key] for key in zip(files, symbols["member_no"].tolist(), strict=True)]
    return symbols.assign(
        kind=[kind for kind, _ in of],
        member_bytes=[size for _, size in of],
        platform=[platform_of_file.get(file, "") for file in files],
        is_output=[kind in OUTPUT_KINDS for kind, _ in of],
    )


def _roles(rows: pd.DataFrame) -> list[str]:
    zero = rows["is_output"] & (rows["value"] == 0) & (rows["type"] == "NOTYPE")
    return [
        "wanted" if not is_defined else "zero" if is_zero else "defined"
        for is_defined, is_zero in zip(rows["is_defined"], zero, strict=True)
    ]


def _left_in_outputs(joined: pd.DataFrame) -> set[str]:
    """What an output still wants, or holds at zero. WEAK is not looked at: it may stay open."""
    rows = joined[joined["is_output"] & (joined["bind"] == "GLOBAL")]
    wanted = rows[~rows["is_defined"] & rows["version"].isna() & ~rows["name"].str.contains("@")]
    versioned = set(rows.loc[rows["version"].notna(), "file"])
    # lld and mold leave the version out of .symtab: the name has one all the same.
    imported = set(_of_file(rows[rows["version"].notna()]))
    wanted = schema.keep(wanted, [pair not in imported for pair in _of_file(wanted)])
    zero = rows[rows["is_defined"] & (rows["value"] == 0) & (rows["type"] == "NOTYPE")]
    return set(wanted.loc[wanted["file"].isin(versioned), "name"]) | set(zero["name"])


def _of_file(rows: pd.DataFrame) -> Iterable[tuple[str, str]]:
    return zip(rows["file"], rows["name"], strict=True)


def _never_defined(joined: pd.DataFrame) -> set[str]:
    """Names with an instruction-set word that some object of a platform wants and none defines."""
    inputs = joined[~joined["is_output"]]
    defined = set(_pairs(inputs[inputs["is_defined"]]))
    wanted = inputs[~inputs["is_defined"] & (inputs["bind"] == "GLOBAL")]
    open_names = {name for platform, name in _pairs(wanted) if (platform, name) not in defined}
    return {name for name in open_names if isa_words_in(name) and not _is_rust_mangled(name)}


def _doubled(joined: pd.DataFrame) -> set[str]:
    """Names that two different members define. A member that an rlib bundles is the same one."""
    rows = joined[joined["is_defined"] & (joined["bind"] == "GLOBAL") & ~joined["is_output"]]
    rows = rows[rows["kind"] == "relocatable"]
    places = zip(rows["file"], rows["member"], strict=True)
    rows = rows.assign(own=[member or file.rpartition("/")[2] for file, member in places])
    members = rows.drop_duplicates(["platform", "name", "own", "member_bytes"])
    return set(members.loc[members.duplicated(["platform", "name"]), "name"])


def _pairs(rows: pd.DataFrame) -> Iterable[tuple[str, str]]:
    return zip(rows["platform"], rows["name"], strict=True)


def _is_rust_mangled(name: str) -> bool:
    return name.startswith("_R") or bool(_RUST_LEGACY.search(name))


def distinct_definitions(rows: pd.DataFrame, objects: pd.DataFrame) -> pd.DataFrame:
    """Rows of `sightings`, one a definition that a link could meet.

    An object and its copy in an archive (same name and size) are one, and so are copies in two
    archives; two object files never are. A shared object may define what an object defines too
    (it may be made of it), so that it counts only where nothing else does.
    """
    keys = zip(objects["file"], objects["member_no"], strict=True)
    facts = dict(zip(keys, zip(objects["kind"], objects["size_bytes"], strict=True), strict=True))
    of = [facts[key] for key in zip(rows["file"], rows["member_no"], strict=True)]
    names = [
        member or PurePath(file).name
        for member, file in zip(rows["member"], rows["file"], strict=True)
    ]
    rows = rows.assign(_kind=[kind for kind, _ in of], _size=[size for _, size in of], _name=names)
    rows = rows.drop_duplicates(["file", "member_no"])
    shared = rows["_kind"] == "shared"
    rows = rows.iloc[:1] if shared.all() else rows[~shared]
    loose, bundled = rows[rows["member"] == ""], rows[rows["member"] != ""]
    bundled = bundled.drop_duplicates(["_name", "_size"])
    known = set(zip(loose["_name"], loose["_size"], strict=True))
    new = [key not in known for key in zip(bundled["_name"], bundled["_size"], strict=True)]
    return pd.concat([loose, schema.keep(bundled, new)])[list(_SIGHTINGS)]
