# Translated replies, failure_route, and what makes tm drop replies.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import translation
from lib.caller import answered
from lib.check import what_caller_got
from lib.translation import (AWAY, BOTH, BUSY_CODE, CODES, DECLINE, FAILURE,
                             FAST, GREEDY, IDS, MAP, NAMES, NOT_FOUND,
                             PAIR_486, PHRASES, REJECTED, ROWS, TIMED_OUT,
                             TM_AWAY, UNAVAILABLE, takes)
from lib.trunk import accept, reply, silent

translated = translation.translated  # fixture


# failure_route

def seen(calls):
    """What t_check_status() and $T_reply_code said, in each failure_route."""
    return {tuple((words["code"], words["status"]) for words in call.logged)
            for (_, arm), call in calls.items() if arm}


@pytest.mark.parametrize("trunk,was,becomes,reason,sees", [
    (reply(603), DECLINE, BUSY_CODE, REJECTED, ("603", "603")),
    (reply(408), TIMED_OUT, AWAY, UNAVAILABLE, ("408", "408")),
    (silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE, ("408", "408")),
], ids=["603", "408", "180"])
def test_script_sees_trunks_code(translated, trunk, was, becomes, reason, sees):
    calls = translated(CODES, trunk, was, becomes, reason)
    assert seen(calls) == {(sees,)}


FAILOVERS = [
    ("503-603", reply(503), reply(603), DECLINE, BUSY_CODE, REJECTED),
    ("603-404", reply(603), reply(404), None, None, None),
    ("180-603", silent((180,)), reply(603), DECLINE, BUSY_CODE, REJECTED),
    ("404-180", reply(404), silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    ("180-180", silent((180,)), silent((180,)), TIMED_OUT, TM_AWAY,
     UNAVAILABLE),
    ("603-408", reply(603), reply(408), TIMED_OUT, AWAY, UNAVAILABLE),
    ("408-603", reply(408), reply(603), DECLINE, BUSY_CODE, REJECTED),
]


@pytest.mark.parametrize("do", ["NEXT", "NEXT_WITH_DROP"])
@pytest.mark.parametrize("first,second,was,becomes,reason",
                         [row[1:] for row in FAILOVERS],
                         ids=[row[0] for row in FAILOVERS])
def test_failover(translated, first, second, was, becomes, reason, do):
    """An attempt that is not the last leaves nothing behind."""
    if was is None:
        was = becomes = NOT_FOUND
        reason = FAILURE
    translated(CODES, first, was, becomes, reason, then=[second],
               headers=[f"X-Test-Failed: {do}"])


@pytest.mark.parametrize("first", [reply(603), silent((180,)), reply(408)],
                         ids=["603", "180", "408"])
@pytest.mark.parametrize("host", [CODES, BOTH, GREEDY])
def test_failover_to_answer(case, proxies, host, first):
    pair = proxies.pair("map.cfg", params=(MAP,))
    calls = case.run(first, answered(), pair=pair, then=[accept()],
                     caller_host=host,
                     headers=[FAST, "X-Test-Failed: NEXT"])
    for arm in (0, 1):
        assert what_caller_got(calls["loaded", arm], NAMES) == \
            what_caller_got(calls["plain", arm], NAMES)


@pytest.mark.parametrize("trunk,reason", [
    (reply(603), REJECTED), (silent((180,)), UNAVAILABLE),
    (reply(486), REJECTED)], ids=["603", "180", "486"])
@pytest.mark.parametrize("host", [CODES, PHRASES, BOTH, GREEDY])
def test_script_answers(translated, host, trunk, reason):
    """What the script says is said."""
    was = (480, "Try Later")
    translated(host, trunk, was, was, reason,
               headers=["X-Test-Failed: ANSWER"])


@pytest.mark.parametrize("trunk,was,becomes,reason", [
    (reply(603), DECLINE, BUSY_CODE, REJECTED),
    (silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE)], ids=["603", "180"])
def test_script_does_nothing(translated, trunk, was, becomes, reason):
    translated(CODES, trunk, was, becomes, reason,
               headers=["X-Test-Failed: NOTHING"])


@pytest.mark.parametrize("trunk,reason,becomes", [
    (reply(603), REJECTED, None), (silent((180,)), UNAVAILABLE, TM_AWAY)],
    ids=["603", "180"])
def test_script_drops_replies(translated, trunk, reason, becomes):
    """tm answers with a 500 of its own, which is nobody's reply. It tells nobody
    of the drop, so a reply of its own that is translated takes that place."""
    was = (500, "I'm terribly sorry, server error occurred (1/TM)")
    translated(CODES, trunk, was, becomes or was, reason,
               headers=["X-Test-Failed: DROP"],
               caller=takes(480, 486, was[0]))


@pytest.mark.parametrize("trunk,was,code", [
    (reply(603), DECLINE, 486), (reply(486), PAIR_486, 486),
    (silent((180,)), TIMED_OUT, 408)], ids=["603", "486", "180"])
def test_script_set_a_reason(translated, trunk, was, code):
    """Reason and source are the script's; the code is translated as ever."""
    translated(BOTH, trunk, was, (code, "MEDIA_FAILURE"), "MEDIA_FAILURE",
               headers=["X-Test-Do: SET", "X-Test-100: 0"])


@pytest.mark.parametrize("do", ["SET_AND_FAIL", "SET_AND_ANSWER"])
def test_script_answers_at_once(translated, do):
    was = (488, "Not By Us")
    translated(GREEDY, None, was, was, "MEDIA_FAILURE",
               headers=[f"X-Test-Do: {do}"])


# tm's ways to drop replies

MODES = [0, 1, 2, 3]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("trunk,was,becomes,reason",
                         [row[1:] for row in ROWS[:3]], ids=IDS[:3])
def test_failure_reply_mode(translated, proxies, mode, trunk, was, becomes,
                            reason):
    """In modes 1 and 2 tm itself drops the reply of a call whose failure_route
    adds no branch, and answers 500: so only without one."""
    pair = proxies.pair("map.cfg",
                        params=(MAP, ("tm", "failure_reply_mode", mode)))
    translated(CODES, trunk, was, becomes, reason, pair=pair, arms=(0,))
    if mode in (0, 3):
        translated(CODES, trunk, was, becomes, reason, pair=pair, arms=(1,))
        return
    lost = (500, "I'm terribly sorry, server error occurred (1/TM)")
    translated(CODES, trunk, lost, lost, reason, pair=pair, arms=(1,),
               caller=takes(becomes[0], lost[0]))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("second,was,becomes,reason", [
    (reply(603), DECLINE, BUSY_CODE, REJECTED),
    (silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE)], ids=["603", "180"])
def test_failure_reply_mode_of_failover(translated, proxies, mode, second, was,
                                        becomes, reason):
    pair = proxies.pair("map.cfg",
                        params=(MAP, ("tm", "failure_reply_mode", mode)))
    translated(CODES, reply(503), was, becomes, reason, pair=pair, arms=(0,),
               then=[second], headers=["X-Test-Failed: NEXT"])


@pytest.mark.parametrize("mode", MODES)
def test_failure_reply_mode_of_fork(translated, proxies, mode):
    pair = proxies.pair("map.cfg",
                        params=(MAP, ("tm", "failure_reply_mode", mode)))
    translated(BOTH, reply(603), DECLINE, (486, REJECTED), REJECTED, pair=pair,
               fork=[reply(500, wait=150)], headers=["X-Test-6xx: 1"],
               arms=(0,))
