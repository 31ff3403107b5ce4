/**
 * @file edge.h  Texts that end where no memory is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef DR_TEST_EDGE_H
#define DR_TEST_EDGE_H

#include "text.h"

struct dr_text edge_text(const char *s, size_t len);
struct dr_text edge_string(const char *s);
int edge_free(void **state);

/** Text of a literal that may hold zero bytes */
#define EDGE(literal) edge_text((literal), sizeof(literal) - 1)

#endif
