# Eight workers, UDP, TCP and TLS, forks, CANCEL races, and a reload each 100 ms.
# SPDX-License-Identifier: GPL-2.0-or-later

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import storm
from lib import ports
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG
from lib.raw import RawCalls

MAP = """version = 1;
profiles: { p: { rules: ( { code = 433; reason = "JOIN_FAILURE"; } ); }; };
trunks: ( { name = "t"; address = "127.0.0.0/8"; profile = "p"; } );
"""


@pytest.fixture
def proxy(tmp_path):
    key, cert = storm.certificate(tmp_path)
    (tmp_path / "map.cfg").write_text(MAP)
    one = Kamailio(
        tmp_path / "kamailio", CFG / "storm.cfg",
        (*BEFORE, "disconnect_reason"),
        [("disconnect_reason", "map_file", str(tmp_path / "map.cfg")),
         ("tm", "wt_timer", 1000)],
        (f"TLS_PORT={ports.take()}", f"KEY_FILE={key}", f"CERT_FILE={cert}"),
        workers=8, options=["-m", 512])
    one.tls = storm.contexts(key, cert)
    one.start()
    yield one
    one.stop()


def reloading(proxy, over):
    """Reloads until `over`; returns how often."""
    count = 0
    while not over.wait(0.1):
        assert proxy.rpc("disconnect_reason.reload")["status"] == "loaded"
        count += 1
    return count


def storms(proxy, calls):
    """A third of the calls over each transport, all at the same time."""
    tls_port = int(next(line for line in proxy.cfg.read_text().splitlines()
                        if "TLS_PORT" in line).split("!")[3])
    raws = [RawCalls(proxy), RawCalls(proxy, "tcp"),
            RawCalls(proxy, "tls", port=tls_port, tls=proxy.tls)]
    over = threading.Event()

    def run(number):
        with raws[number] as raw:
            storm.play(raw, calls // 3, 8, number)

    with ThreadPoolExecutor() as threads:
        reloads = threads.submit(reloading, proxy, over)
        try:
            list(threads.map(run, range(3)))
        finally:
            over.set()
        assert reloads.result() > 0


def test_storm(proxy):
    storms(proxy, 2100)


@pytest.mark.long
def test_100000_calls(proxy):
    storms(proxy, 102000)
