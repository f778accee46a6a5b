#!/usr/bin/env bash
# Measures, and prints one JSON object on standard output; everything else is on standard error.
# bench.sh: this project, by the product sirdar-bench of Benchmarks/. bench.sh --peers: comparable engines.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

if [ "${1:-}" = --peers ]; then
    [ -x Benchmarks/peers/run ] || fail "there is no Benchmarks/peers/run"
    exec Benchmarks/peers/run
fi
[ -e Benchmarks/Package.swift ] || fail "there is no Benchmarks/Package.swift"
scripts/setup.sh run
swift build -c release --package-path Benchmarks --product sirdar-bench >&2
exec Benchmarks/.build/release/sirdar-bench
