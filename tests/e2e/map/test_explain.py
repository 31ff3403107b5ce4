# RPC explain and drmap explain give the same answer to the same question.
# SPDX-License-Identifier: GPL-2.0-or-later
"""DRMAP names the command, by default build/drmap."""

import json
import os
import re
import subprocess

import pytest

from lib.kamailio import ROOT, Kamailio
from lib.proxies import BEFORE, CFG

DRMAP = os.path.join(ROOT, os.environ.get("DRMAP", "build/drmap"))
MAP = os.path.join(ROOT, "tests/drmap/maps/old.cfg")

ANSWERED = [
    ["code=480"], ["code=480", "q850=34", "after=trying"],
    ["code=480", "after=trying", "trunk=carrier-eu"],
    ["code=599", "q850=16", "q850=21", "host=192.0.2.7"],
    ["code=603", "header=X-Carrier-Error: 32203 no", "profile=firm"],
    ["code=486", "phrase=User Busy D5", "host=gw.carrier.example.net"],
    ["source=timeout", "after=ringing", "bridge=livekit", "trunk=lab"],
    ["code=603", "bridge=livekit"], ["cancelled"], ["unresolved"],
    ["code=403", "source=script"], ["code=480", "q850=17", "no-q850"],
]
REFUSED = [
    [], ["code=200"], ["code=480", "trunk=nobody"], ["code=480", "nonsense"],
    ["code=480", "host=x", "profile=firm"], ["code=408", "source=timeout"],
    ["code=480", "header=no field"], ["cancelled", "source=remote"],
]


@pytest.fixture(scope="module", params=[MAP, None], ids=["map", "no map"])
def proxy(request, tmp_path_factory):
    """A Kamailio with the map, and one without."""
    params = [("disconnect_reason", "map_file", request.param)] \
        if request.param else []
    one = Kamailio(tmp_path_factory.mktemp("explain") / "proxy",
                   CFG / "relay.cfg", (*BEFORE, "disconnect_reason"), params)
    one.map_file = request.param
    one.start()
    yield one
    one.stop()


def ask_drmap(map_file, words):
    options = [f"--{word}" for word in words]
    return subprocess.run(
        [DRMAP, "explain", *([map_file] if map_file else []), *options,
         "--json"], capture_output=True, text=True, timeout=30)


@pytest.mark.parametrize("words", ANSWERED, ids=" ".join)
def test_the_same_answer(proxy, words):
    names = re.compile("trunk=|bridge=|profile=firm")
    if proxy.map_file is None and any(map(names.match, words)):
        refuse(proxy, words)
        return
    drmap = ask_drmap(proxy.map_file, words)
    assert (drmap.returncode, drmap.stderr) == (0, "")
    assert proxy.rpc("disconnect_reason.explain", *words) == \
        json.loads(drmap.stdout)


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_the_same_refusal(proxy, words):
    refuse(proxy, words)


def refuse(proxy, words):
    drmap = ask_drmap(proxy.map_file, words)
    assert (drmap.returncode, drmap.stdout) == (2, "")
    with pytest.raises(AssertionError) as fault:
        proxy.rpc("disconnect_reason.explain", *words)
    said = drmap.stderr.removeprefix("drmap: explain: ").rstrip("\n")
    if words[-1:] == ["nonsense"]:
        assert "unrecognized option" in said
        said = '"nonsense" is unknown: expected code, q850'
    assert said in fault.value.args[0].replace("\\'", "'")
