#!/bin/sh
# Makes .venv with the package in it. Needs a Python of 3.11 or later; takes the first that fits.
# Works where ensurepip is missing (Debian without python3-venv): pip of that Python then serves
# the new environment.
set -eu
cd "$(dirname "$0")/.."
extras=${1:-}

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

python=
for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if fits "$name"; then python=$name; break; fi
done
if [ -z "$python" ]; then
    found=$(python3 --version 2>/dev/null || echo "no python3 at all")
    echo "diag needs Python 3.11 or later and found $found: install python3.11 and python3.11-venv, or set PYTHON=/path/to/python." >&2
    exit 1
fi

if [ ! -x .venv/bin/python ] || ! fits .venv/bin/python; then
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        if ! "$python" -m venv --without-pip .venv >/dev/null 2>&1; then
            echo "diag needs the venv module of $("$python" --version): install python3-venv (or python3.11-venv), or set PYTHON to one that has it." >&2
            exit 1
        fi
    fi
fi
if .venv/bin/python -m pip --version >/dev/null 2>&1; then
    install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
elif "$python" -m pip --version >/dev/null 2>&1; then
    install() { "$python" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check "$@"; }
else
    echo "diag needs pip for $("$python" --version), and it has neither ensurepip nor pip: install python3-venv or python3-pip." >&2
    exit 1
fi
if [ -n "$extras" ]; then install --editable ".[$extras]"; else install --editable .; fi
