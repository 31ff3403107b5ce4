# Serial failover: several attempts, one outcome.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.caller import cancels
from lib.case import outcome
from lib.trunk import accept, cancelled, reply, silent

REJECTED = "USER_REJECTED"
UNAVAILABLE = "USER_UNAVAILABLE"
FAILURE = "SIP_TRUNK_FAILURE"
TIMEOUT = "CONNECTION_TIMEOUT"
FAST = ["X-Test-Timers: 1200,700"]


@pytest.fixture
def failover(case, proxies):
    """Plays trunks in turn.

    reasons  the AVP as the failure_route after each trunk sees it; the last one
             runs only when it is armed
    """
    def play(*trunks, expect, reasons, headers=(), **options):
        code, phrase, reason = expect
        unarmed = reasons if len(reasons) < len(trunks) else reasons[:-1]
        return case(trunks[0], outcome(code, phrase, reason, avps=reasons,
                                       unarmed=unarmed),
                    then=trunks[1:], headers=[*FAST, *headers],
                    pair=proxies.pair("failover.cfg"), **options)
    return play


def test_503_then_486(failover):
    failover(reply(503), reply(486), expect=(486, "Busy Here", REJECTED),
             reasons=(FAILURE, REJECTED))


def test_503_then_200(failover):
    failover(reply(503), accept(), expect=(200, "OK", None),
             reasons=(FAILURE,))


def test_silence_then_200(failover):
    failover(silent(), accept(), expect=(200, "OK", None), reasons=(TIMEOUT,))


def test_ringing_then_200(failover):
    failover(silent((180,)), accept(), expect=(200, "OK", None),
             reasons=(UNAVAILABLE,))


def test_silence_then_404(failover):
    failover(silent(), reply(404), expect=(404, "Not Found", FAILURE),
             reasons=(TIMEOUT, FAILURE))


def test_silence_then_404_with_drop(failover):
    failover(silent(), reply(404), headers=["X-Test-Do: drop"],
             expect=(404, "Not Found", FAILURE), reasons=(TIMEOUT, FAILURE))


def test_404_then_silence(failover):
    failover(reply(404), silent(), expect=(408, "Request Timeout", TIMEOUT),
             reasons=(FAILURE, TIMEOUT))


def test_486_then_503(failover):
    """tm picks among the branches of the last step only."""
    failover(reply(486), reply(503),
             expect=(500, "Service Unavailable", FAILURE),
             reasons=(REJECTED, FAILURE))


def test_404_then_486(failover):
    failover(reply(404), reply(486), expect=(486, "Busy Here", REJECTED),
             reasons=(FAILURE, REJECTED))


def test_404_then_486_with_drop(failover):
    failover(reply(404), reply(486), headers=["X-Test-Do: drop"],
             expect=(486, "Busy Here", REJECTED), reasons=(FAILURE, REJECTED))


def test_486_then_503_with_drop(failover):
    failover(reply(486), reply(503), headers=["X-Test-Do: drop"],
             expect=(500, "Service Unavailable", FAILURE),
             reasons=(REJECTED, FAILURE))


def test_603_then_200(failover):
    failover(reply(603), accept(), expect=(200, "OK", None),
             reasons=(REJECTED,))


def test_three_trunks(failover):
    failover(reply(503), reply(500), reply(486),
             expect=(486, "Busy Here", REJECTED),
             reasons=(FAILURE, FAILURE, REJECTED))


def test_three_trunks_with_drop(failover):
    failover(reply(486), silent(), reply(480), headers=["X-Test-Do: drop"],
             expect=(480, "Temporarily Unavailable", UNAVAILABLE),
             reasons=(REJECTED, TIMEOUT, UNAVAILABLE))


def test_ringing_of_first_trunk_does_not_count_for_second(failover):
    failover(reply(486, after=(180,)), silent(), headers=["X-Test-Do: drop"],
             expect=(408, "Request Timeout", TIMEOUT),
             reasons=(REJECTED, TIMEOUT))


def test_cause_of_first_trunk_does_not_count_for_second(failover):
    failover(reply(503, headers=["Reason: Q.850;cause=17"]), reply(480),
             headers=["X-Test-Do: drop"],
             expect=(480, "Temporarily Unavailable", UNAVAILABLE),
             reasons=(REJECTED, UNAVAILABLE))


def test_cancelled_at_second_trunk(failover):
    failover(reply(503), cancelled(), caller=cancels(487),
             expect=(487, "Request Terminated", "CLIENT_INITIATED"),
             reasons=(FAILURE, "CLIENT_INITIATED"))


@pytest.mark.parametrize("trunk,reason", [
    (reply(486), REJECTED), (reply(503), FAILURE), (silent(), TIMEOUT),
    (reply(480, headers=["Reason: Q.850;cause=34"]), FAILURE),
], ids=["486", "503", "silence", "480-q850"])
def test_script_answers(case, proxies, trunk, reason):
    """The script's own code, the reason of what went before."""
    case(trunk, outcome(488, "Not By Us", reason, avps=(reason,),
                        unarmed=(reason,)),
         headers=[*FAST, "X-Test-Do: answer"], pair=proxies.pair("failover.cfg"))
