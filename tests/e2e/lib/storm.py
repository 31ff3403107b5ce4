# Calls of every kind, thousands of them, each with one right end.
# SPDX-License-Identifier: GPL-2.0-or-later

import random
import ssl
import subprocess

from . import ports
from .check import REASON_HEADER
from .kamailio import Kamailio
from .proxies import BEFORE, CFG
from .raw import RINGING, Plan, code_of, template
from .strange import SPOOF
from .torture import headers_in

ENDS = {404: b"SIP_TRUNK_FAILURE", 480: b"USER_UNAVAILABLE",
        486: b"USER_REJECTED", 500: b"SIP_TRUNK_FAILURE",
        603: b"USER_REJECTED"}
GIVEN_UP = b"CLIENT_INITIATED"


def plan(dice, fork_to):
    """What one call does; `fork_to` is the URI of a second branch."""
    headers = [f"X-Test-Arm: {dice.randrange(2)}"]
    code, other = dice.choice([*ENDS, 503]), dice.choice([*ENDS])
    last = template(code, [SPOOF] * dice.randrange(2))
    if dice.random() < 0.25:
        headers.append(f"X-Test-Fork: {fork_to}")
    cancel = dice.random() < 0.2
    return Plan((RINGING, last), tuple(headers), (template(other),), cancel=cancel,
                wait=dice.choice((0.002, 0.005, 0.01)) if cancel else 0)


def check(call):
    """Exactly one final reply, with exactly one right header."""
    assert len(call.finals()) == 1, call.finals()
    final, = call.finals()
    reason, = headers_in(final, REASON_HEADER)
    code = code_of(final)
    allowed = {GIVEN_UP} if call.cancelled else set()
    if code in ENDS:
        allowed.add(ENDS[code])
    assert reason in allowed, (call.plan, final)
    assert code != 487 or call.cancelled, final
    for raw in call.received:
        assert raw == final or not headers_in(raw), raw


def play(raw, calls, window, seed):
    """Plays so many calls; all of them are checked, none is kept."""
    dice = random.Random(seed)
    fork_to = f"sip:fork@127.0.0.1:{raw.trunk.getsockname()[1]}" \
        f";transport={raw.transport}"
    while calls > 0:
        part = min(calls, 5000)
        for call in raw.play((plan(dice, fork_to) for _ in range(part)), window):
            check(call)
            if call.number > 20000:  # a retransmission of it comes no more
                raw.calls.pop(call.number - 20000, None)
        calls -= part


def certificate(folder):
    """Makes a key and a certificate of its own; returns both paths."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    return key, cert


def with_tls(folder, script="relay.cfg", params=(), **options):
    """A Kamailio, not yet started, that also speaks TLS, with its contexts."""
    key, cert = certificate(folder)
    port = ports.take()
    proxy = Kamailio(
        folder / "kamailio", CFG / "storm.cfg", (*BEFORE, "disconnect_reason"),
        params, (f"TLS_PORT={port}", f"KEY_FILE={key}", f"CERT_FILE={cert}",
                 f"SCRIPT={script}", "WITH_DR"), **options)
    proxy.tls_port, proxy.tls = port, contexts(key, cert)
    return proxy


def contexts(key, cert):
    """For a caller and for a trunk."""
    caller = ssl.create_default_context(cafile=cert)
    caller.check_hostname = False
    trunk = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trunk.load_cert_chain(cert, key)
    return caller, trunk
