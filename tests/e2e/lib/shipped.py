# Runs the scripts in cfg/, unchanged, and plays the seven rows through them.
# SPDX-License-Identifier: GPL-2.0-or-later
"""What `make demo` and the tests of cfg/ share.

The number that is dialled says what the trunk does: 486 gets a 486, `silence`
no reply at all. So one trunk and one caller play all rows through one proxy.
"""

import contextlib
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from .caller import LINGER, PROVISIONAL
from .case import play
from .kamailio import Kamailio, module_path, packaged_modules
from .message import distinct
from .process import end, wait_for
from .scenario import (ack_failure, answer, invite, label, linger, pause,
                       receive, receive_invite, scenario)
from .sipp import Sipp

CFG = Path(__file__).resolve().parents[3] / "cfg"
MINIMAL, EDGE = CFG / "minimal.cfg", CFG / "livekit-edge.cfg"
LOCAL = "127.0.0.1"
ACCOUNTED = Path(__file__).resolve().parents[1] / "cfg/accounted.cfg"


@dataclass(frozen=True)
class Row:
    """What the trunk does, and what the caller must get.

    dialled  the number, which tells the trunk what to do
    status   code and phrase that the caller gets
    reason   reason that it gets
    """
    dialled: str
    status: str
    reason: str

    @property
    def code(self):
        return int(self.status.split()[0])


ROWS = (
    Row("486", "486 Busy Here", "USER_REJECTED"),
    Row("480", "480 Temporarily Unavailable", "USER_UNAVAILABLE"),
    Row("603", "603 Decline", "USER_REJECTED"),
    Row("408", "408 Request Timeout", "USER_UNAVAILABLE"),
    Row("404", "404 Not Found", "SIP_TRUNK_FAILURE"),
    Row("500", "500 Server Internal Error", "SIP_TRUNK_FAILURE"),
    Row("silence", "408 Request Timeout", "CONNECTION_TIMEOUT"),
)


SILENCE = "silence"


def obedient(tag, silence):
    """A trunk that does what the number says.

    tag      its To tag
    silence  ms that it is silent for; longer than the proxy waits
    """
    does = {row.dialled: [answer(int(row.dialled), tag=tag, retrans=500),
                          receive("ACK")]
            for row in ROWS if row.dialled != SILENCE}
    return by_number({**does, SILENCE: [pause(silence)]})


def by_number(does):
    """A trunk with steps of its own for each number."""
    steps = list(enumerate(does.items(), 1))
    looks = "".join(
        f'<ereg regexp="^INVITE sip:{number}@" search_in="msg" '
        f'assign_to="is_{number}"/>' for _, (number, _) in steps)
    return scenario(
        receive_invite(looks),
        [f'<nop next="{at}" test="is_{number}"/>'
         for at, (number, _) in steps], jump(END),
        [[label(at), what, jump(END)] for at, (_, what) in steps],
        label(END), linger(LINGER))


END = 999  # label after the last row


def jump(where):
    return f'<nop next="{where}"/>'


def dialler(proxy):
    """A caller that dials [field1] and takes any of the rows' failures."""
    uri = f"sip:[field1]@{proxy.address}"
    codes = sorted({row.code for row in ROWS})
    return scenario(
        invite(uri), PROVISIONAL,
        [receive(code, optional="true", next=END) for code in codes[:-1]],
        receive(codes[-1]), label(END), ack_failure(uri), linger(LINGER))


def options(**addresses):
    """Command line of Kamailio for a shipped script: its defines by name."""
    path = f"{os.path.dirname(module_path())}:{packaged_modules()}"
    given = [word for name, value in addresses.items()
             for word in ("-A", f"{name}={value}")]
    return ["-L", path, *given]


def host(sipp):
    """A SIPp's address as a script's define wants it."""
    transport = "" if sipp.transport == "udp" else ";transport=tcp"
    return f'"{sipp.address}{transport}"'


def without_module(script, folder):
    """A copy of a shipped script that lacks the lines of the module."""
    ours = re.compile(r'\s*(loadmodule "|modparam\("|)disconnect_reason\b')
    lines = script.read_text("utf-8").splitlines(keepends=True)
    copy = folder / script.name
    copy.write_text("".join(x for x in lines if not ours.match(x)), "utf-8")
    return copy


@contextlib.contextmanager
def running(folder, script, allowed=(), params=(), defines=(), **addresses):
    """A Kamailio that runs a shipped script; its log must be clean.

    allowed    patterns of bad log lines that may come
    addresses  what the script's own defines are to be
    """
    proxy = Kamailio(folder, script, (), params, defines,
                     options(**addresses), workers=1)
    proxy.start()
    try:
        wait_for_last_process(proxy)
        yield proxy
    finally:
        try:
            proxy.stop(allowed)
        finally:
            end(proxy.child)


def wait_for_last_process(proxy):
    """Waits until Kamailio's TCP main process, the last to start, is at work.

    It would miss a SIGTERM that came before, and Kamailio would never end.
    """
    with socket.create_connection((LOCAL, proxy.port)):
        wait_for(lambda: proxy.rpc("core.tcp_info")["opened_connections"], 20,
                 f"TCP of {proxy.folder}")


def dial_all(folder, proxies, trunks):
    """Dials every row through each proxy.

    Returns for each proxy a dict: number -> the caller's final reply.
    """
    rows = [f"0;{row.dialled}" for row in ROWS]
    sources = [Sipp(dialler(proxy), folder, f"dialler-{proxy.port}",
                    calls=len(ROWS), remote=proxy.address, rows=rows)
               for proxy in proxies]
    play(sources, trunks)
    return [finals(source.messages()) for source in sources]


def finals(messages):
    """The one final reply to each INVITE of a caller, by number dialled."""
    numbers = {message.call_id: re.match(r"INVITE sip:(\w+)@", message.start)[1]
               for message in messages if message.start.startswith("INVITE ")}
    found = {}
    for message in distinct(messages):
        if message.received and message.code >= 200:
            found.setdefault(numbers[message.call_id], []).append(message)
    assert all(len(replies) == 1 for replies in found.values()), found
    return {number: replies[0] for number, replies in found.items()}


def accounted_avps(proxy):
    """The AVP in the row that acc wrote for each failed call, by Call-ID."""
    found = {}
    for line in proxy.lines():
        row = re.search(r"ACC: call missed:.*;call_id=(.*?);.*;avp=(.*)", line)
        if row:
            found[row[1]] = row[2]
    return found
