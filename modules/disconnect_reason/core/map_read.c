/**
 * @file map_read.c  Reads a file without waiting for anybody
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

/* For open() and fstat(). NOLINTNEXTLINE(*reserved-identifier,cert-dcl*) */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "map_text.h"

#define READ_MIN 65536
#define TOO_LARGE "Is too large"


static int fail(char *error, const char *text)
{
	snprintf(error, DR_FILE_ERROR_MAX, "%s", text);
	return EINVAL;
}


/* Is it a file that can be read without waiting for anybody? */
static int check_kind(const struct stat *info, size_t most, char *error)
{
	if(S_ISDIR(info->st_mode))
		return fail(error, "Is a directory");
	if(!S_ISREG(info->st_mode))
		return fail(error, "Is no regular file");
	if(info->st_size > 0 && (unsigned long long)info->st_size > most)
		return fail(error, TOO_LARGE);

	return 0;
}


/* Open a file; -1 on an error. Asked twice what it is: a FIFO or device is not
 * even opened, and what was put in its place since then makes nobody wait. */
static int open_file(const char *path, size_t most, char *error)
{
	struct stat info;
	int fd;

	if(stat(path, &info) == 0 && check_kind(&info, most, error) != 0)
		return -1;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if(fd < 0 || fstat(fd, &info) != 0) {
		fail(error, strerror(errno));
	} else if(check_kind(&info, most, error) == 0) {
		return fd;
	}
	if(fd >= 0)
		close(fd);

	return -1;
}


/* Read all of an open file; the text is to be freed, also on an error */
static int read_all(int fd, size_t most, char **text, size_t *len, char *error)
{
	size_t room = 0;
	ssize_t got;

	*text = NULL;
	*len = 0;
	do {
		if(*len == room) {
			char *more;

			room = room > 0 ? room * 2 : READ_MIN;
			more = realloc(*text, room);
			if(!more)
				return ENOMEM;
			*text = more;
		}
		got = read(fd, *text + *len, room - *len);
		if(got < 0)
			return fail(error, strerror(errno));
		*len += (size_t)got;
		if(*len > most)
			return fail(error, TOO_LARGE);
	} while(got > 0);
	return 0;
}


/**
 * Read a file whole; never waits for a FIFO or device
 *
 * @param path  Its path
 * @param most  Most bytes that it may have
 * @param text  Set to what it holds, to be freed with free(); NULL on an error
 * @param len   Set to its length in bytes
 * @param error Set to what is wrong when it can not be read; room for
 *              DR_FILE_ERROR_MAX bytes
 *
 * @return 0; EINVAL when it can not be read; ENOMEM
 */
int dr_file_read(
		const char *path, size_t most, char **text, size_t *len, char *error)
{
	int fd = open_file(path, most, error);
	int err;

	*text = NULL;
	if(fd < 0)
		return EINVAL;

	err = read_all(fd, most, text, len, error);
	close(fd);
	if(err != 0) {
		free(*text);
		*text = NULL;
	}
	return err;
}
