/*
 * Loaded before libc: Kamailio's standard error keeps whole lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Kamailio takes the buffer from it when it starts. Debian 13's libc writes what
 * has no buffer in pieces of 128 bytes, so the lines of two processes mix.
 */

#include <stdio.h>

void setbuf(FILE *file, char *buffer)
{
	static char lines[1 << 16];

	if(file == stderr)
		setvbuf(file, lines, _IOLBF, sizeof(lines));
	else
		setvbuf(file, buffer, buffer ? _IOFBF : _IONBF, BUFSIZ);
}
