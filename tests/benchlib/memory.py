# Counts the shared memory that a call in flight takes.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The calls wait for their trunk, and nothing else is in flight.

Counted are the bytes that Kamailio's memory manager handed out: `used` of RPC
core.shmmem, the difference between no call and all calls waiting; `real_used`
adds the manager's own header of each piece. What tm itself takes for the
module's callback is the share of its function insert_tmcb in RPC
mod.mem_stats.

The manager is qm, Kamailio's default. It hands out what is asked for, as long
as no piece is given back: a rest that is too small for a piece of its own goes
with the piece before it. tm gives pieces back when it relays a reply, so the
trunk sends nothing but 100, which tm does not relay.
"""

from dataclasses import dataclass

from lib import process

from .calls import Setup

CALLS, RATE = 1000, 200
LIMIT = 128  # bytes of a call besides tm's callback
TRIED = 60  # s until all calls are there


@dataclass(frozen=True)
class Shared:
    """Bytes of shared memory, of all calls or of one.

    used      handed out
    callback  the part of it that tm takes for callbacks
    real      with the headers of the memory manager
    """
    used: float
    callback: float
    real: float

    def __sub__(self, other):
        return Shared(self.used - other.used, self.callback - other.callback,
                      self.real - other.real)

    @property
    def besides_callback(self):
        return self.used - self.callback


def per_call(params, folder):
    """Shared memory of one call in flight; see Setup for `params`."""
    setup = Setup(folder, "bare", CALLS, "busy-caller", "trying-trunk", params,
                  memory="qm", more=("kex",), at_once=CALLS, rate=RATE)
    proxy = setup.proxy.start()
    try:
        setup.trunk.start()
        setup.trunk.wait_ready()
        idle = _shared(proxy)
        setup.caller.start()
        process.wait_for(lambda: _tried(proxy) == CALLS, TRIED,
                         "all calls to be tried")
        waiting = _shared(proxy) - idle
    finally:
        setup.caller.end()
        setup.trunk.end()
        # not stop(), which would wait for calls that have no end
        process.end(proxy.child)
    proxy.check_log()
    return Shared(waiting.used / CALLS, waiting.callback / CALLS,
                  waiting.real / CALLS)


def _tried(proxy):
    stats = proxy.rpc("tm.stats")
    return min(int(stats["current"]), int(stats["rpl_received"]))


def _shared(proxy):
    memory = proxy.rpc("core.shmmem")
    places = [part for part in proxy.rpc("mod.mem_stats", "tm", "shm")
              if isinstance(part, dict)]
    callback = sum(size for part in places for place, size in part.items()
                   if place.startswith("insert_tmcb("))
    return Shared(memory["used"], callback, memory["real_used"])
