# A caller and a trunk made of bare sockets, for bytes that SIPp cannot write.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`RawCalls` makes calls through one Kamailio. For each call a `Plan` says, byte
for byte, what the trunk replies; what the caller gets is kept as it came.

Caller and trunk speak UDP, or both TCP or TLS.
"""

import heapq
import re
import select
import socket
import time
from collections import deque
from dataclasses import dataclass, field

from . import ports
from .scenario import PHRASES, SDP

LOCAL = "127.0.0.1"
TOKENS = ("via1", "via2", "from", "to", "call-id", "cseq")
GAP = 0.001  # s between two segments of a TCP trunk


def template(code, headers=(), body="", phrase=None, tag="raw", end="\r\n"):
    """A reply, with <<NAME>> for what it repeats of the INVITE; bytes.

    tag  To tag; "" for none
    end  what ends each line of the head
    """
    lines = [f"SIP/2.0 {code} {PHRASES[code] if phrase is None else phrase}",
             "Via: <<via1>>", "Via: <<via2>>", "From: <<from>>",
             "To: <<to>>" + (f";tag={tag}" if tag else ""),
             "Call-ID: <<call-id>>", "CSeq: <<cseq>>",
             f"Contact: <sip:trunk@{LOCAL}>", *headers,
             f"Content-Length: {len(body)}", "", ""]
    return end.join(lines).encode() + body.encode()


@dataclass(frozen=True)
class Plan:
    """What the trunk does with one call.

    replies  templates, sent one after the other when the INVITE comes; the last
             one again when it comes again
    headers  more headers of the INVITE
    forked   what it replies to a second branch of the call
    wait     s before the last reply
    cancel   the caller cancels when it rings; the trunk obeys, unless its last
             reply is out already
    cut      over TCP, size of the segments in bytes; 0: one for each reply
    reuse    False: the TCP trunk ends its connection after the call; then play
             one call at a time
    """
    replies: tuple
    headers: tuple = ()
    forked: tuple = ()
    wait: float = 0
    cancel: bool = False
    cut: int = 0
    reuse: bool = True


@dataclass
class RawCall:
    """One call as it went; `received` has what the caller got, as bytes."""
    plan: Plan
    number: int
    call_id: str
    invite: bytes = b""
    branches: dict = field(default_factory=dict)  # Via to what is yet to send
    cancelled: bool = False
    began: float = 0.0
    received: list = field(default_factory=list)

    def finals(self):
        """Final replies to the INVITE, each once."""
        return list(dict.fromkeys(
            raw for raw in self.received if code_of(raw) >= 200))


def code_of(raw):
    """Status code of a reply that Kamailio sent; 0 for anything else."""
    found = re.match(rb"[\r\n\t \0]*SIP/2\.0 (\d{3}) ", raw, re.IGNORECASE)
    return int(found[1]) if found else 0


def value_of(raw, name, default=b""):
    """The first value of that header, or of its compact form, as it stands
    there, folds too."""
    names = name + {"Call-ID": "|i", "To": "|t", "Via": "|v", "From": "|f",
                    "Content-Length": "|l"}.get(name, "")
    found = re.search(rb"\n(?:%s)[ \t]*:\s*((?:[^\r\n]|\r?\n[ \t])*)"
                      % names.encode(), raw, re.IGNORECASE)
    return found[1] if found else default


def read_message(data):
    """(message, rest) of a TCP stream; (None, data) when it is not complete."""
    end = re.search(rb"\n\r?\n", data)
    if end is None:
        return None, data
    size = end.end() + int(value_of(data[:end.end()], "Content-Length", b"0"))
    return (data[:size], data[size:]) if len(data) >= size else (None, data)


RINGING = template(180)
ENDED = template(487)
TAKEN = template(200).replace(b"Via: <<via2>>\r\n", b"")  # to a CANCEL


class RawCalls:
    """Makes calls through `proxy`, a running Kamailio.

    Use it in a with statement: it holds sockets.
    """

    def __init__(self, proxy, transport="udp", seconds=20, port=None, tls=None):
        """
        seconds  without any final reply to a call that are a failure
        port     of the proxy, when it is not the usual one
        tls      (for the caller, for the trunk), two ssl.SSLContext
        """
        self.port, self.tls, self.later = port or proxy.port, tls, []
        self.proxy, self.transport, self.seconds = proxy, transport, seconds
        self.calls, self.strays, self.ended = {}, [], set()
        self.count = 0  # of calls made
        self.streams = {}  # TCP connection to (what came of a message, taker)
        if transport == "udp":
            self.caller, self.trunk = self._udp(), self._udp()
        else:
            self.trunk = self._listener()
            self.caller = self._connect()
            self.streams[self.caller] = b""

    @staticmethod
    def _udp():
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        one.bind((LOCAL, ports.take()))
        return one

    @staticmethod
    def _listener():
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((LOCAL, ports.take()))
        one.listen()
        return one

    def _connect(self):
        one = socket.create_connection((LOCAL, self.port))
        return self.tls[0].wrap_socket(one) if self.tls else one

    def _accept(self):
        one = self.trunk.accept()[0]
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            one = self.tls[1].wrap_socket(one, server_side=True)
        self.streams[one] = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in (self.caller, self.trunk, *self.streams):
            one.close()

    @property
    def address(self):
        return f"{LOCAL}:{self.caller.getsockname()[1]}"

    def play(self, plans, window=1, patience=None):
        """Makes the calls, `window` at a time, and returns each RawCall.

        patience  seconds after which a call may stay without any end
        """
        waiting, open_calls, made = deque(plans), {}, []
        while waiting or open_calls:
            while waiting and len(open_calls) < window:
                call = self._start(waiting.popleft())
                made.append(call)
                open_calls[call.number] = call
            self._turn(0.05)
            for number in self.ended & open_calls.keys():
                self._close_stream(open_calls.pop(number))
            self.ended.clear()
            if patience:
                open_calls = {number: call for number, call
                              in open_calls.items()
                              if time.monotonic() - call.began < patience}
            self._check_time(open_calls)
        return made

    def _start(self, plan):
        number, self.count = self.count, self.count + 1
        call = RawCall(plan, number, f"raw-{number}@{LOCAL}",
                       began=time.monotonic())
        self.calls[number] = call
        port = self.trunk.getsockname()[1]
        call.invite = "\r\n".join([
            f"INVITE sip:callee@{LOCAL}:{port};transport={self.transport} "
            "SIP/2.0",
            f"Via: SIP/2.0/{self.transport.upper()} {self.address};branch=z9hG4bK-{number}-raw",
            "Max-Forwards: 70", f"From: <sip:caller@{LOCAL}>;"
            f"tag=caller-{number}",
            f"To: <sip:callee@{LOCAL}>", f"Call-ID: {call.call_id}",
            "CSeq: 1 INVITE", f"Contact: <sip:caller@{self.address};"
            f"transport={self.transport}>",
            *plan.headers, "Content-Type: application/sdp",
            f"Content-Length: {len(SDP)}", "", SDP]).encode()
        self._to_proxy(call.invite)
        return call

    def _to_proxy(self, raw):
        if self.transport == "udp":
            self.caller.sendto(raw, (LOCAL, self.port))
        else:
            self.caller.sendall(raw)

    def _check_time(self, open_calls):
        oldest = next(iter(open_calls.values()), None)
        if oldest is None:
            return
        age = time.monotonic() - oldest.began
        if age > 1 and not oldest.received:
            self.repeat(oldest)  # the datagram got lost
        assert age < self.seconds, (
            f"call {oldest.number} has no end; the trunk was asked: "
            f"{bool(oldest.branches)}; its replies: {oldest.plan.replies}; the caller "
            f"got {oldest.received}")

    def repeat(self, call):
        """The caller sends its INVITE again."""
        self._to_proxy(call.invite)

    def cancel(self, call):
        """The caller gives up."""
        call.cancelled = True
        self._ask(call, b"CANCEL", value_of(call.invite, "To"))

    def listen(self, seconds):
        """Takes what still comes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._turn(0.05)

    def _turn(self, seconds):
        readable, _, _ = select.select(
            {self.caller, self.trunk, *self.streams}, [], [],
            max(0, min(seconds, self.later[0][0] - time.monotonic()))
            if self.later else seconds)
        while self.later and self.later[0][0] <= time.monotonic():
            heapq.heappop(self.later)[2]()
        for one in readable:
            if one in self.streams:
                self._stream_got(one)
            elif one is self.caller:
                self._caller_got(one.recv(1 << 17))
            elif self.transport != "udp":
                self._accept()
            else:
                raw, peer = one.recvfrom(1 << 17)
                self._trunk_got(raw, lambda part, to=peer: one.sendto(part, to))

    def _stream_got(self, stream):
        data = stream.recv(1 << 17)
        while self.tls and stream.pending():
            data += stream.recv(1 << 17)
        if not data:
            assert stream is not self.caller, "Kamailio hung up on the caller"
            del self.streams[stream]
            stream.close()
            return
        message, rest = read_message(self.streams[stream] + data)
        while message:
            if stream is self.caller:
                self._caller_got(message)
            else:
                self._trunk_got(message, stream.sendall)
            message, rest = read_message(rest)
        self.streams[stream] = rest

    def _close_stream(self, call):
        """Ends the trunk's connection, and waits until Kamailio did so, too."""
        if self.transport == "udp" or call.plan.reuse:
            return
        mine = [one for one in self.streams if one is not self.caller]
        for stream in mine:
            stream.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + self.seconds
        while any(stream in self.streams for stream in mine):
            self._turn(0.2)
            assert time.monotonic() < deadline, "Kamailio keeps a connection"

    def _trunk_got(self, raw, send):
        call = self._call_of(raw)
        branch = value_of(raw, "Via")
        if raw.startswith(b"CANCEL "):
            self._obey(call, branch, raw, send)
        elif raw.startswith(b"INVITE ") and branch in call.branches:
            send(call.branches[branch][1])  # it got lost
        elif raw.startswith(b"INVITE "):
            replies = call.plan.forked if call.branches else call.plan.replies
            *first, last = [fill(reply, raw) for reply in replies]
            # [is the last one out, the last one, what ends a cancelled branch]
            call.branches[branch] = [False, last, fill(ENDED, raw)]
            for text in first:
                self._send(call, text, send)
            if call.plan.wait:
                heapq.heappush(self.later, (
                    time.monotonic() + call.plan.wait, id(raw),
                    lambda: self._finish(call, branch, send)))
            else:
                self._finish(call, branch, send)

    def _finish(self, call, branch, send):
        state = call.branches[branch]
        if not state[0]:
            state[0] = True
            self._send(call, state[1], send)

    def _obey(self, call, branch, raw, send):
        send(fill(TAKEN, raw))
        if branch in call.branches and not call.branches[branch][0]:
            call.branches[branch][1] = call.branches[branch][2]
            self._finish(call, branch, send)

    @staticmethod
    def _send(call, text, send):
        step = call.plan.cut or max(1, len(text))
        for at in range(0, max(1, len(text)), step):
            if at:
                time.sleep(GAP)
            send(text[at:at + step])

    def _call_of(self, raw):
        """By the first of our marks that the trunk left whole."""
        mark = re.search(rb"z9hG4bK-(\d+)-raw\b|\braw-(\d+)@|caller-(\d+)\b",
                         raw)
        number = int(mark[1] or mark[2] or mark[3]) if mark else -1
        return self.calls.get(number)

    def _caller_got(self, raw):
        call = self._call_of(raw)
        if call is None:
            self.strays.append(raw)
            return
        if value_of(raw, "CSeq").endswith(b"CANCEL"):
            return
        call.received.append(raw)
        if code_of(raw) >= 200:
            self.ended.add(call.number)
            self._ask(call, b"ACK", value_of(raw, "To"))
        elif code_of(raw) > 100 and call.plan.cancel and not call.cancelled:
            self.cancel(call)

    def _ask(self, call, method, to):
        """Sends another request of the INVITE's transaction."""
        head = call.invite.partition(b"\r\n\r\n")[0].replace(
            b"INVITE", method).split(b"\r\n")
        lines = [line for line in head if not line.startswith(
            (b"To:", b"Content-", b"Contact:", b"X-"))]
        self._to_proxy(b"\r\n".join([
            *lines, b"To: " + to, b"Content-Length: 0", b"", b""]))


def fill(text, request):
    """Puts values of the request in the place of <<NAME>>."""
    vias = re.findall(rb"\nVia:[ \t]*([^\r\n]*)", request)
    found = dict(zip(TOKENS, [
        *(vias + [b""])[:2], *(value_of(request, name)
                     for name in ("From", "To", "Call-ID", "CSeq"))]))
    for name, value in found.items():
        text = text.replace(b"<<%s>>" % name.encode(), value)
    return text
