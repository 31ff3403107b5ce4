# No memory left: calls go without the header, and with it when memory is back.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A hash table holds all the shared memory but for one hole, which grows from
try to try: so each allocation of a call fails once, be it tm's or the module's.
Private memory ends while a reply with thousands of header fields is parsed."""

import pytest

from lib.memory import check_flat, memory
from lib.proxies import BEFORE, DETAIL
from lib.raw import Plan, RawCalls, code_of, template
from lib.torture import GOOD, check_good, check_header, final_of, headers_in

BUSY = template(486)
# bytes of the values that fill the memory, largest first
PIECES = (1 << 15, 1 << 12, 1 << 9, 64, 8)
HOLES = range(200, 17400, 400)  # a call needs 16 KB with tm's clones
SOON = 0.15  # s for a call that Kamailio may not even have taken


@pytest.fixture
def proxy(proxies, request):
    """A Kamailio with little memory: the options are the parameter."""
    proxies.allow(r" (ERROR|CRITICAL): ")
    options, workers, wait = request.param
    return proxies.pair(
        "exhaust.cfg", before=(*BEFORE, "kex", "htable"), workers=workers,
        params=(DETAIL, ("tm", "wt_timer", wait)), options=options).loaded


def complaints(proxy, words):
    return sum(words in line for line in proxy.lines())


def check_some_header(call):
    """Relayed with the header or without, or not relayed; never another one."""
    for raw in call.finals():
        if headers_in(raw):
            check_header(call, raw)


class Hold:
    """Holds a Kamailio's shared memory in its hash table."""

    def __init__(self, proxy):
        self.proxy, self.count = proxy, 0

    def take(self, size):
        """Returns the key of a value of that size; None without memory."""
        self.count += 1
        key = f"k{self.count}"
        try:
            self.proxy.rpc("htable.sets", "hold", key, "x" * size)
        except AssertionError:
            return None
        return key

    def fill(self):
        for size in PIECES:
            while self.take(size):
                pass

    def give(self, key):
        self.proxy.rpc("htable.delete", "hold", key)

    def flush(self):
        self.proxy.rpc("htable.flush", "hold")


def with_little(*options, workers=1, wait=100):
    return pytest.mark.parametrize("proxy", [(list(options), workers, wait)],
                                   indirect=True, ids=["".join(options)])


@with_little("-m", "8")
def test_each_allocation(proxy):
    hold = Hold(proxy)
    with RawCalls(proxy) as raw:
        check_header(*with_final(raw))
        first = memory(proxy)
        for size in HOLES:
            key = hold.take(size)
            hold.fill()
            hold.give(key)
            call, = raw.play([Plan((BUSY,))], patience=SOON)
            hold.flush()
            check_some_header(call)
            check_header(*with_final(raw))
        check_flat(first, memory(proxy), private=4096)
    assert headers_in(final_of(call)), "the last hole was no hole"
    assert complaints(proxy, "out of mem") > 1


def with_final(raw):
    """A call while there is memory: (call, final reply)."""
    call, = raw.play([Plan((BUSY,))])
    return call, final_of(call)


@with_little("-m", "4", workers=4, wait=1500)
def test_under_load(proxy):
    """More calls than there is room for; those that go through tell."""
    with RawCalls(proxy) as raw:
        check_header(*with_final(raw))
        first = memory(proxy)
        calls = raw.play([Plan((BUSY,))] * 1000, window=16, patience=SOON)
        for call in calls:
            check_some_header(call)
        assert complaints(proxy, "out of mem") > 1
        last = memory(proxy)
        for call in raw.play([Plan((GOOD,))] * 20, window=4):
            check_good(call)
    check_flat(first, last, private=4096)


@with_little("-M", "2")
def test_private(proxy):
    """A reply with so many header fields that their parser takes it all."""
    plans = [plan for count in range(200, 15000, 50) for plan in (
        Plan((template(486, ["X:"] * count), GOOD)), Plan((GOOD,)))]
    with RawCalls(proxy) as raw:
        calls = raw.play(plans)
        for call in calls[::2]:
            check_header(call, final_of(call))
        for call in calls[1::2]:
            check_good(call)
    codes = {code_of(final_of(call)) for call in calls[::2]}
    assert codes >= {486, 500}, codes
    assert complaints(proxy, "Free fragment not found") > 1
