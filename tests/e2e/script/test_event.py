# event_route[disconnect-reason:outcome]: once for each outcome, and what a
# script may do there.
# SPDX-License-Identifier: GPL-2.0-or-later

from collections import Counter

import pytest

from lib.caller import SENT_ON, cancels, fails
from lib.case import Case, outcome
from lib.check import REASON_HEADER, check_final, check_header
from lib.engines import BRIDGE, at, told
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG
from lib.trunk import accept, cancelled, reply, silent

BUSY = (486, "Busy Here")
REJECTED, FAILURE = "USER_REJECTED", "SIP_TRUNK_FAILURE"
CANCELLED = outcome(487, "Request Terminated", "CLIENT_INITIATED",
                    detail="detail=cancelled;source=cancel")
OF_486 = "code=486;detail=busy;source=remote"


# Ways to end, in the native script, Lua and Python; more in the other tests

@pytest.mark.parametrize("trunk,fork,end,caller,steps,reason", [
    # tm adds the challenges up, and the caller comes again
    (reply(401), [reply(407)], (401, "Unauthorized"), None, {}, None),
    # tm builds the 487: at the CANCEL, or for a trunk that ends nothing
    (silent(), [], None, cancels(487, after=100, wait=SENT_ON), {},
     "CLIENT_INITIATED"),
    (cancelled(), [cancelled()], None, cancels(487, wait=100), {},
     "CLIENT_INITIATED"),
    (reply(486), [], (480, "Try Later"), None, {"failure": "REPLY"}, REJECTED),
    (reply(486), [accept(wait=200)], (200, "OK"), None, {}, None),
], ids=["challenges", "cancel-silent", "cancel-fork", "answered-by-script",
        "rescued-by-fork"])
def test_ways_to_end(kemi, trunk, fork, end, caller, steps, reason):
    expect = CANCELLED
    if end:
        said = {401: (FAILURE, "code=401;detail=authentication;source=remote"),
                480: (REJECTED, OF_486), 200: (None, None)}[end[0]]
        expect = outcome(*end, said[0], detail=said[1])
    call = kemi(trunk, expect, fork=fork, caller=caller,
                do="WATCH,FORK,RELAY" if fork else "WATCH,RELAY", **steps)
    assert told(call) == ([reason] if reason else [])


def test_message(kemi):
    """It is the INVITE, and the bridge of it is known."""
    call = kemi(reply(486), outcome(*BUSY, REJECTED, detail=OF_486),
                do="RELAY", host=BRIDGE)
    assert [seen["bridge"] for seen in at(call, "EVENT")] == ["media"]


# What a script may do in it

@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """It must let go of every transaction, see Kamailio.wait_idle()."""
    one = Kamailio(tmp_path_factory.mktemp("event") / "kamailio",
                   CFG / "event.cfg", (*BEFORE, "disconnect_reason"), workers=6)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def play(running, tmp_path):
    """Plays calls through event.cfg; gives them with what was logged."""
    def run(trunk, expect, calls=2, rate=100, caller=None, **options):
        headers = [f"X-Test-{name}: {value}"
                   for name, value in options.pop("how", {}).items()]
        played = Case(None, tmp_path).storm(
            running, trunk, caller or fails(expect.code), calls, rate,
            headers=headers, **options)
        for call in played:
            check_header(call, check_final(call, expect), REASON_HEADER,
                         expect.reason)
        running.check_log()
        return played
    return run


def logged(call, where):
    return [words for words in call.logged if words["where"] == where]


@pytest.mark.parametrize("trunk,expect,caller", [
    (reply(486), outcome(*BUSY, REJECTED), None),
    (silent(), outcome(408, "Request Timeout", "CONNECTION_TIMEOUT"), None),
    (cancelled(), CANCELLED, cancels(487)),
], ids=["486", "silence", "cancel"])
@pytest.mark.parametrize("what", ["tm", "lookup", "retransmit", "set",
                                  "watch", "drop"])
def test_what_it_does(play, what, trunk, expect, caller):
    """Nothing of it changes the call, or the process that goes on after it."""
    for call in play(trunk, expect, caller=caller, how={"Event": what}):
        event, = logged(call, "event")
        assert event["method"] == "INVITE" and event["mine"] == "kept"
        assert event["reason"] == expect.reason
        assert int(event["flags"]) & 1 << 7
        assert event["from"] == call.caller.address
        assert int(event["body"]) > 0


@pytest.mark.parametrize("how,trunk,expect,code,armed", [
    ("Failed", reply(486), outcome(480, "Try Later", REJECTED), "486", "1"),
    ("Refuse", None, outcome(480, "Try Later", "MEDIA_FAILURE"), "480", None),
])
@pytest.mark.parametrize("what", ["lookup", "tm"])
def test_inside_t_reply(play, what, how, trunk, expect, code, armed):
    """The route goes on where it was, with the transaction that it had. When tm
    had to look for it again, the transaction would never end."""
    for call in play(trunk, expect, how={how: 1, "Event": what}):
        event, behind = call.logged
        assert event["where"] == "event"
        assert (behind["code"], behind["avp"]) == (code, expect.reason)
        assert behind["set"] == (armed or str(call.armed))


def test_many_at_once(play, running):
    """Six workers, two branches for each call: one event each, and the totals
    say the same."""
    def outcomes():
        return Counter(running.rpc("disconnect_reason.stats")["outcomes"])

    before = outcomes()
    calls = play(reply(486), outcome(404, "Not Found", FAILURE), calls=1000,
                 rate=300, fork=[reply(404)], how={"Event": "tm"})
    reasons = [[words["reason"] for words in logged(call, "event")]
               for call in calls]
    assert reasons == [[FAILURE]] * 1000
    assert outcomes() - before == Counter({FAILURE: 1000})
