/**
 * Reads messages with GNU oSIP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <osipparser2/osip_parser.h>
#include <osipparser2/osip_port.h>

#include "frame.h"

static void find(const osip_message_t *sip, int index, const char *name)
{
	osip_header_t *field;
	int at = osip_message_header_get_byname(sip, name, 0, &field);
	while(at >= 0) {
		const char *value = field->hvalue ? field->hvalue : "";
		found(index, value, strlen(value));
		at = osip_message_header_get_byname(sip, name, at + 1, &field);
	}
}

bool parser_read(char *message, size_t size, char *const *names)
{
	static bool ready;
	osip_message_t *sip;
	if(!ready) {
		/* its complaints would go to standard output */
		osip_trace_initialize(END_TRACE_LEVEL, stderr);
		parser_init();
	}
	ready = true;
	if(osip_message_init(&sip) != 0)
		abort();
	bool good = osip_message_parse(sip, message, size) == 0;
	for(int i = 0; good && names[i] != NULL; i++)
		find(sip, i, names[i]);
	osip_message_free(sip);
	return good;
}
