# disconnect_reason: the command drmap, from the core and the files of its folder
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root, after tests/core/core.mk, whose CORE
# variables it uses; paths are relative to the root.

DRMAP := modules/disconnect_reason/drmap
DRMAP_VERSION := 1.0
DRMAP_BUILD := $(BUILD)/drmap.d
DRMAP_O := $(patsubst %.c,%.o,$(wildcard $(DRMAP)/*.c) $(CORE_C))
DRMAP_H := $(wildcard $(DRMAP)/*.h) $(CORE_H)
DRMAP_FLAGS := $(CORE_FLAGS) -D_XOPEN_SOURCE=700 \
	'-DDRMAP_VERSION="$(DRMAP_VERSION)"'

.PHONY: drmap drmap-test drmap-install

# In a make of its own, which finds libconfig once it is installed
drmap: ## build build/drmap, the command that checks maps
	@tests/setup build
	@$(MAKE) $(BUILD)/drmap

drmap-test: ## test drmap, with sanitizers
	@tests/setup build test
	@$(MAKE) $(BUILD)/drmap $(BUILD)/drmap-sanitized $(BUILD)/drmap-hungry
	@DRMAP=$(BUILD)/drmap-sanitized HUNGRY=$(BUILD)/drmap-hungry \
		/usr/bin/python3 -m pytest -p no:cacheprovider -q -n 2 tests/drmap

drmap-install:
	install -v -D -m 755 -t "$(DESTDIR)/usr/bin" $(BUILD)/drmap
	install -v -D -m 644 -t "$(DESTDIR)/usr/share/man/man1" $(DRMAP)/drmap.1
	install -v -D -m 644 $(DRMAP)/drmap.bash \
		"$(DESTDIR)/usr/share/bash-completion/completions/drmap"

# What packagers ask for comes after what is needed anyway
$(BUILD)/drmap: $(addprefix $(DRMAP_BUILD)/plain/,$(DRMAP_O))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

$(BUILD)/drmap-sanitized: $(addprefix $(DRMAP_BUILD)/sanitized/,$(DRMAP_O))
	$(CC) $(CORE_SANITIZE) -o $@ $^ $(CORE_LIBS)

$(BUILD)/drmap-hungry: $(addprefix $(DRMAP_BUILD)/sanitized/,$(DRMAP_O) \
		tests/drmap/hungry.o)
	$(CC) $(CORE_SANITIZE) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
		-Wl,--wrap=getline,--wrap=open_memstream \
		-Wl,--wrap=fclose,--wrap=tsearch -o $@ $^ $(CORE_LIBS)

$(DRMAP_BUILD)/plain/%.o: %.c $(DRMAP_H)
	@mkdir -p $(@D)
	@$(CC) $(DRMAP_FLAGS) -O2 $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(DRMAP_BUILD)/sanitized/%.o: %.c $(DRMAP_H)
	@mkdir -p $(@D)
	@$(CC) $(DRMAP_FLAGS) $(CORE_SANITIZE) -O1 -c -o $@ $<
