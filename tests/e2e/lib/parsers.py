# SIP parsers of others, which say what they read in a message.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`make parsers` builds them, see ../../parsers/parsers.mk. A parser that dies of
a message, or does not come to an end with it, refused it; a warning says so."""

import os
import shutil
import struct
import subprocess
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = ROOT / "tests" / "parsers"
BUILD = ROOT / "build" / "parsers"
VENV = BUILD / "venv" / "bin"
SECONDS = 60  # for all messages together


def _node(parser):
    # the one that npm came with, else that of the machine
    node = shutil.which("node", path=f"{VENV}:{os.environ['PATH']}")
    return [node or "node", PROGRAMS / "parse.js", parser]


def _python(parser):
    return [VENV / "python", PROGRAMS / "parse.py", parser]


def _java(parser, jar):
    return ["java", "-cp", f"{BUILD}:{BUILD / jar}", parser]


PARSERS = {
    "sipgo 0.24.1": [BUILD / "sipgo-0.24.1"],
    "sipgo 1.4.0": [BUILD / "sipgo-1.4.0"],
    "osip2": [BUILD / "osip2"],
    "sofia-sip": [BUILD / "sofia"],
    "libre": [BUILD / "libre"],
    "jain-sip": _java("JainSip", "jain-sip-ri-1.3.0-91.jar"),
    "jssip": _node("jssip"),
    "sip.js": _node("sip"),
    "sipmessage": _python("sipmessage"),
    "aiosipua": _python("aiosipua"),
    "sippy": _python("sippy"),
}


def read(parser, messages, names):
    """For each message the values of each name, [[value, ...], ...], as that
    parser reads them; None when it refuses the message."""
    answers = []
    while len(answers) < len(messages):
        said = _run(parser, messages[len(answers):], names)
        answers += [_values(parser, line, names) for line in said]
        if len(answers) < len(messages):
            warnings.warn(f"{parser} dies of {messages[len(answers)]!r}")
            answers.append(None)
    return answers


def _run(parser, messages, names):
    """The lines that the parser writes, up to its death."""
    command = [str(word) for word in (*PARSERS[parser], *names)]
    assert shutil.which(command[0]), f"no {command[0]}: run `make parsers`"
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, timeout=SECONDS,
            stderr=subprocess.DEVNULL, check=False,
            input=b"".join(struct.pack(">I", len(raw)) + raw
                           for raw in messages),
            env=dict(os.environ, NODE_PATH=str(BUILD / "node_modules")))
        out = done.stdout
    except subprocess.TimeoutExpired as late:
        out = late.stdout or b""
    return out.decode().splitlines()[:len(messages)]


def _values(parser, line, names):
    what, *found = line.split(" ")
    if what == "refused":
        return None
    assert what == "read", f"{parser}: {line}"
    values = [[] for _ in names]
    for one in found:
        index, _, value = one.partition("=")
        values[int(index)].append(bytes.fromhex(value))
    return values
