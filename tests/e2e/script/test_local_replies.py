# Answers that a script makes by itself, and does not say why.
# SPDX-License-Identifier: GPL-2.0-or-later

from collections import Counter
from dataclasses import dataclass
from itertools import count

import pytest

from lib import ports, process
from lib.caller import LINGER, PROVISIONAL, cancels
from lib.case import outcome
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.counted import Counted
from lib.kamailio import package_has
from lib.message import Message
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import Plan, RawCalls
from lib.scenario import (ack_failure, answer, answer_last, invite, linger,
                          maybe, pause, receive, receive_invite, request,
                          scenario)
from lib.trunk import GAP, cancelled, reply

FAILURE, REJECTED = "SIP_TRUNK_FAILURE", "USER_REJECTED"
UNKNOWN, AGENT = "UNKNOWN_REASON", "AGENT_ERROR"
TRY_LATER = (480, "Try Later")
NO_TRUNK = " 503 No Trunk"
MODULES = (*BEFORE, "htable", "cfgutils", "usrloc", "registrar", "tsilo")
NUMBERS = count()  # of calls, so that no two have the same Call-ID
LUA = ("app_lua", "load", str(CFG / "local_replies.lua"))


@pytest.fixture
def pair(proxies):
    return proxies.pair("local_replies.cfg", before=MODULES, params=(DETAIL,))


@pytest.fixture
def lua_pair(proxies):
    return proxies.pair("local_replies.cfg", before=(*MODULES, "app_lua"),
                        params=(DETAIL, LUA), defines=("WITH_LUA",))


def how(**names):
    return [f"X-Test-{name}: {value}" for name, value in names.items()]


# t_relay() fails

@dataclass(frozen=True)
class Nowhere:
    """A place where no call can be sent; sl and tm say so with that code, and name
    themselves in the phrase."""
    uri: str
    code: int
    detail: str


@pytest.fixture(params=["refused", "unresolvable"])
def nowhere(request, proxies):
    proxies.allow(r"sl_reply_error\(\): stateless error reply used")
    if request.param == "refused":
        proxies.allow(r"tcpconn_1st_send\(\): .* Connection refused")
        proxies.allow(r"msg_send_buffer\(\): tcp_send failed")
        return Nowhere(
            f"sip:callee@127.0.0.1:{ports.take()};transport=tcp", 477,
            "transport")
    proxies.allow(r'could not resolve hostname: "nowhere\.invalid"')
    proxies.allow(r'failed to resolve "nowhere\.invalid"')
    proxies.allow(r"t_forward_nonack\(\): failure to add branches")
    return Nowhere("sip:callee@nowhere.invalid", 478, "dns")


def finals(proxy, headers, wanted):
    """Makes a call that ends with so many final replies; returns its Call-ID
    and the replies."""
    with RawCalls(proxy) as raw:
        raw.count = next(NUMBERS)
        call, = raw.play([Plan((), tuple(headers))])

        def all_came():
            raw.listen(process.POLL)
            return len(call.finals()) >= wanted

        process.wait_for(all_came, 5, lambda: f"{wanted} of {call.received}")
        raw.listen(0.1)
        return call.call_id, [Message(text, True) for text in call.finals()]


def check_one(proxy, headers, ends, reason, detail):
    """The caller gets final replies whose first lines end so, each with the reason;
    tm's own has the detail. Returns the Call-ID."""
    call_id, got = finals(proxy, headers, len(ends))
    assert len(got) == len(ends)
    for one, end in zip(got, ends):
        assert one.start.endswith(end), str(one)
        assert one.values(REASON_HEADER) == ([reason] if reason else [])
        assert one.values(DETAIL_HEADER) == (
            [detail] if detail and "/TM)" in one.start else [])
    # after the script's own answer
    said = reason and not ends[0].endswith("/TM)")
    assert proxy.traces()[call_id] == [
        {"avp": reason if said else "<null>", "older": "<null>"}]
    return call_id


def check_relay_failed(pair, nowhere, do, first):
    """An answer of sl leaves tm's transaction alone, so that tm answers, too. Only
    that one has the detail: the script's was built before. From Kamailio 6.0.1 on
    sl_reply_error() leaves it to tm."""
    ends, headers = [first], how(Do=do, To=nowhere.uri)
    if do.startswith("SL_"):
        ends.append(f" ({nowhere.code}/TM)")
    if do == "SL_ERROR" and package_has(
            "sl", "message marked with delayed-reply flag\n"):
        ends.remove(first)
    check_one(pair.plain, headers, ends, None, None)
    counted = Counted(pair.loaded)
    call_id = check_one(pair.loaded, headers, ends, FAILURE,
                        f"detail={nowhere.detail};source=transport")
    counted.check(Counter([f"attempts {FAILURE}", f"outcomes {FAILURE}"]),
                  {call_id: (FAILURE, nowhere.detail)})


ANSWERS = ["SL_REPLY", "SEND_REPLY", "T_REPLY"]


@pytest.mark.parametrize("do", ["SL_ERROR", *ANSWERS])
def test_relay_failed(pair, nowhere, do):
    check_relay_failed(pair, nowhere, do, NO_TRUNK if do in ANSWERS
                       else f" ({nowhere.code}/SL)")


@pytest.mark.parametrize("do", ["SL_ERROR", *ANSWERS])
def test_relay_failed_in_lua(lua_pair, nowhere, do):
    """There sl says what failed before, which may be anything."""
    check_relay_failed(lua_pair, nowhere, do,
                       NO_TRUNK if do in ANSWERS else "/SL)")


# no branch, and the script does not answer

def cancels_at_183(uri, headers):
    return scenario(
        invite(uri, headers), receive(183),
        request("CANCEL", uri, branch="INVITE1", retrans=500),
        receive(487), ack_failure(uri), receive(200), linger(LINGER))


def test_no_branch_and_cancel(case, pair):
    """A script may keep a transaction for later: it has not failed yet."""
    case(None, outcome(487, "Request canceled", "CLIENT_INITIATED", avps=(),
                       detail="detail=cancelled;source=cancel"),
         caller=cancels_at_183, pair=pair, headers=how(Do="PROGRESS"))


def test_no_branch_and_stateless_refusal(case, pair):
    """The script's own business, as without a transaction."""
    case(None, outcome(403, "Not Here", avps=("<null>",), unarmed=("<null>",)),
         pair=pair, headers=how(Do="REFUSE"))


def registers(code):
    """The callee of a call that is kept registers, and the call ends so."""
    def caller(uri, headers):
        ours = "<sip:caller@[local_ip]:[local_port];transport=[transport]>"
        register = request("REGISTER", uri, 2, retrans=500)
        assert register.count(ours) == 1
        return scenario(
            invite(uri, headers), receive(100),
            register.replace(ours, f"<{uri}>"), receive(200), maybe(100),
            receive(code), ack_failure(uri), linger(LINGER))
    return caller


@pytest.mark.parametrize("code,phrase,reason,detail", [
    (486, "Busy Here", REJECTED, "busy"), (404, "Not Found", FAILURE, "not-found"),
])
def test_branch_of_tsilo(case, pair, code, phrase, reason, detail):
    """The branch comes long after the script: it alone is why the call failed."""
    case(reply(code, wait=GAP), outcome(
        code, phrase, reason, detail=f"code={code};detail={detail};source=remote"),
         caller=registers(code), pair=pair, headers=how(Do="STORE"))


# the script answers a call that is under way

def rings(tag):
    """Says 183 when the request's script is over, and obeys tm's CANCEL."""
    return scenario(
        receive_invite(), pause(GAP), answer(183, tag=tag), receive("CANCEL"),
        answer_last(200, tag=tag), answer(487, tag=tag, retrans=500),
        receive("ACK"))


def said(reason, detail=None, **more):
    """The script's answer; it logs the AVP once, with and without a
    failure_route."""
    return outcome(*TRY_LATER, reason, detail=detail, unarmed=(reason,), **more)


def told_details(case):
    """$dr(detail) of the events of the last case."""
    return {detail for *_, detail in case.counted.events()}


OF_503 = "code=503;detail=service-unavailable;source=remote"
OF_SCRIPT = "detail=no-luck;source=script"


@pytest.mark.parametrize("onreply,trunk,expect", [
    ("ANSWER_183", rings, said(UNKNOWN, attempts=())),
    ("SET_AND_ANSWER_183", rings, said(AGENT, OF_SCRIPT, attempts=())),
    ("ANSWER_503", reply(503, wait=GAP), said(FAILURE, OF_503)),
    ("SET_AND_ANSWER_503", reply(503, wait=GAP), said(AGENT, OF_SCRIPT)),
], ids=["183", "set-183", "503", "set-503"])
def test_onreply_route_answers(case, pair, onreply, trunk, expect):
    case(trunk, expect, pair=pair, headers=how(Do="RELAY", Onreply=onreply))
    assert (told_details(case) == {"unknown"}) == (expect.reason == UNKNOWN)


def test_onreply_route_answers_who_cancelled(case, pair):
    """Whatever the script says then, the caller had given up."""
    case(cancelled(503), said("CLIENT_INITIATED", attempts=("CLIENT_INITIATED",)),
         pair=pair, caller=cancels(480),
         headers=how(Do="RELAY", Onreply="ANSWER_503"))
    assert told_details(case) == {"cancelled"}


def ended_by_options(uri, headers):
    return scenario(
        invite(uri, headers), maybe(100), receive(183),
        request("OPTIONS", uri, 2, headers=["X-Call: [call_id]"]),
        receive(480), ack_failure(uri), receive(200), linger(LINGER))


def test_another_request_answers(case, pair):
    """By t_reply_callid(); the trunk's 487 comes after it."""
    case(rings, said(UNKNOWN, attempts=()), caller=ended_by_options, pair=pair,
         headers=how(Do="RELAY", Onreply="LOG_FINAL"))
    assert told_details(case) == {"unknown"}


def takes_200(uri, headers):
    """The 200 is the proxy's, so that there is nobody to call."""
    return scenario(invite(uri, headers), PROVISIONAL, receive(200),
                    ack_failure(uri), linger(LINGER))


def test_failure_route_says_200(case, pair):
    """No failure is told; the trunk's attempt has failed all the same."""
    calls = case.run(reply(486), takes_200, pair=pair,
                     headers=how(Do="RELAY", Failed=1))
    case.moved(calls, outcome(200, "OK", told=False), (REJECTED,))
