"""The files that a SARIF run names: relative to the source's top where they lie below it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from diag.show.places import Place, Places, Roots
from diag.show.text import as_text

BASE = "%SRCROOT%"
STANDARD_INPUT = "standard-input"  # "-" and "<bytes>" name no file
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # stands for no byte of a file's name


class Files:
    """Artifacts in the order in which they are named first, the case's own before all others."""

    def __init__(self, places: Places, roots: Roots) -> None:
        self.places, self.roots = places, roots
        self.number_of: dict[str, int] = {}
        given = [*places.logs, *filter(None, [places.dockerfile])]
        self.roles = dict.fromkeys(given, "analysisTarget")
        for name in self.roles:
            self._number(name)

    def _number(self, file: str) -> int:
        return self.number_of.setdefault(file, len(self.number_of))

    def location(self, place: Place | None) -> dict[str, Any]:
        """A `location`; without a place the first file of the case: GitHub refuses a file in which
        one result has none."""
        file = place.file if place and place.file else next(iter(self.number_of), STANDARD_INPUT)
        outer, mark, inner = file.partition("!")
        physical: dict[str, Any] = {"artifactLocation": self._artifact_location(outer)}
        if place is not None and place.line_no is not None:
            region = {"startLine": place.line_no}
            end = place.end_line_no or place.line_no
            physical["region"] = region | ({"endLine": end} if end > place.line_no else {})
        told: dict[str, Any] = {"physicalLocation": physical}
        if mark:
            told["logicalLocations"] = [{"fullyQualifiedName": as_text(file), "name": inner}]
        return told

    def _artifact_location(self, file: str) -> dict[str, Any]:
        return {**self._uri(file), "index": self._number(file)}

    def _uri(self, file: str) -> dict[str, str]:
        if file in ("-", "<bytes>", ""):
            return {"uri": STANDARD_INPUT}
        relative = self.roots.relative(file)
        if relative is not None:
            return {"uri": _quoted(relative), "uriBaseId": BASE}
        return {"uri": f"file://{_quoted(self.roots.absolute(file))}"}

    def artifacts(self) -> list[dict[str, Any]]:
        """Each file once, with its part in the run where it was given as log or Dockerfile."""
        return [
            {"location": self._uri(file)}
            | ({"roles": [self.roles[file]]} if file in self.roles else {})
            for file in self.number_of
        ]

    def bases(self) -> dict[str, Any]:
        """What the base stands for, without the path that it has on this machine."""
        said = "the repository's work tree, or the folder in which diag was run"
        return {BASE: {"description": {"text": said}}}


def _quoted(path: str) -> str:
    """A path as a part of a URI: what is no UTF-8 keeps its bytes."""
    return quote(_NO_BYTE.sub("\ufffd", path), safe="/~", errors="surrogateescape")
