# RPC disconnect_reason.stats: totals by reason and by trunk, of all that came.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib import process
from lib.caller import answered, fails
from lib.case import Case
from lib.check import DETAIL_HEADER, REASON_HEADER
from lib.reloading import WRONG, Proxy
from lib.trunk import accept, reply

STATS = "disconnect_reason.stats"
REASONS = """UNKNOWN_REASON CLIENT_INITIATED DUPLICATE_IDENTITY SERVER_SHUTDOWN
PARTICIPANT_REMOVED ROOM_DELETED STATE_MISMATCH JOIN_FAILURE MIGRATION
SIGNAL_CLOSE ROOM_CLOSED USER_UNAVAILABLE USER_REJECTED SIP_TRUNK_FAILURE
CONNECTION_TIMEOUT MEDIA_FAILURE AGENT_ERROR""".split()
COUNTERS = ("unclassified", "spoofed_removed", "reloads_ok", "reloads_failed")
MAP = """version = 1;
profiles: { p: { rules: (
  { code = 486; reason = "AGENT_ERROR"; detail = "engaged"; } ); }; };
trunks: ( { name = "NAME"; address = "127.0.0.5"; profile = "p"; } );
"""
FIRST, SECOND = MAP.replace("NAME", "first"), MAP.replace("NAME", "second")
KNOWN = "127.0.0.5"  # the address of the map's trunk


class Stats:
    """What moved since the last look, once all calls have ended."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.before = self.all()

    def all(self):
        """"outcomes REASON", "TRUNK attempts REASON", "unclassified": number"""
        stats = self.proxy.rpc(STATS)
        found = {name: stats[name] for name in COUNTERS}
        for trunk in [{**stats, "name": ""}, *stats["trunks"]]:
            for what in ("attempts", "outcomes"):
                for reason, number in trunk[what].items():
                    found[f"{trunk['name']} {what} {reason}".strip()] = number
        return found

    def _is_idle(self):
        """tm only keeps what has ended."""
        stats = self.proxy.rpc("tm.stats")
        return int(stats["current"]) == int(stats["waiting"])

    def moved(self):
        process.wait_for(self._is_idle, 5, "the last call to end")
        now = self.all()
        moved = {name: number - self.before.get(name, 0)
                 for name, number in now.items()
                 if number != self.before.get(name, 0)}
        self.before = now
        return moved


class Calls(Case):
    """Two calls at a time, of which only the totals count."""

    def through(self, proxy, trunk, caller, host="127.0.0.1", then=(),
                headers=()):
        self._play([proxy], trunk, (), then, caller, headers, 2, rows=(0, 1),
                   hosts=[host])


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    one = Proxy(tmp_path_factory.mktemp("stats"), text=FIRST)
    one.start()
    yield one
    one.kamailio.stop()


@pytest.fixture
def stats(running):
    """The map is FIRST."""
    assert running.reload(FIRST)["status"] == "loaded"
    yield Stats(running)
    running.kamailio.check_log()


@pytest.fixture
def play(running, tmp_path):
    """Plays two calls, with what the trunk does."""
    calls = Calls(None, tmp_path)
    return lambda *args, **options: calls.through(
        running.kamailio, *args, **options)


def test_form(stats):
    """Every reason is there, also with 0."""
    answer = stats.proxy.rpc(STATS)
    assert list(answer) == ["attempts", "outcomes", *COUNTERS, "trunks"]
    assert list(answer["attempts"]) == list(answer["outcomes"]) == REASONS
    text = stats.proxy.kamcmd(STATS).stdout
    assert all(f"{name}: " in text for name in (*REASONS, *COUNTERS)), text


def test_by_trunk(stats, play):
    play(reply(486), fails(486), host=KNOWN)
    assert stats.moved() == {
        f"{trunk}{what} AGENT_ERROR": 2 for trunk in ("", "first ")
        for what in ("attempts", "outcomes")}


def test_no_trunk(stats, play):
    """A trunk that the map does not know counts for all only."""
    play(reply(486), fails(486))
    assert stats.moved() == {"attempts USER_REJECTED": 2,
                             "outcomes USER_REJECTED": 2}


def test_failover(stats, play):
    """Two attempts, and the outcome belongs to the last one's trunk."""
    play(reply(486), fails(404), host=KNOWN, then=[reply(404)],
         headers=["X-Test-Failed: NEXT"])
    assert stats.moved() == {
        "attempts AGENT_ERROR": 2, "first attempts AGENT_ERROR": 2,
        "attempts SIP_TRUNK_FAILURE": 2, "outcomes SIP_TRUNK_FAILURE": 2}


def test_failover_rescues(stats, play):
    play(reply(486), answered(), host=KNOWN, then=[accept()],
         headers=["X-Test-Failed: NEXT"])
    assert stats.moved() == {"attempts AGENT_ERROR": 2,
                             "first attempts AGENT_ERROR": 2}


@pytest.mark.parametrize("code,reason", [(599, "SIP_TRUNK_FAILURE"),
                                         (699, "USER_REJECTED")])
def test_unclassified(stats, play, code, reason):
    play(reply(code, "What"), fails(code))
    assert stats.moved() == {f"attempts {reason}": 2, f"outcomes {reason}": 2,
                             "unclassified": 2}


def test_spoofed(stats, play):
    """Each header that is removed, of each reply; the detail's is not ours
    where it is off."""
    ours = [f"{REASON_HEADER}: X", f"{REASON_HEADER.lower()} : Y",
            f"{DETAIL_HEADER}: z"]
    play(reply(404, headers=ours, after=(180,), early_headers=ours[:1]),
         fails(404))
    assert stats.moved() == {
        "attempts SIP_TRUNK_FAILURE": 2, "outcomes SIP_TRUNK_FAILURE": 2,
        "spoofed_removed": 6}


def test_nothing(stats, play):
    play(accept(), answered())
    assert stats.moved() == {}
    play(reply(401), fails(401))
    assert stats.moved() == {}


def test_reload(stats, play):
    """Totals stay, also those of a trunk that is gone; a dry run and a map with
    errors change no map, and only the latter is a failure."""
    play(reply(486), fails(486), host=KNOWN)
    before = stats.all()
    assert stats.proxy.reload(SECOND, "dry")["status"] == "checked"
    stats.moved()
    assert stats.all() == before
    assert stats.proxy.reload(WRONG)["status"] == "failed"
    assert stats.moved() == {"reloads_failed": 1}
    assert stats.proxy.reload(SECOND)["status"] == "loaded"
    assert stats.moved() == {"reloads_ok": 1}
    play(reply(486), fails(486), host=KNOWN)
    assert stats.moved() == {
        f"{trunk}{what} AGENT_ERROR": 2 for trunk in ("", "second ")
        for what in ("attempts", "outcomes")}
    assert stats.all()["first outcomes AGENT_ERROR"] == \
        before["first outcomes AGENT_ERROR"]


def test_statistics_say_the_same(stats, play):
    """Kamailio's own statistics, group disconnect_reason."""
    play(reply(486), fails(486))
    shown = dict(line.split(" = ") for line in stats.proxy.rpc(
        "stats.get_statistics", "disconnect_reason:"))
    answer = stats.proxy.rpc(STATS)
    for what in ("attempts", "outcomes"):
        for reason in REASONS:
            name = f"disconnect_reason:{what}_{reason.lower()}"
            assert int(shown.pop(name)) == answer[what][reason], name
    for name in COUNTERS:
        assert int(shown.pop(f"disconnect_reason:{name}")) == answer[name]
    assert not shown
