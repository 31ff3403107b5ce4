# Runs one real Kamailio with its own ports, folder and log.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Kamailio` starts a configuration, answers RPC and ends with a check.

No ERROR, CRITICAL, BUG, ALERT or EMERG line may stand in its log, but for those
that match a pattern which the test allowed.
"""

import atexit
import functools
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from threading import get_native_id

from . import memcheck, ports, process

BAD_LINE = re.compile(r"\b(ERROR|CRITICAL|BUG|ALERT|EMERG)\b")
# Kamailio's TCP main process says so when a worker ends before it does
AT_STOP = r"CRITICAL: <core> .* receive_fd\(\): EOF on \d+$"
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))


def module_path():
    """The module under test: DR_MODULE, or the one that `make` built."""
    path = os.environ.get("DR_MODULE", "build/disconnect_reason.so")
    return os.path.join(ROOT, path)


def starve_path():
    """The module that refuses memory; see tests/starve."""
    path = os.path.join(ROOT, "build/starve.so")
    assert os.path.exists(path), f"{path} is missing: run `make starve`"
    return path


# modules that are not the distribution's
OWN = {"disconnect_reason": module_path, "starve": starve_path}


def packaged_modules():
    """The folder where the distribution keeps Kamailio's modules."""
    found = glob.glob("/usr/lib/*/kamailio/modules/tm.so")
    found += glob.glob("/usr/lib*/kamailio/modules/tm.so")
    assert found, "no packaged Kamailio modules below /usr/lib"
    return os.path.dirname(found[0])


def package_has(module, words):
    """Is there such a text in a module of Kamailio: is it new enough?"""
    path = os.path.join(packaged_modules(), f"{module}.so")
    with open(path, "rb") as file:
        return words.encode() + b"\0" in file.read()


@functools.cache
def whole_lines():
    """What goes before `kamailio` on a command line, so that no two processes'
    lines mix in its log; see whole_lines.c."""
    folder = tempfile.mkdtemp(prefix="dr-whole-lines-")
    atexit.register(shutil.rmtree, folder)
    library = os.path.join(folder, "whole_lines.so")
    source = os.path.join(os.path.dirname(__file__), "whole_lines.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
    return ["env", f"LD_PRELOAD={library}"]


# Kamailio itself, also without the module, can hang at its end: a process dies
# in its signal handler with the lock of the shared memory. It is rare once all
# processes sleep, see wait_idle(): let pass are one, and one more of each so many.
ENDS_PER_HANG = 40


class Kamailio:
    """One Kamailio, not yet started."""

    ended = 0  # how many were stopped
    hung = 0  # how many of them had to be killed

    def __init__(self, folder, script, modules, params=(), defines=(),
                 options=(), workers=2, more=""):
        """
        folder   pathlib.Path, made here, for everything that it writes
        script   path of a routing script, included after the modules
        modules  in order of loading; "disconnect_reason" is the one under test,
                 "starve" the one that refuses it memory
        params   (module, name, value) for modparam; a str or an int value;
                 they come after the script's own
        defines  words for #!define, or "NAME=text" to replace NAME anywhere
        options  more command line arguments
        workers  children for UDP and for TCP
        more     text of more routes
        RUN_DIR in the script or a parameter stands for `folder`, OWN_PORT for
        the port.
        """
        folder.mkdir(parents=True)
        self.folder = folder
        self.port = ports.take()
        self.log = folder / "kamailio.log"
        self.cfg = folder / "kamailio.cfg"
        self.socket = folder / "rpc.sock"
        self.cfg.write_text(
            self._config(script, modules, params, defines, workers) + more)
        self.has_tm = "tm" in modules
        self.checks_memory = memcheck.WANTED and "disconnect_reason" in modules
        self.options = list(options)
        self.child = None
        self.checked = 0

    def _config(self, script, modules, params, defines, workers):
        lines = ["#!KAMAILIO", f'#!substdef "!RUN_DIR!{self.folder}!g"',
                 f'#!substdef "!OWN_PORT!{self.port}!g"']
        for define in defines:
            name, _, text = define.partition("=")
            lines.append(f'#!substdef "!{name}!{text}!g"' if text
                         else f"#!define {name}")
        lines += [f"listen=udp:127.0.0.1:{self.port}",
                  f"listen=tcp:127.0.0.1:{self.port}",
                  f"children={workers}", f"tcp_children={workers}",
                  "debug=2", "log_stderror=yes", "mem_join=0",
                  f'mpath="{packaged_modules()}"']
        for module in [*modules, "jsonrpcs"]:
            name = OWN[module]() if module in OWN else f"{module}.so"
            lines.append(f'loadmodule "{name}"')
        if "tm" in modules:
            # keep ended transactions for 2.5 s, not 5, see wait_idle()
            lines.append('modparam("tm", "wt_timer", 2500)')
        lines.append(f'include_file "{os.path.abspath(script)}"')
        own = [("jsonrpcs", "transport", 4),
               ("jsonrpcs", "dgram_socket", "RUN_DIR/rpc.sock")]
        for module, name, value in [*own, *params]:
            shown = value if isinstance(value, int) else f'"{value}"'
            lines.append(f'modparam("{module}", "{name}", {shown})')
        return "\n".join(lines) + "\n"

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def uri(self):
        return f"sip:{self.address}"

    def start(self):
        """Starts it and waits until it answers RPC."""
        self.spawn()

        def ready():
            assert self.child.poll() is None, \
                f"Kamailio ended at start\n{process.tail(self.log)}"
            return self.socket.exists() and self._answers()

        try:
            process.wait_for(ready, 20 * memcheck.SLOWER,
                             f"Kamailio in {self.folder}")
        except BaseException:
            process.end(self.child)
            raise
        return self

    def spawn(self):
        """Starts it without waiting, for a start that must fail."""
        before = memcheck.arguments(self.folder) if self.checks_memory else []
        args = [*whole_lines(), *before, "kamailio", "-f", self.cfg, "-DD", "-E",
                "-Y", self.folder, "-w", self.folder, "-P", self.folder / "kamailio.pid",
                "-m", 64, "-M", 8, "-x", "qm", "-X", "qm", *self.options]
        self.child = process.spawn(args, self.log, self.folder)

    def _answers(self):
        try:
            return bool(self.rpc("core.version"))
        except OSError:
            return False

    def rpc(self, method, *params, seconds=5):
        """Calls an RPC method and returns its result; an error fails."""
        here = f"{self.folder}/{get_native_id()}.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.settimeout(seconds)
            try:
                client.bind(here)
                client.connect(str(self.socket))
                client.send(json.dumps({
                    "jsonrpc": "2.0", "id": 1, "method": method,
                    "params": list(params)}).encode())
                answer = json.loads(client.recv(1 << 20))
            finally:
                if os.path.exists(here):
                    os.unlink(here)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def lines(self):
        """The whole log."""
        return self.log.read_text("utf-8", "replace").splitlines()

    def traces(self):
        """What the script logged as `DRTEST callid=... key=value ...`.

        For each Call-ID the lines in order, each as a dict.
        """
        found = {}
        for line in self.lines():
            _, mark, rest = line.partition("DRTEST ")
            if mark:
                words = dict(word.split("=", 1) for word in rest.split())
                found.setdefault(words.pop("callid"), []).append(words)
        return found

    def check_log(self, allowed=()):
        """Asserts that nothing bad was logged since the last check."""
        lines = self.lines()
        new, self.checked = lines[self.checked:], len(lines)
        bad = [line for line in new if BAD_LINE.search(line)
               and not any(re.search(pattern, line) for pattern in allowed)]
        assert not bad, f"log of {self.folder}:\n" + "\n".join(bad)

    def wait_idle(self, seconds=30):
        """Waits until tm has no transaction left and all processes sleep.

        A Kamailio that gets SIGTERM while a worker holds the lock of the shared
        memory may hang (with any modules), so stop an idle one only. tm counts a
        transaction as gone before it frees its memory.
        """
        process.wait_for(lambda: self.rpc("tm.stats")["current"] == 0, seconds,
                         f"the last transaction in {self.folder}")
        process.wait_for(lambda: process.asleep(self.child), seconds,
                         f"{self.folder} to have nothing to do")

    def stop(self, allowed=(), crashes=False):
        """Ends it; asserts a clean exit, a clean log and no core.

        crashes  it may crash at its end, for a packaged module does
        """
        if self.has_tm and self.child.poll() is None:
            self.wait_idle()
        self.check_log(allowed)
        code = process.end(self.child, 20)
        Kamailio.ended += 1
        self.check_log([*allowed, AT_STOP])
        if crashes and code == -signal.SIGSEGV:
            code = 0
            for core in self.folder.glob("core*"):
                core.unlink()
        assert code == 0 or self._let_pass(code), \
            f"Kamailio in {self.folder} ended with {code}"
        assert not list(self.folder.glob("core*")), f"core in {self.folder}"
        found = memcheck.errors(self.folder)
        assert not found, "\n".join(found)

    @classmethod
    def _let_pass(cls, code):
        """Did it hang at its end, and only few did so far?"""
        cls.hung += 1
        return code == -signal.SIGKILL \
            and cls.hung <= 1 + cls.ended // ENDS_PER_HANG
