# cfg/livekit-edge.cfg: failover, who may call whom, the script's own replies.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import ports
from lib.caller import LINGER, asks, cancels, fails
from lib.check import REASON_HEADER
from lib.message import distinct
from lib.one_call import (CANNOT_SEND, FAST, UNKNOWN_HOST, Stranger, accepting,
                          call, check, edge, hangs_up, left_alone, quoted)
from lib.scenario import linger, receive, request, scenario
from lib.shipped import EDGE, LOCAL, MINIMAL, running
from lib.sipp import Sipp
from lib.trunk import cancelled, reply, silent

# Failover

FIRST, SECOND = "trunk-1", "trunk-2"


def busy(trunk):
    return ("486 Busy Here", "USER_REJECTED",
            f"code=486;detail=busy;source=remote;trunk={trunk}")


def full(trunk):
    return ("500 Service Unavailable", "SIP_TRUNK_FAILURE",
            f"code=503;detail=service-unavailable;source=remote;trunk={trunk}")


@pytest.mark.parametrize("first,second,expect", [
    (reply(503), reply(486), busy(SECOND)),
    (reply(503), reply(503), full(SECOND)),
    (reply(480, headers=["Reason: Q.850;cause=34"]), reply(486), busy(SECOND)),
    (silent(), reply(486), busy(SECOND)),
    (silent((100,)), reply(486), busy(SECOND)),
], ids=["503-486", "503-503", "480-q850-486", "silence-486", "100-486"])
def test_failover(tmp_path, first, second, expect):
    trunks = [Sipp(first("trunk-A"), tmp_path, "first"),
              Sipp(second("trunk-B"), tmp_path, "second")]
    with edge(tmp_path, first=trunks[0], second=trunks[1], params=FAST,
              TRYING_TIMEOUT=1000) as proxy:
        final, = call(tmp_path, proxy, fails(int(expect[0][:3])), trunks)
    check(final, *expect)


def test_failover_answered(tmp_path):
    """503, then 200: nothing tells of the first trunk; the call goes on."""
    trunks = [Sipp(reply(503)("trunk-A"), tmp_path, "first"),
              accepting(tmp_path, "second")]
    with edge(tmp_path, first=trunks[0], second=trunks[1]) as proxy:
        final, = call(tmp_path, proxy, hangs_up, trunks)
    check(final, "200 OK")


@pytest.mark.parametrize("behaviour,caller,expect", [
    (reply(486), fails(486), busy(FIRST)),
    (reply(603), fails(603), ("603 Decline", "USER_REJECTED",
                              "code=603;detail=declined;source=remote"
                              ";trunk=trunk-1")),
    (reply(503, headers=["Reason: Q.850;cause=17"]), fails(500),
     ("500 Service Unavailable", "USER_REJECTED",
      "code=503;q850=17;detail=busy;source=remote;trunk=trunk-1")),
    (silent((180,)), fails(408), ("408 Request Timeout", "USER_UNAVAILABLE",
                                  "detail=no-answer;source=timeout"
                                  ";trunk=trunk-1")),
    (cancelled(), cancels(487), ("487 Request Terminated", "CLIENT_INITIATED",
                                 "detail=cancelled;source=cancel")),
    (cancelled(503), cancels(500), ("500 Service Unavailable",
                                    "CLIENT_INITIATED",
                                    "detail=cancelled;source=cancel")),
], ids=["486", "603", "503-q850", "180-silence", "cancel",
        "cancel-503"])
def test_no_failover(tmp_path, behaviour, caller, expect):
    """Not the trunk's fault: nobody else is called."""
    trunk = Sipp(behaviour("trunk-A"), tmp_path, "first")
    with left_alone() as second, \
            edge(tmp_path, first=trunk, second=second, params=FAST,
                 RINGING_TIMEOUT=1500) as proxy:
        final, = call(tmp_path, proxy, caller, [trunk])
    check(final, *expect)


@pytest.mark.parametrize("code,phrase,header", [
    (302, "Moved Temporarily", "Contact: <sip:callee@192.0.2.30>"),
    (401, "Unauthorized", 'WWW-Authenticate: Digest realm="a", nonce="b"'),
    (407, "Proxy Authentication Required",
     'Proxy-Authenticate: Digest realm="a", nonce="b"'),
    (420, "Bad Extension", "Unsupported: timer"),
    (421, "Extension Required", "Require: timer"),
    (422, "Session Interval Too Small", "Min-SE: 300"),
    (428, "Use Identity Header", "Date: Sat, 13 Nov 2010 23:29:00 GMT"),
    (494, "Security Agreement Required", "Security-Server: tls;q=0.1"),
])
def test_question_is_passed_on(tmp_path, code, phrase, header):
    """The bridge can answer it, a second trunk cannot."""
    trunk = Sipp(reply(code, phrase, [header])("trunk-A"), tmp_path, "first")
    with left_alone() as second, \
            edge(tmp_path, first=trunk, second=second) as proxy:
        final, = call(tmp_path, proxy, fails(code), [trunk])
    assert final.start == f"SIP/2.0 {code} {phrase}"
    name, _, value = header.partition(": ")
    assert value in final.values(name)
    assert final.values(REASON_HEADER) == ["SIP_TRUNK_FAILURE"]


# Trunks that cannot be reached

NO_TRUNK = ("503 SIP_TRUNK_FAILURE ", "SIP_TRUNK_FAILURE",
            "detail=transport;source=script")


def refusing():
    """A TCP address where nobody listens."""
    return f"{LOCAL}:{ports.take()};transport=tcp"


def at(address):
    return address() if callable(address) else address


@pytest.mark.parametrize("first", [UNKNOWN_HOST, refusing], ids=["dns", "tcp"])
@pytest.mark.parametrize("second", [UNKNOWN_HOST, refusing], ids=["dns", "tcp"])
def test_no_trunk_can_be_reached(tmp_path, first, second):
    """The script answers by itself, and says why."""
    with edge(tmp_path, first=at(first), second=at(second),
              allowed=CANNOT_SEND) as proxy:
        final, = call(tmp_path, proxy, fails(503))
    check(final, *NO_TRUNK)


@pytest.mark.parametrize("second", [UNKNOWN_HOST, refusing], ids=["dns", "tcp"])
def test_second_trunk_cannot_be_reached(tmp_path, second):
    """The same from a failure_route."""
    trunk = Sipp(reply(503)("trunk-A"), tmp_path, "first")
    with edge(tmp_path, first=trunk, second=at(second),
              allowed=CANNOT_SEND) as proxy:
        final, = call(tmp_path, proxy, fails(503), [trunk])
    check(final, *NO_TRUNK)


@pytest.mark.parametrize("first", [UNKNOWN_HOST, refusing], ids=["dns", "tcp"])
@pytest.mark.parametrize("behaviour,expect", [(reply(486), busy(SECOND)),
                                              (reply(503), full(SECOND))],
                         ids=["486", "503"])
def test_first_trunk_cannot_be_reached(tmp_path, first, behaviour, expect):
    """The second one is called at once, and once only."""
    trunk = Sipp(behaviour("trunk-B"), tmp_path, "second")
    with edge(tmp_path, first=at(first), second=trunk,
              allowed=CANNOT_SEND) as proxy:
        final, = call(tmp_path, proxy, fails(int(expect[0][:3])), [trunk])
    check(final, *expect)
    assert len([message for message in distinct(trunk.messages())
                if message.received and message.method == "INVITE"]) == 1


# Who may call whom

@pytest.mark.parametrize("method", ["INVITE", "MESSAGE", "OPTIONS"])
def test_stranger_is_refused(tmp_path, method):
    caller = fails(403) if method == "INVITE" else asks(method, 403)
    with left_alone() as nobody, \
            edge(tmp_path, first=nobody, second=nobody, bridge=nobody,
                 trunk_net="192.0.2.1") as proxy:
        final, = call(tmp_path, proxy, caller, kind=Stranger)
    check(final, "403 Forbidden")


def test_stranger_cannot_use_a_route(tmp_path):
    """A To-tag and a Route do not lead a stranger through the edge."""
    with left_alone() as nobody, \
            edge(tmp_path, trunk_net="192.0.2.1") as proxy:
        def bye(uri, _):
            return scenario(
                request("BYE", f"sip:callee@{nobody}",
                        to="To: <sip:callee@127.0.0.1>;tag=some",
                        headers=[f"Route: <{uri};lr>"], retrans=500),
                receive(403), linger(LINGER))
        final, = call(tmp_path, proxy, bye, kind=Stranger)
    check(final, "403 Forbidden")


def test_trunk_calls_the_bridge(tmp_path):
    bridge = accepting(tmp_path, "bridge")
    with left_alone() as nobody, \
            edge(tmp_path, bridge=bridge, first=nobody, second=nobody) as proxy:
        final, = call(tmp_path, proxy, hangs_up, [bridge], kind=Stranger)
    check(final, "200 OK")


def test_bridge_refuses(tmp_path):
    """The trunk is not told why."""
    bridge = Sipp(reply(486)("trunk-A"), tmp_path, "bridge")
    with left_alone() as nobody, \
            edge(tmp_path, bridge=bridge, first=nobody, second=nobody) as proxy:
        final, = call(tmp_path, proxy, fails(486), [bridge], kind=Stranger)
    check(final, "486 Busy Here")


@pytest.mark.parametrize("method,code", [("OPTIONS", 200), ("MESSAGE", 501),
                                         ("REGISTER", 501)])
def test_other_methods(tmp_path, method, code):
    with left_alone() as nobody, \
            edge(tmp_path, first=nobody, second=nobody, bridge=nobody) as proxy:
        final, = call(tmp_path, proxy, asks(method, code))
    assert final.code == code and not final.values(REASON_HEADER)


def test_no_number(tmp_path):
    def caller(uri, headers):
        return fails(484)(uri.replace("callee@", ""), headers)

    with left_alone() as nobody, \
            edge(tmp_path, first=nobody, second=nobody) as proxy:
        final, = call(tmp_path, proxy, caller)
    check(final, "484 Address Incomplete")


@pytest.mark.parametrize("bridge_side", ["udp", "tcp"])
@pytest.mark.parametrize("first_side", ["udp", "tcp"])
def test_each_side_has_its_transport(tmp_path, bridge_side, first_side):
    """The second trunk speaks UDP, whatever the others do."""
    trunks = [Sipp(reply(503)("trunk-A"), tmp_path, "first", first_side),
              Sipp(reply(486)("trunk-B"), tmp_path, "second")]

    def caller(uri, headers):
        return fails(486)(f"{uri};transport={bridge_side}", headers)

    with edge(tmp_path, first=trunks[0], second=trunks[1]) as proxy:
        final, = call(tmp_path, proxy, caller, trunks, transport=bridge_side)
    check(final, *busy(SECOND))


@pytest.mark.parametrize("script", [MINIMAL, EDGE], ids=["minimal", "edge"])
@pytest.mark.parametrize("found,other,code", [
    ("Max-Forwards: 70", "Max-Forwards: 0", 483),
    ("To: <sip:callee@127.0.0.1>", "To: <sip:callee@127.0.0.1>;tag=gone", 481),
], ids=["hops", "no-call"])
def test_never_relayed(tmp_path, script, found, other, code):
    def caller(uri, headers):
        return fails(code)(uri, headers).replace(found, other)

    with left_alone() as nobody:
        used = "TRUNK" if script == MINIMAL else "TRUNK_1"
        with running(tmp_path / "kamailio", script, BRIDGE_NET=LOCAL,
                     **{used: quoted(nobody)}) as proxy:
            final, = call(tmp_path, proxy, caller)
    assert final.code == code and not final.values(REASON_HEADER)
