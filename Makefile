# disconnect_reason: build, tests and installation
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make help` says what there is to make. Everything made lands in build/.

BUILD := build
OBJ := $(BUILD)/obj
MODULE := $(BUILD)/disconnect_reason.so
TREE := $(BUILD)/kamailio/tree
BUILT := $(TREE)/src/modules/disconnect_reason/disconnect_reason.so
EXAMPLES := /usr/share/doc/disconnect_reason/examples
# Debian keeps pytest with its own python3
PYTEST := /usr/bin/python3 -m pytest -p no:cacheprovider -q -n 2 tests/e2e

# Set by the user: KAMAILIO_SRC, DESTDIR, LIVEKIT_CALLS (how many calls fail in a
# storm of livekit-test), T (see tests/one), V=1 (show each command), and the
# Kamailio to build for
KAMAILIO := kamailio
export PATH := $(PATH):/usr/sbin:/sbin
MAKEFLAGS += --no-print-directory
# What stands in front of a command: one short line in place of the command
short = $(if $(filter 1,$(V)),,@echo '$(1)  $(subst \
	modules/disconnect_reason/,,$(@:$(OBJ)/%=%))';)
QUIET := $(if $(filter 1,$(V)),Q=verbose,-s)

.PHONY: all module demo test golden test-long soak livekit-test lint tree-test \
	bench fuzz install clean distclean help
all: module drmap ## build everything for the Kamailio that is installed (default)

include $(wildcard tests/core/core.mk tests/share/share.mk \
	tests/starve/starve.mk tests/parsers/parsers.mk)
include $(wildcard modules/disconnect_reason/*/*.mk)

module: ## build build/disconnect_reason.so and see that Kamailio loads it
	@tests/setup build
	@modules/kamailio-source $(BUILD)/kamailio
	@$(MAKE) $(QUIET) -C $(dir $(BUILT))
	@$(MAKE) $(QUIET) $(MODULE)

# Only a module that the installed Kamailio takes gets its name
$(MODULE): $(BUILT)
	cp $< $@.new
	printf '%s\n' 'listen=udp:127.0.0.1:5060' 'loadmodule "sl"' \
		'loadmodule "tm"' 'loadmodule "$(abspath $@.new)"' \
		'request_route { exit; }' >$(BUILD)/load.cfg
	$(KAMAILIO) -c -f $(BUILD)/load.cfg >$(BUILD)/load.log 2>&1 \
		|| { cat $(BUILD)/load.log >&2; exit 1; }
	mv $@.new $@
	echo "built $@ for `$(KAMAILIO) -v | sed -n '1s/^version: \(.*[^ ]\).*/\1/p'`"

demo: module ## show what the caller gets for seven failures, before and after
	@tests/setup test
	@tests/demo

test: ## lint, core tests, 20 s of each fuzzer and end-to-end tests; only tests named so with T=NAME
ifdef T
	@MAKE='$(MAKE)' tests/one '$(T)'
else
	@tests/setup build test lint fuzz
	@$(MAKE) lint
	@$(MAKE) core-test
	@$(MAKE) core-coverage
	@$(MAKE) share-test
	@$(MAKE) tree-test
	@$(MAKE) core-fuzz FUZZ_SECONDS=20
	@$(MAKE) drmap-test
	@$(MAKE) module
	@$(MAKE) starve
	@$(MAKE) parsers
	@$(MAKE) doc-test
	@$(PYTEST)
endif

golden: ## write anew what tests expect of messages and drmap, to be looked at with git diff
	@tests/setup build test
	@DR_UPDATE=1 $(MAKE) core-test CORE_TESTS=test_map_golden
	@DRMAP_GOLDEN=write $(MAKE) drmap-test

# A race between two workers shows only now and then: hence the rounds
test-long: ## fuzz ten minutes each, then all end-to-end tests, long and in memcheck
	@tests/setup build test fuzz memcheck
	@$(MAKE) core-fuzz FUZZ_SECONDS=600
	@$(MAKE) module drmap
	@$(MAKE) starve
	@$(MAKE) parsers
	@$(PYTEST) -m long
	@for round in 1 2 3; do $(PYTEST) || exit 1; done
	@tests/memcheck $(BUILD)/memcheck

soak: ## a million calls, or SOAK_CALLS: is the memory flat?
	@tests/setup build test
	@$(MAKE) module
	@$(PYTEST) -n 0 -s -m soak

livekit-test: ## the reason in a real LiveKit; says which variables to set
	@/usr/bin/python3 tests/livekit/programs.py
	@tests/setup build test livekit
	@$(MAKE) module
	@tests/livekit/venv $(BUILD)/livekit
	@$(BUILD)/livekit/bin/python tests/livekit/run $(LIVEKIT_CALLS)

lint: ## formatting, compiler warnings and static analysis
	@tests/setup build lint
	@modules/kamailio-source $(BUILD)/kamailio
	@tests/lint $(TREE)

tree-test: ## build the module's folder in a Kamailio tree, as Kamailio builds its own
	@tests/setup build
	@modules/kamailio-source $(BUILD)/kamailio
	@tests/tree $(TREE)

bench: module ## what the module costs, side by side with other ways
	@tests/setup bench
	@tests/bench
	@$(MAKE) core-bench

fuzz: ## fuzz the parsers of the core
	@tests/setup fuzz
	@$(MAKE) core-fuzz

install: module drmap ## install the module, drmap and the examples (DESTDIR is respected)
	@set -eu; modules=`$(KAMAILIO) -I \
		| sed -n 's/.*paths to modules: *\([^: ]*\).*/\1/p'`; \
	install -v -D -m 644 -t "$(DESTDIR)$${modules:?}" $(MODULE)
	mkdir -p "$(DESTDIR)$(EXAMPLES)"
	cp -R cfg/. "$(DESTDIR)$(EXAMPLES)"
	@$(MAKE) drmap-install

clean: ## remove what was made, keep the fetched Kamailio source
	rm -rf $(TREE)
	[ ! -d $(BUILD) ] || find $(BUILD) -mindepth 1 -maxdepth 1 \
		! -name kamailio -exec rm -rf {} +

distclean: ## remove everything that was made or fetched
	rm -rf $(BUILD)

help: ## say what there is to make
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) \
		| awk -F '\t' '{ printf "%-14s %s\n", $$1, $$2 }'
