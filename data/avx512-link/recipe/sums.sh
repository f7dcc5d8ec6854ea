#!/bin/bash
# Writes data/SHA256SUMS: every file of data/ but itself, as `sha256sum --check` reads it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
find . -type f ! -name "SHA256SUMS*" ! -path '*/__pycache__/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum > SHA256SUMS.new
mv SHA256SUMS.new SHA256SUMS
