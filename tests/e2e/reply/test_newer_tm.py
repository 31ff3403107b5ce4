# Parameters of newer versions of tm change what a failure looks like, not why.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where tm does not have the parameter yet, the call ends as by its default."""

import pytest

from lib import unsent
from lib.case import outcome
from lib.kamailio import package_has
from lib.proxies import DETAIL
from lib.trunk import silent
from lib.unsent import FAILURE, play

nowhere = unsent.nowhere  # fixture

FAST = ["X-Test-Timers: 1200,700"]
PHRASES = {480: "Temporarily Unavailable", 500: "Server Internal Error",
           503: "Service Unavailable"}


def params(name, value):
    """The parameter, if tm has it."""
    return (("tm", name, value),) if package_has("tm", name) else ()


@pytest.mark.parametrize("code", [408, *PHRASES])
def test_silence(case, proxies, code):
    """reply_408_code: a trunk that does not answer is silent by any code."""
    given = (*params("reply_408_code", code),
             *params("reply_408_reason", PHRASES.get(code, "Request Timeout")))
    if not given:
        code = 408
    case(silent(), outcome(code, PHRASES.get(code, "Request Timeout"),
                           "CONNECTION_TIMEOUT"),
         headers=FAST, pair=proxies.pair(params=given))


@pytest.mark.parametrize("code", [408, *PHRASES])
@pytest.mark.parametrize("delayed", [0, 1])
def test_not_sent(case, proxies, nowhere, code, delayed):
    """delayed_reply: t_relay() itself answers, or tm after the script."""
    (sent, phrase), detail, uri = nowhere
    wanted = f"detail={detail};source=transport"
    now = delayed == 0 and params("delayed_reply", 0)
    play(case, proxies, "SILENT", None,
         outcome(sent, phrase, FAILURE, avps=(), attempts=(FAILURE,),
                 detail=None if now else wanted),
         headers=[f"X-Test-To: {uri}"],
         params=(DETAIL, *params("delayed_reply", delayed),
                 *params("reply_408_code", code)))
