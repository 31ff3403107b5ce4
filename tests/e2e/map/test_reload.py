# The map while Kamailio runs: what reload and show say, and the start.
# SPDX-License-Identifier: GPL-2.0-or-later

import re

import pytest

from lib import process, reloading
from lib.proxies import BEFORE
from lib.reloading import (A, B, EXPLAIN, RELOAD, SHOW, WORLDS, WRONG,
                           WRONG_LINES, Proxy, world)

calls, proxy = reloading.calls, reloading.proxy  # fixtures
running = reloading.running  # fixture


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
    with pytest.raises(AssertionError, match="Expected no argument, or dry"):
        proxy.reload(B, *words)
    assert proxy.world() == "A"


def test_reload_of_too_much(proxy):
    with pytest.raises(AssertionError, match="Expected no argument, or dry"):
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
    """100 warnings do not hide the error after them."""
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


def test_show_trust(proxy):
    """Only of trunks that are trusted."""
    text = proxy.map.read_text()
    assert text.count('profile = "p-a"; }') == 1
    proxy.reload(text.replace(
        'profile = "p-a"; }', 'profile = "p-a"; trust = true; }'))
    assert proxy.rpc(SHOW)["trunks"] == [
        {"name": "trunk-a", "profile": "p-a", "trust": 1}]


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
