# The map: the status code and the phrase that a bridge is sent.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import process, translation
from lib.caller import LINGER, SENT_ON, asks_again, cancels
from lib.case import outcome
from lib.check import REASON_HEADER, check_header, what_caller_got
from lib.proxies import BEFORE
from lib.scenario import answer, linger, pause, receive_invite, scenario
from lib.sipp import ANY_ORDER
from lib.translation import (AWAY, BOTH, BUSY_CODE, CODES, DECLINE, FAILURE,
                             FAST, GREEDY, IDS, KEYS, MAP, NAMES, NOTHING,
                             NOT_FOUND, PAIR_486, PHRASES, REJECTED, ROWS,
                             TIMED_OUT, TIMEOUT, TM_AWAY, UNAVAILABLE,
                             one_final, phrase_of, takes, wordless)
from lib.trunk import GAP, accept, cancelled, reply, silent

translated = translation.translated  # fixture


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
    translated(PHRASES, trunk, was, (was[0], phrase_of(reason)), reason,
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
    wait = SENT_ON if after == 100 else 0
    calls = case.run(trunk, cancels(code, after=after, wait=wait), pair=pair,
                     headers=[FAST], caller_host=host)
    for arm in (0, 1):
        plain, loaded = calls["plain", arm], calls["loaded", arm]
        assert one_final(loaded).start == one_final(plain).start
        check_header(loaded, one_final(loaded), REASON_HEADER,
                     "CLIENT_INITIATED")
        assert what_caller_got(loaded, NAMES) == what_caller_got(plain, NAMES)


# Branches

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
            assert final.phrase == phrase_of(final.value(REASON_HEADER))

    play(100)
    before = memory(proxy)
    play(200)
    assert memory(proxy) == before
