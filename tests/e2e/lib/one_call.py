# Plays one call through a script of cfg/ and checks its final reply.
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of cfg/minimal.cfg and cfg/livekit-edge.cfg share."""

import select
import socket
from contextlib import contextmanager

from . import ports
from .caller import LINGER, PROVISIONAL
from .case import play
from .check import DETAIL_HEADER, REASON_HEADER
from .message import distinct
from .scenario import invite, linger, pause, receive, request, scenario
from .shipped import EDGE, LOCAL, host, running
from .sipp import Sipp
from .trunk import GAP, accept

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


class Stranger(Sipp):
    """A caller with another address than everybody else here."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.args[self.args.index(LOCAL)] = ELSEWHERE


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
        yield f"{LOCAL}:{peer.getsockname()[1]}"
        readable, _, _ = select.select([peer], [], [], 0)
        assert not readable, f"got {peer.recv(65535)}"


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
    """Makes one call; returns the final replies to its first request."""
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
