# disconnect_reason: test of the map that workers share, with ThreadSanitizer
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root, behind tests/core/core.mk, whose CORE
# variables it uses; paths are relative to the root. Needs Kamailio's headers,
# which stand in TREE, see host.c.

SHARE_BUILD := $(BUILD)/share
SHARE_C := $(CORE)/../map_shm.c tests/share/host.c tests/share/test_share.c
SHARE_O := $(patsubst %.c,$(SHARE_BUILD)/%.o,$(SHARE_C) $(CORE_C))
SHARE_FLAGS := -fsanitize=thread -fno-omit-frame-pointer -g -O1

.PHONY: share-test

share-test: ## test the map that workers share, for races
	@modules/kamailio-source $(BUILD)/kamailio
	@mkdir -p $(SHARE_BUILD)
	@$(MAKE) -s -C $(dir $(BUILT)) --eval='print: ; @: $$(info $$(filter-out \
		-DFAST_LOCK -DUSE_FUTEX -DADAPTIVE_WAIT% \
		-DDBG_SR_MEMORY,$$(C_DEFS)))' print >$(SHARE_BUILD)/flags.new
	@cmp -s $(SHARE_BUILD)/flags.new $(SHARE_BUILD)/flags \
		|| mv $(SHARE_BUILD)/flags.new $(SHARE_BUILD)/flags
	@$(MAKE) -s $(SHARE_BUILD)/test_share
	@$(SHARE_BUILD)/test_share >$(SHARE_BUILD)/log 2>&1 \
		|| { cat $(SHARE_BUILD)/log; exit 1; }
	@printf 'test_share: '; grep ' taken during ' $(SHARE_BUILD)/log

$(SHARE_BUILD)/test_share: $(SHARE_O)
	@$(CC) $(SHARE_FLAGS) -o $@ $^ -lcmocka -lpthread $(CORE_LIBS)

# Kamailio's headers count as headers of the system: they are not ours to mend
$(SHARE_BUILD)/%.o: %.c $(CORE_H) tests/share/host.h $(SHARE_BUILD)/flags
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 -Wall -Wextra -Werror $(SHARE_FLAGS) -I$(CORE)/.. -I$(CORE) \
		$(if $(filter tests/share/host.c %map_shm.c,$<), \
			@$(SHARE_BUILD)/flags -DUSE_PTHREAD_MUTEX \
			-isystem$(TREE)/src/modules/disconnect_reason) -c -o $@ $<
