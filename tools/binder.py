"""`make binder`: the address under which mybinder.org builds this repository, and its badge.

    python tools/binder.py            # the badge for README, printed
    python tools/binder.py --write    # put between `<!-- binder -->` marks of both READMEs

A repository does not know where it will be published, and a badge with an invented owner works for
nobody: the address is that of `git remote get-url origin`. Where that is no address that a server
could clone from, this says so and ends with 2. Forms of the address: BinderHub's documentation,
"Repository Providers".
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
HUB = "https://mybinder.org"
FIRST = "notebooks/investigate.ipynb"
MARKS = re.compile(r"<!-- binder -->.*?<!-- /binder -->", re.DOTALL)
# https://host/path, ssh://git@host:22/path and git@host:path; what stands before @ (a user, a token) is dropped.
_REMOTE = re.compile(
    r"(?:(?:https?|git|ssh)://(?:[^@/]*@)?(?P<host>[\w.-]+\.[a-z]+)(?::\d+)?/"
    r"|(?:[^@/:]+@)?(?P<scp_host>[\w.-]+\.[a-z]+):(?!//))(?P<path>[^?#]+?)(?:\.git)?/?"
)
_PROVIDERS = {"github.com": "gh", "gitlab.com": "gl"}


def launch_url(remote: str, commit: str) -> str | None:
    """Where Binder opens the first notebook; None where a server could not clone the remote."""
    found = _REMOTE.fullmatch(remote.strip())
    if found is None:
        return None
    host, path = found["host"] or found["scp_host"], found["path"].strip("/")
    match _PROVIDERS.get(host):
        case "gh" if re.fullmatch(r"[\w.-]+/[\w.-]+", path):
            where = f"gh/{path}/HEAD"
        case "gl":
            where = f"gl/{quote(path, safe='')}/HEAD"
        case _:
            where = f"git/{quote(f'https://{host}/{path}', safe='')}/{commit}"
    return f"{HUB}/v2/{where}?labpath={quote(FIRST, safe='')}"


def badge(url: str) -> str:
    """The badge as Markdown."""
    return f"[![Open in Binder]({HUB}/badge_logo.svg)]({url})"


def with_badge(text: str, url: str) -> str:
    """A README with the badge between its marks."""
    return MARKS.sub(lambda _: f"<!-- binder -->\n{badge(url)}\n<!-- /binder -->", text)


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def main() -> int:
    """Print or write the badge; 2 where this clone has no public address."""
    remote = _git("remote", "get-url", "origin")
    url = launch_url(remote, _git("rev-parse", "HEAD"))
    if url is None:
        told = "is no address that a server could clone from" if remote else "is not set"
        print(f"binder: the remote `origin` {told}.", file=sys.stderr)
        print("help: publish the repository, `git remote add origin URL`, again.", file=sys.stderr)
        return 2
    if "--write" in sys.argv[1:]:
        for path in (ROOT / name for name in READMES):
            path.write_text(with_badge(path.read_text(encoding="utf-8"), url), encoding="utf-8")
    print(badge(url))
    return 0


if __name__ == "__main__":
    sys.exit(main())
