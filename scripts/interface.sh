#!/usr/bin/env bash
# Asks every operation of the interface with good and bad requests: interface.sh CASES PHASES [SEED].
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ -x .build/debug/sirdar ] || fail "build first: swift build"
tools=.build/interface
if [ ! -x "$tools/bin/st" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check 'schemathesis==4.32.5'
fi
exec python3 Tests/Interface/probe.py .build/debug/sirdar "$tools/bin/st" "${1:-20}" "${2:-examples,coverage,fuzzing}" ${3:+"$3"}
