# What the proxy itself does to a call: it authenticates, cancels, copies, and
# thinks while the caller gives up.
# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import replace

import pytest

from lib.caller import cancels
from lib.case import outcome
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.proxies import BEFORE, DETAIL
from lib.scenario import (ack_failure, answer, answer_last, invite, linger,
                          maybe, pause, receive, receive_invite, request,
                          scenario)
from lib.trunk import cancelled, failing, reply

FAST = "X-Test-Timers: 1200,700"
FAILURE = "SIP_TRUNK_FAILURE"
UNAVAILABLE = "USER_UNAVAILABLE"
TERMINATED = (487, "Request Terminated")
TIMEOUT = (408, "Request Timeout")
DECLINED = outcome(603, "Decline", "USER_REJECTED",
                   detail="code=603;detail=declined;source=remote")


@pytest.fixture
def play(case, proxies):
    """Plays a case by drop.cfg."""
    def run(trunk, expect, headers=(), **options):
        pair = proxies.pair("drop.cfg", params=[DETAIL], workers=4,
                            before=(*BEFORE, "cfgutils"), after=("uac",))
        return case(trunk, expect, pair=pair, headers=headers, **options)
    return run


def how(**names):
    return [f"X-Test-{name}: {value}" for name, value in names.items()]


# uac_auth() on a challenge

CHALLENGE = 'WWW-Authenticate: Digest realm="realm", nonce="n", qop="auth"'


def challenges(*then, headers=()):
    """Challenges the first INVITE; `then` makes the end of the second."""
    return lambda tag: scenario(
        receive_invite(),
        answer(401, headers=[CHALLENGE, *headers], tag=tag, retrans=500),
        receive("ACK"), receive_invite(), [step(tag) for step in then])


def refuses(code, headers=()):
    return lambda tag: [answer(code, headers=headers, tag=tag, retrans=500),
                        receive("ACK")]


def accepts(tag):
    return [answer(200, tag=tag, retrans=500), receive("ACK"), receive("BYE"),
            answer_last(200)]


@pytest.mark.parametrize("code,end,reason,detail", [
    (486, (486, "Busy Here"), "USER_REJECTED", "busy"),
    (503, (500, "Service Unavailable"), FAILURE, "service-unavailable"),
    (403, (403, "Forbidden"), FAILURE, "forbidden"),
])
def test_authenticated_and_failed(play, code, end, reason, detail):
    calls = play(challenges(refuses(code)), outcome(
        *end, reason, unarmed=(FAILURE,), avps=(FAILURE, reason),
        detail=f"code={code};detail={detail};source=remote"),
        headers=how(Do="RELAY", Failed="AUTHENTICATE"))
    for call in calls.values():
        invites = [m for m in call.trunks["A"] if m.method == "INVITE"]
        assert [len(m.values("Authorization")) for m in invites] == [0, 1]


def test_authenticated_and_answered(play):
    """The challenge was no outcome: no header."""
    play(challenges(accepts), outcome(200, "OK", unarmed=(FAILURE,),
                                      avps=(FAILURE,)),
         headers=how(Do="RELAY", Failed="AUTHENTICATE"))


def test_wrong_credentials(play):
    """The second challenge is the outcome, and reaches the caller whole. It is no
    question to the caller, but a trunk that does not take the password."""
    calls = play(challenges(refuses(401, [CHALLENGE])), outcome(
        401, "Unauthorized", FAILURE, unarmed=(FAILURE,),
        avps=(FAILURE, FAILURE),
        detail="code=401;detail=authentication;source=remote",
        attempts=(FAILURE,), told=True),
        headers=how(Do="RELAY", Failed="AUTHENTICATE"))
    for call in calls.values():
        final, = call.finals()
        assert [f"WWW-Authenticate: {value}" for value in
                final.values("WWW-Authenticate")] == [CHALLENGE]


# replies to the proxy's own CANCEL

SPOOFED = [f"{REASON_HEADER}: SPOOFED", f"{DETAIL_HEADER}: detail=spoofed"]


def refuses_cancel(code, final):
    """Rings, answers the CANCEL with `code` and the INVITE with `final`."""
    return failing(lambda tag: scenario(
        receive_invite(), answer(180, tag=tag), receive("CANCEL"),
        answer_last(code, "No", headers=SPOOFED, tag=tag),
        pause(50), answer(final, tag=tag, retrans=500), receive("ACK")),
        UNAVAILABLE if final == 487 else "USER_REJECTED")


@pytest.mark.parametrize("code", [200, 400, 481, 500, 503, 603])
@pytest.mark.parametrize("final", [487, 486])
def test_reply_to_cancel_in_fork(play, code, final):
    """A 603 makes tm cancel the branch that rings: no failed attempt of its
    trunk, unless it refuses the call by itself."""
    attempts = ("USER_REJECTED",) * (1 if final == 487 else 2)
    play(reply(603, wait=150), replace(DECLINED, attempts=attempts), fork=[refuses_cancel(code, final)],
         headers=how(Do="RELAY"))


@pytest.mark.parametrize("code", [200, 481, 503, 603])
def test_reply_to_cancel_of_timer(play, code):
    """Rang and rang: tm cancels, and answers 408 at once."""
    play(refuses_cancel(code, 487), outcome(
        *TIMEOUT, UNAVAILABLE, detail="detail=no-answer;source=timeout"),
        headers=[FAST, *how(Do="RELAY")])


@pytest.mark.parametrize("code", [200, 481, 503])
def test_reply_to_cancel_of_caller(play, code):
    play(refuses_cancel(code, 487), outcome(
        *TERMINATED, "CLIENT_INITIATED",
        detail="detail=cancelled;source=cancel"), headers=how(Do="RELAY"),
        caller=cancels(487))


# t_cancel_branches()

BY_SCRIPT = "code=487;detail=terminated;source=script"


def deaf(tag):
    """Answers the CANCEL, but never the INVITE."""
    return scenario(receive_invite(), answer(183, tag=tag), receive("CANCEL"),
                    answer_last(200, tag=tag), linger(200))


@pytest.mark.parametrize("do", ["CANCEL_ALL", "CANCEL_THIS"])
def test_script_cancels(play, do):
    play(cancelled(after=(183,)),
         outcome(*TERMINATED, UNAVAILABLE, detail=BY_SCRIPT),
         headers=how(Do=do))


def test_script_cancels_fork(play):
    play(cancelled(after=(183,)),
         outcome(*TERMINATED, UNAVAILABLE, detail=BY_SCRIPT),
         fork=[cancelled(after=(180,))], compare=False,
         headers=how(Do="CANCEL_ALL"))


def test_script_cancels_deaf_trunk(play):
    play(deaf, outcome(
        *TIMEOUT, UNAVAILABLE,
        detail="code=408;detail=request-timeout;source=script",
        attempts=(UNAVAILABLE,)),
        headers=[FAST, *how(Do="CANCEL_ALL")])


def test_script_cancels_and_trunk_fails(play):
    """The trunk's own failure was first."""
    play(cancelled(486, after=(183,)), outcome(
        486, "Busy Here", "USER_REJECTED",
        detail="code=486;detail=busy;source=remote"),
        headers=how(Do="CANCEL_ALL"))


NOT_FOUND = outcome(404, "Not Found", FAILURE,
                    detail="code=404;detail=not-found;source=remote")


def test_script_cancels_one_of_two(play):
    play(cancelled(after=(183,)), NOT_FOUND, fork=[reply(404, wait=300)],
         headers=how(Do="CANCEL_THIS"))


def test_script_cancels_and_tries_next(play):
    play(cancelled(after=(183,)), outcome(
        404, "Not Found", FAILURE, unarmed=(UNAVAILABLE,),
        avps=(UNAVAILABLE, FAILURE), detail=NOT_FOUND.detail),
        then=[reply(404)], headers=how(Do="CANCEL_THIS", Failed="NEXT"))


def test_caller_cancels_what_script_cancelled(play):
    """Both gave up: the caller counts. tm waits for no branch, so that none has
    failed when the caller is told."""
    play(slow_to_end, outcome(487, "Request canceled", "CLIENT_INITIATED",
                              avps=(), attempts=(),
                              detail="detail=cancelled;source=cancel"),
         caller=cancels_at_183, headers=how(Do="CANCEL_ALL"))


def slow_to_end(tag):
    """Obeys the proxy's CANCEL, but only after a while."""
    return scenario(receive_invite(), answer(183, tag=tag), receive("CANCEL"),
                    answer_last(200, tag=tag), pause(300),
                    answer(487, tag=tag, retrans=500), receive("ACK"))


def cancels_at_183(uri, headers):
    return scenario(
        invite(uri, headers), maybe(100), receive(183),
        request("CANCEL", uri, branch="INVITE1", retrans=500),
        receive(487), ack_failure(uri), receive(200), linger(500))


# t_replicate()

@pytest.mark.parametrize("do,wait", [("REPLICATE_FIRST", 200),
                                     ("REPLICATE_LAST", 0)])
def test_replicate(play, do, wait):
    """What the copy gets is not the caller's outcome."""
    play(reply(486, wait=wait),
         outcome(480, "Try Later", None,
                 avps=() if wait else ("<null>",)), headers=how(Do=do))


# the caller gives up before t_relay()

@pytest.mark.parametrize("do", ["THINK", "THINK_AND_ANSWER",
                                "THINK_AND_SUSPEND", "THINK_AND_SET"])
def test_cancel_before_relay(play, do):
    """tm answers 487 while the script still thinks: nothing was sent."""
    play(None, outcome(487, "Request canceled", "CLIENT_INITIATED", avps=(),
                       detail="detail=cancelled;source=cancel"),
         caller=cancels(487, after=100), headers=how(Do=do))
