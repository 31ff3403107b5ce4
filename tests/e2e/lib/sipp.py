# Runs one real SIPp with its own ports and files.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A `Sipp` plays one scenario for a known number of calls, then exits.

Its exit code is part of each test: 0 says that it saw, in every call, just the
messages that its scenario names.
"""

import subprocess

from . import ports, process
from .message import read_trace

# Options for a SIPp that shall let any message come at any time, and confirm a
# CANCEL by itself
ANY_ORDER = ("-default_behaviors", "all,-abortunexp")
MODES = {"udp": "u1", "tcp": "t1"}


class Sipp:
    """One SIPp process; a trunk without `remote`, a caller with it."""

    def __init__(self, scenario, folder, name, transport="udp", calls=1,
                 remote=None, rows=None, rate=100, limit=None, trace=True,
                 timeout=30, options=(), host="127.0.0.1"):
        """
        scenario   text of a SIPp scenario, see scenario.py
        folder     pathlib.Path where its files go
        remote     "host:port" to call
        rows       lines of fields for [field0] ..., one for each call in turn
        rate       calls per second of a caller
        limit      most calls at the same time
        trace      write the message trace (`messages` needs it)
        timeout    seconds after which it gives up with an error
        options    more command line arguments
        host       own address, IPv4 or IPv6
        """
        self.name, self.transport, self.calls = name, transport, calls
        self.host = host
        self.port = ports.take(6)
        self.timeout = timeout
        self.folder = folder
        self.files = {
            kind: folder / f"{name}.{kind}"
            for kind in ("xml", "csv", "out", "msg", "err")
        }
        self.files["xml"].write_text(scenario, encoding="utf-8")
        self.args = self._arguments(remote, rows, rate, limit, trace)
        self.args += options
        self.child = None

    def _arguments(self, remote, rows, rate, limit, trace):
        args = ["sipp", "-sf", self.files["xml"], "-i", self.host, "-p", self.port,
                "-cp", self.port + 1, "-mp", self.port + 2,
                "-t", MODES[self.transport], "-m", self.calls, "-nostdin",
                "-key", "fold", " ", "-key", "six", "[::1]", "-cid_str", f"%u-%p@{self.name}",
                "-timeout", f"{self.timeout}s", "-timeout_error",
                "-trace_err", "-error_file", self.files["err"]]
        if trace:
            args += ["-trace_msg", "-message_file", self.files["msg"]]
        if rows:
            text = "SEQUENTIAL\n" + "".join(f"{row}\n" for row in rows)
            self.files["csv"].write_text(text, encoding="utf-8")
            args += ["-inf", self.files["csv"]]
        if limit:
            args += ["-l", limit]
        if remote:
            args += ["-r", rate, remote]
        return args

    @property
    def address(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def uri(self):
        """The SIP URI that leads to this SIPp, for a scenario."""
        host = "[six]" if self.host == "::1" else self.host
        suffix = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:callee@{host}:{self.port}{suffix}"

    def start(self):
        self.child = process.spawn(self.args, self.files["out"], self.folder)

    def wait_ready(self):
        """Waits until a trunk listens."""
        def ready():
            assert self.child.poll() is None, self.report("ended at start")
            return ports.is_bound(self.port, self.transport, self.host)

        process.wait_for(ready, 10, f"SIPp {self.name} to listen")

    def finish(self):
        """Waits for the last call and asserts that all went as written."""
        try:
            code = self.child.wait(self.timeout + 5)
        except subprocess.TimeoutExpired:
            process.end(self.child)
            raise AssertionError(self.report("did not end")) from None
        assert code == 0, self.report(f"exit code {code}")

    def end(self):
        if self.child is not None:
            process.end(self.child)

    def messages(self):
        """Everything it sent and received, in order."""
        return read_trace(self.files["msg"])

    def report(self, what):
        """What is known about this SIPp, for a message about a failure."""
        parts = [f"SIPp {self.name}: {what}; files in {self.folder}"]
        for kind in ("err", "msg"):
            parts.append(f"-- {kind}:\n{process.tail(self.files[kind])}")
        return "\n".join(parts)
