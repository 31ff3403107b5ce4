# Accounting: the same rows as without the module, each with why it failed.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import ports, process
from lib.acc import accounted, rows
from lib.caller import SENT_ON, cancels
from lib.case import outcome
from lib.trunk import accept, cancelled, reply, silent

FAST = "X-Test-Timers: 1200,700"
REJECTED = "USER_REJECTED"
FAILURE = "SIP_TRUNK_FAILURE"


@pytest.fixture(params=["right", "wrong"])
def pair(request, proxies):
    """A script with accounting, and the module loaded before acc or after it."""
    return accounted(proxies, request.param == "right")


def is_right(pair):
    """The module is loaded before acc; else it warned at start."""
    warnings = [line for line in pair.loaded.lines()
                if "WARNING: disconnect_reason " in line
                and "the module acc is loaded before this one" in line]
    assert len(warnings) <= 1
    return not warnings


def check_rows(pair, calls, expected):
    """`expected`: kind, code, phrase, reason, detail, trunk and the attempt's
    code of each row in order.

    Why it failed is asked for where the module is loaded in the right order.
    """
    wanted = [("INVITE", *row) for row in expected]
    for (name, arm), call in calls.items():
        found = process.wait_for(
            lambda one=call: len(rows(one)) >= len(wanted) and rows(one),
            5, f"{len(wanted)} rows, there are {rows(call)}")
        assert [(method, kind, int(code), phrase) for
                kind, method, code, phrase, *_ in found] == \
            [row[:4] for row in wanted], (name, arm)
        if name == "plain":
            assert all(set(why) == {None} for *_, why in
                       ((row[:4], row[4:]) for row in found))
        elif is_right(pair):
            assert [row[4:] for row in found] == \
                [(said, said, reason, *more)
                 for said, (reason, *more) in
                 ((row[4], row[5]) for row in wanted)]


def why(reason, detail=None, code=None, trunk="first"):
    """The AVP, and what $dr() has of reason, detail, trunk and code."""
    return reason, (reason, detail, trunk, code and str(code))


NOTHING = (None, None, None, None)
BUSY = why(REJECTED, "busy", 486)
NOT_FOUND = why(FAILURE, "not-found", 404)
GAVE_UP = why("CLIENT_INITIATED", "cancelled", trunk=None)
TERMINATED = (487, "Request Terminated")
TIMED_OUT = (408, "Request Timeout")


def failed(code, phrase, said):
    """Rows of a call that failed once."""
    return [("missed", code, phrase, *said), ("call", code, phrase, *said)]


@pytest.mark.parametrize("trunk,end,said", [
    (reply(486), (486, "Busy Here"), why(REJECTED, "busy", 486)),
    (reply(603), (603, "Decline"), why(REJECTED, "declined", 603)),
    (reply(480, headers=["Reason: Q.850;cause=17"]),
     (480, "Temporarily Unavailable"), why(REJECTED, "busy", 480)),
    (silent(), TIMED_OUT, why("CONNECTION_TIMEOUT", "no-reply")),
    (silent((180,)), TIMED_OUT, why("USER_UNAVAILABLE", "no-answer")),
], ids=["486", "603", "480-q850", "silence", "180"])
def test_failure(case, pair, trunk, end, said):
    """tm's timer writes the rows of a silent trunk, a worker those of others."""
    calls = case(trunk, outcome(*end, said[0]), headers=[FAST], pair=pair)
    check_rows(pair, calls, failed(*end, said))


def test_503(case, pair):
    """acc missed a 503; the caller got a 500."""
    calls = case(reply(503), outcome(500, "Service Unavailable", FAILURE),
                 pair=pair)
    said = why(FAILURE, "service-unavailable", 503)
    check_rows(pair, calls, [
        ("missed", 503, "Service Unavailable", *said),
        ("call", 500, "Server Internal Error", *said)])


def test_cancel(case, pair):
    """The caller's own doing, and no trunk's."""
    calls = case(cancelled(), outcome(*TERMINATED, GAVE_UP[0]),
                 caller=cancels(487), pair=pair)
    check_rows(pair, calls, failed(*TERMINATED, GAVE_UP))


@pytest.mark.parametrize("arm,phrase", [(0, "Request Timeout"),
                                        (1, "Request Terminated")])
def test_cancel_of_silent_trunk(case, pair, arm, phrase):
    """It ends by tm's timer: that is what acc missed."""
    calls = case(silent(), outcome(*TERMINATED, GAVE_UP[0]), headers=[FAST],
                 caller=cancels(487, after=100, wait=SENT_ON), arms=(arm,),
                 pair=pair)
    check_rows(pair, calls, [("missed", 408, phrase, *GAVE_UP),
                             ("call", *TERMINATED, *GAVE_UP)])


def test_fork(case, pair):
    calls = case(reply(486), outcome(404, "Not Found", FAILURE), pair=pair,
                 fork=[reply(404, wait=150)])
    check_rows(pair, calls, failed(404, "Not Found", NOT_FOUND))


def test_answered(case, pair):
    calls = case(accept(), outcome(200, "OK"), pair=pair)
    check_rows(pair, calls, [("call", 200, "OK", None, NOTHING)])


def test_failover(case, pair):
    """Each attempt that a failure_route sees is a missed row."""
    calls = case(reply(486), outcome(
        404, "Not Found", FAILURE, unarmed=(REJECTED,),
        avps=(REJECTED, FAILURE)), then=[reply(404)], pair=pair,
        headers=["X-Test-Failed: NEXT"])
    second = why(FAILURE, "not-found", 404, "second")
    check_rows(pair, calls, [("missed", 486, "Busy Here", *BUSY),
                             ("call", 404, "Not Found", *second)])


def test_failover_to_answer(case, pair):
    """Nothing is why an answered call failed. The AVP stays: nobody may write
    it while a reply passes."""
    calls = case(reply(486), outcome(200, "OK", unarmed=(REJECTED,),
                                     avps=(REJECTED,)),
                 then=[accept()], pair=pair, headers=["X-Test-Failed: NEXT"])
    check_rows(pair, calls, [("missed", 486, "Busy Here", *BUSY),
                             ("call", 200, "OK", REJECTED, NOTHING)])


@pytest.mark.parametrize("do,said", [
    ("ANSWER", BUSY),
    ("SET_AND_ANSWER", why("MEDIA_FAILURE", "no-audio", None, None)),
], ids=["ANSWER", "SET_AND_ANSWER"])
def test_script_answers(case, pair, do, said):
    calls = case(reply(486), outcome(
        480, "Try Later", said[0], unarmed=(REJECTED,), avps=(REJECTED,),
        attempts=(REJECTED,)),
        pair=pair, headers=[f"X-Test-Failed: {do}"])
    check_rows(pair, calls, [
        ("missed", 486, "Busy Here", *BUSY),
        ("missed", 480, "Temporarily Unavailable", *said),
        ("call", 480, "Temporarily Unavailable", *said)])


@pytest.mark.parametrize("lines,uri,end,detail", [
    ((r"tcpconn_1st_send\(\): .* Connection refused",
      r"msg_send_buffer\(\): tcp_send failed"), None,
     (477, "Unfortunately error on sending to next hop occurred (477/TM)"),
     "transport"),
    ((r"nowhere\.invalid", r"t_forward_nonack\(\): failure to add branches"),
     "sip:callee@nowhere.invalid",
     (478, "Unresolvable destination (478/TM)"), "dns"),
], ids=["refused", "unresolvable"])
def test_cannot_send(case, pair, proxies, lines, uri, end, detail):
    """The rows are the only place where a script sees this AVP."""
    for pattern in lines:
        proxies.allow(pattern)
    uri = uri or f"sip:callee@127.0.0.1:{ports.take()};transport=tcp"
    calls = case(None, outcome(*end, FAILURE, avps=(), attempts=(FAILURE,)),
                 pair=pair, headers=[f"X-Test-To: {uri}"])
    check_rows(pair, calls, failed(end[0], "Request Failure",
                                   why(FAILURE, detail)))
