#!/usr/bin/env bash
# Everything that must pass, stage by stage; the first that fails ends it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

log=.build/test.log
# A module that uses another without declaring it would build by luck, on one machine, on one day.
flags=(--explicit-target-dependency-import-check error)

stage "set-up" scripts/setup.sh test
stage "lint" scripts/lint.sh
stage "build" swift build --build-tests "${flags[@]}"
# One after the other: tests wait for other threads, and two that wait would hold both threads that a small machine
# gives to asynchronous ones.
stage "test" tests "$log" --skip-build --no-parallel "${flags[@]}"
stage "browser" scripts/browser.sh
stage "interface" scripts/interface.sh 5 examples,coverage
summary
grep 'Test run with' "$log" | tail -n 1
