# What comes twice: a word of the script and a CANCEL, a challenge, an INVITE, and an
# answer of the event route.
# SPDX-License-Identifier: GPL-2.0-or-later

from collections import Counter
from itertools import count

import pytest

from lib import process
from lib.case import outcome
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.counted import EVENT_ROUTE, Counted
from lib.kamailio import Kamailio
from lib.message import Message
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import Plan, RawCalls
from lib.scenario import answer, receive, receive_invite, scenario
from lib.trunk import reply

AGENT, FAILURE = "AGENT_ERROR", "SIP_TRUNK_FAILURE"
MODULES = (*BEFORE, "htable", "cfgutils", "usrloc", "registrar", "tsilo")
# of calls, so that no two have the same Call-ID; test_local_replies.py, which
# may use the same Kamailio, counts from 0
NUMBERS = count(1000)


@pytest.fixture
def proxy(proxies):
    return proxies.pair("local_replies.cfg", before=MODULES,
                        params=(DETAIL,)).loaded


def how(**names):
    return tuple(f"X-Test-{name}: {value}" for name, value in names.items())


def begin(raw, headers, patience=None):
    """Makes a call; with `patience` it may still be open."""
    raw.count = next(NUMBERS)
    call, = raw.play([Plan((), headers)], patience=patience)
    return call


def wait_for(raw, condition, what):
    """Listens until it is true."""
    def is_true():
        raw.listen(process.POLL)
        return condition()

    return process.wait_for(is_true, 5, what)


def logged(proxy, call, route):
    return [words for words in proxy.traces().get(call.call_id, [])
            if words.get("route") == route]


# the caller gives up while the script thinks

@pytest.mark.parametrize("headers,reason,detail,source", [
    (how(Set=1), AGENT, "no-luck", "script"),
    ((), "CLIENT_INITIATED", "cancelled", "cancel"),
], ids=["said", "silent"])
def test_cancel_while_script_thinks(proxy, headers, reason, detail, source):
    """What the script said before holds; what it says then comes too late."""
    counted = Counted(proxy)
    with RawCalls(proxy) as raw:
        call = begin(raw, (*how(Do="THINK"), *headers), patience=0.01)
        wait_for(raw, lambda: logged(proxy, call, "THINKS"), "the script")
        raw.cancel(call)
        wait_for(raw, call.finals, "the 487")
        proxy.rpc("htable.sets", "go", call.call_id, "1")
        wait_for(raw, lambda: logged(proxy, call, "THOUGHT"), "its end")
    final, = [Message(text, True) for text in call.finals()]
    assert final.start == "SIP/2.0 487 Request canceled"
    assert final.values(REASON_HEADER) == [reason]
    assert final.values(DETAIL_HEADER) == [f"detail={detail};source={source}"]
    words, = logged(proxy, call, "THOUGHT")
    assert (words["set"], words["ignore"]) == ("-1", "-1")
    counted.check(Counter([f"outcomes {reason}"]),
                  {call.call_id: (reason, detail)})


# a trunk that does not take the proxy's password

NAMES = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}
PHRASES = {401: "Unauthorized", 407: "Proxy Authentication Required"}


def challenge(code):
    return [f'{NAMES[code]}: Digest realm="realm", nonce="n", qop="auth"']


def challenges(first, second):
    """Challenges the INVITE, and the one with credentials again."""
    return lambda tag: scenario(*(
        [receive_invite(), answer(code, headers=challenge(code), tag=tag,
                                  retrans=500), receive("ACK")]
        for code in (first, second)))


@pytest.fixture
def authenticating(proxies):
    return proxies.pair("drop.cfg", params=[DETAIL], workers=4,
                        before=(*BEFORE, "cfgutils"), after=("uac",))


def challenged(code, **more):
    return outcome(code, PHRASES[code], FAILURE,
                   detail=f"code={code};detail=authentication;source=remote",
                   **more)


@pytest.mark.parametrize("first,second", [(407, 407), (407, 401), (401, 407)])
def test_password_is_refused(case, authenticating, first, second):
    """The second challenge is no question to the caller: the trunk refuses the
    proxy. The first one is no failed attempt."""
    case(challenges(first, second), challenged(
        second, unarmed=(FAILURE,), avps=(FAILURE,) * 2, attempts=(FAILURE,),
        told=True), pair=authenticating,
         headers=how(Do="RELAY", Failed="AUTHENTICATE"))


def test_question_to_caller(case, authenticating):
    """A challenge that nobody answered counts as nothing."""
    case(reply(407, headers=challenge(407)), challenged(407),
         pair=authenticating, headers=how(Do="RELAY"))


# a call that is refused without a transaction

def test_event_route_answers(tmp_path):
    """It runs inside the answer that it is told of; its own answer runs no event."""
    again = EVENT_ROUTE + """ {
	xlog("L_NOTICE", "DREVENT $ci $rm $dr(reason) $dr(detail)\\n");
	sl_send_reply("500", "Again");
}
"""
    proxy = Kamailio(tmp_path / "kamailio", CFG / "local_replies.cfg",
                     (*MODULES, "disconnect_reason"), (DETAIL,), ("WITH_DR",),
                     more=again).start()
    try:
        counted = Counted(proxy)
        with RawCalls(proxy) as raw:
            call = begin(raw, how(Do="REFUSE_STATELESS"))
            wait_for(raw, lambda: len(call.finals()) == 2, "both answers")
        for final in (Message(text, True) for text in call.finals()):
            assert final.code in (403, 500)
            assert final.values(REASON_HEADER) == [AGENT]
        counted.check(Counter([f"outcomes {AGENT}"]),
                      {call.call_id: (AGENT, "no-luck")})
    finally:
        proxy.stop()


def test_refused_invite_is_repeated(proxy):
    """However often it comes, and whoever takes it. Another INVITE of the caller is
    another call."""
    counted = Counted(proxy)
    with RawCalls(proxy) as raw:
        call = begin(raw, how(Do="REFUSE_STATELESS"))
        told = {call.call_id: (AGENT, "no-luck")}

        def both_workers_took_it():
            for _ in range(10):
                raw.repeat(call)
            return len({words["pid"] for words
                        in logged(proxy, call, "REFUSED")}) == 2

        wait_for(raw, both_workers_took_it, "two workers")
        counted.check(Counter([f"outcomes {AGENT}"]), told)
        again = Counted(proxy)
        call.invite = call.invite.replace(b"-raw", b"-raw.2").replace(
            b"CSeq: 1 ", b"CSeq: 2 ")
        raw.repeat(call)
        again.check(Counter([f"outcomes {AGENT}"]), told)
    assert all(Message(text, True).values(REASON_HEADER) == [AGENT]
               for text in call.received)
