# disconnect_reason: the command drmap, from the core and the files of its folder
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root, behind tests/core/core.mk, whose CORE
# variables it uses; paths are relative to the root.

DRMAP := modules/disconnect_reason/drmap
DRMAP_VERSION := 1.0
DRMAP_C := $(wildcard $(DRMAP)/*.c)
DRMAP_H := $(wildcard $(DRMAP)/*.h)
DRMAP_CORE_C := $(CORE_C)
DRMAP_FLAGS := $(CORE_FLAGS) -D_XOPEN_SOURCE=700 \
	'-DDRMAP_VERSION="$(DRMAP_VERSION)"'

.PHONY: drmap drmap-test

drmap: $(BUILD)/drmap ## build build/drmap, the command that checks maps

drmap-test: drmap $(BUILD)/drmap-sanitized ## test drmap, with sanitizers
	@DRMAP=$(abspath $(BUILD)/drmap-sanitized) /usr/bin/python3 -m pytest \
		-p no:cacheprovider -q -n 2 tests/drmap

$(BUILD)/drmap: $(DRMAP_C) $(DRMAP_CORE_C) $(DRMAP_H) $(CORE_H)
	@mkdir -p $(@D)
	$(CC) $(DRMAP_FLAGS) -O2 -o $@ $(DRMAP_C) $(DRMAP_CORE_C) -lconfig

$(BUILD)/drmap-sanitized: $(DRMAP_C) $(DRMAP_CORE_C) $(DRMAP_H) $(CORE_H)
	@mkdir -p $(@D)
	$(CC) $(DRMAP_FLAGS) $(CORE_SANITIZE) -O1 -o $@ $(DRMAP_C) \
		$(DRMAP_CORE_C) -lconfig
