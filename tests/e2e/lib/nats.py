# Runs one real nats-server with JetStream, and asks its streams.
# SPDX-License-Identifier: GPL-2.0-or-later
"""NATS speaks lines of text, and JetStream's API is JSON in NATS messages: see
"Client Protocol" and "JetStream wire API Reference" on docs.nats.io. The few
lines of both that a test needs are here."""

import base64
import json
import socket

from . import ports, process

_ANY_STATE, _TIME_WAIT = 3, "06"


class NatsServer:
    """One nats-server with its own port and store. It can start again."""

    def __init__(self, folder):
        """folder  pathlib.Path, made here; the streams survive in it"""
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = ports.take()
        self.child = None

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    def start(self):
        """Starts it and waits until JetStream answers."""
        self.child = process.spawn(
            ["nats-server", "-a", "127.0.0.1", "-p", self.port, "-js",
             "-sd", self.folder / "store"],
            self.folder / "nats.log", self.folder)

        def ready():
            assert self.child.poll() is None, process.tail(
                self.folder / "nats.log")
            return ports.is_bound(self.port, "tcp") and self.api("INFO")

        process.wait_for(ready, 10, f"nats-server in {self.folder}")
        return self

    def stop(self):
        """Ends it; waits until its clients have closed their side, too."""
        process.end(self.child)
        process.wait_for(lambda: not self._connections(), 5,
                         "NATS clients to see that the server is gone")

    def _connections(self):
        """The TCP sockets that still lead to its port."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table][1:]
        return [row for row in rows if row[2].endswith(f":{self.port:04X}")
                and row[_ANY_STATE] != _TIME_WAIT]

    def api(self, call, *requests):
        """Calls JetStream's API once, or once for each of the requests.

        Returns the answer, or a list of the answers; an error fails.
        """
        with _Client(self.port) as client:
            answers = [client.request(f"$JS.API.{call}", request)
                       for request in requests or [None]]
        for answer in answers:
            assert "error" not in answer, f"{call}: {answer['error']}"
        return answers if requests else answers[0]

    def make_stream(self, name, subject):
        """Makes a stream that keeps in memory what comes on these subjects."""
        self.api(f"STREAM.CREATE.{name}", {"name": name, "subjects": [subject]})

    def messages(self, name):
        """All messages of a stream, oldest first, as (subject, text)."""
        last = self.api(f"STREAM.INFO.{name}")["state"]["last_seq"]
        if not last:
            return []
        answers = self.api(f"STREAM.MSG.GET.{name}",
                           *({"seq": seq} for seq in range(1, last + 1)))
        found = [answer["message"] for answer in answers]
        return [(one["subject"], base64.b64decode(one["data"]).decode())
                for one in found]


class _Client:
    """A connection; it asks one thing after the other."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.lines = self.socket.makefile("rb")

    def __enter__(self):
        self.lines.readline()  # INFO
        self._send('CONNECT {"verbose": false}\r\nSUB inbox 1\r\n')
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def _send(self, text):
        self.socket.sendall(text.encode())

    def request(self, subject, body):
        """Publishes JSON with an address for the answer; returns the answer."""
        text = "" if body is None else json.dumps(body)
        self._send(f"PUB {subject} inbox {len(text)}\r\n{text}\r\n")
        while True:
            words = self.lines.readline().split()
            assert words and words[0] != b"-ERR", f"NATS: {words}"
            if words[0] == b"PING":
                self._send("PONG\r\n")
            if words[0] == b"MSG":
                answer = self.lines.read(int(words[-1]) + 2)
                return json.loads(answer)
