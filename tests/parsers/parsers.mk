# disconnect_reason: SIP parsers of others, to see what each of them reads
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root; paths are relative to the root.
#
# Each program is called with names of header fields. It reads messages, each
# after its size in 4 bytes, high byte first. For each it writes one line:
# "refused", or "read" and what it found, as " INDEX=VALUE", with the index of
# the name among the arguments and the value in hexadecimal digits.
#
# Debian's packages are of the version that Debian has. All else comes from the
# registry of its language, with its version and its checksum pinned here.

PARSERS := tests/parsers
PARSERS_BUILD := $(BUILD)/parsers
PARSERS_FLAGS := -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -O1 -g
PARSERS_VENV := $(PARSERS_BUILD)/venv
# What the venv brings goes before what the machine has
PARSERS_PATH := PATH="$(abspath $(PARSERS_VENV))/bin:$$PATH"
JAIN_SIP := jain-sip-ri-1.3.0-91
JAIN_SIP_SHA256 := \
	3f322876c22ad1829529315722a055f922044e1d1c2d04e3b7956f451e822db5

.PHONY: parsers parsers-build

parsers: ## fetch and build SIP parsers of others, for the end-to-end tests
	@tests/setup parsers
	@$(MAKE) $(QUIET) parsers-build

parsers-build: $(addprefix $(PARSERS_BUILD)/, osip2 sofia libre sipgo-0.24.1 \
	sipgo-1.4.0 JainSip.class node_modules/ready)

$(PARSERS_BUILD)/osip2: PARSER_LIB := libosip2
$(PARSERS_BUILD)/sofia: PARSER_LIB := sofia-sip-ua
$(PARSERS_BUILD)/libre: PARSER_LIB := libre

# Their headers count as headers of the system: they are not ours to mend
$(PARSERS_BUILD)/%: $(PARSERS)/%.c $(PARSERS)/frame.c $(PARSERS)/frame.h
	mkdir -p $(@D)
	$(CC) $(PARSERS_FLAGS) $$(pkg-config --cflags $(PARSER_LIB) \
		| sed 's/-I/-isystem/g') -o $@ $(filter %.c,$^) \
		$$(pkg-config --libs $(PARSER_LIB))

$(PARSERS_VENV)/ready: $(PARSERS)/venv $(wildcard $(PARSERS)/*.txt)
	echo "parsers: installing what pip has in $(@D)"
	$(PARSERS)/venv $(@D)
	touch $@

# go.mod names one version of sipgo, v1.mod the other
$(PARSERS_BUILD)/sipgo-0.24.1: SIPGO_MOD := go.mod
$(PARSERS_BUILD)/sipgo-1.4.0: SIPGO_MOD := v1.mod

$(PARSERS_BUILD)/sipgo-%: $(wildcard $(PARSERS)/go/*) $(PARSERS_VENV)/ready
	cd $(PARSERS)/go && $(PARSERS_PATH) go build -mod=readonly \
		-modfile=$(SIPGO_MOD) -buildvcs=false -o $(abspath $@) \
		2>$(abspath $@).log || { cat $(abspath $@).log >&2; exit 1; }

# npm ci takes just what is in the lock file, with its checksums
$(PARSERS_BUILD)/node_modules/ready: $(PARSERS)/package.json \
		$(PARSERS)/package-lock.json $(PARSERS_VENV)/ready
	cp $(filter %.json,$^) $(PARSERS_BUILD)
	$(PARSERS_PATH) npm ci --silent --ignore-scripts --no-audit --no-fund \
		--prefix $(PARSERS_BUILD)
	touch $@

$(PARSERS_BUILD)/$(JAIN_SIP).jar:
	mkdir -p $(@D)
	java -jar /usr/share/java/ivy.jar -cache $(abspath $(@D))/ivy \
		-dependency javax.sip $(subst jain-sip-ri-,jain-sip-ri ,$(JAIN_SIP)) \
		-confs default -notransitive \
		-retrieve '$(abspath $(@D))/[artifact]-[revision].[ext]' \
		>$(@D)/ivy.log || { cat $(@D)/ivy.log >&2; exit 1; }
	echo "$(JAIN_SIP_SHA256)  $@" | sha256sum --quiet -c || { rm $@; exit 1; }

$(PARSERS_BUILD)/JainSip.class: $(PARSERS)/JainSip.java \
		$(PARSERS_BUILD)/$(JAIN_SIP).jar
	javac --release 17 -cp $(PARSERS_BUILD)/$(JAIN_SIP).jar -d $(@D) $<
