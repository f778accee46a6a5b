#!/usr/bin/env bash
# What the other scripts share; sourced, not run. Leaves the shell in the root of the repository.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# say SENTENCE: for people, so on standard error; standard output is for results.
say() { printf '%s\n' "$*" >&2; }

# fail SENTENCE: says why, and stops.
fail() {
    say "sirdar: $*"
    exit 1
}

# stage NAME COMMAND…: runs one stage, and prints its name before and its seconds after it.
stages=()
stage() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    if ! "$@"; then
        printf '== %s: FAILED after %d s\n' "$name" $((SECONDS - start))
        exit 1
    fi
    printf '== %s: passed in %d s\n' "$name" $((SECONDS - start))
    stages+=("$(printf '%6d s  %s' $((SECONDS - start)) "$name")")
}

# summary: the stages that passed, with their seconds.
summary() {
    printf '\n== all %d stages passed in %d s\n' "${#stages[@]}" "$SECONDS"
    printf '%s\n' "${stages[@]}"
}

# tests LOG ARGUMENT…: swift test, whose output is shown and kept in LOG. What failed is said again at the end. A run of no
# test at all is a failure.
tests() {
    local log=$1
    shift
    mkdir -p "$(dirname "$log")"
    if ! swift test --disable-xctest "$@" 2>&1 | tee "$log"; then
        printf '\n== what failed\n'
        grep -A 1 'recorded an issue' "$log" | head -n 200 || true
        grep 'Test run with' "$log" || say "the tests did not come to their end"
        return 1
    fi
    if ! grep -q 'Test run with [1-9][0-9]* test' "$log"; then
        say "not one test ran"
        return 1
    fi
}
