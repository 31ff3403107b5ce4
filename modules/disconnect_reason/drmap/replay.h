/**
 * @file replay.h  What two maps say of the INVITEs of a capture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DRMAP_REPLAY_H
#define DRMAP_REPLAY_H

#include "branches.h"
#include "json.h"
#include "main.h"
#include "print.h"

/** What one map says of a branch */
struct judgement
{
	struct dr_trunk trunk;
	struct dr_answer answer;
};

/** What became of a branch */
enum end
{
	END_FAILED,
	END_ANSWERED,
	END_RELAYED,   /**< counted where it was sent to */
	END_IN_DIALOG, /**< a re-INVITE, which has no reason */
	END_OVERTAKEN, /**< cancelled because another branch ended the call */
	END_COUNT
};

enum end branch_end(const struct branch *branch);
enum dr_source branch_source(const struct branch *branch);
void branch_judge(const struct branch *branch, const struct dr_map *map,
		int profile, struct judgement *judgement);

#endif
