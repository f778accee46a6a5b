#!/usr/bin/env bash
# Builds .build/release/sirdar.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

swift build -c release --product sirdar
say "Built .build/release/sirdar"
