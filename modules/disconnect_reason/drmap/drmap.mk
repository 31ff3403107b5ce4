# disconnect_reason: the command drmap, from the core and the files of its folder
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root, after tests/core/core.mk, whose CORE
# variables it uses; paths are relative to the root.

DRMAP := modules/disconnect_reason/drmap
DRMAP_VERSION := 1.0
DRMAP_TESTS := tests/drmap
DRMAP_C := $(wildcard $(DRMAP)/*.c) $(CORE_C)

.PHONY: drmap drmap-test drmap-install

# In a make of its own, which finds libconfig once it is installed
drmap: ## build build/drmap, the command that checks maps
	@tests/setup build
	@$(MAKE) $(QUIET) $(BUILD)/drmap

drmap-test: ## test drmap, with sanitizers
	@tests/setup build test
	@$(MAKE) $(QUIET) $(BUILD)/drmap $(BUILD)/drmap-sanitized $(BUILD)/drmap-hungry
	@DRMAP=$(BUILD)/drmap-sanitized HUNGRY=$(BUILD)/drmap-hungry \
		/usr/bin/python3 -m pytest -p no:cacheprovider -q -n 2 $(DRMAP_TESTS)

drmap-install:
	install -v -D -m 755 -t "$(DESTDIR)/usr/bin" $(BUILD)/drmap
	install -v -D -m 644 -t "$(DESTDIR)/usr/share/man/man1" $(DRMAP)/drmap.1
	install -v -D -m 644 $(DRMAP)/drmap.bash \
		"$(DESTDIR)/usr/share/bash-completion/completions/drmap"

# Besides C11, drmap's own files need POSIX
$(OBJ)/plain/$(DRMAP)/%.o $(OBJ)/sanitized/$(DRMAP)/%.o \
$(OBJ)/sanitized/tests/drmap/%.o: DEFINES := -D_XOPEN_SOURCE=700 \
	'-DDRMAP_VERSION="$(DRMAP_VERSION)"'

$(BUILD)/drmap: $(call core_objects,plain,$(DRMAP_C))
	$(core_link) $(CFLAGS) $(LDFLAGS) $(CORE_LIBS)

$(BUILD)/drmap-sanitized: $(call core_objects,sanitized,$(DRMAP_C))
	$(core_link) $(CORE_SANITIZE) $(CORE_LIBS)

$(BUILD)/drmap-hungry: $(call core_objects,sanitized,$(DRMAP_C) \
		tests/drmap/hungry.c)
	$(core_link) $(CORE_SANITIZE) -Wl,--wrap=malloc,--wrap=calloc \
		-Wl,--wrap=realloc,--wrap=getline,--wrap=open_memstream \
		-Wl,--wrap=fclose,--wrap=tsearch $(CORE_LIBS)
