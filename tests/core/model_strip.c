/**
 * @file model_strip.c  A plain way to make header names unreadable
 *
 * Written for being read, not for speed, and without anything of the core: what
 * strip.c says of itself stands here once more. A message is read as a list of
 * characters first, and nothing is written before all names are found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model_strip.h"

#define FOLD 1
#define NONE 2

struct message
{
	char *s;
	size_t len;
	char *read;	  /* what stands at each byte, for a reader of names */
	size_t *next; /* where the next character begins */
};

static bool stands_at(const struct message *m, size_t i, const char *text)
{
	size_t len = strlen(text);

	return i + len <= m->len && memcmp(m->s + i, text, len) == 0;
}

static bool is_token_char(char c)
{
	return c != '\0'
		   && strchr("abcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
					  c)
					  != NULL;
}

static bool is_odd(char c)
{
	return (unsigned char)c <= 0x20 || (unsigned char)c >= 0x7f;
}

/* Where Kamailio's header section ends: at the empty line */
static size_t find_empty_line(const struct message *m, size_t headers)
{
	size_t i;

	for(i = headers; i < m->len; i++) {
		if(m->s[i - 1] == '\n'
				&& (stands_at(m, i, "\n") || stands_at(m, i, "\r\n")))
			return i;
	}
	return m->len;
}

static bool is_lax(const struct message *m, size_t headers)
{
	size_t i = headers;

	while(i < m->len && m->s[i] != '\n')
		i++;
	return i == m->len || m->s[i - 1] != '\r';
}

static void repair_lines(struct message *m, size_t headers)
{
	size_t empty = find_empty_line(m, headers);
	bool lax = is_lax(m, headers);
	size_t i;

	for(i = headers; i < empty; i++) {
		bool is_last = i + 1 == empty && empty < m->len;

		if(m->s[i] == '\r' && !stands_at(m, i, "\r\n"))
			m->s[i] = ' ';
		if(m->s[i] == '\n' && m->s[i - 1] != '\r' && !lax && !is_last)
			m->s[i] = ' ';
	}
}

static size_t find_body(const struct message *m, size_t headers)
{
	size_t i;

	for(i = headers - 2; i < m->len; i++) {
		if(stands_at(m, i, "\r\n\r\n"))
			return i + 4;
	}
	return m->len;
}

/* Read each character as the most generous reader does */
static void read_characters(struct message *m)
{
	static const struct
	{
		const char *written;
		char read;
	} several[] = {{"\r\n ", FOLD}, {"\r\n\t", FOLD}, {"\n ", FOLD},
			{"\n\t", FOLD}, {"\xe2\x84\xaa", 'k'}, {"\xc5\xbf", 's'},
			{"_", '-'}};
	size_t i, j;

	for(i = 0; i < m->len; i++) {
		m->read[i] = (char)tolower((unsigned char)m->s[i]);
		if(is_odd(m->s[i]))
			m->read[i] = NONE;
		m->next[i] = i + 1;
		for(j = 0; j < sizeof(several) / sizeof(*several); j++) {
			if(!stands_at(m, i, several[j].written))
				continue;
			m->read[i] = several[j].read;
			m->next[i] = i + strlen(several[j].written);
			break;
		}
	}
}

static char plain(char c)
{
	return (char)(c == '_' ? '-' : tolower((unsigned char)c));
}

/* Where the name that begins at i ends; 0 when it does not */
static size_t end_of_name(
		const struct message *m, size_t i, size_t body, struct dr_text name)
{
	size_t n = 0;

	while(n < name.len) {
		if(i >= body)
			return 0;
		if(n > 0 && m->read[i] == FOLD) {
			i = m->next[i];
			continue;
		}
		if(m->read[i] != plain(name.s[n]))
			return 0;
		i = m->next[i];
		n++;
	}
	return i;
}

static bool ends_field_name(const struct message *m, size_t i, size_t body)
{
	while(i < body && m->s[i] != '\0' && is_odd(m->s[i]))
		i++;
	return i < body && (m->s[i] == '\0' || m->s[i] == ':');
}

/* Mark a name at i; returns how many there were */
static size_t mark(const struct message *m, size_t i, size_t body,
		struct dr_text name, bool *marks)
{
	size_t end = end_of_name(m, i, body, name);

	if(end == 0 || !ends_field_name(m, end, body))
		return 0;
	for(; i < end; i = m->next[i]) {
		if(m->read[i] != FOLD)
			memset(marks + i, true, m->next[i] - i);
	}
	return 1;
}

static size_t hide_names(struct message *m, size_t phrase, size_t headers,
		const struct dr_text *names, size_t count)
{
	bool *marks = calloc(m->len + 1, sizeof(*marks));
	size_t body = find_body(m, headers);
	size_t i, j, found = 0;

	if(marks == NULL)
		abort();
	read_characters(m);
	for(i = phrase; i < body; i++) {
		size_t here = 0;

		for(j = 0; j < count && here == 0; j++) {
			if(i == phrase || !is_token_char(m->s[i - 1]))
				here = mark(m, i, body, names[j], marks);
		}
		found += here;
	}
	for(i = 0; i < m->len; i++) {
		if(marks[i])
			m->s[i] = '-';
	}
	free(marks);
	return found;
}

/**
 * Make header names in a SIP reply unreadable, in place; as dr_strip()
 *
 * @param s          Reply as received
 * @param len        Its length in bytes
 * @param phrase     Where its reason phrase begins
 * @param phrase_len Length of the phrase
 * @param headers    Where its header fields begin
 * @param names      Header names; none ends with another one
 * @param count      How many names there are
 *
 * @return How many names were made unreadable
 */
size_t model_strip(char *s, size_t len, size_t phrase, size_t phrase_len,
		size_t headers, const struct dr_text *names, size_t count)
{
	struct message m = {
			s, len, malloc(len + 1), calloc(len + 1, sizeof(size_t))};
	size_t cr = headers - 2;
	size_t found, i;

	if(m.read == NULL || m.next == NULL)
		abort();
	for(i = phrase + phrase_len; i < cr; i++) {
		if(s[i] == '\r')
			s[i] = ' ';
	}
	if(phrase + phrase_len <= cr) {
		s[cr] = '\r';
		s[cr + 1] = '\n';
	}
	for(i = headers; i < len && is_odd(s[i]) && !stands_at(&m, i, "\n")
					 && !stands_at(&m, i, "\r\n");
			i++)
		s[i] = '-';
	repair_lines(&m, headers);
	found = hide_names(&m, phrase, headers, names, count);
	free(m.read);
	free(m.next);
	return found;
}
