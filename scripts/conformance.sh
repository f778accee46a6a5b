#!/usr/bin/env bash
# The languages against the suites that others wrote, and the expressions against libjq. Standard output has a line for each
# suite and nothing else; it ends with 1 when a test fails, or when a number is worse than docs/conformance.md says.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

log=.build/conformance.log
python=.build/libjq/bin/python

scripts/setup.sh test
if ! "$python" -c 'import jq' 2>/dev/null; then
    say "Installing libjq (PyPI's jq) into .build/libjq"
    { python3 -m venv .build/libjq && .build/libjq/bin/pip install --quiet 'jq==1.13.0'; } >&2
fi
export JQ_PYTHON=$PWD/$python

passed=0
tests "$log" --no-parallel --filter 'SuiteTests|DifferentialTests|Conformance' >&2 || passed=1

# The lines of the table in docs/conformance.md: name, passed, failed, refused.
while read -r name least_passed most_failed most_refused; do
    line=$(grep -o "CONFORMANCE $name [0-9].*" "$log" | tail -n 1 | cut -d ' ' -f 2-) || line=
    if [ -z "$line" ]; then
        say "$name: docs/conformance.md has it, and no test told of it"
        passed=1
        continue
    fi
    printf '%s\n' "$line"
    read -r now_passed now_failed now_refused < <(tr -cd '0-9 \n' <<<"${line#"$name"}")
    if ((now_passed < least_passed || now_failed > most_failed || now_refused > most_refused)); then
        say "$name: docs/conformance.md says $least_passed passed, $most_failed failed, $most_refused refused"
        passed=1
    fi
done < <(awk -F ' *[|] *' '/^\| [a-z-]+ \| [0-9]+ \| [0-9]+ \| [0-9]+ \|/ { print $2, $3, $4, $5 }' docs/conformance.md)

line=$(grep -o 'CONFORMANCE libjq .*' "$log" | tail -n 1 | cut -d ' ' -f 2-) || line=
printf '%s\n' "${line:-libjq was not compared}"
[[ $line == *', 0 differ, '* ]] || passed=1
exit "$passed"
