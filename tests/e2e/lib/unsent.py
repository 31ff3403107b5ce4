# Calls that can't be sent, by route of cannot_send.cfg.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from . import ports
from .proxies import DETAIL

FAILURE = "SIP_TRUNK_FAILURE"

# what Kamailio logs when it can't send
REFUSED_LINES = (r"tcpconn_1st_send\(\): .* Connection refused",
                 r"msg_send_buffer\(\): tcp_send failed")
UNRESOLVED_LINES = (r'could not resolve hostname: "nowhere\.invalid"',
                    r'failed to resolve "nowhere\.invalid"')
NO_BRANCH = r"t_forward_nonack\(\): failure to add branches"

AT_477 = (477, "Unfortunately error on sending to next hop occurred (477/TM)")
AT_478 = (478, "Unresolvable destination (478/TM)")


def refused_uri():
    """A URI where nobody listens, so that TCP refuses the connection."""
    return f"sip:callee@127.0.0.1:{ports.take()};transport=tcp"


@pytest.fixture(params=["refused", "unresolvable"])
def nowhere(request, proxies):
    """(how it ends if tm answers, detail, URI) of a call that can't be sent."""
    if request.param == "refused":
        for pattern in REFUSED_LINES:
            proxies.allow(pattern)
        return AT_477, "transport", refused_uri()
    for pattern in (*UNRESOLVED_LINES, NO_BRANCH):
        proxies.allow(pattern)
    return AT_478, "dns", "sip:callee@nowhere.invalid"


def play(case, proxies, do, *args, headers=(), params=(DETAIL,), **options):
    """Plays a case by route `do` of cannot_send.cfg."""
    return case(*args, headers=[f"X-Test-Do: {do}", *headers],
                pair=proxies.pair("cannot_send.cfg", params=params), **options)
