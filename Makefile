# `make` alone says what can be done. Each line is a script in scripts/, which says what it does at its top.

.DEFAULT_GOAL := help
.PHONY: help run build test lint format bench bench-peers conformance interface manual soak clean

# "(needs PATH)" at the beginning of a description lists the line only where PATH is.
help:
	@echo "make TARGET, where TARGET is one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { text = $$2; \
		if (match(text, /^\(needs [^)]*\) /)) { \
			if (system("ls -d " substr(text, 8, RLENGTH - 9) " >/dev/null 2>&1") != 0) next; \
			text = substr(text, RLENGTH + 1) } \
		printf "  %-12s %s\n", $$1, text }' $(MAKEFILE_LIST)

run: ## install what is missing, build, make the demonstration studio in an empty data folder, and serve it
	@scripts/run.sh

build: ## build .build/release/sirdar
	@scripts/setup.sh build
	@scripts/build.sh

test: ## everything that must pass: set-up, lint, build, tests, pages in a browser
	@scripts/test.sh

lint: ## check formatting and scripts; change nothing
	@scripts/lint.sh

format: ## format the Swift files in place
	@scripts/lint.sh --fix

bench: ## (needs Benchmarks/Package.swift) measure; `make -s bench` prints one JSON object
	@scripts/bench.sh

bench-peers: ## (needs Benchmarks/peers/run) measure comparable engines; prints one JSON object
	@scripts/bench.sh --peers

conformance: ## the languages against the suites of others and against libjq; `make -s conformance` prints a line each
	@scripts/conformance.sh

interface: ## ask every operation of the interface, with good and with bad requests, of a server of its own
	@scripts/interface.sh

manual: ## manual pages and shells' completions, into .build/share
	@scripts/manual.sh

soak: ## every test under the sanitizers, every page in every look, every operation; before a version, takes long
	@scripts/soak.sh

clean: ## remove what was built; data is left alone
	rm -rf .build .build-* Benchmarks/.build
