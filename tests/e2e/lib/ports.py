# Gives out loopback ports that nobody else uses.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ports from 20000 to 31999, below the ephemeral range.

They are cut into blocks. A process holds its block, as long as it lives, by a
Unix socket with an abstract name: such names belong to the network namespace,
as ports do, so pytest workers, and whole test runs beside each other, even in a
chroot, never get the same port. Each port is also bound once to see that no
stranger has it.
"""

import errno
import socket
import struct

FIRST, BLOCK, BLOCKS = 20000, 500, 24

_lock = None
_base = 0
_next = 0


def _take_block():
    """Locks a free block and returns its lock and its first port."""
    for block in range(BLOCKS):
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            lock.bind(f"\0disconnect_reason-ports-{block}")
            return lock, FIRST + block * BLOCK
        except OSError as error:
            lock.close()
            if error.errno != errno.EADDRINUSE:
                raise
    raise RuntimeError("no free block of ports")


def _is_free(port):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def take(count=1):
    """Returns the first of `count` free ports in a row, UDP and TCP.

    Ports go round: one comes back only after the whole block was used.
    """
    global _lock, _base, _next
    if _lock is None:
        _lock, _base = _take_block()
    for _ in range(2 * BLOCK):
        if _next + count > BLOCK:
            _next = 0
        first = _base + _next
        _next += count
        if all(_is_free(first + i) for i in range(count)):
            return first
    raise RuntimeError(f"no {count} free ports from {_base} on")


def _as_kernel(host):
    """An address as /proc/net writes it, and the ending of its tables."""
    if ":" in host:
        return _hex(socket.inet_pton(socket.AF_INET6, host)), "6"
    return _hex(socket.inet_pton(socket.AF_INET, host)), ""


def _hex(raw):
    """Words of four bytes in the order of this machine."""
    words = struct.unpack(f"={len(raw) // 4}I", raw)
    return "".join(f"{word:08X}" for word in words)


def is_bound(port, transport, host="127.0.0.1"):
    """Says whether some process listens on host:port (udp or tcp)."""
    address, table = _as_kernel(host)
    wanted = f"{address}:{port:04X}"
    with open(f"/proc/net/{transport}{table}", encoding="ascii") as table:
        rows = [line.split() for line in table][1:]
    listening = {"udp": "07", "tcp": "0A"}[transport]
    return any(row[1] == wanted and row[3] == listening for row in rows)
