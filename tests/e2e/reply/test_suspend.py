# Suspended calls: in request_route, in failure_route, in onreply_route.
# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import replace

import pytest

from lib.caller import cancels, fails
from lib.case import outcome
from lib.check import (DETAIL_HEADER, REASON_HEADER, check_loaded,
                       check_plain)
from lib.proxies import BEFORE, DETAIL
from lib.trunk import accept, cancelled, reply, silent

FAST = "X-Test-Timers: 1200,700"
FAILURE = "SIP_TRUNK_FAILURE"
REJECTED = "USER_REJECTED"
BUSY = "code=486;detail=busy;source=remote"
TRY_LATER = (480, "Try Later")
SERVER_ERROR = (500, "I'm terribly sorry, server error occurred (1/TM)")
CANCELLED = (487, "Request canceled")
TIMEOUT = (408, "Request Timeout")


@pytest.fixture
def pair(proxies):
    """A script that suspends, see suspend.cfg."""
    return proxies.pair("suspend.cfg", params=[DETAIL], workers=4,
                        before=(*BEFORE, "htable"), after=("async",))


def how(**names):
    return [f"X-Test-{name}: {value}" for name, value in names.items()]


def ended(end, reason, detail, seen, armed=None, attempts=None):
    """`seen`: AVP values that the script logs before the last failure.

    armed  what ARMED logs besides; by default the reason, () for nothing
    """
    armed = (reason,) if armed is None else armed
    return outcome(*end, reason, detail=detail, unarmed=seen,
                   avps=(*seen, *armed), attempts=attempts)


# after a 486, in failure_route

@pytest.mark.parametrize("resumed,reason,detail,seen", [
    ("ANSWER", REJECTED, BUSY, (REJECTED, REJECTED)),
    ("SET_AND_ANSWER", "MEDIA_FAILURE", "detail=no-audio;source=script",
     (REJECTED, REJECTED, "MEDIA_FAILURE")),
])
def test_failed_then_answer(case, pair, resumed, reason, detail, seen):
    case(reply(486), ended(TRY_LATER, reason, detail, seen, ()), pair=pair,
         headers=how(Do="RELAY", Failed="SHORT", Resumed=resumed))


@pytest.mark.parametrize("trunk,end,reason,detail", [
    (reply(404), (404, "Not Found"), FAILURE,
     "code=404;detail=not-found;source=remote"),
    (reply(503), (500, "Service Unavailable"), FAILURE,
     "code=503;detail=service-unavailable;source=remote"),
    (reply(603), (603, "Decline"), REJECTED,
     "code=603;detail=declined;source=remote"),
    (silent(), TIMEOUT, "CONNECTION_TIMEOUT",
     "detail=no-reply;source=timeout"),
    (silent((180,)), TIMEOUT, "USER_UNAVAILABLE",
     "detail=no-answer;source=timeout"),
], ids=["404", "503", "603", "silence", "180"])
def test_failed_then_branch(case, pair, trunk, end, reason, detail):
    case(reply(486), ended(end, reason, detail, (REJECTED, REJECTED),
                           attempts=(REJECTED, reason)),
         then=[trunk], pair=pair,
         headers=[FAST, *how(Do="RELAY", Failed="SHORT", Resumed="NEXT")])


def test_failed_then_answered_branch(case, pair):
    case(reply(486), ended((200, "OK"), None, None, (REJECTED, REJECTED), (),
                           (REJECTED,)),
         then=[accept()], pair=pair,
         headers=how(Do="RELAY", Failed="SHORT", Resumed="NEXT"))


def test_failed_then_nothing(case, pair):
    case(reply(486),
         ended(SERVER_ERROR, REJECTED, BUSY, (REJECTED, REJECTED), ()),
         pair=pair, headers=how(Do="RELAY", Failed="SHORT", Resumed="NOTHING"))


def test_failed_then_forgotten(case, pair):
    """Never resumed: the call failed because of the 486, all else is ours."""
    case(reply(486), ended(TIMEOUT, REJECTED, BUSY, (REJECTED,)), pair=pair,
         headers=[FAST, *how(Do="RELAY", Failed="FOREVER_AGAIN")])


def test_silence_then_forgotten(case, pair):
    case(silent((180,)),
         ended(TIMEOUT, "USER_UNAVAILABLE", "detail=no-answer;source=timeout",
               ("USER_UNAVAILABLE",)), pair=pair,
         headers=[FAST, *how(Do="RELAY", Failed="FOREVER_AGAIN")])


def test_failed_then_cancel(case, pair):
    """The CANCEL comes while the call is suspended; resuming comes later."""
    case(reply(486, after=(180,)),
         ended(CANCELLED, "CLIENT_INITIATED", "detail=cancelled;source=cancel",
               (REJECTED,), (), (REJECTED,)), pair=pair, caller=cancels(487, wait=200),
         headers=how(Do="RELAY", Failed="LONG", Resumed="ANSWER"))


def test_failed_then_branch_and_cancel(case, pair):
    """The CANCEL comes while the branch that was added then rings."""
    seen = (REJECTED, REJECTED)
    case(reply(486), ended(
        (487, "Request Terminated"), "CLIENT_INITIATED",
        "detail=cancelled;source=cancel", seen,
        attempts=(REJECTED, "CLIENT_INITIATED")), then=[cancelled()], pair=pair,
        caller=cancels(487),
        headers=how(Do="RELAY", Failed="SHORT", Resumed="NEXT"))


# before any branch, in request_route

def test_answer(case, pair):
    """The script's own business: the module does not guess."""
    case(None, ended(TRY_LATER, None, None, ("<null>",), ()), pair=pair,
         headers=how(Do="SHORT", Resumed="ANSWER"))


def test_set_and_answer(case, pair):
    case(None, ended(TRY_LATER, "MEDIA_FAILURE",
                     "detail=no-audio;source=script",
                     ("<null>", "MEDIA_FAILURE"), ()),
         pair=pair, headers=how(Do="SHORT", Resumed="SET_AND_ANSWER"))


@pytest.mark.parametrize("trunk,end,reason,detail", [
    (reply(486), (486, "Busy Here"), REJECTED, BUSY),
    (reply(503), (500, "Service Unavailable"), FAILURE,
     "code=503;detail=service-unavailable;source=remote"),
    (silent(), TIMEOUT, "CONNECTION_TIMEOUT",
     "detail=no-reply;source=timeout"),
], ids=["486", "503", "silence"])
def test_branch(case, pair, trunk, end, reason, detail):
    case(trunk, ended(end, reason, detail, ("<null>",)), pair=pair,
         headers=[FAST, *how(Do="SHORT", Resumed="RELAY")])


def test_answered_branch(case, pair):
    case(accept(), ended((200, "OK"), None, None, ("<null>",), ()), pair=pair,
         headers=how(Do="SHORT", Resumed="RELAY"))


def test_nothing(case, pair):
    case(None, ended(SERVER_ERROR, FAILURE,
                     "code=500;detail=server-error;source=script",
                     ("<null>",), ()),
         pair=pair, headers=how(Do="SHORT", Resumed="NOTHING"))


def test_forgotten(case, pair):
    case(None, ended(TIMEOUT, "CONNECTION_TIMEOUT",
                     "detail=no-reply;source=timeout", ()),
         pair=pair, headers=[FAST, *how(Do="FOREVER")])


def test_cancel(case, pair):
    case(None, ended(CANCELLED, "CLIENT_INITIATED",
                     "detail=cancelled;source=cancel", (), ()), pair=pair,
         caller=cancels(487, after=100),
         headers=how(Do="LONG", Resumed="ANSWER"))


# a failure reply, in onreply_route

SPOOFED = [f"{REASON_HEADER}: SPOOFED", f"{DETAIL_HEADER.lower()} : spoofed"]


@pytest.mark.parametrize("trunk,end,reason,detail", [
    (reply(486), (486, "Busy Here"), REJECTED, BUSY),
    (reply(480, headers=["Reason: Q.850;cause=17"]),
     (480, "Temporarily Unavailable"), REJECTED,
     "code=480;q850=17;detail=busy;source=remote"),
    (reply(503), (500, "Service Unavailable"), FAILURE,
     "code=503;detail=service-unavailable;source=remote"),
], ids=["486", "q850", "503"])
def test_suspended_reply(case, pair, trunk, end, reason, detail):
    case(trunk, ended(end, reason, detail, ()), pair=pair,
         headers=how(Do="REPLY"))


def test_suspended_reply_with_spoofed_header(case, pair):
    case(reply(486, headers=SPOOFED), replace(
        ended((486, "Busy Here"), REJECTED, BUSY, ()), spoofed=2), pair=pair,
         headers=how(Do="REPLY"), compare=False)


# one call lets another one go on

SEEN = "USER_UNAVAILABLE"
OF_TRUNK = "code=480;detail=unavailable;source=remote"
OF_SCRIPT = "detail=no-audio;source=script"


@pytest.mark.parametrize("failed,resumed,first,second", [
    ("WAIT_OR_WAKE", "SET_AND_ANSWER",
     ("MEDIA_FAILURE", OF_SCRIPT, (SEEN, SEEN, "MEDIA_FAILURE")),
     (SEEN, OF_TRUNK, (SEEN, SEEN))),
    ("WAIT_OR_WAKE_AND_SET", "ANSWER",
     (SEEN, OF_TRUNK, (SEEN, SEEN)),
     ("MEDIA_FAILURE", OF_SCRIPT, (SEEN, SEEN, "MEDIA_FAILURE"))),
], ids=["set-in-first", "set-in-second"])
def test_unrelated_call(case, pair, failed, resumed, first, second):
    """The failure_route of the second call continues the first one: what the
    script says of one of them is not told of the other."""
    for name, proxy in pair._asdict().items():
        calls = case.storm(
            proxy, reply(480, "Try Later"), fails(480), calls=2, rate=5,
            headers=how(Do="RELAY", Failed=failed, Resumed=resumed))
        for call in calls:
            expect = ended(TRY_LATER, *(first, second)[call.armed], ())
            check = check_plain if name == "plain" else check_loaded
            check(call, expect)
