# The scripts in cfg/, unchanged: seven rows, failover, who may call, own replies.
# SPDX-License-Identifier: GPL-2.0-or-later

import socket
import subprocess
from contextlib import contextmanager

import pytest

from lib import ports
from lib.caller import LINGER, PROVISIONAL, asks, cancels, fails
from lib.case import play
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.kamailio import BAD_LINE
from lib.message import distinct
from lib.scenario import invite, linger, pause, receive, request, scenario
from lib.sipp import Sipp
from lib.trunk import GAP, accept, cancelled, reply, silent
from shipped import (CFG, EDGE, LOCAL, MINIMAL, ROWS, dial_all, host, obedient,
                     options, running, without_module)

TEST_ID = "X-Lk-Test-Id"
NAMES = (REASON_HEADER, TEST_ID, DETAIL_HEADER)
FAST = (("tm", "fr_timer", 700),)
ELSEWHERE = "127.0.0.2"
UNKNOWN_HOST = "nowhere.invalid"  # RFC 2606: never resolves
# What Kamailio logs when it cannot send; the script deals with it
CANNOT_SEND = (
    r"ERROR: tm .*(uri2dst2|t_forward_nonack|_w_t_relay_to|msg_send_buffer)"
    r"\(\)",
    r"ERROR: <core> .*(sip_hostport2su|tcpconn_1st_send)\(\)")
README = CFG.parent / "README.md"
NUMBERS = [row.dialled for row in ROWS]


# The files

@pytest.mark.parametrize("script", [MINIMAL, EDGE], ids=["minimal", "edge"])
def test_file_is_clean(script):
    """Kamailio takes the file as it is, and has nothing to say about it."""
    done = subprocess.run(
        ["kamailio", "-c", "-E", "-f", script, "-l",
         f"udp:{LOCAL}:{ports.take()}", *options()],
        capture_output=True, text=True, check=False, timeout=20)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not BAD_LINE.search(said) and "WARNING" not in said, said


@pytest.mark.parametrize("script", [MINIMAL, EDGE], ids=["minimal", "edge"])
def test_default_values_stop_nothing(script, tmp_path):
    """It also starts with the addresses that stand in the file."""
    with running(tmp_path / "kamailio", script) as proxy:
        assert "kamailio" in proxy.rpc("core.version")
        assert not [line for line in proxy.lines() if "WARNING" in line]


# The smallest script

@pytest.fixture(scope="module")
def minimal_rows(tmp_path_factory):
    """The final replies without the module and with it, by number."""
    folder = tmp_path_factory.mktemp("minimal")
    trunk = Sipp(obedient("trunk-A", 1500), folder, "trunk",
                 calls=2 * len(ROWS))
    with running(folder / "plain", without_module(MINIMAL, folder),
                 params=FAST, TRUNK=host(trunk)) as plain, \
            running(folder / "loaded", MINIMAL, params=FAST,
                    TRUNK=host(trunk)) as loaded:
        return dial_all(folder, [plain, loaded], [trunk])


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_minimal_row(minimal_rows, row):
    plain, loaded = (replies[row.dialled] for replies in minimal_rows)
    assert plain.start == loaded.start == f"SIP/2.0 {row.status}"
    assert plain.values(REASON_HEADER) == []
    assert loaded.values(REASON_HEADER) == [row.reason]
    assert loaded.raw.count(f"\r\n{REASON_HEADER}: {row.reason}\r\n".encode()) == 1


def test_minimal_answered(tmp_path):
    """A call that is answered goes through, up to its BYE."""
    trunk = accepting(tmp_path, "trunk")
    with running(tmp_path / "kamailio", MINIMAL, TRUNK=host(trunk)) as proxy:
        final, = call(tmp_path, proxy, hangs_up, [trunk])
    check(final, "200 OK")


def test_minimal_cancelled(tmp_path):
    trunk = Sipp(cancelled()("trunk-A"), tmp_path, "trunk")
    with running(tmp_path / "kamailio", MINIMAL, TRUNK=host(trunk)) as proxy:
        final, = call(tmp_path, proxy, cancels(487), [trunk])
    check(final, "487 Request Terminated", "CLIENT_INITIATED",
          names=(REASON_HEADER,))


def test_minimal_unreachable(tmp_path):
    """The script says nothing: tm answers, with the header."""
    with running(tmp_path / "kamailio", MINIMAL, CANNOT_SEND,
                 TRUNK=quoted(UNKNOWN_HOST)) as proxy:
        final, = call(tmp_path, proxy, fails(478))
    assert final.values(REASON_HEADER) == ["SIP_TRUNK_FAILURE"]


def test_script_of_readme(tmp_path):
    """The script in README.md does what the page says."""
    _, script, _ = README.read_text("utf-8").split("```")
    path = tmp_path / "readme.cfg"
    path.write_text(script, "utf-8")
    trunk = Sipp(reply(603)("trunk-A"), tmp_path, "trunk")
    with running(tmp_path / "kamailio", path) as proxy:
        final, = call(tmp_path, proxy, lambda _, headers: fails(603)(
            trunk.uri, headers), [trunk])
        said = f"call {final.call_id} failed: USER_REJECTED"
        assert [line for line in proxy.lines() if line.endswith(said)]
    check(final, "603 Decline", "USER_REJECTED", names=(REASON_HEADER,))


# The edge: the seven rows, with two trunks that do the same

TOLD = {
    "486": "code=486;detail=busy;source=remote",
    "480": "code=480;detail=unavailable;source=remote",
    "603": "code=603;detail=declined;source=remote",
    "408": "code=408;detail=request-timeout;source=remote",
    "404": "code=404;detail=not-found;source=remote",
    "500": "code=500;detail=server-error;source=remote",
    "silence": "detail=no-reply;source=timeout",
}
TRUNK_TO_BLAME = ("SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT")


@pytest.fixture(scope="module")
def edge_rows(tmp_path_factory):
    """The final replies, and what each trunk got, by number."""
    folder = tmp_path_factory.mktemp("edge")
    again = [row for row in ROWS if row.reason in TRUNK_TO_BLAME]
    first = Sipp(obedient("trunk-A", 2500), folder, "first", calls=len(ROWS))
    second = Sipp(obedient("trunk-B", 1500), folder, "second",
                  calls=len(again))
    with edge(folder, first=first, second=second, params=FAST) as proxy:
        replies, = dial_all(folder, [proxy], [first, second])
    return replies, dialled(first), dialled(second)


def dialled(trunk):
    """The numbers that a trunk was called for."""
    return {message.start.split(":")[1].split("@")[0]
            for message in trunk.messages()
            if message.received and message.method == "INVITE"}


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_edge_row(edge_rows, row):
    replies, first, second = edge_rows
    check(replies[row.dialled], row.status, row.reason, TOLD[row.dialled])
    assert row.dialled in first
    assert (row.dialled in second) == (row.reason in TRUNK_TO_BLAME)


# The edge: failover

BUSY = ("486 Busy Here", "USER_REJECTED", "code=486;detail=busy;source=remote")
FULL = ("500 Service Unavailable", "SIP_TRUNK_FAILURE",
        "code=503;detail=service-unavailable;source=remote")


@pytest.mark.parametrize("first,second,expect", [
    (reply(503), reply(486), BUSY),
    (reply(503), reply(503), FULL),
    (reply(480, headers=["Reason: Q.850;cause=34"]), reply(486), BUSY),
    (silent(), reply(486), BUSY),
    (silent((100,)), reply(486), BUSY),
], ids=["503-486", "503-503", "480-q850-486", "silence-486", "100-486"])
def test_failover(tmp_path, first, second, expect):
    trunks = [Sipp(first("trunk-A"), tmp_path, "first"),
              Sipp(second("trunk-B"), tmp_path, "second")]
    timers = (*FAST, ("tm", "fr_inv_timer", 1000))
    with edge(tmp_path, first=trunks[0], second=trunks[1],
              params=timers) as proxy:
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
    (reply(486), fails(486), BUSY),
    (reply(603), fails(603), ("603 Decline", "USER_REJECTED",
                              "code=603;detail=declined;source=remote")),
    (reply(503, headers=["Reason: Q.850;cause=17"]), fails(500),
     ("500 Service Unavailable", "USER_REJECTED",
      "code=503;q850=17;detail=busy;source=remote")),
    (reply(401, headers=['WWW-Authenticate: Digest realm="a", nonce="b"']),
     fails(401), ("401 Unauthorized", "SIP_TRUNK_FAILURE",
                  "code=401;detail=authentication;source=remote")),
    (reply(407, headers=['Proxy-Authenticate: Digest realm="a", nonce="b"']),
     fails(407), ("407 Proxy Authentication Required", "SIP_TRUNK_FAILURE",
                  "code=407;detail=authentication;source=remote")),
    (silent((180,)), fails(408), ("408 Request Timeout", "USER_UNAVAILABLE",
                                  "detail=no-answer;source=timeout")),
    (cancelled(), cancels(487), ("487 Request Terminated", "CLIENT_INITIATED",
                                 "detail=cancelled;source=cancel")),
    (cancelled(503), cancels(500), ("500 Service Unavailable",
                                    "CLIENT_INITIATED",
                                    "detail=cancelled;source=cancel")),
], ids=["486", "603", "503-q850", "401", "407", "180-silence", "cancel",
        "cancel-503"])
def test_no_failover(tmp_path, behaviour, caller, expect):
    """Not the trunk's fault, or a challenge: nobody else is called."""
    trunk = Sipp(behaviour("trunk-A"), tmp_path, "first")
    timers = (*FAST, ("tm", "fr_inv_timer", 1000))
    with left_alone() as second, \
            edge(tmp_path, first=trunk, second=second, params=timers) as proxy:
        final, = call(tmp_path, proxy, caller, [trunk])
    check(final, *expect)


# The edge: trunks that cannot be reached

NO_TRUNK = ("503 No Trunk", "SIP_TRUNK_FAILURE",
            "detail=transport;source=script")


def refusing():
    """A TCP address where nobody listens."""
    return f"{LOCAL}:{ports.take()};transport=tcp"


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
@pytest.mark.parametrize("behaviour,expect", [(reply(486), BUSY),
                                              (reply(503), FULL)],
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


# The edge: who may call whom

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
    check(final, *BUSY)


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


# The parts of a case

class Stranger(Sipp):
    """A caller with another address than everybody else here."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.args[self.args.index(LOCAL)] = ELSEWHERE


def at(address):
    return address() if callable(address) else address


def quoted(peer):
    """A peer's address as a define wants it; nobody by default."""
    if isinstance(peer, Sipp):
        return host(peer)
    return f'"{peer or UNKNOWN_HOST}"'


def edge(folder, bridge=None, first=None, second=None, trunk_net=ELSEWHERE,
         **options):
    """The edge between a bridge here and trunks that call from elsewhere."""
    return running(folder / "kamailio", EDGE, BRIDGE=quoted(bridge),
                   BRIDGE_NET=LOCAL, TRUNK_1=quoted(first),
                   TRUNK_1_NET=trunk_net, TRUNK_2=quoted(second),
                   TRUNK_2_NET=trunk_net, **options)


@contextmanager
def left_alone():
    """Gives an address that must get no message, over UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind((LOCAL, ports.take()))
        peer.setblocking(False)
        yield f"{LOCAL}:{peer.getsockname()[1]}"
        with pytest.raises(BlockingIOError):
            peer.recv(1)


def accepting(folder, name):
    """A SIPp that answers, and keeps the proxy in the path of the call."""
    return Sipp(accept(headers=["[last_Record-Route:]"])("trunk-A"), folder,
                name)


def hangs_up(uri, headers):
    """A caller that is answered, and hangs up along the recorded route."""
    def within(method, cseq, **more):
        return request(method, "[next_url]", cseq, branch=f"{method}{cseq}",
                       to="[last_To:]", headers=["[routes]"], **more)

    return scenario(
        invite(uri, headers), PROVISIONAL, receive(200, rrs="true"),
        within("ACK", 1), pause(GAP), within("BYE", 2, retrans=500),
        receive(200), linger(LINGER))


def call(folder, proxy, caller, others=(), kind=Sipp, transport="udp"):
    """Makes one call; returns the caller's final replies to its first request."""
    source = kind(caller(f"sip:callee@{proxy.address}", ()), folder, "caller",
                  transport, remote=proxy.address, rows=["0"])
    play([source], others)
    return [message for message in distinct(source.messages())
            if message.received and message.code >= 200
            and message.value("CSeq").startswith("1 ")
            and message.method != "CANCEL"]


def check(final, status, reason=None, detail=None,
          names=(REASON_HEADER, TEST_ID)):
    """Status line, and each header once, or none of them."""
    assert final.start == f"SIP/2.0 {status}", str(final)
    for name in NAMES:
        value = detail if name == DETAIL_HEADER else \
            reason if name in names else None
        assert final.values(name) == ([value] if value else []), str(final)
