# disconnect_reason: test of the map that workers share, with ThreadSanitizer
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root, after tests/core/core.mk, whose CORE
# variables it uses; paths are relative to the root. Needs Kamailio's headers,
# which stand in TREE, see host.c.

SHARE_BUILD := $(BUILD)/share
# What is compiled as Kamailio compiles it, in place of plain C
SHARE_HOSTED := $(CORE)/../map_shm.c tests/share/host.c
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
	@$(MAKE) $(QUIET) $(SHARE_BUILD)/test_share
	@$(SHARE_BUILD)/test_share >$(SHARE_BUILD)/log 2>&1 \
		|| { cat $(SHARE_BUILD)/log; exit 1; }
	@printf 'test_share: '; grep ' taken during ' $(SHARE_BUILD)/log

$(SHARE_BUILD)/test_share: $(call core_objects,thread,$(SHARE_HOSTED) \
		tests/share/test_share.c $(CORE_C))
	$(core_link) $(SHARE_FLAGS) -lcmocka -lpthread $(CORE_LIBS)

# Kamailio's headers count as headers of the system: they are not ours to mend
$(OBJ)/thread/%.o: %.c $(SHARE_BUILD)/flags
	@mkdir -p $(@D)
	$(call short,CC)$(CC) -std=gnu11 -Wall -Wextra -Werror $(SHARE_FLAGS) \
		-I$(CORE)/.. -I$(CORE) $(if $(filter $(SHARE_HOSTED),$<), \
			@$(SHARE_BUILD)/flags -DUSE_PTHREAD_MUTEX \
			-isystem$(TREE)/src/modules/disconnect_reason) -MMD -MP -c -o $@ $<
