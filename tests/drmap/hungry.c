/**
 * @file hungry.c  Lets drmap run out of memory
 *
 * Linked so that drmap's calls for memory, and the core's, come here. Of those
 * the one whose number HUNGRY_AT gives, from 0, has no memory, and with
 * HUNGRY_ON=1 none of those behind it. The file that HUNGRY_MARK names is made
 * when it comes to that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The linker gives these names to the real functions and to ours */
/* NOLINTBEGIN(*reserved-identifier,cert-dcl*) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *s);
ssize_t __real_getline(char **line, size_t *size, FILE *file);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *s);
ssize_t __wrap_getline(char **line, size_t *size, FILE *file);


static long number_of(const char *name)
{
	const char *text = getenv(name);

	return text ? strtol(text, NULL, 10) : 0;
}


static void mark(void)
{
	const char *path = getenv("HUNGRY_MARK");
	FILE *file = path ? fopen(path, "w") : NULL;

	if(!file || fclose(file) != 0)
		abort();
}


static int is_out(void)
{
	static long calls = -1;
	long at = number_of("HUNGRY_AT");

	calls++;
	if(calls == at)
		mark();
	if(calls != at && (calls < at || number_of("HUNGRY_ON") == 0))
		return 0;

	errno = ENOMEM;
	return 1;
}


void *__wrap_malloc(size_t size)
{
	return is_out() ? NULL : __real_malloc(size);
}


void *__wrap_calloc(size_t count, size_t size)
{
	return is_out() ? NULL : __real_calloc(count, size);
}


void *__wrap_realloc(void *memory, size_t size)
{
	return is_out() ? NULL : __real_realloc(memory, size);
}


char *__wrap_strdup(const char *s)
{
	return is_out() ? NULL : __real_strdup(s);
}


ssize_t __wrap_getline(char **line, size_t *size, FILE *file)
{
	return is_out() ? -1 : __real_getline(line, size, file);
}
/* NOLINTEND(*reserved-identifier,cert-dcl*) */
