/**
 * @file check.h  What the fuzzers share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_FUZZ_CHECK_H
#define DR_FUZZ_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** Stop here, and let libFuzzer keep the input, unless the condition holds */
#define CHECK(condition) \
	do {                 \
		if(!(condition)) \
			abort();     \
	} while(0)

/** Does a text lie inside another one? */
static inline bool is_inside(struct dr_text text, struct dr_text whole)
{
	return text.s >= whole.s && text.len <= whole.len
		   && text.s + text.len <= whole.s + whole.len;
}

#endif
