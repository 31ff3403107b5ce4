# disconnect_reason: tests of the core, which needs no Kamailio
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root; paths are relative to it.

CORE := modules/disconnect_reason/core
CORE_C := $(wildcard $(CORE)/*.c)
# The plain ways to do what the core does, for the fuzzers too
CORE_MODEL_C := $(addprefix tests/core/, map_model.c model_classify.c \
	model_reply.c model_strip.c)
CORE_HELPERS_C := $(CORE_MODEL_C) $(addprefix tests/core/, edge.c \
	map_design.c map_random.c map_written.c)
CORE_H := $(wildcard $(CORE)/*.h tests/core/*.h tests/fuzz/*.h)
CORE_LIBS := $(shell pkg-config --libs libconfig)
CORE_BUILD := $(BUILD)/core
CORE_COVERAGE := $(CORE_BUILD)/coverage
CORE_TESTS := $(patsubst tests/core/%.c,%,$(wildcard tests/core/test_*.c))
CORE_FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
CORE_FLAGS := -std=c11 -Wall -Wextra -Werror -Wconversion -Wshadow -g \
	-I$(CORE) -Itests/core
CORE_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
# The core's calls for memory go through this test
CORE_WRAPPED := test_map_memory
CORE_WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
# The one that both supported Debians have
CLANG := clang-19
FUZZ_SECONDS := 60

.PHONY: core-test core-fuzz core-coverage core-bench
.PRECIOUS: $(CORE_BUILD)/test/%.o $(CORE_BUILD)/fuzz/%.o $(CORE_COVERAGE)/%.o

core-test: $(CORE_TESTS:%=$(CORE_BUILD)/%) ## test the core, with sanitizers
	@for t in $^; do \
		$$t >$$t.log 2>&1 || { cat $$t.log; exit 1; }; \
		printf '%s: ' $$(basename $$t); grep -F 'PASSED' $$t.log || exit 1; \
	done

core-fuzz: $(CORE_FUZZERS:%=$(CORE_BUILD)/%) ## fuzz each parser FUZZ_SECONDS long, two at a time
	@printf '%s\n' $^ | xargs -P 2 -I % tests/fuzz/run % $(FUZZ_SECONDS)

# What earlier runs and other versions of a file counted must not count
core-coverage: ## print branch coverage of the core; all that can be taken must be
	@mkdir -p $(CORE_COVERAGE)
	@find $(CORE_COVERAGE) -name '*.gcda' -exec rm {} +
	@$(MAKE) -s $(CORE_TESTS:%=$(CORE_COVERAGE)/%)
	@for t in $(CORE_TESTS); do \
		$(CORE_COVERAGE)/$$t >$(CORE_COVERAGE)/log 2>&1 \
			|| { cat $(CORE_COVERAGE)/log; exit 1; }; \
	done
	@tests/core/coverage tests/core/unreached.tsv \
		$(CORE_C:%.c=$(CORE_COVERAGE)/%.gcda)

# Instructions are those of 2,000 answers without those of 1,000. A name that a
# trunk made up costs what it costs in a reply with ten: 1.3 times that is too
# much.
core-bench: $(CORE_BUILD)/bench_lookup $(CORE_BUILD)/bench_strip ## what an answer costs by size of the map, and a reply by names to strip
	@$<
	@printf '\n%-8s %6s %6s %20s\n' asks rules trunks instructions/answer
	@for map in 'none 0 0' $(foreach kind,code q850 header phrase all, \
			'$(kind) 10 1' '$(kind) 100 10' '$(kind) 10000 1000'); do \
		for answers in 1000 2000; do \
			$(call CORE_COUNT,ask_all) $< $$map $$answers 2>&1 \
				| sed -n 's/.*Collected : *//p'; \
		done | xargs echo $$map | awk '{ \
			printf "%-8s %6d %6d %20.1f\n", $$1, $$2, $$3, ($$5 - $$4) / 1000 }'; \
	done
	@printf '\n%-8s %6s %20s %20s\n' spoofed fields instructions/reply \
		instructions/field
	@for kind in name trimmed; do \
		for fields in 0 10 100 1000; do \
			for replies in 100 200; do \
				$(call CORE_COUNT,dr_strip) $(CORE_BUILD)/bench_strip $$kind \
					$$fields $$replies 2>&1 | sed -n 's/.*Collected : *//p'; \
			done | xargs echo $$kind $$fields; \
		done; \
	done | awk '{ \
		reply = ($$4 - $$3) / 100 } \
		$$2 == 0 { none = reply; printf "%-8s %6d %20.1f\n", $$1, $$2, reply; \
			next } \
		{ field = (reply - none) / $$2; \
			printf "%-8s %6d %20.1f %20.1f\n", $$1, $$2, reply, field } \
		$$2 == 10 { ten = field } \
		field > 1.3 * ten || field <= 0 { bad = 1 } \
		END { if(bad || NR != 8) { print "core-bench: not linear"; exit 1 } }'

CORE_COUNT = valgrind --tool=callgrind --callgrind-out-file=/dev/null \
	--toggle-collect=$(1)

$(CORE_BUILD)/bench_%: tests/core/bench_%.c $(CORE_C) $(CORE_H)
	@mkdir -p $(@D)
	@$(CC) $(CORE_FLAGS) -O2 -o $@ $(filter %.c,$^) $(CORE_LIBS)

# The core is compiled once for all tests, once for all fuzzers, and once to
# count its branches
$(CORE_BUILD)/test/%.o: %.c $(CORE_H)
	@mkdir -p $(@D)
	@$(CC) $(CORE_FLAGS) $(CORE_SANITIZE) -O1 -c -o $@ $<

$(CORE_COVERAGE)/%.o: %.c $(CORE_H)
	@mkdir -p $(@D)
	@$(CC) $(CORE_FLAGS) -O0 --coverage -c -o $@ $<

$(CORE_BUILD)/fuzz/%.o: %.c $(CORE_H)
	@mkdir -p $(@D)
	@$(CLANG) $(CORE_FLAGS) $(CORE_SANITIZE) -fsanitize=fuzzer-no-link -O1 -c \
		-o $@ $<

$(CORE_BUILD)/test_%: $(CORE_BUILD)/test/tests/core/test_%.o \
		$(patsubst %.c,$(CORE_BUILD)/test/%.o,$(CORE_C) $(CORE_HELPERS_C))
	@$(CC) $(CORE_SANITIZE) $(if $(filter $(CORE_WRAPPED),$(@F)),$(CORE_WRAP)) \
		-o $@ $^ -lcmocka $(CORE_LIBS)

$(CORE_COVERAGE)/test_%: $(CORE_COVERAGE)/tests/core/test_%.o \
		$(patsubst %.c,$(CORE_COVERAGE)/%.o,$(CORE_C) $(CORE_HELPERS_C))
	@$(CC) --coverage $(if $(filter $(CORE_WRAPPED),$(@F)),$(CORE_WRAP)) \
		-o $@ $^ -lcmocka $(CORE_LIBS)

$(CORE_BUILD)/fuzz_%: $(CORE_BUILD)/fuzz/tests/fuzz/fuzz_%.o \
		$(patsubst %.c,$(CORE_BUILD)/fuzz/%.o,$(CORE_C) $(CORE_MODEL_C) \
			tests/fuzz/rules.c)
	@$(CLANG) $(CORE_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(CORE_LIBS)
