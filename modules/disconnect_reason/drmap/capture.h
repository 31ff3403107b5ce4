/**
 * @file capture.h  The SIP messages of a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_CAPTURE_H
#define DRMAP_CAPTURE_H

#include "../core/map.h"

/** Most --decode-as options */
#define DECODE_AS_MAX 8

/** Where a capture comes from */
struct capture
{
	const char *fields; /**< what tshark wrote; NULL: run it on stdin */
	const char *decode_as[DECODE_AS_MAX]; /**< as for tshark -d */
	int decode_as_count;
};

/** Called with a message of the capture; its texts are gone afterwards */
typedef void message_callback(void *context, struct dr_text message,
		const struct dr_address *destination);

int capture_read(const struct capture *capture, message_callback *on_message,
		void *context);

#endif
