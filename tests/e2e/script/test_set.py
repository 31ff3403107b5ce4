# disconnect_reason_set() and _trunk(): native, in Lua and in Python.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import ports
from lib.caller import cancels
from lib.case import outcome
from lib.engines import BRIDGE, MAP, at, fields, results, told
from lib.trunk import accept, cancelled, reply, silent

BUSY = (486, "Busy Here")
TIMEOUT = (408, "Request Timeout")
TRY_LATER = (480, "Try Later")
SAID = "MEDIA_FAILURE"
SET, SET_PLAIN = f"SET:{SAID}:no-audio", f"SET:{SAID}"
OURS = "detail=no-audio;source=script"


def said(end, detail=OURS, **more):
    return outcome(*end, SAID, detail=detail, **more)


def of_trunk(reason, detail, trunk=None):
    return outcome(*BUSY, reason, detail=f"code=486;detail={detail};"
                   f"source=remote{';trunk=' + trunk if trunk else ''}")


# set

@pytest.mark.parametrize("host", ["127.0.0.1", BRIDGE])
@pytest.mark.parametrize("world", ["bare", "map"])
@pytest.mark.parametrize("do", ["{},STATELESS", "{},NEWTRAN,REPLY",
                                "NEWTRAN,{},REPLY"])
@pytest.mark.parametrize("step,detail", [(SET, OURS),
                                         (SET_PLAIN, "source=script")],
                         ids=["detail", "plain"])
def test_set_and_refuse(kemi, world, host, do, step, detail):
    """Also of a call that nobody watches: what is said is told, once."""
    call = kemi(None, said(TRY_LATER, detail), do=do.format(step), world=world,
                host=host)
    seen, = at(call, "EVENT")
    assert seen["avp"] == SAID
    assert (seen["reason"], seen["source"]) == (SAID, "script")
    assert results(call) == [("SET", 1)]


def test_set_and_log(kemi):
    """What request_route sees, before and after; no trunk was asked."""
    call = kemi(None, said(TRY_LATER), do=f"LOG,{SET},LOG,STATELESS",
                host=BRIDGE)
    assert at(call, "REQUEST") == [fields(), fields(
        SAID, avp=SAID, detail="no-audio", source="script")]


def test_set_twice(kemi):
    call = kemi(None, said(TRY_LATER),
                do=f"SET:ROOM_CLOSED:first,{SET},NEWTRAN,REPLY")
    assert told(call) == [SAID]


@pytest.mark.parametrize("world", ["bare", "map"])
@pytest.mark.parametrize("trunk,end", [
    (reply(486), BUSY), (silent(), TIMEOUT)], ids=["486", "silence"])
def test_set_and_relay(kemi, world, trunk, end):
    """The answer holds, whatever the trunk does, and the call is watched."""
    call = kemi(trunk, said(end, on_100=(SAID, OURS)), world=world,
                do=f"{SET},RELAY", failure="LOG")
    assert [seen["avp"] for seen in at(call, "FAILURE")] == [SAID]
    assert told(call) == [SAID]


def test_set_and_answered(kemi):
    call = kemi(accept(), outcome(200, "OK", on_100=(SAID, OURS)),
                do=f"{SET},RELAY")
    assert told(call) == []


@pytest.mark.parametrize("then,end", [("", BUSY), (",REPLY", TRY_LATER)])
def test_set_in_failure_route(kemi, then, end):
    call = kemi(reply(486), said(end), do="WATCH,RELAY",
                failure=f"LOG,{SET},LOG{then}")
    before, after = at(call, "FAILURE")
    assert (before["reason"], before["code"]) == ("USER_REJECTED", "486")
    assert after["reason"] == SAID and after["code"] == "<null>"
    assert told(call) == [SAID]


@pytest.mark.parametrize("trunk,end", [
    (reply(486), BUSY), (reply(503), (500, "Service Unavailable")),
], ids=["486", "503"])
def test_set_in_onreply_route(kemi, trunk, end):
    call = kemi(trunk, said(end), do="WATCH,RELAY", onreply=SET, failure="LOG")
    assert [seen["avp"] for seen in at(call, "FAILURE")] == [SAID]
    assert told(call) == [SAID]


def test_set_after_relay_failed(kemi):
    """Over a port where nobody listens; the script answers."""
    for pattern in (r"tcpconn_1st_send\(\): .* Connection refused",
                    r"msg_send_buffer\(\): tcp_send failed"):
        kemi.engines.allowed.append(pattern)
    call = kemi(None, said(TRY_LATER), do=f"WATCH,RELAY,LOG,{SET},LOG,REPLY",
                to=f"sip:callee@127.0.0.1:{ports.take()};transport=tcp")
    assert [seen["reason"] for seen in at(call, "REQUEST")] == \
        ["SIP_TRUNK_FAILURE", SAID]
    assert told(call) == [SAID]


def test_set_after_cancel(kemi):
    """In the failure_route of a call that the caller has given up."""
    call = kemi(cancelled(), outcome(
        487, "Request Terminated", "CLIENT_INITIATED",
        detail="detail=cancelled;source=cancel"), caller=cancels(487),
        do="WATCH,RELAY", failure=SET)
    assert results(call) == [("WATCH", 1), ("SET", -1)]
    assert told(call) == ["CLIENT_INITIATED"]


@pytest.mark.parametrize("step,message", [
    ("SET:BUSY", 'set: "BUSY" is not a reason'),
    ("SET:user_rejected", 'set: "user_rejected" is not a reason'),
    ("SET:USER_REJECTED:Busy", 'set: "Busy" is not a detail'),
    ("SET:USER_REJECTED:" + "x" * 33, f'set: "{"x" * 33}" is not a detail'),
    ("TRUNK:", 'trunk: "" is not a name'),
    ("TRUNK:a b", 'trunk: "a b" is not a name'),
    ("TRUNK:" + "x" * 65, f'trunk: "{"x" * 65}" is not a name'),
    ("TRUNK:three", 'trunk: "three" is not a trunk in the map'),
], ids=str)
def test_wrong_argument(kemi, step, message):
    """-1, one line, and the call goes on as if the function were not there."""
    call = kemi.refused(f"disconnect_reason_{message}", reply(486),
                        of_trunk("USER_REJECTED", "busy"),
                        do=f"WATCH,{step},RELAY")
    assert told(call) == ["USER_REJECTED"]


@pytest.mark.parametrize("step", ["SET:BUSY", "TRUNK:three"])
def test_wrong_argument_in_failure_route(kemi, step):
    call = kemi.refused("disconnect_reason_(set|trunk): ", reply(486),
                        of_trunk("USER_REJECTED", "busy"),
                        do="WATCH,RELAY", failure=step)
    assert told(call) == ["USER_REJECTED"]


def test_set_in_onreply_route_of_unwatched_call(kemi):
    call = kemi.refused("the call of this reply is not watched", reply(486),
                        outcome(*BUSY), do="RELAY", onreply=SET)
    assert told(call) == []


# trunk

@pytest.mark.parametrize("do", ["WATCH,TRUNK:one", "TRUNK:one,WATCH",
                                "NEWTRAN,WATCH,TRUNK:one",
                                "NEWTRAN,TRUNK:one,WATCH",
                                "TRUNK:one,WATCH,NEWTRAN",
                                "WATCH,TRUNK:two,TRUNK:one"])
def test_trunk(kemi, do):
    """Its profile classifies, though the next hop is unknown to the map."""
    call = kemi(reply(486), of_trunk("AGENT_ERROR", "of-one", "one"),
                do=f"{do},RELAY", failure="LOG")
    seen, = at(call, "FAILURE")
    assert (seen["trunk"], seen["profile"], seen["rule"]) == \
        ("one", "one", f"{MAP}:8")
    assert told(call) == ["AGENT_ERROR"]


def test_trunk_wins_over_address(kemi):
    call = kemi(reply(486), of_trunk("AGENT_ERROR", "of-one", "one"),
                do="WATCH,TRUNK:one,RELAY", hosts=["127.0.0.5"])
    assert told(call) == ["AGENT_ERROR"]


def test_trunk_of_call_that_is_not_watched(kemi):
    call = kemi(reply(486), outcome(*BUSY), do="TRUNK:one,RELAY")
    assert results(call) == [("TRUNK", 1)] and told(call) == []


def test_trunk_in_branch_route(kemi):
    call = kemi(reply(486), of_trunk("JOIN_FAILURE", "of-two", "two"),
                do="WATCH,RELAY", branch="TRUNK:two")
    assert told(call) == ["JOIN_FAILURE"]


def test_trunk_in_failure_route(kemi):
    """Failover: each attempt has the trunk that was named before it."""
    call = kemi(reply(486), of_trunk("JOIN_FAILURE", "of-two", "two"),
                then=[reply(486)], do="WATCH,TRUNK:one,RELAY",
                failure="TRUNK:two,ARM,NEXT")
    seen, = at(call, "LAST")
    assert (seen["trunk"], seen["profile"]) == ("two", "two")
    assert told(call) == ["JOIN_FAILURE"]
    assert seen["history"] == (
        "AGENT_ERROR;code=486;detail=of-one;source=remote;trunk=one,"
        "JOIN_FAILURE;code=486;detail=of-two;source=remote;trunk=two")


def test_trunk_stays_named(kemi):
    """Named once, it holds for the failover, too."""
    call = kemi(reply(486), of_trunk("AGENT_ERROR", "of-one", "one"),
                then=[reply(486)], do="WATCH,TRUNK:one,RELAY", failure="NEXT")
    assert told(call) == ["AGENT_ERROR"]


def test_any_trunk_without_map(kemi):
    call = kemi(reply(486), of_trunk("USER_REJECTED", "busy", "any-one"),
                do="WATCH,TRUNK:any-one,RELAY", world="bare")
    assert [seen["trunk"] for seen in at(call, "EVENT")] == ["any-one"]
