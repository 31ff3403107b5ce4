# The same message again: the same bytes, one outcome.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.caller import LINGER, asks_again, cancels, fails
from lib.case import outcome
from lib.check import check_loaded
from lib.scenario import answer, linger, pause, receive_invite, scenario
from lib.sipp import ANY_ORDER
from lib.trunk import GAP, cancelled, failing, reply, silent

FAST = ["X-Test-Timers: 1200,700"]
ACK_LOST = 1700  # ms; tm sends again after 500 and 1500 ...
SLOW = ["X-Test-Timers: 3000,1900"]  # ... but no longer than fr_timer
BUSY = outcome(486, "Busy Here", "USER_REJECTED")


def sent_again(calls, least=3):
    """Each caller got its final reply so often, all alike."""
    for call in calls.values():
        finals = [final.raw for final in call.finals()]
        assert len(finals) >= least
        assert len(set(finals)) == 1


@pytest.mark.parametrize("trunk,expect", [
    (reply(486), BUSY),
    (reply(503), outcome(500, "Service Unavailable", "SIP_TRUNK_FAILURE")),
    (reply(401), outcome(401, "Unauthorized", "SIP_TRUNK_FAILURE")),
    (silent(milliseconds=3000),
     outcome(408, "Request Timeout", "CONNECTION_TIMEOUT")),
], ids=["486", "503", "401", "silence"])
def test_ack_is_lost(case, trunk, expect):
    sent_again(case(trunk, expect, headers=SLOW,
                    caller=fails(expect.code, ack_after=ACK_LOST)))


def test_ack_is_lost_after_fork(case):
    sent_again(case(reply(486), BUSY, fork=[reply(500, wait=150)],
                    caller=fails(486, ack_after=ACK_LOST)))


@pytest.mark.parametrize("trunk,expect", [
    (reply(486), BUSY),
    (reply(503), outcome(500, "Service Unavailable", "SIP_TRUNK_FAILURE")),
    (silent(), outcome(408, "Request Timeout", "CONNECTION_TIMEOUT")),
], ids=["486", "503", "silence"])
def test_final_is_lost(case, trunk, expect):
    """The caller sends its INVITE again: tm answers from its memory."""
    sent_again(case(trunk, expect, headers=FAST, options=ANY_ORDER,
                    caller=asks_again(expect.code)), least=2)


def test_ack_is_lost_after_cancel(case):
    sent_again(case(cancelled(),
                    outcome(487, "Request Terminated", "CLIENT_INITIATED"),
                    caller=cancels(487, ack_after=ACK_LOST)))


def repeats(code, times=3, after=(), gap=GAP):
    """Sends one final reply several times, though each gets its ACK.

    SIPp takes the ACKs while it sends and pauses, see ANY_ORDER.
    """
    def build(tag):
        again = [answer(code, tag=tag), pause(gap) if gap else ""]
        return scenario(
            receive_invite(), [answer(one, tag=tag) for one in after],
            pause(GAP), again * times, linger(LINGER))
    return build


def acknowledged(calls):
    """Each caller got one final reply, the trunk the ACKs for its own."""
    for call in calls:
        assert len(call.finals()) == 1
        assert "ACK" in [message.method for message in call.trunks["A"]]


@pytest.mark.parametrize("code,sent,phrase,reason", [
    (486, 486, "Busy Here", "USER_REJECTED"),
    (503, 500, "Service Unavailable", "SIP_TRUNK_FAILURE"),
])
@pytest.mark.parametrize("after", [(), (180, 180, 180)])
def test_trunk_repeats_final(case, code, sent, phrase, reason, after):
    """The caller gets it once, failure_route runs once."""
    calls = case(repeats(code, after=after), outcome(sent, phrase, reason),
                 options=ANY_ORDER)
    acknowledged(calls.values())


@pytest.mark.parametrize("other,expect", [
    (reply(500, wait=400), BUSY),
    (reply(404, wait=400), outcome(404, "Not Found", "SIP_TRUNK_FAILURE")),
    (silent(), outcome(408, "Request Timeout", "CONNECTION_TIMEOUT")),
], ids=["500", "404", "silence"])
def test_trunk_repeats_while_fork_is_open(case, other, expect):
    """The reply that waits in tm gets its header once."""
    calls = case(failing(repeats(486), "USER_REJECTED"), expect, fork=[other],
                 headers=FAST, options=ANY_ORDER)
    acknowledged(calls.values())


def test_trunk_repeats_in_many_calls(case, proxies):
    """Copies of one reply are handled by several workers at a time."""
    calls = case.storm(proxies.pair(workers=4).loaded, repeats(486, 4, gap=0),
                       fails(486), calls=600, rate=150, options=ANY_ORDER)
    acknowledged(calls)
    for call in calls:
        check_loaded(call, BUSY)
