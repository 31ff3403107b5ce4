# The caller gives up: CLIENT_INITIATED, whatever final reply comes then.
# SPDX-License-Identifier: GPL-2.0-or-later

from collections import Counter

import pytest

from lib.caller import SENT_ON, cancels, too_late
from lib.case import outcome
from lib.check import (REASON_HEADER, check_avps, check_final,
                       check_header)
from lib.message import distinct
from lib.scenario import (answer, answer_last, linger, pause,
                          receive, receive_invite, scenario)
from lib.sipp import ANY_ORDER
from lib.trunk import cancelled, reply, silent

FAST = ["X-Test-Timers: 1200,700"]
CANCELLED = outcome(487, "Request Terminated", "CLIENT_INITIATED")


def deaf_to_cancel(after=(180,)):
    """Confirms the CANCEL, then says no more."""
    return lambda tag: scenario(
        receive_invite(), [answer(code, tag=tag) for code in after],
        receive("CANCEL"), answer_last(200, tag=tag), linger(1500))


def wakes_up_late():
    """Rings only after the caller has cancelled."""
    return lambda tag: scenario(
        receive_invite(), pause(2 * SENT_ON), answer(180, tag=tag),
        receive("CANCEL"), answer_last(200, tag=tag),
        answer(487, tag=tag, retrans=500), receive("ACK"))


def busy_soon(tag):
    """Rings, and is busy at about the time when the CANCEL comes."""
    return scenario(receive_invite(), answer(180, tag=tag),
                    answer(486, tag=tag, retrans=500), receive("ACK"),
                    linger(100))


@pytest.mark.parametrize("method", [0, 1])
def test_before_any_reply(case, proxies, method):
    """tm answers 487 by itself, at once or when its timer ends."""
    pair = proxies.pair(params=(("tm", "cancel_b_method", method),))
    case(silent(), CANCELLED, caller=cancels(487, after=100, wait=SENT_ON),
         headers=FAST, pair=pair)


def test_before_any_reply_sent_on(case, proxies):
    """With cancel_b_method 2 the CANCEL goes to the silent trunk."""
    pair = proxies.pair(params=(("tm", "cancel_b_method", 2),))
    case(deaf_to_cancel(()), CANCELLED, headers=FAST, pair=pair,
         caller=cancels(487, after=100, wait=SENT_ON))


def test_before_late_ringing(case):
    case(wakes_up_late(), CANCELLED,
         caller=cancels(487, after=100, wait=SENT_ON))


@pytest.mark.parametrize("method", [0, 1])
def test_at_once(case, proxies, method):
    """The CANCEL comes while tm is about to send the INVITE on.

    tm answers it from the stored request without a lock, and may save the
    request's lumps over ours right before: then the header is missing. Where the
    CANCEL's worker does not let it come that far first, that is 1 of 1,500 calls,
    5 on a machine of two processors with much to do; where it does, none of
    96,000. It is never wrong, and never there twice.
    """
    params = (("tm", "cancel_b_method", method),)
    calls = case.storm(proxies.pair(params=params, workers=4).loaded, None,
                       cancels(487, after=100), calls=1500, rate=400,
                       headers=FAST)
    finals = [final for call in calls for final in distinct(call.finals())]
    assert [final.code for final in finals] == [487] * len(calls)
    said = [final.values(REASON_HEADER) for final in finals]
    assert all(values in (["CLIENT_INITIATED"], []) for values in said)
    assert said.count([]) <= len(calls) // 500
    avps = {words["avp"] for call in calls for words in call.logged}
    assert avps <= {"CLIENT_INITIATED"}


@pytest.mark.parametrize("after", [(100,), (180,), (100, 183, 180)])
def test_after_provisional(case, after):
    case(cancelled(after=after), CANCELLED,
         caller=cancels(487, after=100 if after == (100,) else 180,
                        wait=SENT_ON))


def test_after_ringing_over_tcp(case):
    case(cancelled(), CANCELLED, caller=cancels(487),
         caller_transport="tcp", trunk_transport="tcp")


@pytest.mark.parametrize("code,sent,phrase", [
    (486, 486, "Busy Here"), (480, 480, "Temporarily Unavailable"),
    (404, 404, "Not Found"), (603, 603, "Decline"),
    (500, 500, "Server Internal Error"), (503, 500, "Service Unavailable"),
])
def test_crosses_a_final(case, code, sent, phrase):
    """The trunk fails by itself at the time of the CANCEL."""
    case(cancelled(code), outcome(sent, phrase, "CLIENT_INITIATED"),
         caller=cancels(sent))


def test_crosses_an_answer(case):
    """The trunk answers when the CANCEL is on its way: the call is up."""
    def answers_anyway(tag):
        return scenario(
            receive_invite(), answer(180, tag=tag), receive("CANCEL"),
            answer_last(200, tag=tag), answer(200, tag=tag, retrans=500),
            receive("ACK"), receive("BYE"), answer_last(200))

    case(answers_anyway, outcome(200, "OK"), caller=too_late())


def test_trunk_ends_nothing(case):
    """No final reply after the CANCEL: tm makes up a 487."""
    case(deaf_to_cancel(), CANCELLED, caller=cancels(487), headers=FAST)


@pytest.mark.parametrize("after", [(), (100,), (180,)])
def test_487_that_nobody_asked_for(case, after):
    case(reply(487, after=after),
         outcome(487, "Request Terminated", "USER_UNAVAILABLE"))


def test_fork_of_ringing_branches(case):
    case(cancelled(), CANCELLED, fork=[cancelled()],
         caller=cancels(487, wait=100))


def test_fork_with_silent_branch(case):
    case(cancelled(), CANCELLED, fork=[silent()], caller=cancels(487),
         headers=FAST)


@pytest.mark.parametrize("code,phrase", [
    (486, "Busy Here"), (404, "Not Found"), (480, "Temporarily Unavailable"),
])
@pytest.mark.parametrize("turned", [False, True])
def test_fork_with_stored_failure(case, code, phrase, turned):
    """A failure is stored with its own reason, then the caller cancels."""
    branches = [reply(code), cancelled(wait=100)]
    trunk, other = reversed(branches) if turned else branches
    case(trunk, outcome(code, phrase, "CLIENT_INITIATED", attempts=(
        reply(code).fails, "CLIENT_INITIATED")), fork=[other],
         caller=cancels(code, wait=200))


def test_race_with_486(case, proxies):
    """CANCEL and 486 meet: header and AVP say the same, one way or the other."""
    calls = case.storm(proxies.pair(workers=4).loaded, busy_soon, cancels(486),
                       calls=2000, rate=250, options=ANY_ORDER)
    seen = Counter()
    for call in calls:
        final = check_final(call, outcome(486, "Busy Here"))
        reason = final.value(REASON_HEADER)
        check_header(call, final, REASON_HEADER, reason)
        check_avps(call, [reason] * call.armed)
        seen[reason] += 1
    assert set(seen) == {"USER_REJECTED", "CLIENT_INITIATED"}, seen
