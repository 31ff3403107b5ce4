# What the module must leave alone: all but initial INVITEs relayed by tm.
# SPDX-License-Identifier: GPL-2.0-or-later

from collections import Counter

import pytest

from lib.caller import LINGER, PROVISIONAL, asks, fails
from lib.case import outcome
from lib.check import (DETAIL_HEADER, REASON_HEADER, check_same,
                       what_caller_got)
from lib.scenario import (SDP, ack_failure, answer, answer_last, invite, linger,
                          maybe, pause, receive, receive_invite, request,
                          scenario)
from lib.trunk import accept, reply, silent

FAST = ["X-Test-Timers: 1200,700"]
NAMES = (REASON_HEADER, DETAIL_HEADER)
SPOOF = [f"{REASON_HEADER}: stays"]
GAP = pause(50)


def refuses(method, code, headers=()):
    """Refuses one request that is no INVITE."""
    return lambda tag: scenario(
        receive(method), answer_last(code, headers=headers, tag=tag))


def ignores(method):
    return lambda tag: scenario(receive(method), linger(1500))


def untouched(case, calls, finals):
    """No header of ours, no AVP, no count, and the same messages without the
    module.

    finals  {cseq: (code, phrase)}: how each request of the caller ends
    """
    for (name, arm), call in calls.items():
        for cseq, wanted in finals.items():
            got = {(one.code, one.phrase) for one in call.finals(cseq)}
            assert got == {wanted}, cseq
        assert {words["avp"] for words in call.logged} <= {"<null>"}
        if name == "plain":
            check_same(call, calls["loaded", arm], ())
    case.moved(calls)


def no_header(calls):
    for call in calls.values():
        for message in call.received:
            assert not message.values(REASON_HEADER), str(message)


@pytest.mark.parametrize("method", ["OPTIONS", "MESSAGE", "SUBSCRIBE"])
@pytest.mark.parametrize("code,sent,phrase", [
    (486, 486, "Busy Here"), (480, 480, "Temporarily Unavailable"),
    (503, 500, "Service Unavailable"),
])
def test_other_method_fails(case, method, code, sent, phrase):
    calls = case.run(refuses(method, code), asks(method, sent))
    untouched(case, calls, {f"1 {method}": (sent, phrase)})
    no_header(calls)
    for (_, arm), call in calls.items():
        assert len(call.logged) == arm


@pytest.mark.parametrize("method", ["OPTIONS", "MESSAGE"])
def test_other_method_keeps_such_a_header(case, method):
    calls = case.run(refuses(method, 486, SPOOF), asks(method, 486))
    untouched(case, calls, {f"1 {method}": (486, "Busy Here")})
    for call in calls.values():
        for final in call.finals(f"1 {method}"):
            assert final.value(REASON_HEADER) == "stays"


@pytest.mark.parametrize("method", ["OPTIONS", "MESSAGE"])
def test_other_method_gets_no_reply(case, method):
    calls = case.run(ignores(method), asks(method, 408), headers=FAST)
    untouched(case, calls, {f"1 {method}": (408, "Request Timeout")})
    no_header(calls)


def dialog_trunk(code, headers=()):
    """Answers, refuses a re-INVITE with `code`, and the BYE with 481."""
    return lambda tag: scenario(
        receive_invite(), answer(180, tag=tag), GAP,
        answer(200, tag=tag, retrans=500), receive("ACK"),
        receive("INVITE"), answer_last(code, headers=headers), receive("ACK"),
        receive("BYE"), answer_last(481, headers=headers))


def dialog_caller(code):
    def build(uri, headers):
        inside = {"to": "[last_To:]", "headers": headers}
        return scenario(
            invite(uri, headers), PROVISIONAL, receive(200, rrs="true"),
            request("ACK", "[next_url]", branch="ACK", **inside), GAP,
            request("INVITE", "[next_url]", 2, body=SDP, retrans=500, **inside),
            maybe(100), receive(code), ack_failure("[next_url]", 2), GAP,
            request("BYE", "[next_url]", 3, retrans=500, **inside),
            receive(481), linger(LINGER))
    return build


@pytest.mark.parametrize("code,sent,phrase", [
    (488, 488, "Not Acceptable Here"), (486, 486, "Busy Here"),
    (408, 408, "Request Timeout"), (503, 500, "Service Unavailable"),
])
def test_dialog_fails(case, code, sent, phrase):
    """A re-INVITE and a BYE that fail; the call before is answered."""
    calls = case.run(dialog_trunk(code), dialog_caller(sent))
    untouched(case, calls, {
        "1 INVITE": (200, "OK"), "2 INVITE": (sent, phrase),
        "3 BYE": (481, "Call/Transaction Does Not Exist")})
    no_header(calls)
    for (_, arm), call in calls.items():
        assert len(call.logged) == 2 * arm


def test_dialog_keeps_such_a_header(case):
    calls = case.run(dialog_trunk(488, SPOOF), dialog_caller(488))
    untouched(case, calls, {"2 INVITE": (488, "Not Acceptable Here")})
    for call in calls.values():
        for cseq in ("2 INVITE", "3 BYE"):
            for final in call.finals(cseq):
                assert final.value(REASON_HEADER) == "stays"


def test_answered_call(case):
    calls = case(accept(), outcome(200, "OK"))
    no_header(calls)


@pytest.mark.parametrize("code", [486, 503])
def test_stateless_forward(case, proxies, code):
    """tm knows nothing of the reply, so it may be a late one of any call: our
    names in it become unreadable, and nothing else changes."""
    calls = case.run(reply(code, headers=SPOOF), fails(code),
                     pair=proxies.pair("stateless.cfg"))
    assert what_caller_got(calls["loaded", 0], NAMES) == \
        what_caller_got(calls["plain", 0], NAMES)
    for (name, _), call in calls.items():
        for final in call.finals():
            assert final.values(REASON_HEADER) == \
                (["stays"] if name == "plain" else [])
    loaded = [call for (name, _), call in calls.items() if name == "loaded"]
    case.counted.check(Counter(spoofed_removed=len(loaded)), {})


@pytest.mark.parametrize("how", ["sl", "t_reply"])
def test_call_that_is_not_relayed(case, proxies, how):
    calls = case.run(None, fails(403), headers=[f"X-Test-Do: {how}"],
                     pair=proxies.pair("local.cfg"))
    untouched(case, calls, {"1 INVITE": (403, "Not Here")})
    no_header(calls)


@pytest.mark.parametrize("trunk,code,sent,phrase", [
    (reply(486, headers=SPOOF), 486, 486, "Busy Here"),
    (reply(503), 503, 500, "Service Unavailable"),
    (silent(), 408, 408, "Request Timeout"),
    (silent((180,)), 408, 408, "Request Timeout"),
], ids=["486", "503", "silence", "ringing"])
def test_auto_off(case, proxies, trunk, code, sent, phrase):
    pair = proxies.pair(params=(("disconnect_reason", "auto", 0),))
    calls = case.run(trunk, fails(sent), headers=FAST, pair=pair)
    untouched(case, calls, {"1 INVITE": (sent, phrase)})
    for (_, arm), call in calls.items():
        assert len(call.logged) == arm
        for final in call.finals():
            assert final.values(REASON_HEADER) == \
                (["stays"] if code == 486 else [])
