# disconnect_reason: tests of the core, which needs no Kamailio
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Included by the Makefile at the root; paths are relative to it.

CORE := modules/disconnect_reason/core
CORE_C := $(wildcard $(CORE)/*.c)
CORE_TESTS := $(patsubst tests/core/%.c,%,$(wildcard tests/core/test_*.c))
CORE_FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# The plain ways to do what the core does, for the fuzzers too
CORE_MODEL_C := $(wildcard tests/core/*model*.c)
CORE_HELPERS_C := $(filter-out tests/core/test_% tests/core/bench_%, \
	$(wildcard tests/core/*.c))
CORE_LIBS := $(shell pkg-config --libs libconfig)
CORE_BUILD := $(BUILD)/core
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
.PRECIOUS: $(OBJ)/sanitized/%.o $(OBJ)/coverage/%.o $(OBJ)/fuzz/%.o $(OBJ)/plain/%.o

core-test: $(CORE_TESTS:%=$(CORE_BUILD)/%) ## test the core, with sanitizers
	@for t in $^; do \
		$$t >$$t.log 2>&1 || { cat $$t.log; exit 1; }; \
		printf '%s: ' $$(basename $$t); grep -F 'PASSED' $$t.log || exit 1; \
	done

core-fuzz: $(CORE_FUZZERS:%=$(CORE_BUILD)/%) ## fuzz each parser FUZZ_SECONDS long, two at a time
	@printf '%s\n' $^ | xargs -P 2 -I % tests/fuzz/run % $(FUZZ_SECONDS)

# What earlier runs and other versions of a file counted must not count
core-coverage: ## print branch coverage of the core; all that can be taken must be
	@mkdir -p $(OBJ)/coverage
	@find $(OBJ)/coverage -name '*.gcda' -exec rm {} +
	@$(MAKE) $(QUIET) $(CORE_TESTS:%=$(CORE_BUILD)/coverage/%)
	@for t in $(CORE_TESTS); do \
		$(CORE_BUILD)/coverage/$$t >$(CORE_BUILD)/coverage/log 2>&1 \
			|| { cat $(CORE_BUILD)/coverage/log; exit 1; }; \
	done
	@tests/core/coverage tests/core/unreached.tsv \
		$(CORE_C:%.c=$(OBJ)/coverage/%.gcda)

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

# A file is compiled once for drmap and benchmarks, once for tests, once to
# count its branches, and once for fuzzers. What compiled it last says in a .d
# file of what it is made.
-include $(shell [ ! -d $(OBJ) ] || find $(OBJ) -name '*.d')
define core_compile
@mkdir -p $(@D)
$(call short,CC)$(CC) $(CORE_FLAGS) $(DEFINES) -MMD -MP -c -o $@ $<
endef
define core_link
@mkdir -p $(@D)
$(call short,LD)$(CC) -o $@ $^
endef

# What packagers ask for comes after what is needed anyway
$(OBJ)/plain/%.o: %.c
	$(core_compile) -O2 $(CPPFLAGS) $(CFLAGS)

$(OBJ)/sanitized/%.o: %.c
	$(core_compile) $(CORE_SANITIZE) -O1

$(OBJ)/coverage/%.o: %.c
	$(core_compile) -O0 --coverage

$(OBJ)/fuzz/%.o: CC := $(CLANG)
$(OBJ)/fuzz/%.o: %.c
	$(core_compile) $(CORE_SANITIZE) -fsanitize=fuzzer-no-link -O1

# The objects $2 of a way to compile
core_objects = $(patsubst %.c,$(OBJ)/$(1)/%.o,$(2))
core_wrap = $(if $(filter $(CORE_WRAPPED),$(@F)),$(CORE_WRAP))

$(CORE_BUILD)/test_%: $(OBJ)/sanitized/tests/core/test_%.o \
		$(call core_objects,sanitized,$(CORE_C) $(CORE_HELPERS_C))
	$(core_link) $(CORE_SANITIZE) $(core_wrap) -lcmocka $(CORE_LIBS)

$(CORE_BUILD)/coverage/test_%: $(OBJ)/coverage/tests/core/test_%.o \
		$(call core_objects,coverage,$(CORE_C) $(CORE_HELPERS_C))
	$(core_link) --coverage $(core_wrap) -lcmocka $(CORE_LIBS)

$(CORE_BUILD)/fuzz_%: CC := $(CLANG)
$(CORE_BUILD)/fuzz_%: $(OBJ)/fuzz/tests/fuzz/fuzz_%.o \
		$(call core_objects,fuzz,$(CORE_C) $(CORE_MODEL_C) tests/fuzz/rules.c)
	$(core_link) $(CORE_SANITIZE) -fsanitize=fuzzer $(CORE_LIBS)

$(CORE_BUILD)/bench_%: $(OBJ)/plain/tests/core/bench_%.o \
		$(call core_objects,plain,$(CORE_C))
	$(core_link) $(CORE_LIBS)
