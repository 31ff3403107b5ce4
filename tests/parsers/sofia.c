/**
 * Reads messages with Sofia-SIP, the parser of FreeSWITCH
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>
#include <strings.h>

#include <sofia-sip/sip.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_util.h>

#include "frame.h"

/** Keeps the values of the fields that Sofia-SIP has no type for */
static void find(const sip_t *sip, int index, const char *name)
{
	for(const sip_unknown_t *one = sip->sip_unknown; one; one = one->un_next)
		if(strcasecmp(one->un_name, name) == 0)
			found(index, one->un_value, strlen(one->un_value));
}

bool parser_read(char *message, size_t size, char *const *names)
{
	msg_t *msg = msg_make(sip_default_mclass(), 0, message, (ssize_t)size);
	const sip_t *sip = sip_object(msg);
	/* what its transaction engine asks of a reply, too */
	bool good = sip != NULL && sip->sip_status != NULL
				&& sip_sanity_check(sip) >= 0;
	for(int i = 0; good && names[i] != NULL; i++)
		find(sip, i, names[i]);
	msg_destroy(msg);
	return good;
}
