#!/usr/bin/env bash
# Installs what is missing: setup.sh build | run | test. Says nothing and asks nobody when nothing is.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# To build: git fetches the packages; the C libraries; and what the Swift toolchain itself links with.
build=(
    git ca-certificates pkg-config make
    libsqlite3-dev libmd4c-dev libargon2-dev
    binutils gcc libc6-dev libstdc++-12-dev libcurl4 libxml2 libncurses6 tzdata zlib1g-dev
)
# To run: the local cloud keeps machines' disks as files, and works on them with these.
run=(qemu-utils e2fsprogs zerofree)
# To test: the browser with a font to draw with, Python for the suites that drive it and for the journal's second
# verifier, and the linter of scripts.
test=(chromium fonts-liberation python3 python3-venv python3-cryptography shellcheck)

case "${1:-}" in
build) wanted=("${build[@]}") ;;
run) wanted=("${build[@]}" "${run[@]}") ;;
test) wanted=("${build[@]}" "${run[@]}" "${test[@]}") ;;
*) fail "usage: scripts/setup.sh build|run|test" ;;
esac

toolchain() {
    command -v swift >/dev/null && return
    fail "Swift 6.3 or later is missing, and Debian has no package of it: see https://www.swift.org/install/linux/"
}

# Prints those of the wanted packages that are not installed.
missing() {
    local name
    for name in "${wanted[@]}"; do
        # An unknown package is a missing one, and dpkg-query says so by failing.
        [ "$(dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | head -n 1)" = installed ] || echo "$name"
    done
}

# as_root COMMAND…: runs it as root, by sudo where needed, or says what somebody else has to run.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo "$@"
    else
        fail "missing; who may install packages must run: apt-get update && apt-get install ${packages[*]}"
    fi
}

toolchain
if ! command -v dpkg-query >/dev/null; then
    say "This is not Debian, so nothing is installed; what matches these packages has to be there: ${wanted[*]}"
    exit 0
fi
mapfile -t packages < <(missing)
[ "${#packages[@]}" -gt 0 ] || exit 0

say "Installing from Debian's packages: ${packages[*]}"
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q "$@" >&2; }
apt update
apt install -y --no-install-recommends "${packages[@]}"
mapfile -t packages < <(missing)
[ "${#packages[@]}" = 0 ] || fail "still missing after the installation: ${packages[*]}"
