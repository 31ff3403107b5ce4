# The map: only calls from a bridge are watched, each bridge in its own headers.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.caller import SENT_ON, answered, cancels, fails
from lib.check import DETAIL_HEADER, REASON_HEADER, check_header, check_same
from lib.message import distinct
from lib.scenario import (answer, pause, receive, receive_invite,
                          scenario)
from lib.trunk import GAP, accept, cancelled, reply, silent
from lib.trunk_map import MAPS

FAST = "X-Test-Timers: 1200,700"
SEVERAL, STANDARD, EXACT, EIGHT = (f"127.0.0.{n}" for n in (2, 7, 5, 6))
NAMES = ("X-Bridge-Reason", "X-Lk-Test-Id")
BRIDGE_DETAIL = "X-Bridge-Detail"
R = tuple(f"X-R-{n}" for n in range(1, 9))
BUSY = (486, "Busy Here")
OWN = ("X-Module-Reason", "X-Other-Module-Reason")  # of the parameters


@pytest.fixture
def bridges(proxies):
    """The parameters name other headers than any bridge."""
    return proxies.pair("map.cfg", params=(
        ("disconnect_reason", "map_file", str(MAPS / "bridges.cfg")),
        *(("disconnect_reason", "header", name) for name in OWN),
        ("disconnect_reason", "detail_header", "X-Module-Detail")))


def play(case, pair, trunk, end, caller=None, **options):
    """Plays the case; returns both calls' final replies, by arm.

    Nothing else may have changed, and no parameter's header may be there.
    """
    calls = case.run(trunk, caller or fails(end[0]), pair=pair, **options)
    finals = {}
    for (name, arm), call in calls.items():
        final, = distinct(call.finals())
        assert (final.code, final.phrase) == end, str(final)
        assert not any("Module" in one for one, _ in final.headers), str(final)
        finals[name, arm] = call, final
    return calls, finals


def is_answered(case, pair, trunk, end, reason, names, detail=None, avps=True,
                **options):
    """The caller gets the reason in these headers, and nothing else changes.

    detail  name and value of the detail header
    avps    whether failure_route must see the reason
    """
    calls, finals = play(case, pair, trunk, end, **options)
    for (name, arm), (call, final) in finals.items():
        loaded = name == "loaded"
        for one in names:
            check_header(call, final, one, reason if loaded else None)
        if detail:
            check_header(call, final, detail[0], detail[1] if loaded else None)
        if arm and avps:
            assert [words["avp"] for words in call.logged] == \
                [reason if loaded else "<null>"]
        if not loaded:
            check_same(call, calls["loaded", arm],
                       (*names, BRIDGE_DETAIL, "X-R-9"))


def is_not_watched(case, pair, trunk, end, **options):
    """Byte for byte what the caller gets without the module; no AVP."""
    calls, _ = play(case, pair, trunk, end, **options)
    for (name, arm), call in calls.items():
        assert all(words["avp"] == "<null>" for words in call.logged)
        if name == "plain":
            check_same(call, calls["loaded", arm], ("X-Nothing",))


# Who is watched

@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("host,names,detail", [
    (SEVERAL, NAMES, (BRIDGE_DETAIL, "code=486;detail=busy;source=remote")),
    (STANDARD, (REASON_HEADER,), None), (EXACT, ("X-Exact-Reason",), None),
    (EIGHT, R, ("X-R-9", "code=486;detail=busy;source=remote")),
    ("::1", ("X-Six-Reason",), None),
], ids=["several", "standard", "exact", "eight", "six"])
def test_headers_of_bridge(case, bridges, host, names, detail, transport):
    is_answered(case, bridges, reply(486), BUSY, "USER_REJECTED", names, detail,
                caller_host=host, caller_transport=transport)


@pytest.mark.parametrize("trunk,end", [
    (reply(486), BUSY), (reply(603), (603, "Decline")),
    (reply(503), (500, "Service Unavailable")),
    (silent(), (408, "Request Timeout")),
], ids=["486", "603", "503", "silence"])
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.3", "127.0.0.8"])
def test_no_bridge(case, bridges, host, trunk, end):
    is_not_watched(case, bridges, trunk, end, caller_host=host, headers=[FAST])


def test_no_bridge_cancels(case, bridges):
    is_not_watched(case, bridges, cancelled(), (487, "Request Terminated"),
                   caller=cancels(487))


def test_trunks_address_is_no_bridge(case, bridges):
    """Where a call goes to does not count, only where it comes from."""
    is_not_watched(case, bridges, reply(486), BUSY, hosts=[SEVERAL])


# Each way a reply is made

DETAIL_OF = {
    "503": "code=503;detail=service-unavailable;source=remote",
    "401": "code=401;detail=authentication;source=remote",
    "silence": "detail=no-reply;source=timeout",
    "180": "detail=no-answer;source=timeout"}


@pytest.mark.parametrize("what,trunk,end,reason", [
    ("503", reply(503), (500, "Service Unavailable"), "SIP_TRUNK_FAILURE"),
    ("401", reply(401), (401, "Unauthorized"), "SIP_TRUNK_FAILURE"),
    ("silence", silent(), (408, "Request Timeout"), "CONNECTION_TIMEOUT"),
    ("180", silent((180,)), (408, "Request Timeout"), "USER_UNAVAILABLE"),
], ids=["503", "401", "silence", "180"])
def test_replies_of_tm(case, bridges, what, trunk, end, reason):
    is_answered(case, bridges, trunk, end, reason, NAMES,
                (BRIDGE_DETAIL, DETAIL_OF[what]), caller_host=SEVERAL,
                headers=[FAST])


def test_two_challenges(case, bridges):
    """tm builds one reply out of both."""
    challenge = ['WWW-Authenticate: Digest realm="r", nonce="n"']
    is_answered(case, bridges, reply(401, headers=challenge),
                (401, "Unauthorized"), "SIP_TRUNK_FAILURE", NAMES,
                fork=[reply(401, headers=challenge, wait=100)],
                caller_host=SEVERAL)


@pytest.mark.parametrize("trunk,after", [(cancelled(), 180), (silent(), 100)],
                         ids=["ringing", "silent"])
def test_cancel(case, bridges, trunk, after):
    is_answered(case, bridges, trunk, (487, "Request Terminated"),
                "CLIENT_INITIATED", NAMES,
                (BRIDGE_DETAIL, "detail=cancelled;source=cancel"),
                caller=cancels(487, after=after,
                               wait=SENT_ON if after == 100 else 0),
                caller_host=SEVERAL,
                headers=[FAST])


def test_fork(case, bridges):
    is_answered(case, bridges, reply(486), BUSY, "USER_REJECTED", NAMES,
                fork=[reply(500, wait=100)], caller_host=SEVERAL)


def test_answered(case, bridges):
    """No header, and nothing else changes."""
    is_not_watched(case, bridges, accept(), (200, "OK"), caller=answered(),
                   caller_host=SEVERAL)


def test_script_answers(case, bridges):
    is_answered(case, bridges, reply(486), (480, "Try Later"), "USER_REJECTED",
                NAMES, headers=["X-Test-Failed: ANSWER"], caller_host=SEVERAL)


# Spoofed headers

FORGED = [f"{name}: SPOOFED" for name in (*NAMES, BRIDGE_DETAIL)]
ELSES = [f"{name}: SPOOFED" for name in (REASON_HEADER, DETAIL_HEADER,
                                         "X-Exact-Reason", "X-R-1")]


def forges(headers):
    """Writes these headers on its 180 and on its 486."""
    def build(tag):
        return scenario(
            receive_invite(), answer(180, headers=headers, tag=tag), pause(GAP),
            answer(486, headers=headers, tag=tag, retrans=500), receive("ACK"))
    return build


def values(call, names):
    return [message.values(name) for message in call.received
            for name in names if message.values(name)]


@pytest.mark.parametrize("headers", [
    FORGED, [line.upper() for line in FORGED],
    ["x-bridge-reason  :", "[fold]SPOOFED", "X-BRIDGE-DETAIL:SPOOFED",
     "X-Lk-Test-Id: SPOOFED", "X-Lk-Test-ID: AGAIN"],
], ids=["as-written", "upper-case", "odd"])
def test_spoofed(case, bridges, headers):
    """The bridge's own header names from a trunk are taken away."""
    calls = case.run(forges(headers), fails(486), pair=bridges,
                     caller_host=SEVERAL)
    for (name, _), call in calls.items():
        if name == "plain":
            assert len(values(call, NAMES)) == 4
            continue
        assert values(call, NAMES) == [["USER_REJECTED"]] * 2
        assert values(call, [BRIDGE_DETAIL]) == [
            ["code=486;detail=busy;source=remote"]]
        for message in call.received:
            assert not {"SPOOFED", "AGAIN"}.intersection(
                value for name in (*NAMES, BRIDGE_DETAIL)
                for value in message.values(name))


def test_spoofed_on_answer(case, bridges):
    """From a 200, too."""
    calls = case.run(accept(headers=FORGED), answered(), pair=bridges,
                     caller_host=SEVERAL)
    for (name, _), call in calls.items():
        found = values(call, (*NAMES, BRIDGE_DETAIL))
        assert bool(found) == (name == "plain")


def test_headers_of_others_stay(case, bridges):
    """Another bridge's names, and those of the parameters, mean nothing here."""
    is_answered(case, bridges, forges(ELSES), BUSY, "USER_REJECTED", NAMES,
                (BRIDGE_DETAIL, "code=486;detail=busy;source=remote"),
                caller_host=SEVERAL)


def test_no_bridge_is_not_stripped(case, bridges):
    is_not_watched(case, bridges, forges([*FORGED, *ELSES]), BUSY)


# The script says so

WANTED = (BRIDGE_DETAIL, "detail=no-audio;source=script")


@pytest.mark.parametrize("do", ["SET_AND_FAIL", "SET_AND_ANSWER"])
def test_set_before_transaction(case, bridges, do):
    """The bridge's headers, though no transaction knows the bridge yet."""
    is_answered(case, bridges, None, (488, "Not By Us"), "MEDIA_FAILURE", NAMES,
                WANTED, headers=[f"X-Test-Do: {do}"], caller_host=SEVERAL,
                avps=False)


@pytest.mark.parametrize("trunk,end", [
    (reply(486), BUSY), (reply(503), (500, "Service Unavailable")),
    (silent(), (408, "Request Timeout"))], ids=["486", "503", "silence"])
def test_set_before_relay(case, bridges, trunk, end):
    is_answered(case, bridges, trunk, end, "MEDIA_FAILURE", NAMES, WANTED,
                headers=["X-Test-Do: SET", "X-Test-100: 0", FAST],
                caller_host=SEVERAL)


def test_set_before_relay_is_on_the_next_local_reply(case, bridges):
    """That is tm's own 100."""
    calls = case.run(reply(486), fails(486), pair=bridges,
                     headers=["X-Test-Do: SET"], caller_host=SEVERAL)
    for arm in (0, 1):
        call = calls["loaded", arm]
        trying, = [m for m in call.received if m.code == 100]
        assert {tuple(trying.values(name)) for name in NAMES} == \
            {("MEDIA_FAILURE",)}, str(trying)


def test_set_before_answered_call(case, bridges):
    """What was set is not said when the call succeeds after all."""
    calls = case.run(accept(), answered(), pair=bridges,
                     headers=["X-Test-Do: SET", "X-Test-100: 0"],
                     caller_host=SEVERAL)
    for call in calls.values():
        assert not values(call, (*NAMES, BRIDGE_DETAIL))


@pytest.mark.parametrize("do", ["SET_AND_FAIL", "SET_AND_ANSWER"])
def test_set_for_standard_bridge(case, bridges, do):
    is_answered(case, bridges, None, (488, "Not By Us"), "MEDIA_FAILURE",
                (REASON_HEADER,), headers=[f"X-Test-Do: {do}"],
                caller_host=STANDARD, avps=False)
