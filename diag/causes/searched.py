"""Which of many texts have a pattern.

Of a long log, a hundred thousand lines are telling ones, and every cause asks them for its own words.
RE2 (by way of pyarrow) reads them all in the time that Python's `re` takes for a few. In plain text
the two agree; over the rest, and over what RE2 cannot read, Python decides.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

SEARCH_FROM = 2000  # texts; of fewer, each is looked at before a search is set up
# Beyond plain text they differ on what a letter or a space is.
_BEYOND = r"[^\t\n\r\x20-\x7e]"


def having(texts: pd.Series, pattern: re.Pattern[str] | str, flags: int = 0) -> pd.Series:
    """Whether each text has the pattern somewhere, as a boolean series of the same index."""
    compiled = re.compile(pattern, flags)
    found = _found(texts, compiled) if len(texts) >= SEARCH_FROM else None
    if found is None:
        found = [compiled.search(str(text)) is not None for text in texts]
    return pd.Series(found, index=texts.index, dtype=bool)


def _found(texts: pd.Series, pattern: re.Pattern[str]) -> Any:
    """The same as an array; None where RE2 cannot read the pattern or a text is missing."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    strings = pa.array(texts, pa.large_string(), from_pandas=True)
    if strings.null_count or pattern.flags & ~(re.UNICODE | re.IGNORECASE):
        return None
    is_caseless = bool(pattern.flags & re.IGNORECASE)
    try:
        matched = pc.match_substring_regex(strings, pattern.pattern, ignore_case=is_caseless)
    except pa.ArrowInvalid:
        return None
    found = np.array(matched)
    for place in np.flatnonzero(np.array(pc.match_substring_regex(strings, _BEYOND))).tolist():
        found[place] = pattern.search(texts.iloc[place]) is not None
    return found
