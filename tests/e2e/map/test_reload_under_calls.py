# The map changes while calls go on, often, and in two processes at once.
# SPDX-License-Identifier: GPL-2.0-or-later

import datetime
import threading
import time

import pytest

from lib import process, reloading
from lib.case import play, sort_by_call
from lib.message import seconds
from lib.reloading import (A, B, RELOAD, WORLDS, WRONG, Proxy, check_call,
                           fails, world)
from lib.sipp import Sipp
from lib.trunk import reply, silent

calls, proxy = reloading.calls, reloading.proxy  # fixtures
running = reloading.running  # fixture


def big(rules):
    """More rules for world()."""
    return "".join(
        f',\n    {{ code = {300 + n % 400}; phrase = "word{n}";'
        f' reason = "ROOM_CLOSED"; detail = "d{n}"; }}' for n in range(rules))


def grown(before, after):
    """What differs between two of used_by_module()."""
    return {place: (before.get(place), after.get(place))
            for place in before.keys() | after.keys()
            if before.get(place) != after.get(place)}


def timed_out(detail):
    return f"detail={detail};source=timeout"


# Calls that are there while the map changes

def in_thread(job):
    """Runs job() and returns a function that waits for it and its failure."""
    failed = []

    def run():
        try:
            job()
        except BaseException as failure:  # handed to the test
            failed.append(failure)

    thread = threading.Thread(target=run)
    thread.start()

    def wait():
        thread.join()
        if failed:
            raise failed[0]
    return wait


@pytest.mark.parametrize("trunk,kind,source", [
    (reply(486, after=(180,), wait=900), "from", None),
    (silent((180,)), "late", timed_out)], ids=["486", "timeout"])
def test_call_keeps_its_map(proxy, tmp_path, trunk, kind, source):
    """A call that rings while the map changes is classified by the old one."""
    before = proxy.memory()
    sink = Sipp(trunk("trunk-A"), tmp_path, "trunk")
    caller = Sipp(fails(sink.uri, ["X-Test-Timers: 1200,700"]), tmp_path,
                  "caller", remote=proxy.kamailio.address, rows=[0])
    wait = in_thread(lambda: play([caller], [sink]))
    try:
        process.wait_for(lambda: proxy.rpc("tm.stats")["current"] == 1, 10,
                         "the call")
        assert proxy.reload(B)["status"] == "loaded"
        assert proxy.reload(B)["status"] == "loaded"
    finally:
        wait()
    call, = sort_by_call([proxy.kamailio], [caller], [sink])
    assert check_call(call, kind, source) == "A"
    proxy.reload(A)
    assert proxy.memory() == before


# Many reloads

@pytest.mark.parametrize("rules", [0, 2000], ids=["small", "large"])
def test_thousand_reloads(proxy, rules):
    """The same bytes are in use before and after; half of them fail or are
    dry."""
    times = 1000 if rules == 0 else 100
    texts = [world("A", *WORLDS["A"], big(rules)),
             world("B", *WORLDS["B"], big(rules))]
    assert proxy.reload(texts[0])["status"] == "loaded"
    private = proxy.rpc("pkg.stats")
    before = proxy.memory()
    for n in range(times):
        proxy.map.write_text(texts[n % 2])
        assert proxy.rpc(RELOAD)["status"] == "loaded"
        if n % 2:
            proxy.rpc(RELOAD, "dry")
        else:
            proxy.reload(WRONG)
    assert proxy.reload(texts[0])["status"] == "loaded"
    assert proxy.memory() == before
    used = {one["pid"]: one["used"] for one in proxy.rpc("pkg.stats")}
    assert all(used[one["pid"]] <= one["used"] + 4096 for one in private)


def test_two_at_once(proxy):
    """Reloads in two processes, of a map that takes a while."""
    proxy.reload(A)
    before = proxy.memory()
    proxy.map.write_text(world("B", *WORLDS["B"], big(20000)))
    done = []
    wait = in_thread(lambda: done.append(
        proxy.kamcmd("disconnect_reason.reload").stdout))
    try:
        done.append(proxy.rpc(RELOAD, seconds=60)["status"])
    finally:
        wait()
    assert len(done) == 2 and all("loaded" in one for one in done), done
    assert proxy.world() == "B"
    stop = threading.Event()

    def again():
        while not stop.is_set():
            assert "status: loaded" in proxy.kamcmd(
                "disconnect_reason.reload").stdout

    proxy.reload(A)
    wait = in_thread(again)
    try:
        for _ in range(100):
            assert proxy.rpc(RELOAD, seconds=60)["status"] == "loaded"
    finally:
        stop.set()
        wait()
    assert proxy.world() == "A"
    assert proxy.memory() == before


def reload_until(proxy, stop, every):
    """Puts one world after the other in force; returns how many."""
    count = 0
    while not stop.is_set():
        began = time.monotonic()
        text = (A, B)[count % 2]
        assert proxy.reload(text)["status"] == "loaded"
        count += 1
        stop.wait(max(0, every - (time.monotonic() - began)))
    return count


@pytest.mark.parametrize("manager", ["qm", "fm"])
def test_reload_under_load(tmp_path, calls, manager):
    """Some hundred calls a second, ten reloads a second: each call has its
    header, and one map said all of it."""
    proxy = Proxy(tmp_path / "proxy", options=["-x", manager, "-X", manager])
    proxy.start()
    try:
        calls(proxy, 50)
        before = proxy.memory()
        stop, counts = threading.Event(), []
        wait = in_thread(
            lambda: counts.append(reload_until(proxy, stop, 0.1)))
        try:
            letters = calls(proxy, 2000, 500,
                            reply(486, after=(180,), wait=60))
        finally:
            stop.set()
            wait()
        assert counts[0] >= 10
        assert min(letters.count(letter) for letter in WORLDS) > 100
        proxy.reload(A)
        assert grown(before, proxy.memory()) == {}
    finally:
        proxy.kamailio.stop()


def now():
    return seconds(str(datetime.datetime.now()))


def test_nobody_waits_for_a_reload(proxy, tmp_path):
    """While a large map is read, calls begin and end."""
    text = world("B", *WORLDS["B"], big(60000))
    proxy.map.write_text(text)
    sink = Sipp(reply(486)("trunk-A"), tmp_path, "trunk", calls=400)
    caller = Sipp(fails(sink.uri, []), tmp_path, "caller", calls=400, rate=200,
                  remote=proxy.kamailio.address, rows=[0], limit=400)
    wait = in_thread(lambda: play([caller], [sink]))
    try:
        process.wait_for(lambda: proxy.rpc("tm.stats")["current"] > 10, 10,
                         "calls")
        began = now()
        assert proxy.rpc(RELOAD, seconds=60)["status"] == "loaded"
        ended = now()
    finally:
        wait()
    sent = {}
    for message in caller.messages():
        if message.start.startswith("INVITE"):
            sent.setdefault(message.call_id, seconds(message.time))
    calls = sort_by_call([proxy.kamailio], [caller], [sink])
    assert {check_call(call) for call in calls} == {"A", "B"}
    meanwhile = [call for call in calls if sent[call.call_id] >= began
                 and seconds(call.finals()[0].time) <= ended]
    assert len(meanwhile) >= 3
