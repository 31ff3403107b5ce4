/**
 * What the parsers written in C share: messages come in, values go out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * See parsers.mk for what is read and written.
 */

#ifndef TESTS_PARSERS_FRAME_H
#define TESTS_PARSERS_FRAME_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Reads one message with the parser; every program has its own
 *
 * @param names ends with NULL; found() is called for each field of each name,
 *        those of one name in the order of the message
 * @return false when the parser refuses the message
 */
bool parser_read(char *message, size_t size, char *const *names);

/** Keeps a value of the field names[index] */
void found(int index, const char *value, size_t size);

#endif
