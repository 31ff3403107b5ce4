# The trunk: one SIPp that does what the number says.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`trunk(folder, name, vias)` runs until it is ended.

The number dialled is a status code, or one of the words below. `tagged486` is a
486 whose own X-Lk-Test-Id says USER_REJECTED, as the edge would send it.
"""

import socket
import struct
import threading

from lib import ports
from lib.scenario import (PHRASES, answer, answer_last, label, linger, pause,
                          receive, receive_invite, request, scenario)
from lib.sipp import ANY_ORDER, Sipp

LOCAL, HOST = "127.0.0.1", "127.0.0.2"
FOREVER = 100_000_000  # calls, and seconds
SILENCE = 40_000  # ms; LiveKit cancels after 30 s
USER, PASSWORD, WRONG = "agent", "right-password", "wrong-password"
TEST_ID = "X-Lk-Test-Id"

CODES = (404, 408, 480, 486, 488, 500, 503, 603)
TAGGED, RINGS, SILENT, TRYING, ANSWERS, HANGS_UP, CHALLENGES, BLOCKED = (
    "tagged486", "rings", "silence", "trying", "answers", "hangsup",
    "challenges", "603plus")
TWILIO, BODY = "twilio486", "body486"
CHALLENGE = ('WWW-Authenticate: Digest realm="trunk", nonce="a5b6c7d8", '
             "algorithm=MD5")
ANALYTICS = ('Reason: SIP;cause=603;text="v=analytics1;url=https://'
             'trunk.example";location=LN')
_DONE = 999  # label after the last number
_ROUTE = "[last_Record-Route:]"


def sdp(port):
    return (f"v=0\no=- 1 1 IN IP4 {HOST}\ns=-\nc=IN IP4 {HOST}\nt=0 0\n"
            f"m=audio {port} RTP/AVP 0 101\na=rtpmap:0 PCMU/8000\n"
            "a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\n")


def _within(method, cseq):
    """A request from the callee within the call, along the recorded route."""
    lines = request(method, "[next_url]", cseq, headers=["[routes]"],
                    to="To:[$from]", retrans=500)
    return lines.replace("From: <sip:caller@127.0.0.1>;tag=caller",
                         "From:[$to];tag=trunk")


def _failing(vias, code, phrase=None, headers=(), body=""):
    return [answer(code, phrase, headers, body, "trunk", "text/plain", vias,
                   retrans=500),
            receive("ACK", next=_DONE)]


def _waiting(vias, code):
    """A 100 or 180, and nothing more until it is cancelled."""
    return [answer(code, tag="trunk" if code > 100 else "", vias=vias),
            receive("CANCEL"), answer_last(200, tag="trunk"),
            answer(487, tag="trunk", vias=vias, retrans=500),
            receive("ACK", next=_DONE)]


def _accepting(vias, media):
    return [answer(180, tag="trunk", headers=[_ROUTE], vias=vias), pause(50),
            answer(200, tag="trunk", headers=[_ROUTE], body=sdp(media),
                   vias=vias, retrans=500),
            receive("ACK")]


def _until_bye():
    return [receive("BYE"), answer_last(200, tag=""), _jump(_DONE)]


def _challenging(vias, media):
    """Asks for USER's password, five times at most, as LiveKit tries."""
    verify = (f'<verifyauth assign_to="valid" username="{USER}" '
              f'password="{PASSWORD}"/>')
    steps = []
    for _ in range(5):
        steps += [answer(401, headers=[CHALLENGE], tag="trunk", vias=vias,
                         retrans=500), receive("ACK"), receive_invite(verify),
                  '<nop next="900" test="valid"/>']
    return [steps, _failing(vias, 403), label(900), _accepting(vias, media),
            _until_bye()]


def _jump(where):
    return f'<nop next="{where}"/>'


def behaviours(vias, media):
    """What each number does. `vias` is the number of Via fields."""
    reason = f"{TEST_ID}: USER_REJECTED"
    return {
        **{str(code): _failing(vias, code) for code in CODES},
        TAGGED: _failing(vias, 486, headers=[reason]),
        BLOCKED: _failing(vias, 603, "Network Blocked", [ANALYTICS]),
        TWILIO: _failing(vias, 486, headers=["X-Twilio-Error: 13227 Busy"]),
        BODY: _failing(vias, 486, body="Somebody talks\n"),
        RINGS: _waiting(vias, 180),
        TRYING: _waiting(vias, 100),
        SILENT: [pause(SILENCE), _jump(_DONE)],
        ANSWERS: [_accepting(vias, media), _until_bye()],
        HANGS_UP: [_accepting(vias, media), pause(1000), _within("BYE", 1),
                   receive(200, next=_DONE)],
        CHALLENGES: _challenging(vias, media),
    }


def _scenario(vias, media):
    does = list(enumerate(behaviours(vias, media).items(), 1))
    looks = "".join(
        f'<ereg regexp="^INVITE sip:{number}@" search_in="msg" '
        f'assign_to="is{at}"/>' for at, (number, _) in does)
    first = receive_invite(looks).replace(
        '<recv request="INVITE">', '<recv request="INVITE" rrs="true">')
    return scenario(
        first, [f'<nop next="{at}" test="is{at}"/>' for at, _ in does],
        _failing(vias, 403),
        [[label(at), steps] for at, (_, steps) in does],
        label(_DONE), linger(1000))


def trunk(folder, name, vias, media=9):
    """A trunk behind the edge has two Via fields to repeat, else one."""
    PHRASES.setdefault(403, "Forbidden")
    return Sipp(_scenario(vias, media), folder, name, calls=FOREVER,
                timeout=FOREVER, host=HOST, rows=["0"],
                options=ANY_ORDER)


class Phone:
    """The media of an answered call: RTP telephone events (RFC 4733)."""

    EVENT = 101  # payload type

    def __init__(self):
        self.port = ports.take(2)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, self.port))
        self.peer, self.heard = None, []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        last = None
        while True:
            packet, self.peer = self.socket.recvfrom(2048)
            if len(packet) < 16 or packet[1] & 0x7f != self.EVENT:
                continue
            stamp = packet[4:12]  # the same for all packets of a key
            if stamp != last:
                self.heard.append(packet[12])
            last = stamp

    def press(self, key):
        """Sends one key: its beginning and, three times, its end."""
        for at, (end, duration) in enumerate(
                [(0, 160), (0, 800), *[(0x80, 1600)] * 3]):
            header = struct.pack("!BBHII", 0x80, self.EVENT | (at == 0) << 7,
                                 100 + at, 8000, 4711)
            event = struct.pack("!BBH", key, end | 10, duration)
            self.socket.sendto(header + event, self.peer)
