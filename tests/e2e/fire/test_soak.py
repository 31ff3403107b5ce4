# `make soak`: as many calls as SOAK_CALLS says, and no byte more at the end.
# SPDX-License-Identifier: GPL-2.0-or-later

import os
import time

import pytest

from lib import storm
from lib.kamailio import Kamailio
from lib.memory import check_flat, memory
from lib.proxies import BEFORE, CFG, DETAIL
from lib.raw import RawCalls

CALLS = int(os.environ.get("SOAK_CALLS", "1000000"))
AT_ONCE = 32
# what each process may keep: Kamailio sorts its free pieces in steps
PRIVATE = 4096


def shared_of(stats):
    """Bytes of one of RPC mod.mem_stats."""
    return sum(part["Total"] for part in stats if isinstance(part, dict)
               and "Total" in part)


def show(tenth, seconds, held):
    ours, tm = (shared_of(stats) for stats in held["modules"])
    print(f"{tenth:>5} {CALLS // 10 / seconds:>9,.0f} {held['shared']:>14,} "
          f"{ours:>18,} {tm:>10,} {max(held['private'].values()):>15,}",
          flush=True)


@pytest.mark.soak
def test_soak(tmp_path):
    proxy = Kamailio(tmp_path / "kamailio", CFG / "relay.cfg",
                     (*BEFORE, "kex", "disconnect_reason"),
                     (DETAIL, ("tm", "wt_timer", 1000)), workers=4,
                     options=["-m", 256]).start()
    print("\ntenth   calls/s  shared memory  of the module   of tm   most private")
    held = []
    with RawCalls(proxy) as raw:
        for tenth in range(10):
            began = time.monotonic()
            storm.play(raw, CALLS // 10, AT_ONCE, tenth)
            seconds = time.monotonic() - began
            held.append(memory(proxy, 60))
            show(tenth + 1, seconds, held[-1])
    check_flat(held[0], held[-1], PRIVATE)
    proxy.stop()
