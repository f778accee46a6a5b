#!/usr/bin/env bash
# Checks the format of the Swift files and the scripts; with --fix, formats the Swift files.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

swift=(Package.swift Sources Tests)
if [ -d Benchmarks ]; then swift+=(Benchmarks); fi

if [ "${1:-}" = --fix ]; then
    exec swift format --in-place --recursive --parallel "${swift[@]}"
fi
command -v shellcheck >/dev/null || fail "shellcheck is missing: run scripts/setup.sh test"
swift format lint --strict --recursive --parallel "${swift[@]}"
shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
