#!/bin/sh
# Makes .venv with the package in it: `sh tools/venv.sh [EXTRA]`. Needs a Python of 3.11 or later:
# $PYTHON where it is set, else the first on PATH that fits. Works where ensurepip is missing too
# (Debian without python3-venv): pip of that Python then serves the new environment.
set -eu
cd "$(dirname "$0")/.."
extra=${1:-}

fail() { echo "diag: $1" >&2; exit 1; }
fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
version_of() { "$1" --version 2>/dev/null || echo "no Python at all"; }

if [ -n "${PYTHON:-}" ]; then
    python=$PYTHON
    fits "$python" || fail "needs Python 3.11 or later; PYTHON=$python is $(version_of "$python")."
else
    python=
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if fits "$name"; then python=$name; break; fi
    done
    [ -n "$python" ] ||
        fail "needs Python 3.11 or later and found $(version_of python3): install python3.11 and python3.11-venv, or set PYTHON=/path/to/python."
fi

if fits .venv/bin/python; then
    echo "installing what pyproject.toml names into .venv"
else
    echo "making .venv and installing into it what pyproject.toml names: a minute or two"
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        "$python" -m venv --without-pip .venv >/dev/null 2>&1 ||
            fail "needs the venv module of $(version_of "$python"): install python3-venv, or set PYTHON=/path/to/python to one that has it."
    fi
fi

if .venv/bin/python -m pip --version >/dev/null 2>&1; then
    pip() { .venv/bin/python -m pip "$@"; }
elif "$python" -m pip --version >/dev/null 2>&1; then
    pip() { "$python" -m pip --python .venv/bin/python "$@"; }
else
    fail "needs pip for $(version_of "$python"), which has neither ensurepip nor pip: install python3-venv or python3-pip."
fi

# Errors only: warnings of pip about its own settings are no news here.
package=.${extra:+[$extra]}
pip install -qq --disable-pip-version-check --editable "$package" ||
    fail "pip could not install what pyproject.toml names; its message stands above."
