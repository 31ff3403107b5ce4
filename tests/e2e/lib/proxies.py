# Keeps pairs of Kamailio: the same script with the module and without it.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many cases share a pair; it starts at its first use and is checked after
each test and when it ends."""

from collections import OrderedDict, namedtuple
from pathlib import Path

from .check import DETAIL_HEADER
from .counted import EVENT_ROUTE, EVENTS
from .kamailio import Kamailio

CFG = Path(__file__).resolve().parent.parent / "cfg"
BEFORE = ("tm", "tmx", "sl", "pv", "xlog", "corex")
DETAIL = ("disconnect_reason", "detail_header", DETAIL_HEADER)
KEEP = 3  # pairs that may run at the same time

Pair = namedtuple("Pair", "plain loaded")


def events(script, modules):
    """The event_route of counted.py, where it can be."""
    text = (CFG / script).read_text("utf-8")
    can = EVENT_ROUTE not in text and {"pv", "xlog"} <= set(modules)
    return EVENTS if can else ""


class Proxies:
    """The running pairs of one pytest worker."""

    def __init__(self, folder):
        self.folder = folder
        self.pairs = OrderedDict()
        self.started = 0
        self.allowed = []

    def pair(self, script="relay.cfg", params=(), defines=(), before=BEFORE,
             after=(), **options):
        """The pair for that script, see Kamailio; started when it is new.

        script   a file in cfg/, or any absolute path
        before   modules loaded before the module under test
        after    modules loaded after it
        Parameters of disconnect_reason are left out where it is not loaded.
        The loaded one also has #!define WITH_DR, and an event_route that logs
        each outcome, see counted.py, unless the script has one.
        """
        key = repr((script, params, defines, before, after, options))
        if key not in self.pairs:
            while len(self.pairs) >= KEEP:
                self._stop(self.pairs.popitem(last=False)[1])
            self.pairs[key] = self._start(script, params, defines, before,
                                          after, options)
        self.pairs.move_to_end(key)
        return self.pairs[key]

    def _start(self, script, params, defines, before, after, options):
        self.started += 1
        folder = self.folder / f"{self.started}-{Path(script).stem}"
        own = [param for param in params if param[0] != "disconnect_reason"]
        plain = Kamailio(folder / "plain", CFG / script, (*before, *after),
                         own, defines, **options)
        loaded = Kamailio(folder / "loaded", CFG / script,
                          (*before, "disconnect_reason", *after),
                          params, (*defines, "WITH_DR"),
                          more=events(script, before), **options)
        plain.start()
        try:
            loaded.start()
        except BaseException:
            plain.stop(self.allowed)
            raise
        return Pair(plain, loaded)

    def allow(self, pattern):
        """Lets log lines that match `pattern` pass in this test."""
        self.allowed.append(pattern)

    def check(self):
        """After each test: looks at all logs and forgets what was allowed."""
        try:
            for pair in self.pairs.values():
                for proxy in pair:
                    proxy.check_log(self.allowed)
        finally:
            self.allowed = []

    def _stop(self, pair):
        try:
            pair.plain.stop(self.allowed)
        finally:
            pair.loaded.stop(self.allowed)

    def stop(self):
        """Ends all, also when one of them fails its check."""
        failures = []
        while self.pairs:
            try:
                self._stop(self.pairs.popitem()[1])
            except AssertionError as failure:
                failures.append(str(failure))
        assert not failures, "\n".join(failures)
