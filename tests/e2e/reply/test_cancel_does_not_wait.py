# The caller's CANCEL does not wait for an onreply_route.
# SPDX-License-Identifier: GPL-2.0-or-later
"""tm holds its reply lock while an onreply_route runs, and that can take long: a
query, a media proxy that is down. Here it lasts until the test says so, and what
must not wait for it comes before."""

from collections import Counter

import pytest

from lib import process
from lib.check import DETAIL_HEADER
from lib.counted import EVENT_ROUTE, Counted
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import code_of, template
from lib.steps import Steps
from lib.torture import headers_in

EVENT = EVENT_ROUTE + """ {
	xlog("L_NOTICE", "DREVENT $ci $rm $dr(reason) $dr(detail)\\n");
	xlog("L_NOTICE", "DRTEST callid=$ci where=event avp=$avp(disconnect_reason) older=$(avp(disconnect_reason)[1])\\n");
}
"""
REASON, SAID = "CLIENT_INITIATED", b"detail=cancelled;source=cancel"
RINGING, PROGRESS, BUSY = template(180), template(183), template(486)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    one = Kamailio(
        tmp_path_factory.mktemp("waits") / "kamailio", CFG / "waits.cfg",
        (*BEFORE, "cfgutils", "htable", "disconnect_reason"), params=(DETAIL,),
        workers=4, more=EVENT).start()
    yield one
    one.stop()


def logged(proxy, call):
    """What the script logged of the call, by where, in order."""
    return {words["where"]: words
            for words in proxy.traces().get(call.call_id, [])}


def cancel(raw, proxy, call):
    """Cancels while the route waits; its 200 and the trunk's CANCEL come."""
    process.wait_for(lambda: "begin" in logged(proxy, call), 5, "the route")
    raw.cancel(call)
    try:
        raw.until(lambda: call.number in raw.confirmed, "the 200 to the CANCEL")
        raw.until(lambda: call.number in raw.cancels, "the trunk's CANCEL")
        assert "end" not in logged(proxy, call)
    finally:
        proxy.rpc("htable.sets", "gate", call.call_id, "open")


def check_end(raw, proxy, call, code, attempts, counted):
    """The final reply, AVP, event and counters say that the caller gave up."""
    final = raw.wait(call, code)
    assert [code_of(one) for one in call.finals()] == [code]
    assert headers_in(final) == [REASON.encode()]
    assert headers_in(final, DETAIL_HEADER) == [SAID]
    counted.check(Counter({f"outcomes {REASON}": 1, **attempts}),
                  {call.call_id: (REASON, "cancelled")})
    seen = logged(proxy, call)
    assert "event" in seen
    for where in seen.keys() & {"event", "failure"}:
        assert (seen[where]["avp"], seen[where]["older"]) == (REASON, "<null>")
    return seen


@pytest.mark.parametrize("armed", [0, 1])
@pytest.mark.parametrize("code", [487, 486])
def test_cancel(proxy, armed, code):
    """The branch then ends by the CANCEL, or busy all the same."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin(f"X-Test-Arm: {armed}")
        raw.asked(call)
        raw.say(call, RINGING)
        raw.wait(call, 180)
        raw.say(call, PROGRESS)
        cancel(raw, proxy, call)
        if code == 487:
            raw.obey(call)
        else:
            raw.say(call, BUSY)
        seen = check_end(raw, proxy, call, code, {f"attempts {REASON}": 1},
                         counted)
    assert ("failure" in seen) == bool(armed)


def test_cancel_of_fork(proxy):
    """One branch is busy, the other waits in its route: the 486 is stored."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        port = raw.trunk.getsockname()[1]
        call = raw.begin("X-Test-Arm: 1",
                         f"X-Test-Fork: sip:other@127.0.0.1:{port}")
        raw.asked(call, branches=2)
        raw.say(call, RINGING)
        raw.wait(call, 180)
        raw.say(call, BUSY, branch=1)
        raw.until(lambda: raw.is_acked(call, 1), "the ACK")
        raw.say(call, PROGRESS)
        cancel(raw, proxy, call)
        raw.obey(call)
        check_end(raw, proxy, call, 486, {
            f"attempts {REASON}": 1, "attempts USER_REJECTED": 1}, counted)


def test_without_cancel(proxy):
    """The route alone changes nothing."""
    counted = Counted(proxy)
    with Steps(proxy) as raw:
        call = raw.begin()
        raw.asked(call)
        raw.say(call, PROGRESS)
        process.wait_for(lambda: "begin" in logged(proxy, call), 5, "the route")
        proxy.rpc("htable.sets", "gate", call.call_id, "open")
        raw.wait(call, 183)
        raw.say(call, BUSY)
        assert headers_in(raw.wait(call, 486)) == [b"USER_REJECTED"]
    counted.check(Counter(("outcomes USER_REJECTED", "attempts USER_REJECTED")),
                  {call.call_id: ("USER_REJECTED", "busy")})
