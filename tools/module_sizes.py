"""Names each module of more than 300 lines: where a file wants to grow past that, it holds two ideas.

python tools/module_sizes.py    # exit 1 where there is one
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("benchmarks", "diag", "tests", "tools")
MAX_LINES = 300


def too_long(root: Path) -> list[str]:
    """Each module of the project in `root` that is too long, with its length."""
    paths = (path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py")))
    sizes = ((path, len(path.read_text(encoding="utf-8").splitlines())) for path in paths)
    return [
        f"{path.relative_to(root).as_posix()}: {size} lines, more than {MAX_LINES}"
        for path, size in sizes
        if size > MAX_LINES
    ]


def main() -> int:
    """What `make lint` calls."""
    told = too_long(ROOT)
    print("\n".join(told), file=sys.stderr, end="\n" if told else "")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
