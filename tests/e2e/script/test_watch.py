# disconnect_reason_watch() and _ignore(): native, in Lua and in Python.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.caller import cancels
from lib.case import outcome
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.engines import BRIDGE, MAP, NULL, at, fields, results, told
from lib.trunk import accept, cancelled, reply, silent

BUSY = (486, "Busy Here")
TIMEOUT = (408, "Request Timeout")
REJECTED = outcome(*BUSY, "USER_REJECTED",
                   detail="code=486;detail=busy;source=remote")
OF_ONE = outcome(*BUSY, "AGENT_ERROR",
                 detail="code=486;detail=of-one;source=remote")
NOTHING = outcome(*BUSY)
SILENT = outcome(*TIMEOUT, "CONNECTION_TIMEOUT",
                 detail="detail=no-reply;source=timeout")
UNTOLD = [fields()]


# watch

@pytest.mark.parametrize("do", ["RELAY", "NEWTRAN,RELAY"])
@pytest.mark.parametrize("world", ["bare", "map"])
def test_not_watched(kemi, world, do):
    """auto is 0, or the call comes from no bridge: nothing is done to it."""
    call = kemi(reply(486), NOTHING, world=world, do=do, failure="LOG")
    assert at(call, "FAILURE") == UNTOLD and told(call) == []


@pytest.mark.parametrize("do", ["WATCH", "NEWTRAN,WATCH", "WATCH,NEWTRAN",
                                "IGNORE,WATCH", "WATCH:default",
                                "NEWTRAN,WATCH:default", "WATCH,WATCH"])
@pytest.mark.parametrize("world", ["bare", "map"])
def test_watch(kemi, world, do):
    call = kemi(reply(486), REJECTED, world=world, do=f"{do},RELAY",
                failure="LOG")
    seen, = at(call, "FAILURE")
    assert (seen["avp"], seen["older"]) == ("USER_REJECTED", NULL)
    assert seen["reason"] == "USER_REJECTED"
    assert {rc for _, rc in results(call)} == {1}
    assert told(call) == ["USER_REJECTED"]


@pytest.mark.parametrize("do", ["WATCH", "NEWTRAN,WATCH"])
@pytest.mark.parametrize("trunk,expect", [
    (silent(), SILENT),
    (reply(503), outcome(
        500, "Service Unavailable", "SIP_TRUNK_FAILURE",
        detail="code=503;detail=service-unavailable;source=remote")),
], ids=["silence", "503"])
def test_watch_and_no_reply_to_relay(kemi, do, trunk, expect):
    """tm builds the reply from the request that it stored."""
    call = kemi(trunk, expect, do=f"{do},RELAY")
    assert told(call) == [expect.reason]


@pytest.mark.parametrize("do", ["WATCH", "NEWTRAN,WATCH"])
def test_watch_and_answered(kemi, do):
    call = kemi(accept(), outcome(200, "OK"), do=f"{do},RELAY")
    assert told(call) == []


@pytest.mark.parametrize("do", ["WATCH:one", "NEWTRAN,WATCH:one",
                                "WATCH:one,NEWTRAN", "WATCH:two,WATCH:one",
                                "WATCH,NEWTRAN,WATCH:one"])
def test_watch_with_profile(kemi, do):
    call = kemi(reply(486), OF_ONE, do=f"{do},RELAY", failure="LOG")
    seen, = at(call, "FAILURE")
    assert (seen["profile"], seen["rule"]) == ("one", f"{MAP}:8")
    assert told(call) == ["AGENT_ERROR"]


def test_watch_with_profile_from_bridge(kemi):
    """The call is watched anyway: the profile is ours, the bridge known."""
    call = kemi(reply(486), OF_ONE, do="WATCH:one,RELAY", host=BRIDGE)
    assert [(seen["profile"], seen["bridge"]) for seen in at(call, "EVENT")] \
        == [("one", "media")]


def test_watch_with_profile_and_known_trunk(kemi):
    """A trunk of the map is classified by its own profile."""
    call = kemi(reply(486), outcome(
        *BUSY, "JOIN_FAILURE",
        detail="code=486;detail=of-two;source=remote;trunk=here"),
        do="WATCH:one,RELAY", hosts=["127.0.0.5"])
    assert told(call) == ["JOIN_FAILURE"]


@pytest.mark.parametrize("do", ["WATCH:three", "NEWTRAN,WATCH:three"])
@pytest.mark.parametrize("host,expect", [("127.0.0.1", NOTHING),
                                         (BRIDGE, REJECTED)])
def test_watch_with_wrong_profile(kemi, do, host, expect):
    """-1, one line, and the call goes on as if the function were not there."""
    call = kemi.refused(r'disconnect_reason_watch: "three" is not a profile',
                        reply(486), expect, do=f"{do},RELAY", host=host)
    assert told(call) == ([expect.reason] if expect.reason else [])


PLACE = "expected in the request_route, before the call is sent on"


@pytest.mark.parametrize("word", ["WATCH", "IGNORE"])
@pytest.mark.parametrize("where", ["failure", "onreply", "branch"])
@pytest.mark.parametrize("do,expect", [("RELAY", NOTHING),
                                       ("WATCH,RELAY", REJECTED)])
def test_too_late(kemi, word, where, do, expect):
    """A call is watched, or ignored, before it is sent on."""
    call = kemi.refused(f"disconnect_reason_{word.lower()}: {PLACE}",
                        reply(486), expect, do=do, **{where: word})
    assert told(call) == ([expect.reason] if expect.reason else [])


@pytest.mark.parametrize("word", ["WATCH", "IGNORE"])
def test_after_relay(kemi, word):
    """In request_route, but the call is on its way."""
    call = kemi.refused(f"disconnect_reason_{word.lower()}: {PLACE}",
                        reply(486, wait=100), REJECTED,
                        do=f"WATCH,RELAY,{word}")
    assert told(call) == ["USER_REJECTED"]


# ignore

SPOOFED = [f"{REASON_HEADER}: AGENT_ERROR",
           f"{DETAIL_HEADER}: detail=from-trunk"]


@pytest.mark.parametrize("do", ["IGNORE", "NEWTRAN,IGNORE", "IGNORE,NEWTRAN",
                                "WATCH,IGNORE", "WATCH,NEWTRAN,IGNORE",
                                "IGNORE,IGNORE"])
def test_ignore(kemi, do):
    """No header, no AVP, no event, all null, and nothing is removed."""
    call = kemi(reply(486, headers=SPOOFED),
                outcome(*BUSY, "AGENT_ERROR", detail="detail=from-trunk"),
                do=f"{do},RELAY", onreply="LOG", failure="LOG", host=BRIDGE)
    assert at(call, "ONREPLY") == UNTOLD
    assert at(call, "FAILURE") == UNTOLD
    assert {rc for _, rc in results(call)} == {1}
    assert told(call) == []


@pytest.mark.parametrize("do", ["IGNORE", "NEWTRAN,IGNORE"])
@pytest.mark.parametrize("trunk,end,caller", [
    (silent(), TIMEOUT, None), (reply(503), (500, "Service Unavailable"), None),
    (cancelled(), (487, "Request Terminated"), cancels(487)),
], ids=["silence", "503", "cancel"])
def test_ignore_and_no_reply_to_relay(kemi, do, trunk, end, caller):
    call = kemi(trunk, outcome(*end), do=f"{do},RELAY", failure="LOG",
                caller=caller, host=BRIDGE)
    assert at(call, "FAILURE") == UNTOLD and told(call) == []


def test_ignore_and_script_answers(kemi):
    call = kemi(None, outcome(480, "Try Later"), do="NEWTRAN,IGNORE,REPLY,LOG",
                host=BRIDGE)
    assert at(call, "REQUEST") == UNTOLD and told(call) == []
