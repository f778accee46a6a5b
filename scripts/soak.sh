#!/usr/bin/env bash
# Every test under the thread sanitizer and the address sanitizer, each in a build of its own; every page in every look;
# every operation of the interface, with hundreds of requests each; and a crowd at one queue in its full numbers.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

stage "set-up" scripts/setup.sh test
for sanitizer in thread address; do
    stage "tests, $sanitizer sanitizer" \
        tests ".build-$sanitizer/test.log" --sanitize "$sanitizer" --scratch-path ".build-$sanitizer"
done
SIRDAR_CROWD=full stage "a crowd at one queue: 64 × 20,000, 1,000 × 20" tests ".build/crowd.log" --filter CrowdTests
stage "build" swift build
stage "browser, light and dark, wide and narrow" env SIRDAR_BROWSER_ALL=1 scripts/browser.sh
stage "interface" scripts/interface.sh 200 examples,coverage,fuzzing,stateful
summary
