#!/usr/bin/env bash
# Sets up, builds, makes the demonstration studio in an empty data folder, and serves it until Ctrl-C.
# SIRDAR_DATA is the folder (data), SIRDAR_LISTEN the address (127.0.0.1:8080).
set -euo pipefail
. "$(dirname "$0")/lib.sh"

export SIRDAR_DATA=${SIRDAR_DATA:-data} SIRDAR_LISTEN=${SIRDAR_LISTEN:-127.0.0.1:8080}

scripts/setup.sh run
scripts/build.sh
# A demonstration that was interrupted is finished first.
if [ -z "$(ls -A "$SIRDAR_DATA" 2>/dev/null)" ] ||
    { [ -e "$SIRDAR_DATA/demonstration" ] && [ ! -e "$SIRDAR_DATA/demo-credentials.json" ]; }; then
    say "Making the demonstration studio in $SIRDAR_DATA"
    .build/release/sirdar demo
fi
exec .build/release/sirdar serve
