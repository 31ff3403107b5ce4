# The map: the status code and the phrase that a bridge is sent.
# SPDX-License-Identifier: GPL-2.0-or-later

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lib import process
from lib.caller import LINGER, PROVISIONAL, answered, asks_again, cancels
from lib.case import outcome
from lib.check import (REASON_HEADER, check_header, what_caller_got,
                       what_trunk_got)
from lib.message import distinct
from lib.proxies import BEFORE
from lib.scenario import (ack_failure, answer, invite, label, linger, pause,
                          receive, receive_invite, scenario)
from lib.sipp import ANY_ORDER
from lib.trunk import GAP, accept, cancelled, reply, silent
from test_12_acc import TABLES, rows

MAP = ("disconnect_reason", "map_file",
       str(Path(__file__).resolve().parent / "maps/translated.cfg"))
FAST = "X-Test-Timers: 1200,700"
CODES, PHRASES, BOTH, GREEDY, NOTHING, KEYS = (
    f"127.0.0.{n}" for n in range(1, 7))
REJECTED, UNAVAILABLE = "USER_REJECTED", "USER_UNAVAILABLE"
FAILURE, TIMEOUT = "SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT"
NAMES = (REASON_HEADER, "X-LK-Disconnect-Detail")
DECLINE = (603, "Decline")
TIMED_OUT = (408, "Request Timeout")
END = 9  # label


def takes(*codes, ack_after=0):
    """The call fails with one of these codes."""
    *first, last = sorted(set(codes))
    return lambda uri, headers: scenario(
        invite(uri, headers), PROVISIONAL,
        [receive(code, optional="true", next=END) for code in first],
        receive(last), label(END), pause(ack_after) if ack_after else "",
        ack_failure(uri), linger(LINGER))


def one_final(call):
    final, = distinct(call.finals())
    return final


def other_status(call, status):
    """All that the caller got, its final reply with that status line."""
    line = one_final(call).start + "\r\n"
    return [text.replace(line, f"SIP/2.0 {status}\r\n", 1)
            if text.startswith(line) else text
            for text in what_caller_got(call, NAMES)]


def check_pair(plain, loaded, was, becomes, reason):
    """The status line is another one; every other byte is the same, for the
    caller, for the trunks, and what the script saw."""
    first, last = one_final(plain), one_final(loaded)
    assert (first.code, first.phrase) == was, str(first)
    assert (last.code, last.phrase) == becomes, str(last)
    check_header(loaded, last, REASON_HEADER, reason)
    assert other_status(loaded, f"{was[0]} {was[1]}") == \
        what_caller_got(plain, NAMES)
    for letter in plain.trunks | loaded.trunks:
        assert what_trunk_got(loaded, letter) == what_trunk_got(plain, letter)
    assert [(words["code"], words.get("status")) for words in loaded.logged] \
        == [(words["code"], words.get("status")) for words in plain.logged]


@pytest.fixture
def translated(case, proxies):
    """Plays a case for a bridge; returns the calls.

    was      code and phrase without the module
    becomes  with it
    """
    def play(host, trunk, was, becomes, reason, caller=None, headers=(),
             pair=None, arms=(0, 1), **options):
        pair = pair or proxies.pair("map.cfg", params=(MAP,))
        calls = case.run(trunk, caller or takes(was[0], becomes[0]), pair=pair,
                         headers=[*headers, FAST], caller_host=host, arms=arms,
                         **options)
        for arm in arms:
            check_pair(calls["plain", arm], calls["loaded", arm], was, becomes,
                       reason)
        return calls
    return play


def wordless(code):
    """A final reply without a phrase; SIPp itself would cut the last space."""
    return lambda tag: reply(code, "")(tag).replace(
        f"SIP/2.0 {code} \n", f"SIP/2.0 {code}[fold]\n")


BUSY_CODE = (486, "Decline")  # the trunk's phrase stays
AWAY = (480, "Request Timeout")
# tm's own 480 has tm's own words
TM_AWAY = (480, "Temporarily Unavailable")

ROWS = [
    ("603", reply(603), DECLINE, BUSY_CODE, REJECTED),
    ("408", reply(408), TIMED_OUT, AWAY, UNAVAILABLE),
    ("180", silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    ("183", silent((100, 183)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    # what no entry is for
    ("silence", silent(), TIMED_OUT, TIMED_OUT, TIMEOUT),
    ("100", silent((100,)), TIMED_OUT, TIMED_OUT, TIMEOUT),
    ("486", reply(486), (486, "Busy Here"), (486, "Busy Here"), REJECTED),
    ("404", reply(404), (404, "Not Found"), (404, "Not Found"), FAILURE),
    ("603-own-words", reply(603, "Not now, thanks"), (603, "Not now, thanks"),
     (486, "Not now, thanks"), REJECTED),
    ("603-no-words", wordless(603), (603, ""), (486, ""), REJECTED),
    ("603-body", reply(603, body="SIP/2.0 603 Decline\n", kind="text/plain"),
     DECLINE, BUSY_CODE, REJECTED),
]
IDS = [row[0] for row in ROWS]


@pytest.mark.parametrize("caller_transport", ["udp", "tcp"])
@pytest.mark.parametrize("trunk,was,becomes,reason",
                         [row[1:] for row in ROWS], ids=IDS)
def test_code(translated, trunk, was, becomes, reason, caller_transport):
    translated(CODES, trunk, was, becomes, reason,
               caller_transport=caller_transport)


@pytest.mark.parametrize("trunk,was,becomes,reason",
                         [row[1:] for row in ROWS[:3]], ids=IDS[:3])
def test_code_from_tcp_trunk(translated, trunk, was, becomes, reason):
    translated(CODES, trunk, was, becomes, reason, trunk_transport="tcp")


@pytest.mark.parametrize("trunk,was,becomes,reason",
                         [row[1:] for row in ROWS], ids=IDS)
def test_nothing_to_translate(translated, trunk, was, becomes, reason):
    """A bridge without `reply` and `phrase`: all stays."""
    del becomes
    translated(NOTHING, trunk, was, was, reason)


@pytest.mark.parametrize("trunk,was,becomes,reason", [
    (reply(486), (486, "Busy Here"), (600, "Busy Here"), REJECTED),
    (reply(500), (500, "Server Internal Error"), (555, "Server Internal Error"),
     FAILURE),
    (reply(500, after=(180,)), (500, "Server Internal Error"),
     (580, "Server Internal Error"), FAILURE),
    (reply(500, after=(100,)), (500, "Server Internal Error"),
     (500, "Server Internal Error"), FAILURE),
    (reply(404), (404, "Not Found"), (604, "Not Found"), FAILURE),
    (reply(410, "Gone"), (410, "Gone"), (604, "Gone"), FAILURE),
    (reply(603), DECLINE, (433, "Decline"), REJECTED),
    (reply(480, headers=["Reason: Q.850;cause=17"]),
     (480, "Temporarily Unavailable"), (600, "Temporarily Unavailable"),
     REJECTED),
    (reply(480), (480, "Temporarily Unavailable"),
     (480, "Temporarily Unavailable"), UNAVAILABLE),
], ids=["detail", "none", "ringing", "trying", "list", "list-2", "reason",
        "detail-q850", "no-entry"])
def test_keys(translated, trunk, was, becomes, reason):
    translated(KEYS, trunk, was, becomes, reason)


# The phrase

@pytest.mark.parametrize("trunk,was,reason", [
    (reply(486), (486, "Busy Here"), REJECTED),
    (wordless(486), (486, ""), REJECTED),
    (reply(486, "x" * 400), (486, "x" * 400), REJECTED),
    (reply(486, "Besetzt \u00e4"), (486, "Besetzt \u00e4"), REJECTED),
    (reply(404, after=(180,)), (404, "Not Found"), FAILURE),
    (reply(302), (302, "Moved Temporarily"), FAILURE),
    (reply(500), (500, "Server Internal Error"), FAILURE),
    (reply(603), DECLINE, REJECTED),
    (silent(), TIMED_OUT, TIMEOUT),
    (silent((100,)), TIMED_OUT, TIMEOUT),
    (silent((180,)), TIMED_OUT, UNAVAILABLE),
    (reply(486, body="v=0\n"), (486, "Busy Here"), REJECTED),
], ids=["486", "empty", "long", "utf-8", "404", "302", "500", "603", "silence",
        "100", "180", "body"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_phrase(translated, trunk, was, reason, transport):
    translated(PHRASES, trunk, was, (was[0], reason), reason,
               caller_transport=transport)


@pytest.mark.parametrize("trunk,was,becomes,reason", [
    (reply(603), DECLINE, 486, REJECTED),
    (reply(408), TIMED_OUT, 480, UNAVAILABLE),
    (silent((180,)), TIMED_OUT, 480, UNAVAILABLE),
    (silent(), TIMED_OUT, 480, TIMEOUT),
    (reply(486), (486, "Busy Here"), 486, REJECTED),
], ids=["603", "408", "180", "silence", "486"])
def test_both(translated, trunk, was, becomes, reason):
    translated(BOTH, trunk, was, (becomes, reason), reason)


# Never

CHALLENGE = ['WWW-Authenticate: Digest realm="r", nonce="n"']
PROXY_CHALLENGE = ['Proxy-Authenticate: Digest realm="r", nonce="n"']


@pytest.mark.parametrize("host", [PHRASES, GREEDY])
@pytest.mark.parametrize("trunk,was", [
    (reply(401, headers=CHALLENGE), (401, "Unauthorized")),
    (reply(407, headers=PROXY_CHALLENGE), (407, "Proxy Authentication Required")),
    (reply(503), (500, "Service Unavailable")),
], ids=["401", "407", "503"])
def test_never(translated, host, trunk, was):
    """Their code means something to others, so does the 500 in place of 503."""
    translated(host, trunk, was, was, FAILURE)


@pytest.mark.parametrize("host", [PHRASES, GREEDY])
def test_never_503_itself(translated, proxies, host):
    pair = proxies.pair("map.cfg", params=(MAP, ("tm", "remap_503_500", 0)))
    was = (503, "Service Unavailable")
    translated(host, reply(503), was, was, FAILURE, pair=pair)


@pytest.mark.parametrize("host", [PHRASES, GREEDY])
def test_never_two_challenges(translated, host):
    was = (401, "Unauthorized")
    calls = translated(host, reply(401, headers=CHALLENGE), was, was, FAILURE,
                       fork=[reply(401, headers=CHALLENGE, wait=100)])
    for call in calls.values():
        assert len(one_final(call).values("WWW-Authenticate")) == 2


def test_never_an_answer(case, proxies):
    pair = proxies.pair("map.cfg", params=(MAP,))
    case(accept(), outcome(200, "OK"), pair=pair, caller_host=GREEDY)


@pytest.mark.parametrize("trunk,after,code", [
    (cancelled(), 180, 487), (silent(), 100, 487), (cancelled(603), 180, 603),
    (cancelled(486), 180, 486)], ids=["ringing", "silent", "603", "486"])
@pytest.mark.parametrize("host", [CODES, PHRASES, GREEDY])
def test_cancel(case, proxies, host, trunk, after, code):
    """A caller who gave up gets what tm says, as it is."""
    pair = proxies.pair("map.cfg", params=(MAP,))
    calls = case.run(trunk, cancels(code, after=after), pair=pair,
                     headers=[FAST], caller_host=host)
    for arm in (0, 1):
        plain, loaded = calls["plain", arm], calls["loaded", arm]
        assert one_final(loaded).start == one_final(plain).start
        check_header(loaded, one_final(loaded), REASON_HEADER,
                     "CLIENT_INITIATED")
        assert what_caller_got(loaded, NAMES) == what_caller_got(plain, NAMES)


# Branches

PAIR_486 = (486, "Busy Here")
NOT_FOUND = (404, "Not Found")


@pytest.mark.parametrize("host,first,second,was,becomes,reason", [
    (CODES, reply(603), reply(486, wait=150), DECLINE, BUSY_CODE, REJECTED),
    (CODES, reply(404), reply(603, wait=150), DECLINE, BUSY_CODE, REJECTED),
    (CODES, reply(408), reply(500, wait=150), TIMED_OUT, AWAY, UNAVAILABLE),
    (CODES, reply(500), reply(408, wait=150), TIMED_OUT, AWAY, UNAVAILABLE),
    (PHRASES, reply(486), reply(500, wait=150), PAIR_486, (486, REJECTED),
     REJECTED),
    (PHRASES, reply(500), reply(486, wait=150), PAIR_486, (486, REJECTED),
     REJECTED),
    (BOTH, reply(603), reply(500, wait=150), DECLINE, (486, REJECTED),
     REJECTED),
    (PHRASES, wordless(486), reply(500, wait=150), (486, ""),
     (486, REJECTED), REJECTED),
], ids=["603-486", "404-603", "408-500", "500-408", "phrase-stored",
        "phrase-last", "both-stored", "phrase-empty-stored"])
def test_fork(translated, host, first, second, was, becomes, reason):
    """The picked reply is translated, whether it was stored or comes last."""
    translated(host, first, was, becomes, reason, fork=[second],
               headers=["X-Test-6xx: 1"])


@pytest.mark.parametrize("host,becomes", [(CODES, BUSY_CODE),
                                          (BOTH, (486, REJECTED))])
def test_decline_cancels_others(translated, host, becomes):
    """To tm it is the trunk's 603, so the branch that rings is cancelled."""
    calls = translated(host, reply(603, wait=100), DECLINE, becomes, REJECTED,
                       fork=[cancelled()])
    for call in calls.values():
        assert [m.method for m in call.trunks["B"]] == [
            "INVITE", "CANCEL", "ACK"]


@pytest.mark.parametrize("second,was,becomes,reason", [
    (silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    (reply(404, wait=100), NOT_FOUND, NOT_FOUND, FAILURE),
], ids=["both-ring", "404"])
def test_fork_with_timeout(translated, second, was, becomes, reason):
    """tm prefers a trunk's own failure to its own 408."""
    translated(CODES, silent((180,)), was, becomes, reason, fork=[second])


def test_fork_of_three_that_ring(translated):
    translated(BOTH, silent((180,)), TIMED_OUT, (480, UNAVAILABLE),
               UNAVAILABLE, fork=[silent((180,)), silent((180,))])


def test_no_branch_left(translated, proxies):
    """tm's own reply is translated on a branch of its own. Where tm may have no
    more branches it goes as it is."""
    pair = proxies.pair("map.cfg", params=(MAP,), defines=("TWO_BRANCHES",))
    translated(BOTH, silent((180,)), TIMED_OUT, TIMED_OUT, UNAVAILABLE,
               fork=[silent((180,))], pair=pair)


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


# Again

ACK_LOST = 1700  # ms; tm sends again after 500 and 1500 ...
SLOW = "X-Test-Timers: 3000,1900"  # ... but no longer than fr_timer


@pytest.mark.parametrize("host,trunk,was,becomes,reason", [
    (CODES, reply(603), DECLINE, BUSY_CODE, REJECTED),
    (BOTH, reply(408), TIMED_OUT, (480, UNAVAILABLE), UNAVAILABLE),
    (BOTH, silent(milliseconds=4000), TIMED_OUT, (480, TIMEOUT), TIMEOUT),
    (CODES, silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
], ids=["603", "408", "silence", "180"])
def test_ack_is_lost(translated, host, trunk, was, becomes, reason):
    """tm sends the same bytes again."""
    calls = translated(host, trunk, was, becomes, reason, headers=[SLOW],
                       caller=takes(was[0], becomes[0], ack_after=ACK_LOST))
    for call in calls.values():
        assert len(call.finals()) >= 3
        assert len({final.raw for final in call.finals()}) == 1


@pytest.mark.parametrize("host,trunk,code", [
    (CODES, reply(603), 486), (BOTH, silent((180,)), 480)], ids=["603", "180"])
def test_final_is_lost(case, proxies, host, trunk, code):
    """The caller sends its INVITE again: the same bytes from tm's memory."""
    proxy = proxies.pair("map.cfg", params=(MAP,)).loaded
    calls = case.storm(proxy, trunk, asks_again(code), 2, 10,
                       headers=[FAST], options=ANY_ORDER, caller_host=host)
    for call in calls:
        assert len(call.finals()) >= 2
        assert len({final.raw for final in call.finals()}) == 1


def repeats(code, times=3):
    """Sends one final reply several times, though each gets its ACK."""
    def build(tag):
        again = [answer(code, tag=tag), pause(GAP)]
        return scenario(receive_invite(), pause(GAP), again * times,
                        linger(LINGER))
    return build


@pytest.mark.parametrize("host,becomes", [(CODES, BUSY_CODE),
                                          (BOTH, (486, REJECTED))])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_trunk_repeats(translated, host, becomes, transport):
    """The trunk's 603 again: an ACK for the trunk, nothing for the caller."""
    calls = translated(host, repeats(603), DECLINE, becomes, REJECTED,
                       options=ANY_ORDER, trunk_transport=transport)
    for call in calls.values():
        assert len(call.finals()) == 1
        assert "ACK" in [message.method for message in call.trunks["A"]]


# Accounting

@pytest.fixture
def accounted(proxies):
    pair = proxies.pair("acc.cfg", before=(*BEFORE, "db_sqlite"),
                        after=("acc",), workers=1, params=(MAP,))
    for proxy in pair:
        with closing(sqlite3.connect(proxy.folder / "acc.db")) as base:
            if not base.execute("SELECT * FROM sqlite_master").fetchall():
                base.executescript(TABLES)
    return pair


def trunk_replied(call):
    """The final reply is the trunk's, not tm's."""
    return "tag=trunk-A" in one_final(call).value("To")


@pytest.mark.parametrize("host,trunk,was,becomes,reason", [
    (CODES, reply(603), DECLINE, BUSY_CODE, REJECTED),
    (BOTH, reply(603), DECLINE, (486, REJECTED), REJECTED),
    (CODES, reply(408), TIMED_OUT, AWAY, UNAVAILABLE),
    (CODES, silent((180,)), TIMED_OUT, TM_AWAY, UNAVAILABLE),
    (BOTH, silent((180,)), TIMED_OUT, (480, UNAVAILABLE), UNAVAILABLE),
    (PHRASES, reply(486), (486, "Busy Here"), (486, REJECTED), REJECTED),
], ids=["603", "603-phrase", "408", "180", "180-phrase", "486-phrase"])
def test_acc(translated, accounted, host, trunk, was, becomes, reason):
    """The row of the call tells what the caller was sent.

    The row of the missed call tells what the trunk said where there is a
    failure_route, or where tm made its reply up. A trunk's own reply that no
    failure_route sees is translated before acc writes that row.
    """
    calls = translated(host, trunk, was, becomes, reason, pair=accounted)
    for (name, arm), call in calls.items():
        found = process.wait_for(
            lambda one=call: len(rows(one)) >= 2 and rows(one), 5,
            "two rows of acc")
        (missed, *_), (sent, *_) = (
            [row for row in found if row[0] == kind]
            for kind in ("missed", "call"))
        early = name == "loaded" and not arm and trunk_replied(call)
        assert int(missed[2]) == (becomes if early else was)[0], \
            (name, arm, found)
        assert int(sent[2]) == (becomes if name == "loaded" else was)[0], \
            (name, arm, found)
        assert len(found) == 2


# Memory

def memory(proxy):
    process.wait_for(lambda: proxy.rpc("tm.stats")["current"] == 0, 20,
                     "tm to free all transactions")
    return {"shared": proxy.rpc("core.shmmem")["used"],
            "modules": [proxy.rpc("mod.mem_stats", name, "shm")
                        for name in ("disconnect_reason", "tm")],
            "private": {one["pid"]: one["used"]
                        for one in proxy.rpc("pkg.stats")}}


MIXES = {
    "603": (reply(603), (), (486,)),
    "408": (reply(408, after=(180,)), (), (480,)),
    "180": (silent((180,)), (), (480,)),
    "silence": (silent(milliseconds=900), (), (480,)),
    "stored": (reply(603), [reply(500, wait=100)], (486,)),
    "500": (reply(500), (), (500,)),
}


@pytest.mark.parametrize("what", MIXES)
def test_memory(case, proxies, what):
    """The same bytes are in use after 100 calls and after 200 more; each
    second call has a failure_route."""
    trunk, fork, codes = MIXES[what]
    proxy = proxies.pair(
        "map.cfg", params=(MAP, ("tm", "wt_timer", 500)),
        before=(*BEFORE, "kex")).loaded

    def play(calls):
        played = case.storm(proxy, trunk, takes(*codes), calls, 200, fork=fork,
                            headers=["X-Test-Timers: 700,400", "X-Test-6xx: 1"],
                            caller_host=BOTH)
        for call in played:
            final = one_final(call)
            assert final.code in codes
            assert final.phrase == final.value(REASON_HEADER)

    play(100)
    before = memory(proxy)
    play(200)
    assert memory(proxy) == before
