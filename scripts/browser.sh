#!/usr/bin/env bash
# The browser suite (Tests/Browser) against the built .build/debug/sirdar; what is given to it is given to pytest.
# SIRDAR_BROWSER_ALL=1: light and dark, wide and narrow, each with each. SIRDAR_SCREENSHOTS=FOLDER: pictures of pages.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

place=.build/browser
wanted=Tests/Browser/requirements.txt

[ -x "${SIRDAR_PROGRAM:-.build/debug/sirdar}" ] || fail "there is no .build/debug/sirdar: run swift build first"
if ! cmp -s "$wanted" "$place/requirements.txt"; then
    say "Installing Playwright, axe and pytest into $place"
    rm -rf "$place"
    python3 -m venv "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$place/requirements.txt"
fi
exec "$place/bin/python" -B -m pytest -p no:cacheprovider --quiet --tb short --durations 5 Tests/Browser "$@"
