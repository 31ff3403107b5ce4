# An unmodified LiveKit: Redis, the server, LiveKit SIP, and its webhooks.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`bridge(folder, programs)` runs all of them on this machine's loopback."""

import contextlib
import http.server
import json
import threading
from dataclasses import dataclass

from lib import ports, process
from trunk import LOCAL

KEY, SECRET = "test", "a-secret-for-loopback-alone-0123456789"
RTP_PORTS = 200
# The second comes for a participant that leaves before it has fully joined
LEFT = ("participant_left", "participant_connection_aborted")


class Webhooks:
    """Keeps the events of participants that left."""

    def __init__(self):
        self.left = {}
        self.port = ports.take()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                outer._take(json.loads(self.rfile.read(size)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((LOCAL, self.port),
                                                      Handler)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def _take(self, event):
        if event["event"] in LEFT:
            who = event["participant"]
            self.left[event["room"]["name"], who["identity"]] = \
                dict(who, event=event["event"])


@dataclass
class Bridge:
    """A running LiveKit. `sip` is the address of LiveKit SIP."""
    url: str
    sip: str
    webhooks: Webhooks
    folder: object


@contextlib.contextmanager
def bridge(folder, paths):
    folder.mkdir(parents=True)
    webhooks, children = Webhooks(), []
    redis, http_port, sip = ports.take(), ports.take(3), ports.take()
    url = f"ws://{LOCAL}:{http_port}"

    def start(name, args, port, transport="tcp"):
        child = process.spawn(args, folder / f"{name}.log", folder)
        children.append(child)

        def ready():
            assert child.poll() is None, \
                f"{name} ended\n{process.tail(folder / f'{name}.log')}"
            return ports.is_bound(port, transport)

        process.wait_for(ready, 30, f"{name} to listen")

    try:
        start("redis", [paths.redis, "--port", redis, "--bind", LOCAL,
                        "--save", "", "--dir", folder], redis)
        start("server", [paths.server, "--config", _write(
            folder, "server", _server(http_port, redis, webhooks.port))],
              http_port)
        start("sip", [paths.sip, "--config", _write(
            folder, "sip", _sip(url, sip, redis))], sip, "udp")
        process.wait_for(lambda: "service ready" in _log(folder, "sip"), 30,
                         "LiveKit SIP to be ready")
        yield Bridge(url, f"{LOCAL}:{sip}", webhooks, folder)
    finally:
        for child in reversed(children):
            process.end(child, 5)
        webhooks.server.shutdown()


def _log(folder, name):
    return (folder / f"{name}.log").read_text("utf-8", "replace")


def _write(folder, name, configuration):
    """JSON is YAML, too."""
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(configuration, indent=1), "utf-8")
    return path


def _server(port, redis, webhooks):
    return {
        "port": port, "bind_addresses": [LOCAL],
        "redis": {"address": f"{LOCAL}:{redis}"},
        "keys": {KEY: SECRET},
        "rtc": {"tcp_port": port + 1, "udp_port": port + 2, "node_ip": LOCAL,
                "use_external_ip": False, "enable_loopback_candidate": True,
                "interfaces": {"includes": ["lo"]},
                # no server is asked for the public address
                "stun_servers": [f"{LOCAL}:{port + 2}"]},
        "webhook": {"api_key": KEY, "urls": [f"http://{LOCAL}:{webhooks}/"]},
    }


def _sip(url, port, redis):
    first = ports.take(RTP_PORTS)
    return {
        "redis": {"address": f"{LOCAL}:{redis}"},
        "api_key": KEY, "api_secret": SECRET, "ws_url": url,
        "sip_port": port, "listen_ip": LOCAL, "nat_1_to_1_ip": LOCAL,
        "rtp_port": {"start": first, "end": first + RTP_PORTS - 1},
        "rtp_draining_idle_timeout": "-1s", "rtp_draining_duration": "-1s",
        # the machine may be busy with other things
        "max_cpu_utilization": 1,
        "logging": {"level": "debug"},
    }
