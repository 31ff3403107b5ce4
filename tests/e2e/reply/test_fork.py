# Parallel forks: the header and the AVP belong to the reply that tm picks.
# SPDX-License-Identifier: GPL-2.0-or-later

from dataclasses import replace

import pytest

from lib.caller import fails
from lib.case import outcome
from lib.check import check_loaded
from lib.proxies import DETAIL
from lib.trunk import accept, cancelled, reply, silent

FAST = ["X-Test-Timers: 1200,700"]
LATER = 150  # ms

BUSY = outcome(486, "Busy Here", "USER_REJECTED")
NOT_FOUND = outcome(404, "Not Found", "SIP_TRUNK_FAILURE")
DECLINED = outcome(603, "Decline", "USER_REJECTED")
ANSWERED = outcome(200, "OK")


def timeout(reason):
    return outcome(408, "Request Timeout", reason)


@pytest.mark.parametrize("trunk,other,expect", [
    (reply(404), reply(486, wait=LATER), NOT_FOUND),
    (reply(404, wait=LATER), reply(486), NOT_FOUND),
    (reply(486), reply(404, wait=LATER), NOT_FOUND),
    (reply(486, wait=LATER), reply(404), NOT_FOUND),
    (reply(486), reply(500, wait=LATER), BUSY),
    (reply(500, wait=LATER), reply(486), BUSY),
    (reply(486), reply(503, wait=LATER), BUSY),
    (reply(486), reply(603, wait=LATER), DECLINED),
    (reply(500), reply(503, wait=LATER),
     outcome(500, "Server Internal Error", "SIP_TRUNK_FAILURE")),
    (reply(503), reply(503, wait=LATER),
     outcome(500, "Service Unavailable", "SIP_TRUNK_FAILURE")),
    (reply(480, headers=["Reason: Q.850;cause=17"]), reply(486, wait=LATER),
     outcome(480, "Temporarily Unavailable", "USER_REJECTED")),
    (reply(486, after=(100, 180)), reply(404, after=(183,), wait=LATER),
     NOT_FOUND),
], ids=["404-486", "404-late-486", "486-404", "486-late-404", "486-500",
        "500-late-486", "486-503", "486-603", "500-503", "503-503",
        "480-q850-486", "ringing-486-404"])
def test_two_failures(case, trunk, other, expect):
    case(trunk, expect, fork=[other])


def test_both_ring_out(case, proxies):
    """A bug once: the branch that timed out first, and had tm's CANCEL when tm
    picked it, was taken for one that the script had cancelled."""
    case(silent((180,)), outcome(408, "Request Timeout", "USER_UNAVAILABLE",
                                 detail="detail=no-answer;source=timeout"),
         headers=FAST, fork=[silent((180,))],
         pair=proxies.pair(params=(DETAIL,)))


@pytest.mark.parametrize("trunk,other,expect", [
    (reply(480), silent(), timeout("CONNECTION_TIMEOUT")),
    (silent(), reply(480), timeout("CONNECTION_TIMEOUT")),
    (reply(486), silent(), timeout("CONNECTION_TIMEOUT")),
    (reply(500), silent(), timeout("CONNECTION_TIMEOUT")),
    (reply(480), silent((100,)), timeout("CONNECTION_TIMEOUT")),
    (reply(480), silent((180,)), timeout("USER_UNAVAILABLE")),
    (silent((183,)), reply(500), timeout("USER_UNAVAILABLE")),
    (silent(), silent(), timeout("CONNECTION_TIMEOUT")),
    (silent((180,)), silent((180,)), timeout("USER_UNAVAILABLE")),
    (reply(603), silent(),
     replace(DECLINED, attempts=("USER_REJECTED",))),
], ids=["480-silence", "silence-480", "486-silence", "500-silence", "480-100",
        "480-180", "183-500", "silence-silence", "180-180", "603-silence"])
def test_silent_branch(case, trunk, other, expect):
    case(trunk, expect, fork=[other], headers=FAST)


@pytest.mark.parametrize("trunk,other", [
    (reply(603, wait=LATER), cancelled()),
    (cancelled(), reply(603, wait=LATER)),
], ids=["603-ringing", "ringing-603"])
def test_decline_against_ringing(case, trunk, other):
    """tm cancels the branch that rings; its 487 changes nothing, and it is no
    failed attempt of its trunk."""
    calls = case(trunk, replace(DECLINED, attempts=("USER_REJECTED",)),
                 fork=[other])
    for call in calls.values():
        methods = {letter: [message.method for message in got]
                   for letter, got in call.trunks.items()}
        assert ["INVITE", "CANCEL", "ACK"] in methods.values()


@pytest.mark.parametrize("trunk,other", [
    (reply(486), accept(wait=LATER)),
    (accept(wait=LATER), reply(486)),
    (accept(wait=LATER), reply(404, after=(180,))),
], ids=["486-200", "200-486", "200-ringing-404"])
def test_answered_branch(case, trunk, other):
    """The attempt that failed before counts, though nobody is told."""
    case(trunk, ANSWERED, fork=[other])


@pytest.mark.parametrize("trunk,other", [
    (cancelled(after=(180,)), accept(wait=LATER)),
    (accept(wait=LATER), cancelled(486, after=(180,))),
], ids=["ringing-200", "200-late-486"])
def test_answered_branch_ends_others(case, trunk, other):
    """A branch that ends once the call is up has not failed."""
    case(trunk, outcome(200, "OK", attempts=()), fork=[other])


def test_three_failures(case):
    case(reply(500), BUSY,
         fork=[reply(486, wait=LATER), reply(503, wait=2 * LATER)])


def test_three_with_silence(case):
    case(reply(500), timeout("CONNECTION_TIMEOUT"), headers=FAST,
         fork=[silent(), reply(486, wait=LATER)])


@pytest.mark.parametrize("trunk,other,expect,calls", [
    (reply(404), reply(486), NOT_FOUND, 3000),
    (reply(486), reply(603), DECLINED, 1000),
], ids=["404-486", "486-603"])
def test_same_instant(case, proxies, trunk, other, expect, calls):
    """Both replies of a call are handled by two workers at the same time."""
    proxy = proxies.pair(workers=4).loaded
    played = case.storm(proxy, trunk, fails(expect.code), calls, rate=300,
                        fork=[other])
    for call in played:
        check_loaded(call, expect)
