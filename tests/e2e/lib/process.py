# Starts child processes, waits for conditions and ends what was started.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every child gets its own files for output and its own process group, and is
waited for. It ends with us, also when we are killed."""

import ctypes
import os
import signal
import subprocess
import time

POLL = 0.01
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def wait_for(condition, seconds, what, poll=POLL):
    """Polls `condition()` until it is true and returns its value.

    Fails with `what`, a text or a function that makes one, after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, \
            f"waited {seconds} s for {what() if callable(what) else what}"
        time.sleep(poll)


def spawn(args, log, cwd):
    """Starts a child with stdout and stderr in the file `log`."""
    with open(log, "wb") as out:
        return subprocess.Popen(
            [str(arg) for arg in args],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(os.environ, TERM="dumb", LC_ALL="C"),
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )


def _end_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def end(child, seconds=10):
    """Ends a child by SIGTERM; returns its exit code.

    When it does not end, it and its own children end by SIGKILL.
    """
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


def asleep(child):
    """Does a child, with all its own children, wait for something to do?"""
    group = subprocess.run(["ps", "-o", "stat=", "-g", str(child.pid)],
                           stdout=subprocess.PIPE, text=True, check=True)
    return all(state[0] in "SZ" for state in group.stdout.split())


def tail(path, size=1500):
    """The end of a file, for a message about a failure."""
    try:
        with open(path, "rb") as file:
            return file.read()[-size:].decode("utf-8", "replace")
    except OSError:
        return ""
