# Trunks that die, answer too late, or never; SIGTERM under load.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each call has its header as ever, the good call after it works, and
nothing but the header differs from a Kamailio without the module."""

import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from lib import ports, process, storm
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG, DETAIL, Proxies
from lib.raw import (LOCAL, RINGING, Plan, RawCalls, code_of, fill,
                     read_message, template)
from lib.torture import check_header, final_of, headers_in

FAST = "X-Test-Timers: 500,400"
TIMEOUT, UNANSWERED = b"CONNECTION_TIMEOUT", b"USER_UNAVAILABLE"
BUSY = template(486)
CANNOT = (r"tcpconn_1st_send\(\)", r"msg_send_buffer\(\)", r"tcpconn_main_timeout",
          r"tcp_send\(\)", r"udp_send", r"tcp_blacklisted", r"tcpconn_do_send",
          r"handle_ser_child\(\)|handle_tcpconn_ev\(\)|tcp_read_(data|req)\(\)",
          r"tls_\w+\(\)", r"t_send_branch\(\)", r"(failed to )?resolve|uri2dst2")

# tm keeps an ended call for 5 s: how many a machine makes until then is its own
# affair
ROOM = ("-m", 1024)


@pytest.fixture
def pair(tmp_path_factory):
    """A pair of their own: what they log of a lost connection may come late."""
    proxies = Proxies(tmp_path_factory.mktemp("proxies"))
    for pattern in CANNOT:
        proxies.allow(pattern)
    yield proxies.pair("cannot_send.cfg", params=(DETAIL,))
    proxies.stop()


def play(pair, to, wanted, headers=(), seconds=10):
    """One call to `to`, through both; {code, header} of the loaded one."""
    for proxy in pair:
        with RawCalls(proxy, seconds=seconds) as raw:
            call, good = raw.play([
                Plan((BUSY,), ("X-Test-Do: SILENT", f"X-Test-To: {to}", *headers)),
                Plan((BUSY,), ("X-Test-Do: SILENT",))])
        final = final_of(call)
        code, reason = wanted
        assert code_of(final) == code, final
        said = [reason] if proxy is pair.loaded else []
        assert headers_in(final) == said, final
        assert code_of(final_of(good)) == 486
        if proxy is pair.loaded:
            check_header(good, final_of(good))


@contextmanager
def bound(kind, listening=None):
    """A socket that nobody reads; yields its port."""
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind((LOCAL, ports.take()))
        if listening is not None:
            one.listen(listening)
        yield one.getsockname()[1]


def test_blackhole(pair):
    with bound(socket.SOCK_DGRAM) as port:
        play(pair, f"sip:x@{LOCAL}:{port}", (408, TIMEOUT))


def test_port_unreachable(pair):
    """ICMP says that nobody listens; tm sends again until its timer ends."""
    play(pair, f"sip:x@{LOCAL}:{ports.take()}", (408, TIMEOUT))


def test_half_open_tcp(pair):
    """The connection is there, and nobody reads or answers."""
    with bound(socket.SOCK_STREAM, 8) as port:
        play(pair, f"sip:x@{LOCAL}:{port};transport=tcp", (408, TIMEOUT))


def test_trunk_dies_while_ringing(pair):
    """It rings and is gone, with its TCP connection."""
    with trunk_that_dies(pair) as port:
        play(pair, f"sip:x@{LOCAL}:{port};transport=tcp", (408, UNANSWERED))


def received(proxy):
    return int(proxy.rpc("tm.stats")["rpl_received"])


def next_invite(listener):
    """(connection, INVITE); a CANCEL comes over a new connection and is lost."""
    while True:
        stream = listener.accept()[0]
        message, data = None, b""
        while message is None:
            data += stream.recv(1 << 16)
            message, data = read_message(data)
        if message.startswith(b"INVITE "):
            return stream, message
        reset(stream)


def reset(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                      struct.pack("ii", 1, 0))
    stream.close()


@contextmanager
def trunk_that_dies(pair):
    """Takes a connection of each, rings, and resets it when that was heard."""
    with socket.create_server((LOCAL, ports.take())) as one:
        one.settimeout(10)
        before = [received(proxy) for proxy in pair]

        def run():
            for proxy, count in zip(pair, before):
                stream, invite = next_invite(one)
                stream.sendall(fill(RINGING, invite))
                process.wait_for(lambda: received(proxy) > count, 10, "the 180")
                reset(stream)

        with ThreadPoolExecutor() as threads:
            trunk = threads.submit(run)
            yield one.getsockname()[1]
            trunk.result()


def test_answer_after_408(proxies):
    """The trunk's 486 comes when the caller has its 408: it changes nothing."""
    for proxy in proxies.pair(params=(DETAIL,)):
        with RawCalls(proxy) as raw:
            call, = raw.play([Plan((RINGING, BUSY), (FAST,), wait=1.1)])
            raw.listen(0.9)
        assert code_of(final_of(call)) == 408
        assert len(call.finals()) == 1


def test_tls_handshake_never_ends(tmp_path):
    """The trunk takes the connection and says nothing in TLS."""
    proxy = storm.with_tls(tmp_path, "cannot_send.cfg", [DETAIL]).start()
    try:
        with bound(socket.SOCK_STREAM, 8) as port, RawCalls(proxy) as raw:
            to = f"X-Test-To: sip:x@{LOCAL}:{port};transport=tls"
            call, good = raw.play([Plan((BUSY,), ("X-Test-Do: SILENT", to)),
                                   Plan((BUSY,), ("X-Test-Do: SILENT",))])
        check_header(call, final_of(call), TIMEOUT)
        check_header(good, final_of(good))
    finally:
        proxy.stop(CANNOT)


@pytest.mark.parametrize("delay", [0.2, 0.5])
def test_sigterm_under_load(tmp_path, delay):
    """A clean exit and no core, in the midst of calls."""
    proxy = Kamailio(tmp_path / "kamailio", CFG / "relay.cfg",
                     (*BEFORE, "disconnect_reason"), (DETAIL,), workers=4,
                     options=ROOM).start()
    over = threading.Event()

    def load():
        with RawCalls(proxy) as raw:
            while not over.is_set():
                raw.play([Plan((RINGING, BUSY))] * 20, 10, patience=0.2)

    with ThreadPoolExecutor() as threads:
        calls = threads.submit(load)
        try:
            time.sleep(delay)  # where in the load it hits is chance
            proxy.check_log()
            code = process.end(proxy.child, 20)
        finally:
            over.set()
        calls.result()
    Kamailio.ended += 1
    assert code == 0 or proxy._let_pass(code), code
    assert not list(proxy.folder.glob("core*"))
