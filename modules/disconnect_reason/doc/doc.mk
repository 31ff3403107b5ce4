# disconnect_reason: the module's README, made from its DocBook files
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root; paths are relative to the root. The
# README is what Kamailio's own "make modules-readme" makes: by its Makefile and
# stylesheets, in a folder that looks like a Kamailio tree. DocBook's files come
# from Debian's packages, through the XML catalog of the system: nothing is
# fetched.

README_TREE := $(BUILD)/readme
DOC_TESTS := tests/doc
BOOK := disconnect_reason.xml
README_DOC := $(README_TREE)/src/modules/disconnect_reason/doc

.PHONY: readme readme-new doc-test

readme: readme-new ## write modules/disconnect_reason/README from its DocBook
	cp $(README_DOC)/../README modules/disconnect_reason/README

# xsltproc goes on without a file that it cannot include, and lynx takes what is
# left: so no word may come from either
readme-new:
	@tests/setup build doc
	@modules/kamailio-source $(BUILD)/kamailio
	@rm -rf $(README_TREE)
	@mkdir -p $(README_DOC) $(README_TREE)/doc
	@ln -s "`cat $(TREE)/source`/doc/docbook" $(README_TREE)/doc/docbook
	@cp modules/disconnect_reason/doc/*.xml \
		modules/disconnect_reason/doc/Makefile $(README_DOC)
	@{ xmllint --nonet --noent --xinclude --nofixup-base-uris \
		$(README_DOC)/$(BOOK) \
		| sed 's/ xmlns:xi="[^"]*"//' >$(README_DOC)/valid.xml; \
	} 2>$(README_TREE)/log
	@{ xmllint --nonet --valid --noout $(README_DOC)/valid.xml; \
	LC_ALL=C.UTF-8 $(MAKE) -s -C $(README_DOC) txt xsltproc_flags=--nonet \
		lynx_flags="-nolist -display_charset=utf-8 -cfg=/dev/null"; \
	} 2>>$(README_TREE)/log
	@! grep . $(README_TREE)/log >&2
	@mv $(README_DOC)/$(BOOK:.xml=.txt) $(README_DOC)/../README

doc-test: ## check the documents: is all that is exported in them, is it true
	@tests/setup build test doc
	@$(MAKE) readme-new drmap
	@/usr/bin/python3 -m pytest -p no:cacheprovider -q -n 2 $(DOC_TESTS)
