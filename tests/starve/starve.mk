# disconnect_reason: the Kamailio module of the tests that refuses memory
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root; paths are relative to the root.

STARVE_TREE := $(TREE)/src/modules/starve

.PHONY: starve

starve: ## build build/starve.so, with which tests refuse memory to the module
	@tests/setup build
	@modules/kamailio-source $(BUILD)/kamailio
	@mkdir -p $(STARVE_TREE)
	@ln -sf -t $(STARVE_TREE) $(addprefix $(abspath tests/starve)/,Makefile starve.c)
	@$(MAKE) $(QUIET) -C $(STARVE_TREE)
	@cmp -s $(STARVE_TREE)/starve.so $(BUILD)/starve.so \
		|| cp $(STARVE_TREE)/starve.so $(BUILD)/starve.so
