/**
 * @file hungry.c  Lets drmap run out of memory
 *
 * Linked so that drmap's calls for memory, and the core's, come here. Of those
 * the one whose number HUNGRY_AT gives, from 0, has no memory, and with
 * HUNGRY_ON=1 none of those after it. The file that HUNGRY_MARK names is made
 * when it comes to that.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* The linker gives these names to the real functions and to ours */
/* NOLINTBEGIN(*reserved-identifier,cert-dcl*) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
ssize_t __real_getline(char **line, size_t *size, FILE *file);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
ssize_t __wrap_getline(char **line, size_t *size, FILE *file);
FILE *__real_open_memstream(char **string, size_t *size);
FILE *__wrap_open_memstream(char **string, size_t *size);
int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
void *__real_tsearch(
		const void *key, void **root, int (*order)(const void *, const void *));
void *__wrap_tsearch(
		const void *key, void **root, int (*order)(const void *, const void *));

/* The last stream that writes a string */
static FILE *string;

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

ssize_t __wrap_getline(char **line, size_t *size, FILE *file)
{
	return is_out() ? -1 : __real_getline(line, size, file);
}

FILE *__wrap_open_memstream(char **s, size_t *size)
{
	string = is_out() ? NULL : __real_open_memstream(s, size);
	return string;
}

/* The string that a stream writes may have found no memory to grow */
int __wrap_fclose(FILE *file)
{
	bool writes_string = file == string;

	if(writes_string)
		string = NULL;
	return __real_fclose(file) != 0 || (writes_string && is_out()) ? EOF : 0;
}

void *__wrap_tsearch(
		const void *key, void **root, int (*order)(const void *, const void *))
{
	return is_out() ? NULL : __real_tsearch(key, root, order);
}
/* NOLINTEND(*reserved-identifier,cert-dcl*) */
