#!/usr/bin/env bash
# Writes manual pages and shells' completions into .build/share, laid out as below /usr/share: manual.sh [release|debug].
set -euo pipefail
. "$(dirname "$0")/lib.sh"

configuration=${1:-release}
share=.build/share
# The argument parser's own tool, which builds the program and asks it for its help.
swift package generate-manual --configuration "$configuration" --multi-page >&2
sirdar=.build/$configuration/sirdar
rm -rf "$share"
mkdir -p "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/vendor-completions" \
    "$share/fish/vendor_completions.d"
cp .build/plugins/GenerateManual/outputs/sirdar/*.1 "$share/man/man1/"
"$sirdar" --generate-completion-script bash >"$share/bash-completion/completions/sirdar"
"$sirdar" --generate-completion-script zsh >"$share/zsh/vendor-completions/_sirdar"
"$sirdar" --generate-completion-script fish >"$share/fish/vendor_completions.d/sirdar.fish"
say "$(find "$share/man" -name '*.1' | wc -l) manual pages and three shells' completions are in $share"
