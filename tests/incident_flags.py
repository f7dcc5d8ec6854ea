"""The Dockerfiles of the first incident's recipe, and the flags that their branches export."""

from __future__ import annotations

from pathlib import Path

RECIPE = Path(__file__).parent.parent / "data" / "avx512-link" / "recipe"
BASE = "-C link-arg=-Wl,--allow-multiple-definition"
GENERIC = f"{BASE} -C target-cpu=generic"
NO_AVX512 = f"{GENERIC} -C target-feature=-avx512f,-avx512cd,-avx512bw,-avx512dq,-avx512vl"
