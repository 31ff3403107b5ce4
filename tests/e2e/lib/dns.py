# Runs one real name server, dnsmasq, and hands its answers on when told to.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`LateDns` stands between a resolver and dnsmasq. Every name below ZONE has the
address 127.0.0.1. An answer is held back until a test lets it go."""

import socket
import threading

from . import ports, process

LOCAL, ZONE = "127.0.0.1", "late.test"
_HEADER = 12  # bytes before the question, RFC 1035 section 4.1.1


def _udp():
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((LOCAL, ports.take()))
    one.settimeout(5)
    return one


def _name_in(query):
    """The name that is asked for, RFC 1035 section 3.1."""
    labels, at = [], _HEADER
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii"))
        at += 1 + query[at]
    return ".".join(labels)


class LateDns:
    """One dnsmasq with an own port, and the port that resolvers ask."""

    def __init__(self, folder):
        """folder  pathlib.Path, made here, for its log"""
        folder.mkdir(parents=True)
        self.folder, self.server_port = folder, ports.take()
        self.asked, self.upstream = _udp(), _udp()
        self.asked.settimeout(None)
        self.held = {}  # name to [(answer, who asked)]
        self.child = None
        self.thread = threading.Thread(target=self._serve)

    @property
    def port(self):
        return self.asked.getsockname()[1]

    def start(self):
        """Starts it and waits until dnsmasq listens."""
        self.child = process.spawn(
            ["dnsmasq", "--no-daemon", "--conf-file=/dev/null",
             f"--port={self.server_port}", f"--listen-address={LOCAL}",
             "--bind-interfaces", "--no-resolv", "--no-hosts",
             f"--address=/{ZONE}/{LOCAL}"],
            self.folder / "dnsmasq.log", self.folder)

        def ready():
            assert self.child.poll() is None, process.tail(
                self.folder / "dnsmasq.log")
            return ports.is_bound(self.server_port, "udp")

        process.wait_for(ready, 10, "dnsmasq")
        self.thread.start()
        return self

    def stop(self):
        """Ends it, with what it still holds."""
        self.upstream.sendto(b"", self.asked.getsockname())
        self.thread.join()
        process.end(self.child)
        self.asked.close()
        self.upstream.close()

    def _serve(self):
        while True:
            query, peer = self.asked.recvfrom(1 << 16)
            if not query:
                return
            self.upstream.sendto(query, (LOCAL, self.server_port))
            answer = self.upstream.recv(1 << 16)
            self.held.setdefault(_name_in(query), []).append((answer, peer))

    def wait_for(self, *names):
        """Waits until somebody asked for each of the names."""
        process.wait_for(lambda: self.held.keys() >= set(names), 10,
                         f"a query for {names}")

    def answer(self, name):
        """Lets the answers go, late as they are."""
        for answer, peer in self.held.pop(name):
            self.asked.sendto(answer, peer)
