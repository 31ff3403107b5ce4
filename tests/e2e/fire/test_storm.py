# Eight workers, UDP, TCP and TLS, forks, CANCEL races, and a reload each 100 ms.
# SPDX-License-Identifier: GPL-2.0-or-later

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib import storm
from lib.raw import RawCalls

MAP = """version = 1;
profiles: { p: { rules: ( { code = 433; reason = "JOIN_FAILURE"; } ); }; };
trunks: ( { name = "t"; address = "127.0.0.0/8"; profile = "p"; } );
"""


@pytest.fixture
def proxy(tmp_path):
    (tmp_path / "map.cfg").write_text(MAP)
    one = storm.with_tls(
        tmp_path, params=[
            ("disconnect_reason", "map_file", str(tmp_path / "map.cfg")),
            ("tm", "wt_timer", 1000)],
        workers=8, options=["-m", 512]).start()
    yield one
    # the callers hang up with a retransmission on its way
    one.stop((r"tcp_\w+\(\)|tcpconn_\w+\(\)|msg_send_buffer\(\)",
              r"handle_ser_child\(\)|handle_tcpconn_ev\(\)|tls_\w+\(\)"))


def reloading(proxy, over):
    """Reloads until `over`; returns how often."""
    count = 0
    while not over.wait(0.1):
        assert proxy.rpc("disconnect_reason.reload")["status"] == "loaded"
        count += 1
    return count


def storms(proxy, calls):
    """A third of the calls over each transport, all at the same time."""
    raws = [RawCalls(proxy), RawCalls(proxy, "tcp"),
            RawCalls(proxy, "tls", port=proxy.tls_port, tls=proxy.tls)]
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
