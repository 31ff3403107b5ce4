/**
 * The loop of the parsers written in C
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

/** What stands in the line of this message; each byte of a value makes two */
static char line[1 << 20];
static size_t line_size;

void found(int index, const char *value, size_t size)
{
	if(line_size + 2 * size + 16 > sizeof(line))
		abort();
	line_size += (size_t)sprintf(line + line_size, " %d=", index);
	for(size_t i = 0; i < size; i++)
		line_size += (size_t)sprintf(
				line + line_size, "%02x", (unsigned char)value[i]);
}

/** Reads a size and the message after it; NULL at the end */
static char *next_message(size_t *size)
{
	unsigned char head[4];
	if(fread(head, 1, sizeof(head), stdin) != sizeof(head))
		return NULL;
	*size = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8
			| head[3];
	/* some parsers want to see a NUL after it */
	char *message = calloc(1, *size + 1);
	if(message == NULL || fread(message, 1, *size, stdin) != *size)
		abort();
	return message;
}

int main(int argc, char **argv)
{
	char *message;
	size_t size;
	(void)argc;
	while((message = next_message(&size)) != NULL) {
		line_size = 0;
		if(parser_read(message, size, argv + 1))
			printf("read%.*s\n", (int)line_size, line);
		else
			puts("refused");
		/* what was said counts, also when the next message ends us */
		fflush(stdout);
		free(message);
	}
	return 0;
}
