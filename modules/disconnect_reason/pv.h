/**
 * @file pv.h  The pseudo-variable $dr(name), and the XAVP with the same fields
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

#ifndef DR_PV_H
#define DR_PV_H

#include "../../core/pvar.h"

#include "view.h"

int dr_pv_parse(pv_spec_t *spec, str *name);
int dr_pv_get(struct sip_msg *msg, pv_param_t *param, pv_value_t *result);
void dr_xavp_set(const struct dr_view *view);

#endif
