#!/usr/bin/env bash
# The tests whose name says Conformance: the languages against the suites that others wrote.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh build
tests .build/conformance.log --filter Conformance
