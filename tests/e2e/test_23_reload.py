# The map while Kamailio runs: reload, show, and calls that go on meanwhile.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
import subprocess
import threading
import time

import pytest

from lib import process
from lib.caller import LINGER, PROVISIONAL
from lib.case import Case, play, sort_by_call
from lib.check import check_header
from lib.kamailio import Kamailio
from lib.message import distinct
from lib.proxies import BEFORE, CFG
from lib.scenario import (ack_failure, invite, label, linger, receive,
                          scenario)
from lib.sipp import Sipp
from lib.trunk import reply, silent
from shipped import wait_for_last_process

RELOAD, SHOW, EXPLAIN = (f"disconnect_reason.{name}"
                         for name in ("reload", "show", "explain"))
END = 9  # label


def world(letter, reason, code, more=""):
    """A map; each thing that it says differs from that of another letter."""
    low = letter.lower()
    return f"""
version = 1;
profiles: {{
  p-{low}: {{ rules: (
    {{ code = 486; reason = "{reason}"; detail = "from-{low}"; }},
    {{ source = "timeout"; reason = "{reason}"; detail = "late-{low}"; }}
    {more} ); }};
}};
trunks: ( {{ name = "trunk-{low}"; address = "127.0.0.0/8";
             profile = "p-{low}"; }} );
bridges: ( {{ name = "bridge-{low}"; address = "127.0.0.1";
  headers = [ "X-{letter}-Reason" ]; detail_header = "X-{letter}-Detail";
  phrase = "reason"; reply: ( {{ reason = "{reason}"; send = {code}; }} ); }} );
"""


# letter: reason, code that the caller is sent
WORLDS = {"A": ("JOIN_FAILURE", 433), "B": ("MEDIA_FAILURE", 434)}
A, B = (world(letter, *said) for letter, said in WORLDS.items())

WRONG = """version = 1;
profiles: { p: { rules: (
  { code = 486; reason = "NO_REASON"; },
  { code = 99; reason = "USER_REJECTED"; } ); }; };
trunks: ( { name = "t"; address = "300.0.0.1"; } );
"""
WRONG_LINES = [3, 4, 5]


def big(rules):
    """More rules for world()."""
    return "".join(
        f',\n    {{ code = {300 + n % 400}; phrase = "word{n}";'
        f' reason = "ROOM_CLOSED"; detail = "d{n}"; }}' for n in range(rules))


def used_by_module(stats):
    """Who allocated how much: (module, function and line) to bytes."""
    found, module = {}, None
    for part in stats:
        if isinstance(part, str):
            module = part
        else:
            found.update({(module, place): size
                          for place, size in part.items() if size})
    return found


def grown(before, after):
    """What differs between two of used_by_module()."""
    return {place: (before.get(place), after.get(place))
            for place in before.keys() | after.keys()
            if before.get(place) != after.get(place)}


class Proxy:
    """A Kamailio with a map of its own that can be written."""

    def __init__(self, folder, modules=(*BEFORE, "kex", "ctl"), text=A,
                 options=()):
        folder.mkdir(exist_ok=True)
        self.map = folder / "map.cfg"
        self.map.write_text(text)
        params = [("disconnect_reason", "map_file", str(self.map)),
                  ("tm", "wt_timer", 500)]
        if "ctl" in modules:
            params.append(("ctl", "binrpc", "unix:RUN_DIR/ctl.sock"))
        self.kamailio = Kamailio(
            folder / "kamailio", CFG / "map.cfg",
            (*modules, "disconnect_reason"), params, ("WITH_DR",),
            options=options)
        self.rpc = self.kamailio.rpc

    def start(self):
        self.kamailio.start()
        wait_for_last_process(self.kamailio)

    def reload(self, text, *words):
        self.map.write_text(text)
        return self.rpc(RELOAD, *words, seconds=60)

    def kamcmd(self, *words):
        return subprocess.run(
            ["kamcmd", "-s", f"unix:{self.kamailio.folder}/ctl.sock", *words],
            capture_output=True, text=True, timeout=60)

    def memory(self):
        """Who uses how much, once tm has freed all transactions.

        There is one map, and it is left out: Kamailio may give it a piece of
        memory up to twice as large as asked for.
        """
        process.wait_for(lambda: self.rpc("tm.stats")["current"] == 0, 20,
                         "tm to free all transactions")
        used = used_by_module(self.rpc("mod.mem_stats", "all", "shm"))
        ours = "Module: disconnect_reason"
        piece, = [place for place in used
                  if place[0] == ours and place[1].startswith("copy_to_share(")]
        assert used.pop(piece) < 2 * self.rpc(SHOW)["bytes"]
        del used[ours, "Total"]
        return used

    def world(self):
        """The letter of the map in force."""
        trunk, = self.rpc(SHOW)["trunks"]
        return trunk["name"][-1].upper()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    one = Proxy(tmp_path_factory.mktemp("reload"))
    one.start()
    yield one
    one.kamailio.stop()


@pytest.fixture
def proxy(running):
    """The map is A."""
    assert running.reload(A)["status"] == "loaded"
    yield running
    running.kamailio.check_log()


def fails(uri, headers):
    """Takes the failure of any of the worlds."""
    return scenario(
        invite(uri, headers), PROVISIONAL,
        [receive(code, optional="true", next=END) for code in (408, 433, 486)],
        receive(434), label(END), ack_failure(uri), linger(LINGER))


def check_call(call, kind="from", source=None):
    """The call was judged by one world, in all that it says; which one?"""
    final, = distinct(call.finals())
    letter = {code: letter for letter, (_, code) in WORLDS.items()}.get(
        final.code)
    assert letter, f"no world says\n{final}"
    reason, low = WORLDS[letter][0], letter.lower()
    detail = source or "code=486;detail={};source=remote".format
    check_header(call, final, f"X-{letter}-Reason", reason)
    check_header(call, final, f"X-{letter}-Detail",
                 f"{detail(f'{kind}-{low}')};trunk=trunk-{low}")
    assert final.phrase == reason, str(final)
    other, = set(WORLDS) - {letter}
    assert f"X-{other}-".encode() not in final.raw, str(final)
    for words in call.logged:
        assert words["avp"] == reason and words["older"] == "<null>", words
    return letter


def timed_out(detail):
    return f"detail={detail};source=timeout"


@pytest.fixture
def calls(tmp_path):
    """Plays some calls through a Proxy and returns the letters of their maps."""
    case = Case(None, tmp_path)

    def run(proxy, count=4, rate=100, trunk=reply(486)):
        played = case.storm(proxy.kamailio, trunk, fails, count, rate)
        return [check_call(call) for call in played]
    return run


# What the commands say

def test_reload(proxy, calls):
    assert set(calls(proxy)) == {"A"}
    answer = proxy.reload(B)
    assert answer == {"status": "loaded", "map_file": str(proxy.map),
                      "errors": 0, "warnings": 0, "complaints": []}
    assert proxy.world() == "B"
    assert set(calls(proxy)) == {"B"}
    noted = f"map {proxy.map} is in force"
    assert any("NOTICE" in line and noted in line
               for line in proxy.kamailio.lines())


def test_dry(proxy, calls):
    """Only checked: the old map stays."""
    before = proxy.memory()
    answer = proxy.reload(B, "dry")
    assert (answer["status"], answer["errors"]) == ("checked", 0)
    assert proxy.world() == "A" and set(calls(proxy)) == {"A"}
    assert proxy.memory() == before
    answer = proxy.reload(WRONG, "dry")
    assert (answer["status"], answer["errors"]) == ("failed", 3)
    assert proxy.world() == "A"


@pytest.mark.parametrize("words", [("dyr",), ("",), ("dry ",), ("DRY",)])
def test_reload_of_what(proxy, words):
    """Rather say no than reload by mistake."""
    with pytest.raises(AssertionError, match="Expected no word or: dry"):
        proxy.reload(B, *words)
    assert proxy.world() == "A"


def test_reload_of_too_much(proxy):
    with pytest.raises(AssertionError, match="Expected no word or: dry"):
        proxy.reload(B, "dry", "more")
    assert proxy.world() == "A"


def test_failed(proxy, calls):
    """All errors with file and line; the old map stays."""
    before = proxy.memory()
    answer = proxy.reload(WRONG)
    assert (answer["status"], answer["errors"]) == ("failed", 3)
    lines = [re.fullmatch(rf"{re.escape(str(proxy.map))}:(\d+): .+", text)
             for text in answer["complaints"]]
    assert [int(line[1]) for line in lines] == WRONG_LINES, answer
    assert "NO_REASON" in answer["complaints"][0]
    assert proxy.world() == "A" and set(calls(proxy)) == {"A"}
    assert proxy.memory() == before


def test_failed_and_then_right(proxy):
    for _ in range(3):
        assert proxy.reload(WRONG)["status"] == "failed"
        assert proxy.reload(B)["status"] == "loaded"
        assert proxy.world() == "B"


def test_warning(proxy):
    """A rule that can never match is no error."""
    answer = proxy.reload(world("B", *WORLDS["B"], """,
      { code = 486; phrase = "x"; reason = "ROOM_CLOSED"; }"""))
    assert (answer["status"], answer["errors"], answer["warnings"]) == \
        ("loaded", 0, 1)
    assert re.match(rf"{re.escape(str(proxy.map))}:\d+: warning: ",
                    answer["complaints"][0])
    assert proxy.world() == "B"


@pytest.mark.parametrize("spoil", [
    lambda path: path.unlink(),
    lambda path: (path.unlink(), path.mkdir()),
    lambda path: path.write_bytes(b"version = 1;\0\n"),
    lambda path: path.write_text(""),
    lambda path: path.write_text('@include "nowhere.cfg"\n' + A),
    lambda path: path.write_text("x" * (9 << 20)),
], ids=["missing", "folder", "zero-byte", "empty", "include", "big"])
def test_no_map(proxy, spoil):
    """Each says which file, and the old map stays."""
    spoil(proxy.map)
    try:
        answer = proxy.rpc(RELOAD)
    finally:
        if proxy.map.is_dir():
            proxy.map.rmdir()
    assert answer["status"] == "failed" and answer["errors"] >= 1, answer
    assert proxy.map.name in answer["complaints"][0], answer
    assert proxy.world() == "A"


def test_many_errors(proxy):
    """They are counted, the first ones are said, and the answer comes back."""
    rules = "".join(f',\n{{ code = 486; reason = "WRONG{n}"; }}'
                    for n in range(400))
    answer = proxy.reload(world("B", *WORLDS["B"], rules))
    assert answer["status"] == "failed"
    assert answer["errors"] == 400
    *said, more = answer["complaints"]
    assert len(said) > 10 and all("WRONG" in one for one in said)
    assert more == "and more: drmap check shows all of them"
    assert proxy.world() == "A"
    done = proxy.kamcmd("disconnect_reason.reload")
    assert "status: failed" in done.stdout and more in done.stdout, done


def test_errors_before_warnings(proxy):
    """100 warnings do not hide the error behind them."""
    rules = ',\n{ code = 486; phrase = "x"; reason = "ROOM_CLOSED"; }' * 100
    answer = proxy.reload(world("B", *WORLDS["B"], rules).replace(
        'headers = [ "X-B-Reason" ]', 'headers = [ "Via" ]'))
    assert (answer["status"], answer["errors"]) == ("failed", 1)
    assert "Via" in answer["complaints"][0], answer


def test_include(proxy):
    """Beside the map; an error in it has its own file and line."""
    part = proxy.map.with_name("part.cfg")
    part.write_text('\n,{ code = 404; reason = "ROOM_CLOSED"; }\n')
    text = world("B", *WORLDS["B"], '\n@include "part.cfg"\n')
    assert proxy.reload(text)["status"] == "loaded"
    assert proxy.rpc(EXPLAIN, "code=404", "profile=p-b")["line"] == 2
    part.write_text('\n\n,{ code = 404; reason = "ROOM"; }\n')
    answer = proxy.reload(text)
    assert answer["complaints"][0].startswith(f"{part}:3: ") \
        or answer["complaints"][0].startswith("part.cfg:3: "), answer


def test_show(proxy):
    shown = proxy.rpc(SHOW)
    assert shown.pop("bytes") > 0
    assert shown == {
        "map_file": str(proxy.map),
        "profiles": [{"name": "default"}, {"name": "p-a"}],
        "trunks": [{"name": "trunk-a", "profile": "p-a"}],
        "bridges": [{"name": "bridge-a", "detail_header": "X-A-Detail",
                     "phrase": "reason", "headers": ["X-A-Reason"]}]}


def test_show_big(proxy):
    """1,000 trunks, in one answer."""
    trunks = ", ".join(f'{{ name = "t{n}"; host = "h{n}.example"; }}'
                       for n in range(1000))
    text = A.replace("trunks: ( ", f"trunks: ( {trunks}, ")
    assert proxy.reload(text)["status"] == "loaded"
    names = [one["name"] for one in proxy.rpc(SHOW)["trunks"]]
    assert names == [f"t{n}" for n in range(1000)] + ["trunk-a"]


def test_show_big_with_kamcmd(proxy):
    trunks = ", ".join(f'{{ name = "t{n}"; host = "h{n}.example"; }}'
                       for n in range(1000))
    text = A.replace("trunks: ( ", f"trunks: ( {trunks}, ")
    assert proxy.reload(text)["status"] == "loaded"
    done = proxy.kamcmd(SHOW)
    assert done.returncode == 0 and "name: t999" in done.stdout, done.stderr


def test_explain_follows(proxy):
    question = ["code=486", "host=127.0.0.9"]
    for text, (letter, (reason, _)) in zip((A, B, A), [
            *WORLDS.items(), ("A", WORLDS["A"])]):
        proxy.reload(text)
        answer = proxy.rpc(EXPLAIN, *question)
        assert (answer["reason"], answer["trunk"]) == \
            (reason, f"trunk-{letter.lower()}")


def test_kamcmd(proxy):
    """The same through Kamailio's command line client."""
    proxy.map.write_text(B)
    done = proxy.kamcmd("disconnect_reason.reload")
    assert done.returncode == 0 and "status: loaded" in done.stdout, done
    assert "name: trunk-b" in proxy.kamcmd("disconnect_reason.show").stdout
    done = proxy.kamcmd("disconnect_reason.explain", "code=486",
                        "trunk=trunk-b")
    assert "reason: MEDIA_FAILURE" in done.stdout, done
    proxy.map.write_text(WRONG)
    done = proxy.kamcmd("disconnect_reason.reload", "dry")
    assert "status: failed" in done.stdout and ":4: " in done.stdout, done


def test_without_map(proxies):
    """Nothing to reload or to show."""
    proxy = proxies.pair().loaded
    for method in (RELOAD, SHOW):
        with pytest.raises(AssertionError, match="No map"):
            proxy.rpc(method)


# Start

@pytest.mark.parametrize("text,lines", [(WRONG, WRONG_LINES), (None, [None]),
                                        ("version = 1\nprofiles {", [2])],
                         ids=["wrong", "missing", "syntax"])
def test_bad_map_at_start(tmp_path, text, lines):
    """Kamailio does not start, and says all that is wrong."""
    proxy = Proxy(tmp_path, text=text or "")
    if text is None:
        proxy.map.unlink()
    proxy.kamailio.spawn()
    try:
        assert proxy.kamailio.child.wait(20) != 0
    finally:
        process.end(proxy.kamailio.child)
    said = [re.search(rf"ERROR: disconnect_reason .*{re.escape(str(proxy.map))}"
                      r"(?::(\d+))?: .+", line)
            for line in proxy.kamailio.lines()]
    found = [one[1] and int(one[1]) for one in said if one]
    assert found == lines, "\n".join(proxy.kamailio.lines())


def test_warning_at_start(tmp_path):
    """It starts, and warns."""
    proxy = Proxy(tmp_path, (*BEFORE, "kex"), world("A", *WORLDS["A"], """,
      { code = 486; phrase = "x"; reason = "ROOM_CLOSED"; }"""))
    proxy.start()
    try:
        warned = [line for line in proxy.kamailio.lines()
                  if "WARNING: disconnect_reason " in line
                  and f"{proxy.map}:" in line]
        assert len(warned) == 1
    finally:
        proxy.kamailio.stop()


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
    """A call that rings while the map changes is judged by the old one."""
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
            letters = calls(proxy, 2000, 400,
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


def seconds(stamp):
    clock = stamp.split()[1]
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def test_nobody_waits_for_a_reload(proxy, tmp_path):
    """While a large map is read, calls go on as fast as ever."""
    text = world("B", *WORLDS["B"], big(60000))
    proxy.map.write_text(text)
    took = []

    def reload():
        began = time.monotonic()
        assert proxy.rpc(RELOAD, seconds=60)["status"] == "loaded"
        took.append((began, time.monotonic()))

    sink = Sipp(reply(486)("trunk-A"), tmp_path, "trunk", calls=400)
    caller = Sipp(fails(sink.uri, []), tmp_path, "caller", calls=400, rate=100,
                  remote=proxy.kamailio.address, rows=[0], limit=400)
    wait = in_thread(lambda: play([caller], [sink]))
    try:
        process.wait_for(lambda: proxy.rpc("tm.stats")["current"] > 10, 10,
                         "calls")
        reload()
    finally:
        wait()
    duration = took[0][1] - took[0][0]
    sent = {}
    for message in caller.messages():
        if message.start.startswith("INVITE"):
            sent.setdefault(message.call_id, message.time)
    calls = sort_by_call([proxy.kamailio], [caller], [sink])
    letters = [check_call(call) for call in calls]
    assert set(letters) == {"A", "B"}
    worst = max(seconds(call.finals()[0].time) - seconds(sent[call.call_id])
                for call in calls)
    assert duration > 0.3, f"the reload took only {duration} s"
    assert worst < duration / 2, f"{worst} s, the reload took {duration} s"
