# The scripts in cfg/ and README.md, unchanged, play the seven rows.
# SPDX-License-Identifier: GPL-2.0-or-later

import subprocess

import pytest

from lib import ports
from lib.caller import cancels, fails
from lib.check import REASON_HEADER
from lib.kamailio import BAD_LINE
from lib.one_call import (CANNOT_SEND, FAST, UNKNOWN_HOST, accepting, call,
                          check, edge, hangs_up, quoted)
from lib.shipped import (CFG, EDGE, LOCAL, MINIMAL, ROWS, dial_all, host,
                         obedient, options, running, without_module)
from lib.sipp import Sipp
from lib.trunk import cancelled, reply

README = CFG.parent / "README.md"
NUMBERS = [row.dialled for row in ROWS]


# The files

@pytest.mark.parametrize("script", [MINIMAL, EDGE], ids=["minimal", "edge"])
def test_file_is_clean(script):
    """Kamailio takes the file as it is, and has nothing to say about it."""
    done = subprocess.run(
        ["kamailio", "-c", "-E", "-f", script, "-l",
         f"udp:{LOCAL}:{ports.take()}", *options()],
        capture_output=True, text=True, check=False, timeout=20)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not BAD_LINE.search(said) and "WARNING" not in said, said


@pytest.mark.parametrize("script", [MINIMAL, EDGE], ids=["minimal", "edge"])
def test_default_values_stop_nothing(script, tmp_path):
    """It also starts with the addresses that stand in the file."""
    with running(tmp_path / "kamailio", script) as proxy:
        assert "kamailio" in proxy.rpc("core.version")
        assert not [line for line in proxy.lines() if "WARNING" in line]


# The smallest script

@pytest.fixture(scope="module")
def minimal_rows(tmp_path_factory):
    """The final replies without the module and with it, by number."""
    folder = tmp_path_factory.mktemp("minimal")
    trunk = Sipp(obedient("trunk-A", 1500), folder, "trunk",
                 calls=2 * len(ROWS))
    with running(folder / "plain", without_module(MINIMAL, folder),
                 params=FAST, TRUNK=host(trunk)) as plain, \
            running(folder / "loaded", MINIMAL, params=FAST,
                    TRUNK=host(trunk)) as loaded:
        return dial_all(folder, [plain, loaded], [trunk])


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_minimal_row(minimal_rows, row):
    plain, loaded = (replies[row.dialled] for replies in minimal_rows)
    assert plain.start == loaded.start == f"SIP/2.0 {row.status}"
    assert plain.values(REASON_HEADER) == []
    assert loaded.values(REASON_HEADER) == [row.reason]
    line = f"\r\n{REASON_HEADER}: {row.reason}\r\n".encode()
    assert loaded.raw.count(line) == 1


def test_minimal_answered(tmp_path):
    """A call that is answered goes through, up to its BYE."""
    trunk = accepting(tmp_path, "trunk")
    with running(tmp_path / "kamailio", MINIMAL, TRUNK=host(trunk)) as proxy:
        final, = call(tmp_path, proxy, hangs_up, [trunk])
    check(final, "200 OK")


def test_minimal_cancelled(tmp_path):
    trunk = Sipp(cancelled()("trunk-A"), tmp_path, "trunk")
    with running(tmp_path / "kamailio", MINIMAL, TRUNK=host(trunk)) as proxy:
        final, = call(tmp_path, proxy, cancels(487), [trunk])
    check(final, "487 Request Terminated", "CLIENT_INITIATED",
          names=(REASON_HEADER,))


def test_minimal_unreachable(tmp_path):
    """The script says nothing: tm answers, with the header."""
    with running(tmp_path / "kamailio", MINIMAL, CANNOT_SEND,
                 TRUNK=quoted(UNKNOWN_HOST)) as proxy:
        final, = call(tmp_path, proxy, fails(478))
    assert final.values(REASON_HEADER) == ["SIP_TRUNK_FAILURE"]


def test_script_of_readme(tmp_path):
    """The script in README.md does what the page says."""
    _, script, _ = README.read_text("utf-8").split("```")
    path = tmp_path / "readme.cfg"
    path.write_text(script, "utf-8")
    trunk = Sipp(reply(603)("trunk-A"), tmp_path, "trunk")
    with running(tmp_path / "kamailio", path) as proxy:
        final, = call(tmp_path, proxy, lambda _, headers: fails(603)(
            trunk.uri, headers), [trunk])
        said = f"call {final.call_id} failed: USER_REJECTED"
        assert [line for line in proxy.lines() if line.endswith(said)]
    check(final, "603 Decline", "USER_REJECTED", names=(REASON_HEADER,))


# The edge: the seven rows, with two trunks that do the same

TOLD = {
    "486": "code=486;detail=busy;source=remote",
    "480": "code=480;detail=unavailable;source=remote",
    "603": "code=603;detail=declined;source=remote",
    "408": "code=408;detail=request-timeout;source=remote",
    "404": "code=404;detail=not-found;source=remote",
    "500": "code=500;detail=server-error;source=remote",
    "silence": "detail=no-reply;source=timeout",
}
TRUNK_TO_BLAME = ("SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT")


@pytest.fixture(scope="module")
def edge_rows(tmp_path_factory):
    """The final replies, and what each trunk got, by number."""
    folder = tmp_path_factory.mktemp("edge")
    again = [row for row in ROWS if row.reason in TRUNK_TO_BLAME]
    first = Sipp(obedient("trunk-A", 2500), folder, "first", calls=len(ROWS))
    second = Sipp(obedient("trunk-B", 1500), folder, "second",
                  calls=len(again))
    with edge(folder, first=first, second=second, params=FAST) as proxy:
        replies, = dial_all(folder, [proxy], [first, second])
    return replies, dialled(first), dialled(second)


def dialled(trunk):
    """The numbers that a trunk was called for."""
    return {message.start.split(":")[1].split("@")[0]
            for message in trunk.messages()
            if message.received and message.method == "INVITE"}


@pytest.mark.parametrize("row", ROWS, ids=NUMBERS)
def test_edge_row(edge_rows, row):
    replies, first, second = edge_rows
    last = "trunk-2" if row.reason in TRUNK_TO_BLAME else "trunk-1"
    check(replies[row.dialled], row.status, row.reason,
          f"{TOLD[row.dialled]};trunk={last}")
    assert row.dialled in first
    assert (row.dialled in second) == (row.reason in TRUNK_TO_BLAME)
