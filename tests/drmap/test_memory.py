# drmap without memory: it says so, and gives no half an answer for a whole one.
# SPDX-License-Identifier: GPL-2.0-or-later
"""HUNGRY names a drmap whose calls for memory fail on demand (hungry.c)."""

import os
import subprocess

import pytest

from conftest import HERE, ROOT, SANITIZERS
from test_replay_messages import invite, reply

HUNGRY = ROOT / os.environ.get("HUNGRY", "build/drmap-hungry")
COMMANDS = {
    "check": (["check", "warning.cfg"], 0),
    "check-bad": (["check", "bad.cfg", "--json"], 1),
    "explain": (["explain", "old.cfg", "--code", "480", "--trunk",
                 "carrier-eu"], 0),
    "table": (["table", "old.cfg"], 0),
    "diff": (["diff", "old.cfg", "new.cfg"], 1),
    "replay": (["replay", "built-in", "old.cfg", "--fields", "FIELDS"], 0),
}


def fields(path):
    """Writes what tshark would say of an INVITE and its reply."""
    path.write_text("".join(
        f'"ip_ip_dst_raw":"7f000001","sip_raw":"{message.hex()}"\n'
        for message in (invite(), reply())))
    return str(path)


def ladder():
    """Numbers of calls: one by one at first, then with growing steps."""
    at = 0
    while True:
        yield at
        at += 1 + at // 4


@pytest.mark.parametrize("on", ["0", "1"], ids=["once", "for-good"])
@pytest.mark.parametrize("name", COMMANDS)
def test_no_memory(tmp_path, name, on):
    args, status = COMMANDS[name]
    args = [fields(tmp_path / "fields") if arg == "FIELDS" else arg
            for arg in args]
    mark = tmp_path / "mark"
    for at in ladder():
        mark.unlink(missing_ok=True)
        done = subprocess.run(
            [HUNGRY, *args], cwd=HERE / "maps", capture_output=True, timeout=60,
            stdin=subprocess.DEVNULL, env=dict(
                os.environ, LC_ALL="C.UTF-8", **SANITIZERS, HUNGRY_AT=str(at),
                HUNGRY_ON=on, HUNGRY_MARK=str(mark)))
        said = (done.stderr + done.stdout).decode("utf-8")
        if not mark.exists():
            break
        assert done.returncode == 2, said
        assert "memory" in said.casefold(), said
    assert at > 10
    assert done.returncode == status, said
    assert done.stderr == b""
