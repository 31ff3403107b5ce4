# A Kamailio whose map changes, and calls that tell which map classified them.
# SPDX-License-Identifier: GPL-2.0-or-later

import subprocess

import pytest

from . import process
from .caller import LINGER, PROVISIONAL
from .case import Case
from .check import check_header
from .kamailio import Kamailio
from .message import distinct
from .proxies import BEFORE, CFG
from .scenario import ack_failure, invite, label, linger, receive, scenario
from .shipped import wait_for_last_process
from .trunk import reply

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
        memory up to twice as large as asked for. So are the totals of trunks,
        which stay when a trunk goes.
        """
        process.wait_for(lambda: self.rpc("tm.stats")["current"] == 0, 20,
                         "tm to free all transactions")
        used = used_by_module(self.rpc("mod.mem_stats", "all", "shm"))
        ours = "Module: disconnect_reason"
        piece, = [place for place in used
                  if place[0] == ours and place[1].startswith("copy_to_share(")]
        assert used.pop(piece) < 2 * self.rpc(SHOW)["bytes"]
        del used[ours, "Total"]
        return {place: size for place, size in used.items()
                if place[0] != ours or not place[1].startswith("add(")}

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
    """The call was classified by one world, in all that it says; which one?"""
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


@pytest.fixture
def calls(tmp_path):
    """Plays some calls through a Proxy and returns the letters of their maps."""
    case = Case(None, tmp_path)

    def run(proxy, count=4, rate=100, trunk=reply(486)):
        played = case.storm(proxy.kamailio, trunk, fails, count, rate)
        return [check_call(call) for call in played]
    return run
