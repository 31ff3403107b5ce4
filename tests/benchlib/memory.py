# Counts the shared memory that a call in flight takes.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The calls ring, and nothing else is in flight.

Counted are the bytes that Kamailio's memory manager handed out: `used` of RPC
core.shmmem, the difference between no call and all calls ringing. The manager
is qm, Kamailio's default, which hands out what is asked for; `real_used` adds
its own header of each piece. What tm itself takes for the module's callback is
the share of its function insert_tmcb in RPC mod.mem_stats.
"""

from dataclasses import dataclass

from lib import process

from .calls import Setup

CALLS, RATE = 1000, 200
REPLIES = 2  # 100 and 180
LIMIT = 128  # bytes of a call besides tm's callback
RUNG = 60  # s until all calls ring


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
    """Shared memory of one ringing call; see Setup for `params`."""
    setup = Setup(folder, "bare", CALLS, "busy-caller", "ringing-trunk", params,
                  memory="qm", more=("kex",), at_once=CALLS, rate=RATE)
    proxy = setup.proxy.start()
    try:
        setup.trunk.start()
        setup.trunk.wait_ready()
        idle = _shared(proxy)
        setup.caller.start()
        process.wait_for(lambda: _replies(proxy) == REPLIES * CALLS, RUNG,
                         "all calls to ring")
        assert setup.calls_in_memory() == CALLS
        ringing = _shared(proxy) - idle
    finally:
        setup.caller.end()
        setup.trunk.end()
        proxy.stop()
    return Shared(ringing.used / CALLS, ringing.callback / CALLS,
                  ringing.real / CALLS)


def _replies(proxy):
    return int(proxy.rpc("tm.stats")["rpl_received"])


def _shared(proxy):
    memory = proxy.rpc("core.shmmem")
    places = [part for part in proxy.rpc("mod.mem_stats", "tm", "shm")
              if isinstance(part, dict)]
    callback = sum(size for part in places for place, size in part.items()
                   if place.startswith("insert_tmcb("))
    return Shared(memory["used"], callback, memory["real_used"])
