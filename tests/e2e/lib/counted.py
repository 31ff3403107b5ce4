# What the module counts, and whom it tells, while a case is played.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Counted` compares the counters before and after, so it also sees what must
not move. `EVENTS` is the event_route that makes the events visible."""

import re
import time
from collections import Counter

from . import process

SECONDS = 5  # until all must be counted
IDLE = 1  # more, for tm to end what nobody waits for
EVENT_ROUTE = "event_route[disconnect-reason:outcome]"
EVENTS = EVENT_ROUTE + """ {
	xlog("L_NOTICE", "DREVENT $ci $rm $dr(reason) $dr(detail)\\n");
}
"""


def figures(proxy):
    """All counters of a Kamailio: `outcomes USER_REJECTED`, `reloads_ok`.

    Those of trunks are `TRUNK outcomes USER_REJECTED`.
    """
    stats = proxy.rpc("disconnect_reason.stats")
    found = Counter()
    for trunk in stats.pop("trunks"):
        for what in ("attempts", "outcomes"):
            for reason, times in trunk[what].items():
                found[f"{trunk['name']} {what} {reason}"] = times
    for what, value in stats.items():
        if isinstance(value, dict):
            for reason, times in value.items():
                found[f"{what} {reason}"] = times
        else:
            found[what] = value
    return found


class Counted:
    """Watches one Kamailio that has the module, from now on."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.hears = "DREVENT" in proxy.cfg.read_text()
        self.at = proxy.log.stat().st_size
        self.before = figures(proxy)

    def check(self, moved, told):
        """Exactly these counters moved, and exactly these events came.

        moved  Counter of what moved; those of trunks are left out
        told   {Call-ID: (reason, detail)} of each outcome; a detail of Ellipsis
               may be any
        """
        process.wait_for(lambda: self._is_over(moved, told), SECONDS, lambda: (
            f"counters {dict(moved)}, they are {dict(self.moved())};"
            f" events {told}, they are {self.events()}"))
        # what is counted twice may come late
        deadline = time.monotonic() + IDLE
        while not self._idle() and time.monotonic() < deadline:
            time.sleep(process.POLL)
        assert self.moved() == moved
        if self.hears:
            assert same(self.events(), told), f"{self.events()} is not {told}"

    def _is_over(self, moved, told):
        now = self.moved()
        assert not now - moved, f"moved: {dict(now)}, wanted: {dict(moved)}"
        return now == moved and (
            not self.hears or len(self.events()) >= len(told))

    def _idle(self):
        """tm only keeps what it has ended."""
        stats = self.proxy.rpc("tm.stats")
        return int(stats["current"]) == int(stats["waiting"])

    def moved(self):
        """What moved, but for the totals of trunks."""
        return Counter({name: times for name, times in self.all_moved().items()
                        if name.count(" ") < 2})

    def all_moved(self):
        return figures(self.proxy) - self.before

    def events(self):
        """(Call-ID, method, reason, detail) of each event."""
        with open(self.proxy.log, "rb") as log:
            log.seek(self.at)
            text = log.read().decode("utf-8", "replace")
        return [tuple(words) for words in re.findall(
            r"DREVENT (\S+) (\S+) (\S+) (\S+)$", text, re.MULTILINE)]


def same(events, told):
    """Each call is told once; the message is its INVITE."""
    return sorted(event[:3] for event in events) == sorted(
        (call_id, "INVITE", reason) for call_id, (reason, _) in told.items()) \
        and all(told[call_id][1] in (detail, ...)
                for call_id, _, _, detail in events)
