# $dr(...) and the XAVP wherever a script can read them, in all three languages.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import ports
from lib.caller import cancels
from lib.case import outcome
from lib.engines import BRIDGE, FIELDS, MAP, NULL, at, fields, told, xavp_at
from lib.trunk import accept, cancelled, reply, silent

BUSY = (486, "Busy Here")
REJECTED, FAILURE = "USER_REJECTED", "SIP_TRUNK_FAILURE"
HERE = "127.0.0.5"  # the map's trunk of that name
EVERYWHERE = {"onreply": "LOG", "failure": "LOG", "branch_failure": "LOG"}
KNOWN = {"trunk": "here", "bridge": "media", "profile": "two"}
UNTOLD = fields()


def check(call, **seen):
    """What was logged in each place, by its name."""
    for where, wanted in seen.items():
        assert at(call, where.upper()) == wanted, where


def check_xavp(call, *places):
    """In the world with a map: the same as $dr(...)."""
    for where in places:
        assert xavp_at(call, where) == [
            {name: seen[name] for name in FIELDS} for seen in at(call, where)]


def test_every_field(kemi):
    """480 with a Q.850 cause, from a trunk and a bridge that the map knows."""
    cause = ["Reason: Q.850;cause=17"]
    detail = "code=480;q850=17;detail=busy;source=remote;trunk=here"
    call = kemi(reply(480, headers=cause, after=(183,)),
                outcome(480, "Temporarily Unavailable", REJECTED,
                        detail=detail),
                do="LOG,RELAY", host=BRIDGE, hosts=[HERE], **EVERYWHERE)
    known = dict(KNOWN, reason=REJECTED, code=480, q850=17, detail="busy",
                 source="remote", ringing=1)
    history = f"{REJECTED};{detail}"
    in_route = fields(**known, history=history)
    last = fields(**known, avp=REJECTED, history=history)
    check(call, request=[UNTOLD], progress=[fields(**KNOWN, ringing=1)],
          onreply=[in_route], branch_failure=[in_route],
          failure=[last], event=[last])
    assert xavp_at(call, "ONREPLY") == [dict.fromkeys(FIELDS, NULL)]
    check_xavp(call, "FAILURE", "EVENT")


def test_rule(kemi):
    """file:line of the rule that decided."""
    detail = "code=486;detail=of-two;source=remote;trunk=here"
    call = kemi(reply(486), outcome(*BUSY, "JOIN_FAILURE", detail=detail),
                do="RELAY", host=BRIDGE, hosts=[HERE], **EVERYWHERE)
    known = dict(KNOWN, reason="JOIN_FAILURE", code=486, detail="of-two",
                 source="remote", ringing=0, rule=f"{MAP}:10")
    history = f"JOIN_FAILURE;{detail}"
    in_route = fields(**known, history=history)
    last = fields(**known, avp="JOIN_FAILURE", history=history)
    check(call, onreply=[in_route], branch_failure=[in_route],
          failure=[last], event=[last])


@pytest.mark.parametrize("after,reason,detail,ringing", [
    ((), "CONNECTION_TIMEOUT", "no-reply", 0),
    ((180,), "USER_UNAVAILABLE", "no-answer", 1),
], ids=["silence", "180"])
def test_timeout(kemi, after, reason, detail, ringing):
    """There is no code: tm's own 408 is no trunk's. In a world without map."""
    value = f"detail={detail};source=timeout"
    call = kemi(silent(after), outcome(408, "Request Timeout", reason,
                                       detail=value),
                do="WATCH,RELAY", world="bare", **EVERYWHERE)
    known = {"reason": reason, "detail": detail, "source": "timeout",
             "ringing": ringing, "profile": "default"}
    last = fields(**known, avp=reason, history=f"{reason};{value}")
    check(call, branch_failure=[fields(**known)], failure=[last], event=[last])


def test_xavp_is_off_by_default(kemi):
    call = kemi(reply(486), outcome(
        *BUSY, REJECTED, detail="code=486;detail=busy;source=remote"),
        do="WATCH,RELAY", world="bare", **EVERYWHERE)
    for where in ("ONREPLY", "BRANCH_FAILURE", "FAILURE", "EVENT"):
        assert xavp_at(call, where) == [dict.fromkeys(FIELDS, NULL)]


def test_branches(kemi):
    """In onreply_route and at the failure of a branch: those of the branch.
    In failure_route: those of the answer, and each attempt."""
    call = kemi(reply(486), outcome(
        404, "Not Found", FAILURE,
        detail="code=404;detail=not-found;source=remote"),
        fork=[reply(404, wait=200)], hosts=[HERE, "127.0.0.1"],
        do="WATCH,FORK,RELAY", onreply="LOG", failure="LOG",
        branch_failure="LOG")
    first = {"reason": "JOIN_FAILURE", "code": 486, "detail": "of-two",
             "source": "remote", "ringing": 0, "trunk": "here",
             "profile": "two", "rule": f"{MAP}:10"}
    second = {"reason": FAILURE, "code": 404, "detail": "not-found",
              "source": "remote", "ringing": 0, "profile": "default"}
    before = "JOIN_FAILURE;code=486;detail=of-two;source=remote;trunk=here"
    history = f"{before},{FAILURE};code=404;detail=not-found;source=remote"
    both = [fields(**first, history=before), fields(**second, history=history)]
    last = fields(**second, avp=FAILURE, history=history)
    check(call, onreply=both, branch_failure=both, failure=[last], event=[last])
    check_xavp(call, "FAILURE", "EVENT")


def test_failover(kemi):
    """Each failure_route sees its own attempt, and the ones before."""
    call = kemi(reply(503), outcome(
        *BUSY, REJECTED, detail="code=486;detail=busy;source=remote"),
        then=[reply(486, after=(180,))], hosts=[HERE, "127.0.0.1"],
        do="WATCH,RELAY", failure="LOG,ARM,NEXT")
    first = {"reason": FAILURE, "code": 503, "source": "remote", "ringing": 0,
             "detail": "service-unavailable", "trunk": "here",
             "profile": "two"}
    before = (f"{FAILURE};code=503;detail=service-unavailable;source=remote;"
              "trunk=here")
    last = fields(REJECTED, code=486, source="remote", ringing=1,
                  detail="busy", profile="default", avp=REJECTED, history=(
                      f"{before},{REJECTED};code=486;detail=busy;"
                      "source=remote"))
    check(call, failure=[fields(**first, avp=FAILURE, history=before)],
          last=[last], event=[last])
    check_xavp(call, "FAILURE", "LAST", "EVENT")


def test_failover_rescues(kemi):
    """The attempt can be seen, but nobody is told."""
    call = kemi(reply(503), outcome(200, "OK"), then=[accept()],
                do="WATCH,RELAY", failure="LOG,ARM,NEXT")
    seen, = at(call, "FAILURE")
    assert seen["reason"] == FAILURE
    check(call, last=[], event=[])


def test_challenge(kemi):
    """Seen in failure_route, but the caller will come again: no outcome."""
    value = "code=407;detail=authentication;source=remote"
    call = kemi(reply(407), outcome(407, "Proxy Authentication Required",
                                    FAILURE, detail=value),
                do="WATCH,RELAY", failure="LOG")
    seen, = at(call, "FAILURE")
    assert (seen["reason"], seen["code"]) == (FAILURE, "407")
    check(call, event=[])


def test_challenge_that_a_rule_judges(kemi):
    call = kemi(reply(407), outcome(
        407, "Proxy Authentication Required", "ROOM_CLOSED",
        detail="code=407;detail=of-two;source=remote;trunk=here"),
        do="WATCH,RELAY", hosts=[HERE])
    assert told(call) == ["ROOM_CLOSED"]


def test_cancel(kemi):
    call = kemi(cancelled(), outcome(
        487, "Request Terminated", "CLIENT_INITIATED",
        detail="detail=cancelled;source=cancel"), caller=cancels(487),
        do="WATCH,RELAY", failure="LOG")
    value = "CLIENT_INITIATED;detail=cancelled;source=cancel"
    last = fields("CLIENT_INITIATED", avp="CLIENT_INITIATED", ringing=1,
                  detail="cancelled", source="cancel", profile="default")
    seen, = at(call, "FAILURE")
    assert seen["history"] in (NULL, value)
    check(call, failure=[dict(last, history=seen["history"])],
          event=[dict(last, history=seen["history"])])


# t_relay() fails, and request_route goes on

REFUSED = (r"tcpconn_1st_send\(\): .* Connection refused",
           r"msg_send_buffer\(\): tcp_send failed")
UNRESOLVED = (r'could not resolve hostname: "nowhere\.invalid"',
              r'failed to resolve "nowhere\.invalid"',
              r"t_forward_nonack\(\): failure to add branches")
AT_477 = (477, "Unfortunately error on sending to next hop occurred (477/TM)")
AT_478 = (478, "Unresolvable destination (478/TM)")


@pytest.mark.parametrize("do", ["WATCH", "NEWTRAN,WATCH", "WATCH,NEWTRAN"])
@pytest.mark.parametrize("world", ["bare", "map"])
@pytest.mark.parametrize("end,detail,lines", [
    (AT_477, "transport", REFUSED), (AT_478, "dns", UNRESOLVED),
], ids=["refused", "unresolvable"])
def test_relay_failed(kemi, world, do, end, detail, lines):
    """The script sees why, says nothing, and tm answers."""
    for line in lines:
        kemi.engines.allowed.append(line)
    uri = f"sip:callee@127.0.0.1:{ports.take()};transport=tcp" \
        if detail == "transport" else "sip:callee@nowhere.invalid"
    value = f"detail={detail};source=transport"
    call = kemi(None, outcome(*end, FAILURE, detail=value), world=world,
                do=f"{do},LOG,RELAY,LOG", to=uri)
    known = {"reason": FAILURE, "detail": detail, "source": "transport",
             "ringing": 0, "profile": "default"}
    before = fields(ringing=0) if "NEWTRAN" in do else UNTOLD
    check(call, request=[before, fields(**known)], event=[
        fields(**known, avp=FAILURE, history=f"{FAILURE};{value}")])


def test_relay_worked(kemi):
    """The call is on its way: nothing has failed yet."""
    call = kemi(reply(486, wait=150), outcome(
        *BUSY, REJECTED, detail="code=486;detail=busy;source=remote"),
        do="WATCH,RELAY,LOG")
    assert at(call, "REQUEST") == [fields(ringing=0)]


def test_relay_failed_unwatched(kemi):
    for line in UNRESOLVED:
        kemi.engines.allowed.append(line)
    call = kemi(None, outcome(*AT_478), do="RELAY,LOG",
                to="sip:callee@nowhere.invalid")
    check(call, request=[UNTOLD], event=[])
