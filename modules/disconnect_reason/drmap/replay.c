/**
 * @file replay.c  What a map says of the INVITEs of a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#include "drmap.h"
#include "replay.h"
#include "../core/classify.h"

#define TIMEOUT_CODE 408


/* Did the proxy that sent a branch give it up first, by its timer? Then what
 * came later, such as the 487 to its CANCEL, says nothing. */
static bool timed_out(const struct branch *branch)
{
	const struct branch *parent = branch->parent;

	if(branch->code == 0)
		return true;

	return parent && parent->code == TIMEOUT_CODE
		   && parent->ended_at < branch->ended_at;
}


/* Who cancels a call is the caller, as far as the capture shows him: a proxy
 * cancels branches for other reasons, too */
static bool caller_cancelled(const struct branch *branch)
{
	while(branch->parent)
		branch = branch->parent;

	return branch->cancelled;
}


static bool was_overtaken(const struct branch *branch)
{
	return branch->cancelled && branch->parent
		   && branch->parent->code != TIMEOUT_CODE && !caller_cancelled(branch)
		   && (branch->code == 0 || branch->code == 487);
}


/**
 * What became of a branch?
 *
 * @param branch The branch
 *
 * @return Its end; only what is END_FAILED has a reason
 */
enum end branch_end(const struct branch *branch)
{
	if(branch->in_dialog)
		return END_IN_DIALOG;
	if(branch->relayed)
		return END_RELAYED;
	if(branch->code >= 200 && branch->code < 300)
		return END_ANSWERED;

	return was_overtaken(branch) ? END_OVERTAKEN : END_FAILED;
}


/**
 * Who made a branch fail?
 *
 * @param branch The branch
 *
 * @return Its source; that a request could not be sent is not seen in a capture
 */
enum dr_source branch_source(const struct branch *branch)
{
	if(caller_cancelled(branch))
		return DR_SOURCE_CANCEL;

	return timed_out(branch) ? DR_SOURCE_TIMEOUT : DR_SOURCE_REMOTE;
}


/* The trunk of the host that the request names, else of the address that the
 * request went to */
static int find_trunk(const struct branch *branch, const struct dr_map *map)
{
	int trunk = map_trunk_of_hop(map, text_of(branch->host));

	if(trunk != DR_NONE || branch->destination.len == 0)
		return trunk;

	return map_trunk_of_address(map, &branch->destination);
}


/* The header fields that may name the reason: the map's bridges get them from
 * the module, else they have the module's own name */
static bool find_report(const struct branch *branch, const struct dr_map *map,
		enum dr_reason *reason)
{
	static const struct dr_text standard = DR_TEXT("X-LK-Disconnect-Reason");
	struct dr_text headers = {branch->headers, branch->headers_len};
	struct dr_text names[DR_BRIDGE_HEADERS_MAX];
	struct dr_bridge bridge;
	int i, j;

	if(map_bridge_count(map) == 0)
		return dr_reason_of_headers(headers, &standard, 1, reason);

	for(i = 0; i < dr_map_bridge_count(map); i++) {
		dr_map_get_bridge(map, i, &bridge);
		for(j = 0; j < bridge.header_count; j++)
			names[j] = dr_map_bridge_header(map, i, j);
		if(dr_reason_of_headers(
				   headers, names, (size_t)bridge.header_count, reason))
			return true;
	}
	return false;
}


/**
 * Judge a branch by a map
 *
 * @param branch    A branch whose end is END_FAILED
 * @param map       The map, or NULL for the built-in tables
 * @param profile   Number of the profile, DR_NONE: that of the branch's trunk
 * @param judgement Set; its texts belong to the map, or are constant
 */
void branch_judge(const struct branch *branch, const struct dr_map *map,
		int profile, struct judgement *judgement)
{
	struct dr_attempt attempt = {
			.map = map, .q850 = true, .source = branch_source(branch)};

	map_get_trunk(map, find_trunk(branch, map), &judgement->trunk);
	attempt.profile = profile != DR_NONE ? profile : judgement->trunk.profile;
	attempt.after = branch->after;
	if(attempt.source == DR_SOURCE_REMOTE) {
		attempt.code = branch->code;
		attempt.phrase = text_of(branch->phrase);
		attempt.headers =
				(struct dr_text){branch->headers, branch->headers_len};
		attempt.reported = judgement->trunk.trust
						   && find_report(branch, map, &attempt.report);
	}
	dr_classify(&attempt, &judgement->answer);
}
