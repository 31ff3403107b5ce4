# Plays one case through the native script, Lua and Python.
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same routing logic in three languages, see cfg/kemi.cfg: all must do, and
log, the same."""

import re
from pathlib import Path

import pytest

from . import caller as callers
from .case import LOCAL, Case
from .check import DETAIL_HEADER, REASON_HEADER, check_final, check_header
from .kamailio import BAD_LINE, Kamailio
from .proxies import BEFORE, CFG, DETAIL

DR = "disconnect_reason"
MAP = Path(__file__).resolve().parents[1] / "maps/kemi.cfg"
BRIDGE = "127.0.0.2"  # the map's; from elsewhere no call is watched by itself
# language: word for #!define, Kamailio's module, its script, our event
LANGUAGES = {
    "native": ("NATIVE", None, None, ()),
    "lua": ("WITH_LUA", "app_lua", "kemi.lua", ("OUTCOME",)),
    "python": ("WITH_PYTHON", "app_python3", "kemi.py", ("OUTCOME",)),
}
WORLDS = {
    "map": ((DR, "map_file", str(MAP)), (DR, "xavp", "dr"), DETAIL),
    "bare": ((DR, "auto", 0), DETAIL),
}
FIELDS = ("reason", "number", "detail", "source", "code", "q850", "trunk",
          "bridge", "profile", "rule", "ringing", "history")
NULL = "<null>"
# LiveKit's numbers of the reasons that the tests use
NUMBERS = {"CLIENT_INITIATED": 1, "JOIN_FAILURE": 7, "ROOM_CLOSED": 10,
           "USER_UNAVAILABLE": 11, "USER_REJECTED": 12,
           "SIP_TRUNK_FAILURE": 13, "CONNECTION_TIMEOUT": 14,
           "MEDIA_FAILURE": 15, "AGENT_ERROR": 16}


def running(folder, language, params):
    """A Kamailio whose script is in that language."""
    define, module, script, events = LANGUAGES[language]
    more = [(DR, "event_callback", name) for name in events]
    if module:
        more.append((module, "load", str(CFG / script)))
    return Kamailio(folder, CFG / "kemi.cfg",
                    (*BEFORE, DR, *([module] if module else ())),
                    (*params, *more), [define])


class Engines:
    """The Kamailios of one pytest worker, for each world one per language."""

    def __init__(self, folder):
        self.folder, self.worlds, self.allowed = folder, {}, []

    def world(self, name):
        if name not in self.worlds:
            proxies = self.worlds[name] = {}
            for language in LANGUAGES:
                proxies[language] = running(
                    self.folder / name / language, language,
                    WORLDS[name]).start()
        return self.worlds[name]

    def all(self):
        return [proxy for world in self.worlds.values()
                for proxy in world.values()]

    def check(self):
        try:
            for proxy in self.all():
                proxy.check_log(self.allowed)
        finally:
            self.allowed = []

    def stop(self):
        """Ends all; each must have let go of every transaction."""
        failures = []
        for proxy in self.all():
            try:
                proxy.stop()
            except AssertionError as failure:
                failures.append(str(failure))
        assert not failures, "\n".join(failures)


class Player(Case):
    """Plays cases for one test."""

    def __init__(self, engines, folder):
        super().__init__(None, folder)
        self.engines = engines

    def __call__(self, trunk, expect, world="map", caller=None, host=LOCAL,
                 then=(), fork=(), hosts=(), **steps):
        """Plays the case in all languages and checks what the caller got.

        trunk   behaviour of trunk A, None: nobody listens there
        expect  Outcome
        world   "map": with a map and an XAVP; "bare": with auto 0
        host    address of the caller; hosts: those of the trunks
        steps   for each X-Test header of kemi.cfg its value

        Returns the call of the native script; all languages logged the same.
        """
        if caller is None:
            caller = callers.answered() if expect.code < 300 \
                else callers.fails(expect.code)
        headers = [f"X-Test-{name.replace('_', '-').title()}: {value}"
                   for name, value in steps.items()]
        proxies = self.engines.world(world)
        played = self._play(list(proxies.values()), trunk, fork, then, caller,
                            headers, 1, rows=(0,), caller_host=host,
                            hosts=hosts)
        calls = {call.proxy: call for call in played}
        native, *others = [calls[proxy] for proxy in proxies.values()]
        for call in (native, *others):
            final = check_final(call, expect)
            check_header(call, final, REASON_HEADER, expect.reason,
                         expect.on_100[0])
            check_header(call, final, DETAIL_HEADER, expect.detail,
                         expect.on_100[1])
        for call in others:
            assert call.logged == native.logged, call.proxy.folder
        return native

    def refused(self, pattern, *args, world="map", **options):
        """Plays a case in which a function must refuse its arguments, once in
        each language and with one line that matches the pattern."""
        self.engines.allowed.append(pattern)
        proxies = self.engines.world(world).values()
        before = [len(proxy.lines()) for proxy in proxies]
        call = self(*args, world=world, **options)
        for proxy, start in zip(proxies, before):
            bad = [line for line in proxy.lines()[start:]
                   if BAD_LINE.search(line)]
            assert len(bad) == 1 and re.search(pattern, bad[0]), bad
        assert [rc for _, rc in results(call)].count(-1) == 1
        return call


def fields(reason=None, avp=NULL, older=NULL, **known):
    """What LOG logs: the fields that are given, all others null."""
    if reason:
        known.update(reason=reason, number=NUMBERS[reason])
    return {"avp": avp, "older": older,
            **{name: str(known.get(name, NULL)) for name in FIELDS}}


def results(call):
    """What our functions returned, in order."""
    return [(words["step"], int(words["rc"])) for words in call.logged
            if "step" in words]


def at(call, where):
    """All that the script logged there, see fields()."""
    return [{name: words[name] for name in ("avp", "older", *FIELDS)}
            for words in call.logged if words.get("where") == where]


def xavp_at(call, where):
    """The same of the XAVP."""
    return [{name: words[f"x{name}"] for name in FIELDS}
            for words in call.logged if words.get("where") == where]


def told(call):
    """The reason of each event."""
    return [words["reason"] for words in at(call, "EVENT")]


@pytest.fixture(scope="session")
def all_engines(tmp_path_factory):
    engines = Engines(tmp_path_factory.mktemp("engines"))
    yield engines
    engines.stop()


@pytest.fixture
def kemi(all_engines, tmp_path):
    """Plays a case in all three languages; no bad line may come."""
    yield Player(all_engines, tmp_path)
    all_engines.check()
