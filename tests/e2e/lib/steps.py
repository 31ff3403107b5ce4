# Calls that a test steers step by step, where the order of things matters.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Steps` is a RawCalls whose trunk says nothing by itself:

    call = raw.begin("X-Test-Do: RELAY")
    raw.asked(call)                      # the trunk has the INVITE
    raw.say(call, template(180))
    raw.until(lambda: raw.got(call, 180), "ringing")

Nothing waits for a time: each step waits until something has come.
"""

import itertools
import socket
import time

from .raw import ENDED, TAKEN, Plan, RawCalls, code_of, fill, value_of

POLL = 0.01
_blocks = itertools.count(1)


def fresh_number():
    """For RawCalls.count: no two calls of a test run shall be alike."""
    return 10000 * next(_blocks)


class Steps(RawCalls):
    """Use it in a with statement, from one thread."""

    def __init__(self, *args, trunk=None, seconds=10, **options):
        """
        trunk    host and port of it, over UDP; by default one of its own
        seconds  after which a step has failed
        """
        super().__init__(*args, seconds=seconds, **options)
        if trunk:
            self.trunk.close()
            self.trunk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.trunk.bind(trunk)
        self.count = fresh_number()
        self.invites = {}  # number of a call to [(INVITE, how to answer it)]
        self.cancels = {}  # the same of what else the trunk was asked: CANCEL
        self.acked = {}  # number of a call to the Via of each ACK of tm's
        self.confirmed = set()  # numbers of calls whose CANCEL had a 200

    def begin(self, *headers):
        """The caller calls."""
        return self._start(Plan((), headers))

    def until(self, condition, what):
        """Lets messages come until `condition()` is true; returns its value."""
        deadline = time.monotonic() + self.seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, f"waited {self.seconds} s for " \
                + (what() if callable(what) else what)
            self._turn(POLL)
        return value

    def asked(self, call, branches=1):
        """Waits until the trunk has the INVITE of each branch."""
        self.until(lambda: len(self.invites.get(call.number, ())) >= branches,
                   "the trunk's INVITE")

    def got(self, call, code):
        """What the caller got with that code."""
        return [raw for raw in call.received if code_of(raw) == code]

    def wait(self, call, code, times=1):
        """Waits until the caller got that code so often; returns the last one."""
        self.until(lambda: len(self.got(call, code)) >= times,
                   lambda: f"{times} times {code}: {call.received}")
        return self.got(call, code)[-1]

    def say(self, call, reply, branch=0):
        """The trunk replies to the INVITE of that branch, a template."""
        invite, send = self.invites[call.number][branch]
        send(fill(reply, invite))

    def obey(self, call):
        """The trunk confirms the CANCEL and ends its branch."""
        cancel, send = self.cancels[call.number]
        via = value_of(cancel, "Via")
        send(fill(TAKEN, cancel))
        branch, = (number for number, (invite, _)
                   in enumerate(self.invites[call.number])
                   if value_of(invite, "Via") == via)
        self.say(call, ENDED, branch)

    def is_acked(self, call, branch=0):
        """Did tm confirm the failure of that branch?"""
        invite, _ = self.invites[call.number][branch]
        return value_of(invite, "Via") in self.acked.get(call.number, ())

    def _trunk_got(self, raw, send):
        call = self._call_of(raw)
        if raw.startswith(b"ACK "):
            self.acked.setdefault(call.number, set()).add(value_of(raw, "Via"))
        if raw.startswith(b"CANCEL "):
            self.cancels[call.number] = raw, send
        elif raw.startswith(b"INVITE "):
            known = self.invites.setdefault(call.number, [])
            if all(invite != raw for invite, _ in known):
                known.append((raw, send))

    def _caller_got(self, raw):
        if value_of(raw, "CSeq").endswith(b"CANCEL"):
            self.confirmed.add(self._call_of(raw).number)
        super()._caller_got(raw)
