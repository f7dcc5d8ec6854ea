"""The situations that real go is asked about (record_go.py)."""

from __future__ import annotations

from typing import Any


def _s(name: str, written: str = "", has_cc: bool = True, **env: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "env": env}
    return found | ({"written": written} if written else {}) | ({} if has_cc else {"has_cc": False})


SITUATIONS = [
    _s("nothing"),
    _s("no C compiler", has_cc=False),
    _s("no C compiler, cgo asked", has_cc=False, CGO_ENABLED="1"),
    _s("no C compiler, CC given", has_cc=False, CC="my-gcc"),
    _s("host named", GOARCH="amd64", GOOS="linux"),
    _s("cross", GOARCH="arm64"),
    _s("cross, CC given", GOARCH="arm64", CC="aarch64-linux-gnu-gcc"),
    _s("cross, cgo asked", GOARCH="arm64", CGO_ENABLED="1"),
    _s("cross, cgo empty", GOARCH="arm64", CGO_ENABLED=""),
    _s("cgo off", CGO_ENABLED="0"),
    _s("cgo empty", CGO_ENABLED=""),
    _s("cgo of another word", CGO_ENABLED="yes"),
    _s("other system", GOOS="windows"),
    _s("empty", GOARCH="", GOOS=""),
    _s("unknown machine", GOARCH="mips9"),
    _s("arm", GOARCH="arm"),
    _s("arm 6", GOARCH="arm", GOARM="6"),
    _s("arm v7", GOARCH="arm", GOARM="v7"),
    _s("arm soft", GOARCH="arm", GOARM="7,softfloat"),
    _s("arm 5 hard", GOARCH="arm", GOARM="5,hardfloat"),
    _s("arm empty", GOARCH="arm", GOARM=""),
    _s("GOARM on amd64", GOARM="6"),
    _s("GOAMD64", GOAMD64="v3"),
    _s("GOAMD64 without v", GOAMD64="3"),
    _s("GO386", GOARCH="386", GO386="softfloat"),
    _s("CC", CC="my-gcc"),
    _s("CC with arguments", CC="my-gcc -m64"),
    _s("CC empty", CC=""),
    _s("CC for target", GOARCH="arm64", CGO_ENABLED="1", CC_FOR_linux_arm64="my-gcc"),
    _s("CGO_CFLAGS", CGO_CFLAGS="-O1"),
    _s("CGO_CFLAGS empty", CGO_CFLAGS=""),
    _s("CFLAGS is not read", CFLAGS="-O1"),
    _s("CGO_LDFLAGS", CGO_LDFLAGS="-s"),
    _s("GOFLAGS", GOFLAGS="-mod=vendor"),
    _s("written", written="CGO_ENABLED=0\nGOARCH=arm64\n"),
    _s("written, variable over it", written="GOARCH=arm64\n", GOARCH="s390x"),
    _s("written, variable empty", written="GOARCH=arm64\n", GOARCH=""),
    _s("written CC", written="CC=my-gcc\nCGO_CFLAGS=-O1\nGOFLAGS=-mod=mod\n"),
    _s("written elsewhere", written="GOARCH=arm64\n", GOENV="off"),
]  # fmt: skip
