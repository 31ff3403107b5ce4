# A header after a CR alone is removed, and the body stays the body.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kamailio's parser lets some headers end with a CR alone. A bug once: the
header after such a CR took its line end along, so the CR joined the empty
line, and the body turned into headers: ours, as the trunk wrote it. SIPp
writes no CR alone, so both ends are plain sockets here."""

import socket

import pytest

from lib import ports
from lib.check import REASON_HEADER

HERE = "127.0.0.1"
INVITE = """INVITE sip:b@{here}:{trunk} SIP/2.0
Via: SIP/2.0/UDP {here}:{caller};branch=z9hG4bK{caller}
From: <sip:a@{here}>;tag=1
To: <sip:b@{here}>
Call-ID: cr-{caller}
CSeq: 1 INVITE
Max-Forwards: 70
Content-Length: 0

"""


def peer():
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    own.bind((HERE, ports.take()))
    own.settimeout(10)
    return own


def final(receiver):
    """The first message that is no 100."""
    while True:
        message = receiver.recv(65535)
        if not message.startswith(b"SIP/2.0 100 "):
            return message


def refuse(proxy, tail):
    """What the caller gets of a 486 that ends with `tail` after its To."""
    with peer() as caller, peer() as trunk:
        invite = INVITE.format(here=HERE, caller=caller.getsockname()[1],
                               trunk=trunk.getsockname()[1])
        caller.sendto(invite.replace("\n", "\r\n").encode(),
                      (HERE, proxy.port))
        request = trunk.recv(65535).decode().split("\r\n")
        kept = [line for line in request
                if line.startswith(("Via", "From", "Call-ID", "CSeq"))]
        head = "\r\n".join(["SIP/2.0 486 Busy Here", *kept,
                            f"To: <sip:b@{HERE}>;tag=2"])
        trunk.sendto(head.encode() + tail, (HERE, proxy.port))
        got = final(caller)
        ack = invite.replace("INVITE", "ACK").replace(
            f"To: <sip:b@{HERE}>", f"To: <sip:b@{HERE}>;tag=2")
        caller.sendto(ack.replace("\n", "\r\n").encode(), (HERE, proxy.port))
        return got


@pytest.mark.parametrize("before", [
    b"\r" + f"{REASON_HEADER}: MIGRATION\r\n".encode(),
    b"\r" + 2 * f"{REASON_HEADER}: MIGRATION\r".encode() + b"\n",
    b"\r\n" + f"{REASON_HEADER}: MIGRATION\r\n".encode()])
def test_the_body_stays_the_body(proxies, before):
    body = f"{REASON_HEADER}: ROOM_DELETED\r\n\r\n".encode()
    got = refuse(proxies.pair().loaded, before + b"\r\n" + body)
    headers, empty, rest = got.partition(b"\r\n\r\n")
    assert empty and rest == body, got
    assert headers.count(REASON_HEADER.encode()) == 1
    assert f"\r\n{REASON_HEADER}: USER_REJECTED\r\n".encode() in headers
