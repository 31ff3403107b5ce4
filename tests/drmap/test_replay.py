# drmap replay: what a new map would change for real calls.
# SPDX-License-Identifier: GPL-2.0-or-later
"""SIPp calls SIPp through Kamailio on the loopback interface, dumpcap captures
it. Each caller's name is in the Call-ID of its call."""

import os
import re
import subprocess

import pytest

from capture import Capture
from conftest import run, run_json
from lib import caller, trunk
from lib.case import play
from lib.kamailio import Kamailio
from lib.proxies import BEFORE, CFG
from lib.sipp import Sipp

FAST = "X-Test-Timers: 900,600"  # fr_inv_timer, fr_timer in ms
CAUSE = 'Reason: Q.850;cause=17;\n[fold]text="User busy"'
CARRIER = "X-Carrier-Error: 32203"
FAILED = re.compile(".+\ndrmap: replay: tshark could not read the whole "
                    "capture\n", re.S)

# name: what the caller does, what each trunk does, the trunks' transport
CALLS = {
    "busy": (caller.fails(486), [trunk.reply(486, after=(100, 180))], "udp"),
    "full": (caller.fails(480), [trunk.reply(480, after=(100,))], "udp"),
    "cause": (caller.fails(480), [trunk.reply(
        480, after=(180,), headers=["Reason: SIP;cause=480", CAUSE])], "udp"),
    "blocked": (caller.fails(603), [trunk.reply(
        603, headers=[CARRIER], body="x" * 3000, kind="text/plain")], "tcp"),
    "silent": (caller.fails(408), [trunk.silent(milliseconds=2500)], "udp"),
    "rings": (caller.fails(408), [trunk.silent(after=(180,))], "udp"),
    "cancelled": (caller.cancels(487), [trunk.cancelled()], "udp"),
    "answered": (caller.answered(), [trunk.accept()], "tcp"),
    "fork": (caller.fails(603), [trunk.reply(603, wait=300, after=(180,)),
                                 trunk.cancelled()], "udp"),
}


def make_calls(folder, proxy):
    sources, trunks = [], []
    for name, (source, behaviours, transport) in CALLS.items():
        own = [Sipp(behaviour(f"trunk-{i}"), folder, f"{name}-trunk-{i}",
                    transport) for i, behaviour in enumerate(behaviours)]
        headers = [FAST, *(f"X-Test-Fork: {one.uri}" for one in own[1:])]
        sources.append(Sipp(source(own[0].uri, headers), folder, name,
                            remote=proxy.address, rows=(0,)))
        trunks += own
    play(sources, trunks)


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    """The path of a capture with all calls."""
    folder = tmp_path_factory.mktemp("replay")
    proxy = Kamailio(folder / "proxy", CFG / "relay.cfg", BEFORE).start()
    try:
        with Capture(folder) as made:
            make_calls(folder, proxy)
    finally:
        proxy.stop()
    return made.path


def replay(path, *args, **options):
    with open(path, "rb") as stdin:
        return run("replay", *args, stdin=stdin, **options)


def replay_json(path, *args, **options):
    with open(path, "rb") as stdin:
        return run_json("replay", *args, stdin=stdin, **options)


def by_name(found):
    """Each failed INVITE by the name of its caller; all must be there once."""
    named = {one["call_id"].split("@")[1]: one for one in found["invites"]}
    assert len(named) == len(found["invites"])
    return named


def says(one, side):
    return one[side]["reason"], one[side]["detail"]


def test_what_the_capture_shows_of_each_invite(capture):
    found = replay_json(capture, "old.cfg", "old.cfg")
    assert {name: (one["source"], one.get("code"), one["after"])
            for name, one in by_name(found).items()} == {
        "busy": ("remote", 486, "ringing"),
        "full": ("remote", 480, "trying"),
        "cause": ("remote", 480, "ringing"),
        "blocked": ("remote", 603, "none"),
        "silent": ("timeout", None, "none"),
        "rings": ("timeout", None, "ringing"),
        "cancelled": ("cancel", None, "ringing"),
        "fork": ("remote", 603, "ringing"),
    }
    assert found["summary"] == {
        "failed": 8, "answered": 1, "relayed": len(CALLS), "in_dialog": 0,
        "overtaken": 1, "changed": 0, "changes": []}


def test_what_two_maps_say(capture):
    found = replay_json(capture, "built-in", "old.cfg", status=1)
    named = by_name(found)
    assert {name: (says(one, "old"), says(one, "new"))
            for name, one in named.items() if one["changed"]} == {
        "full": (("USER_UNAVAILABLE", "unavailable"),
                 ("SIP_TRUNK_FAILURE", "congestion")),
        "blocked": (("USER_REJECTED", "declined"), ("USER_REJECTED", "blocked")),
        "rings": (("USER_UNAVAILABLE", "no-answer"),
                  ("USER_UNAVAILABLE", "ring-out")),
    }
    assert {name: says(one, "new") for name, one in named.items()
            if not one["changed"]} == {
        "busy": ("USER_REJECTED", "busy"), "cause": ("USER_REJECTED", "busy"),
        "silent": ("CONNECTION_TIMEOUT", "no-reply"),
        "cancelled": ("CLIENT_INITIATED", "cancelled"),
        "fork": ("USER_REJECTED", "declined"),
    }
    assert named["cause"]["new"]["q850"] == 17
    assert named["cause"]["new"]["decided_by"] == "q850"
    assert named["full"]["new"]["rule"] == 2
    assert named["full"]["new"]["trunk"] == "loopback"
    assert "trunk" not in named["full"]["old"]
    assert found["summary"]["changed"] == 3
    assert [one["count"] for one in found["summary"]["changes"]] == [1, 1, 1]


def test_text(capture, golden):
    text = replay(capture, "built-in", "old.cfg", status=1)
    calls = sorted(re.sub(r"^\S+@", "", line, flags=re.M)
                   for line in text.splitlines()[:8])
    summary = text.splitlines()[8:]
    golden("replay.txt",
           "\n".join([*calls, summary[0], *sorted(summary[1:])]) + "\n")


def test_only_what_changes(capture):
    full = replay(capture, "built-in", "old.cfg", status=1).splitlines()
    short = replay(capture, "built-in", "old.cfg", "--changed",
                   status=1).splitlines()
    assert short == [line for line in full[:8] if "->" in line] + full[8:]
    assert len(full) - len(short) == 5


def test_the_same_profile_for_all(capture):
    found = replay_json(capture, "old.cfg", "new.cfg", "--profile", "default")
    assert found["summary"]["changed"] == 0
    assert not [one for one in found["invites"]
                if one["new"]["decided_by"] == "rule"]


def command_of_the_help():
    text = run("replay", "--help")
    return re.search(r"tshark -n -r CAPTURE .*", text).group()


def test_fields_that_tshark_wrote_elsewhere(capture, tmp_path):
    command = command_of_the_help().replace("CAPTURE", str(capture))
    fields = tmp_path / "fields"
    with open(fields, "wb") as output:
        subprocess.run(command, shell=True, check=True, stdout=output,
                       stderr=subprocess.DEVNULL, timeout=60)
    wanted = replay(capture, "built-in", "old.cfg", status=1)
    assert run("replay", "built-in", "old.cfg", "--fields", fields,
               status=1) == wanted
    assert replay(fields, "built-in", "old.cfg", "--fields", "-",
                  status=1) == wanted


def test_no_tshark(capture, tmp_path):
    env = dict(os.environ, PATH=str(tmp_path))
    assert replay(capture, "old.cfg", "new.cfg", env=env, status=2, error=(
        "drmap: replay: there is no tshark to read the capture with; install "
        "the package tshark\n")) == ""


def test_a_file_that_is_no_capture(tmp_path):
    junk = tmp_path / "junk"
    junk.write_bytes(b"this is no capture" * 10)
    assert replay(junk, "old.cfg", "new.cfg", status=2, error=FAILED) == ""


def test_a_capture_that_was_cut_short(capture, tmp_path):
    whole = capture.read_bytes()
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(whole[:len(whole) * 2 // 3])
    assert "\nINVITEs: " in replay(cut, "old.cfg", "new.cfg", status=2,
                                   error=FAILED)


def test_decode_as_goes_to_tshark(capture):
    """tshark refuses the protocol by its name."""
    assert replay(capture, "old.cfg", "old.cfg", "--decode-as",
                  "udp.port==1,nothing", status=2, error=re.compile(
                      ".*nothing" + FAILED.pattern, re.S)) == ""
