/**
 * @file capture.c  The SIP messages of a capture, read by tshark
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * tshark does all that there is to do with packets: captures of any format,
 * fragments, TCP streams, several messages in one segment. It writes one line of
 * JSON for each packet (-T ek); there, "sip_raw" holds each whole message of the
 * packet in hexadecimal digits, and "ip_ip_dst_raw" or "ipv6_ipv6_dst_raw" where
 * it went to. These keys cannot stand inside a text: its quotes are escaped.
 */

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"
#include "main.h"

#define STANDARD_INPUT "-"

extern char **environ;

/* A tshark that is running */
struct child
{
	pid_t pid;
	FILE *lines;  /* what it writes */
	FILE *errors; /* what it writes there, a temporary file */
};

static int digit(char c)
{
	if(c >= '0' && c <= '9')
		return c - '0';

	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Turn the hexadecimal digits at s into bytes, in place; the text is empty when
 * there are none */
static struct dr_text decode_hex(char *s)
{
	struct dr_text bytes = {s, 0};

	for(; digit(s[0]) >= 0 && digit(s[1]) >= 0; s += 2)
		((char *)bytes.s)[bytes.len++] = (char)(digit(s[0]) << 4 | digit(s[1]));
	return bytes;
}

/* The first value of a key, after its quote: a string, or the first string of
 * an array; NULL when there is none */
static char *find_value(char *line, const char *key)
{
	char *value = strstr(line, key);

	if(value == NULL)
		return NULL;
	value += strlen(key);
	if(*value == '[')
		value++;
	return *value == '"' ? value + 1 : NULL;
}

/* The next string of the array that a value is in; NULL when there is none, or
 * no array */
static char *next_value(char *value, bool is_array)
{
	char *end = strchr(value, '"');

	if(!is_array || end == NULL || end[1] != ',' || end[2] != '"')
		return NULL;
	return end + 3;
}

static void find_destination(char *line, struct dr_address *address)
{
	static const char *const keys[] = {
			"\"ip_ip_dst_raw\":", "\"ipv6_ipv6_dst_raw\":"};
	struct dr_text bytes;
	size_t i;

	address->len = 0;
	for(i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		char *value = find_value(line, keys[i]);

		if(value == NULL)
			continue;
		bytes = decode_hex(value);
		if(bytes.len == 4 || bytes.len == 16) {
			memcpy(address->bytes, bytes.s, bytes.len);
			address->len = bytes.len;
		}
	}
}

/* All messages of a line. The next one is found before the line is changed. */
static void read_line(char *line, message_callback *on_message, void *context)
{
	struct dr_address destination;
	char *value = find_value(line, "\"sip_raw\":");
	bool is_array = value && value[-2] == '[';

	find_destination(line, &destination);
	while(value) {
		char *next = next_value(value, is_array);

		on_message(context, decode_hex(value), &destination);
		value = next;
	}
}

/* Read all lines: 0, or errno when they cannot be read or find no memory */
static int read_lines(FILE *lines, message_callback *on_message, void *context)
{
	char *line = NULL;
	size_t size = 0;
	int error;

	errno = 0;
	while(getline(&line, &size, lines) > 0)
		read_line(line, on_message, context);
	error = feof(lines) ? 0 : errno;
	free(line);
	return error;
}

/* The command line of tshark, a list that ends with NULL */
static void make_command(const struct capture *capture, const char **arguments)
{
	static const char *const fixed[] = {"tshark", "-n", "-r", "-", "-Y", "sip",
			"-T", "ek", "-x", "-j", "ip ipv6 sip"};
	size_t count = sizeof(fixed) / sizeof(*fixed);
	int i;

	memcpy(arguments, fixed, sizeof(fixed));
	for(i = 0; i < capture->decode_as_count; i++) {
		arguments[count++] = "-d";
		arguments[count++] = capture->decode_as[i];
	}
	arguments[count] = NULL;
}

static int spawn(const struct capture *capture, int out, struct child *child)
{
	const char *arguments[16 + 2 * DECODE_AS_MAX];
	posix_spawn_file_actions_t actions;
	int error;

	make_command(capture, arguments);
	error = posix_spawn_file_actions_init(&actions);
	if(error != 0)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if(error == 0)
		error = posix_spawn_file_actions_adddup2(
				&actions, fileno(child->errors), STDERR_FILENO);
	if(error == 0)
		error = posix_spawnp(&child->pid, "tshark", &actions, NULL,
				(char *const *)arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* What has just failed; never 0 */
static int last_error(void)
{
	int error = errno;

	return error != 0 ? error : ENOMEM;
}

/* Start tshark; it reads our standard input */
static int start(const struct capture *capture, struct child *child)
{
	int ends[2];
	int error;

	child->errors = tmpfile();
	if(child->errors == NULL || pipe(ends) != 0)
		return last_error();

	error = spawn(capture, ends[1], child);
	close(ends[1]);
	child->lines = error == 0 ? fdopen(ends[0], "r") : NULL;
	if(child->lines)
		return 0;
	if(error == 0)
		error = last_error();
	close(ends[0]);
	return error;
}

static void show_errors(FILE *errors)
{
	char buf[1024];
	size_t len;

	if(fseek(errors, 0, SEEK_SET) != 0)
		return;
	while((len = fread(buf, 1, sizeof(buf), errors)) > 0)
		fwrite(buf, 1, len, stderr);
}

/* Wait for tshark; what it says is shown only when it fails */
static int finish(struct child *child)
{
	int status;

	fclose(child->lines);
	while(waitpid(child->pid, &status, 0) < 0) {
		if(errno != EINTR)
			return STATUS_ERROR;
	}
	if(WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return STATUS_GO_ON;

	show_errors(child->errors);
	return print_error("replay: tshark could not read the whole capture");
}

static int read_capture(const struct capture *capture,
		message_callback *on_message, void *context)
{
	struct child child = {0, NULL, NULL};
	int error = start(capture, &child);
	int status = STATUS_ERROR;

	if(error == ENOENT)
		print_error("replay: there is no tshark to read the capture with; "
					"install the package tshark");
	else if(error != 0)
		print_error("replay: cannot run tshark: %s", strerror(error));
	else {
		error = read_lines(child.lines, on_message, context);
		status = finish(&child);
		if(error != 0 && status == STATUS_GO_ON)
			status = print_error(
					"replay: what tshark writes: %s", strerror(error));
	}
	if(child.errors)
		fclose(child.errors);
	return status;
}

static int read_fields(const struct capture *capture,
		message_callback *on_message, void *context)
{
	bool is_stdin = strcmp(capture->fields, STANDARD_INPUT) == 0;
	FILE *lines = is_stdin ? stdin : fopen(capture->fields, "r");
	int error;

	if(lines == NULL)
		return print_error("replay: %s: %s", capture->fields, strerror(errno));
	error = read_lines(lines, on_message, context);
	if(error != 0)
		print_error("replay: %s: %s", capture->fields, strerror(error));
	if(!is_stdin)
		fclose(lines);
	return error != 0 ? STATUS_ERROR : STATUS_GO_ON;
}

/**
 * Read all SIP messages of a capture, in its order
 *
 * @param capture    Where it comes from
 * @param on_message Called with each message, from its first line to the end of
 *                   its body
 * @param context    Handed to on_message
 *
 * @return STATUS_GO_ON, or STATUS_ERROR after saying what is wrong; messages
 *         may have been handed on all the same
 */
int capture_read(const struct capture *capture, message_callback *on_message,
		void *context)
{
	if(capture->fields)
		return read_fields(capture, on_message, context);

	return read_capture(capture, on_message, context);
}
