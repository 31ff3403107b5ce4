/**
 * @file translate.c  The status code and phrase that a bridge is sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 *
 * It is done on the reply that tm picked, at the very end, under tm's reply
 * lock: everything before has seen the trunk's code.
 *
 * A real reply is changed where it stands. tm prints its own replies from
 * their code alone; such a one is replaced by a stored reply on a branch of
 * its own, which tm then picks and relays like one that had come from a trunk.
 */

#include <string.h>

#include "../../core/config.h"
#include "../../core/dprint.h"
#include "../../core/error.h"
#include "../../core/globals.h"
#include "../../core/mem/mem.h"
#include "../../core/mem/shm_mem.h"
#include "../../core/msg_translator.h"
#include "../../core/receive.h"
#include "../../core/sip_msg_clone.h"
#include "../../modules/tm/h_table.h"

#include "lumps.h"
#include "translate.h"

/** tm takes the first Via of a reply that it relays for its own */
#define OWN_VIA "Via: SIP/2.0/UDP localhost;branch=z9hG4bK0\r\n"

static int phrase_is_reason(const struct dr_call *call)
{
	struct dr_bridge bridge;

	if(call->bridge == DR_NONE)
		return 0;
	dr_map_get_bridge(call->map, call->bridge, &bridge);
	return bridge.phrase_is_reason;
}


/**
 * The phrase that names a reason, in static memory
 *
 * A space follows SIP_TRUNK_FAILURE: LiveKit SIP takes a first line whose third
 * word is the last one and begins with "SIP" for that of a request (isRequest()
 * in its parser), finds no URI in it and drops the reply.
 */
static str phrase_of(enum dr_reason reason)
{
	static char trunk_failure[] = "SIP_TRUNK_FAILURE ";
	struct dr_text name = dr_reason_name(reason);
	str text = {(char *)name.s, (int)name.len};

	if(reason == DR_SIP_TRUNK_FAILURE) {
		text.s = trunk_failure;
		text.len = (int)sizeof(trunk_failure) - 1;
	}
	return text;
}


/**
 * Prepare a failure reply as received for another phrase
 *
 * @param call   call
 * @param reply  reply as received
 */
void dr_translate_reserve(struct dr_call *call, struct sip_msg *reply)
{
	if(phrase_is_reason(call) && dr_reply_reserve_phrase(reply) < 0)
		dr_call_lacks(call, "the phrase of a reply");
}


static void translate_real(
		struct dr_call *call, struct sip_msg *reply, int phrase)
{
	str text = phrase_of(call->reason);
	char *digits = reply->first_line.u.reply.status.s;

	if(phrase && dr_reply_fill_phrase(reply, &text) < 0)
		dr_call_lacks(call, "the phrase of a reply");
	if(call->send == 0)
		return;
	reply->first_line.u.reply.statuscode = (unsigned)call->send;
	digits[0] = (char)('0' + call->send / 100);
	digits[1] = (char)('0' + call->send / 10 % 10);
	digits[2] = (char)('0' + call->send % 10);
}


/** The reply that tm would build, with our code and phrase, and with a Via for
 * tm to take away; in private memory */
static char *print_reply(
		struct sip_msg *request, int code, str *phrase, unsigned *len)
{
	struct bookmark mark;
	str tag = STR_NULL;
	char *plain, *reply, *line_end;
	size_t head;

	dr_tm.t_get_reply_totag(request, &tag);
	plain = build_res_buf_from_sip_req(
			(unsigned)code, phrase, &tag, request, len, &mark);
	if(plain == NULL)
		return NULL;
	line_end = memchr(plain, '\n', *len);
	reply = line_end ? pkg_malloc(*len + sizeof(OWN_VIA)) : NULL;
	if(reply) {
		head = (size_t)(line_end + 1 - plain);
		memcpy(reply, plain, head);
		memcpy(reply + head, OWN_VIA, sizeof(OWN_VIA) - 1);
		memcpy(reply + head + sizeof(OWN_VIA) - 1, plain + head, *len - head);
		*len += sizeof(OWN_VIA) - 1;
		reply[*len] = '\0';
	}
	pkg_free(plain);
	return reply;
}


/** A stored reply as tm has them, one block in shared memory */
static struct sip_msg *store_reply(
		struct sip_msg *request, int code, str *phrase)
{
	struct sip_msg msg, *stored = NULL;
	unsigned len;
	char *text = print_reply(request, code, phrase, &len);
	int size;

	if(text == NULL)
		return NULL;
	if(build_sip_msg_from_buf(&msg, text, (int)len, inc_msg_no()) == 0
			&& parse_headers(&msg, HDR_EOH_F, 0) == 0)
		stored = sip_msg_shm_clone(&msg, &size, 1);
	free_sip_msg(&msg);
	pkg_free(text);
	return stored;
}


/** Add an ended branch with a stored reply; tm frees both with the
 * transaction, and only picks branches that have a buffer. It goes where the
 * picked one went: tm acknowledges whoever answers for it. */
static int add_branch(
		struct cell *t, struct sip_msg *reply, int code, int picked)
{
	int branch = t->nr_of_outgoings;
	struct ua_client *uac = &t->uac[branch];

	uac->request.buffer = shm_malloc(1);
	if(uac->request.buffer == NULL)
		return -1;
	uac->request.buffer_len = 0;
	uac->request.dst = t->uac[picked].request.dst;
	uac->uri = t->uac[picked].uri;
	uac->flags |= TM_UAC_FLAG_BLIND;
	uac->last_received = code;
	uac->reply = reply;
	membar_write();
	t->nr_of_outgoings = (short)(branch + 1);
	return 0;
}


static void translate_faked(struct cell *t, struct dr_call *call,
		struct sip_msg *request, int picked, int phrase)
{
	int code = t->uac[picked].last_received;
	str text = phrase_of(call->reason);
	struct sip_msg *reply;

	if(call->send)
		code = call->send;
	if(!phrase) {
		text.s = error_text(code);
		text.len = (int)strlen(text.s);
	}
	if(t->nr_of_outgoings >= (int)sr_dst_max_branches)
		return;
	reply = store_reply(t->uas.request, code, &text);
	if(reply && add_branch(t, reply, code, picked) == 0) {
		dr_tm_drop_replies(request, "all");
		return;
	}
	dr_call_lacks(call, "a reply that is translated");
	if(reply)
		shm_free(reply);
}


/** Challenges and 503 mean something to the caller, or to tm, by their code */
static int may_translate(int code)
{
	return code >= 300 && code != 401 && code != 407 && code != 503;
}


/**
 * Give the reply that tm is about to relay the code and the phrase of the
 * call's bridge. To a caller who gave up they mean nothing.
 *
 * @param t        transaction, its reply lock held, every branch ended
 * @param call     its call, with an answer
 * @param request  the request as tm fakes it
 * @param picked   branch that tm picked
 */
void dr_translate(struct cell *t, struct dr_call *call, struct sip_msg *request,
		int picked)
{
	struct sip_msg *reply;
	int code, phrase;

	if(picked < 0 || picked >= t->nr_of_outgoings
			|| dr_call_is_cancelled(call, t))
		return;
	reply = t->uac[picked].reply;
	code = t->uac[picked].last_received;
	phrase = phrase_is_reason(call);
	if((call->send == 0 && !phrase) || !may_translate(code))
		return;
	if(reply == FAKED_REPLY)
		translate_faked(t, call, request, picked, phrase);
	else if(reply)
		translate_real(call, reply, phrase);
}
