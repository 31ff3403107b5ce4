# Captures real calls on the loopback interface.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Capture` runs dumpcap until everything that was sent is in its file."""

import socket
import uuid

from lib import ports, process


class Capture:
    """A capture of the packets between some ports, made in a `with` block."""

    def __init__(self, folder):
        self.path = folder / "calls.pcapng"
        self.log = folder / "dumpcap.log"
        self.port = ports.take()
        self.child = None

    def __enter__(self):
        first = self.port - (self.port - ports.FIRST) % ports.BLOCK
        self.child = process.spawn(
            ["dumpcap", "-i", "lo", "-w", self.path, "-f",
             f"portrange {first}-{first + ports.BLOCK - 1}"],
            self.log, self.path.parent)
        try:
            self._wait_for_mark()
        except BaseException:
            process.end(self.child)
            raise
        return self

    def __exit__(self, *failure):
        try:
            self._wait_for_mark()
        finally:
            process.end(self.child)

    def _wait_for_mark(self):
        """Sends packets with a new mark until one of them is in the file.

        Packets come in order, so all that were sent before are in it, too.
        """
        mark = uuid.uuid4().hex.encode()

        def seen():
            assert self.child.poll() is None, process.tail(self.log)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(mark, ("127.0.0.1", self.port))
            return self.path.exists() and mark in self.path.read_bytes()

        process.wait_for(seen, 20, "dumpcap to capture")
