# The scripts of the operator's guide do what the page says, on a real call.
# SPDX-License-Identifier: GPL-2.0-or-later

import http.server
import re
import threading
from contextlib import contextmanager

import pytest

import book
import pages
from lib.caller import fails
from lib.one_call import FAST, call, left_alone
from lib.process import wait_for
from lib.shipped import running
from lib.sipp import Sipp
from lib.trunk import reply, silent

GUIDE = "doc/operators-guide.md"
MODULES = ("tm", "tmx", "sl", "pv", "disconnect_reason")


def part(word, modules=MODULES):
    """The one part of a configuration in the guide that has the word."""
    found, = [text for where, _, text in pages.blocks("kamailio")
              if where.startswith(GUIDE) and word in text]
    return "".join(f'loadmodule "{name}.so"\n' for name in modules) + found


def whole(word):
    """The one whole configuration in the guide that has the word."""
    found, = [text for where, _, text in pages.blocks("kamailio complete")
              if where.startswith(GUIDE) and word in text]
    return found


def test_script_of_guide(tmp_path):
    script = tmp_path / "guide.cfg"
    script.write_text(whole("detail_header"))
    trunk = Sipp(reply(486)("trunk-A"), tmp_path, "trunk")
    ctl = [("ctl", "binrpc", "unix:RUN_DIR/ctl")]
    with running(tmp_path / "kamailio", script, params=ctl) as proxy:
        final, = call(tmp_path, proxy, lambda _, headers: fails(486)(
            trunk.uri, headers), [trunk])
        said = f"call {final.call_id}: USER_REJECTED busy by remote"
        assert [line for line in proxy.lines() if line.endswith(said)]
        assert proxy.rpc("disconnect_reason.stats")["outcomes"][
            "USER_REJECTED"] == 1
    assert final.values("X-LK-Disconnect-Reason") == ["USER_REJECTED"]
    assert final.values("X-LK-Disconnect-Detail") \
        == ["code=486;detail=busy;source=remote"]


@contextmanager
def web_server(status):
    """Gives its URL, and the list of what was posted."""
    posted = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", posted
        finally:
            server.shutdown()


@pytest.mark.parametrize("behaviour,code,why", [
    (reply(486), 486, "reason=USER_REJECTED&detail=busy"),
    (silent(), 408, "reason=CONNECTION_TIMEOUT&detail=no-reply")],
    ids=["worker", "timer"])
@pytest.mark.parametrize("status", [204, 500])
def test_webhook(tmp_path, behaviour, code, why, status):
    """Posted once, from whichever process tells the caller."""
    script = tmp_path / "webhook.cfg"
    script.write_text(whole("WEBHOOK"))
    trunk = Sipp(behaviour("trunk-A"), tmp_path, "trunk")
    with web_server(status) as (url, posted), \
            running(tmp_path / "kamailio", script, params=FAST,
                    WEBHOOK=f'"{url}"') as proxy:
        final, = call(tmp_path, proxy, lambda _, headers: fails(code)(
            trunk.uri, headers), [trunk])
        wait_for(lambda: posted, 10, "the webhook")
        form = f"call_id={final.call_id.replace('@', '%40')}&{why}"
        assert posted == [form.encode()]
        if status == 500:
            wait_for(lambda: [line for line in proxy.lines() if line.endswith(
                f"webhook: 500 for {form}")], 5, "a line in the log")


def test_log_of_accounting(tmp_path):
    """acc writes keys of its own: each name is in its line once."""
    script = tmp_path / "accounting.cfg"
    script.write_text(part("log_extra", (*MODULES, "acc")))
    trunk = Sipp(reply(486)("trunk-A"), tmp_path, "trunk")
    with running(tmp_path / "kamailio", script) as proxy:
        call(tmp_path, proxy, lambda _, headers: fails(486)(
            trunk.uri, headers), [trunk])
        line, = [line for line in proxy.lines() if "ACC: " in line]
    pairs = [pair.split("=", 1) for pair in
             line.split("timestamp", 1)[1].split(";") if "=" in pair]
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys))
    assert dict(pairs)["dr_reason"] == "USER_REJECTED"


def test_columns_of_accounting():
    """The guide, and cfg/accounting.cfg and .sql, name the same columns."""
    cfg = book.ROOT / "cfg"
    (_, _, sql), = pages.blocks("sql")
    columns = re.findall(r"ADD COLUMN (\w+ \w+)", sql)
    shipped = (cfg / "accounting.sql").read_text()
    assert re.findall(r"^    (dr_\w+ \w+)", shipped, re.M) == 2 * columns
    names = [column.split()[0] for column in columns]
    for text, wanted in (
            (part("log_extra"), set(names) - {"dr_history"}),
            ((cfg / "accounting.cfg").read_text(), set(names))):
        extra, = re.findall('_extra", "(.*)"', text)
        pairs = re.findall(r"(\w+)=\$dr\((\w+)\)", extra)
        assert {name for name, _ in pairs} == wanted
        assert [name for name, _ in pairs] == [f"dr_{field}" for _, field
                                               in pairs]


def failover(folder, behaviour, second, caller, more=()):
    """The final reply; `second` is the second trunk's address."""
    first = Sipp(behaviour("trunk-A"), folder, "first")
    script = folder / "failover.cfg"
    script.write_text(part("failure_route[SECOND]").replace(
        "192.0.2.10:5060", first.address).replace("192.0.2.20:5060", second))
    with running(folder / "kamailio", script) as proxy:
        final, = call(folder, proxy, caller, [first, *more])
    return final


@pytest.mark.parametrize("code,header", [
    (302, "Contact: <sip:callee@192.0.2.30>"), (422, "Min-SE: 300"),
    *((code, "X: 1") for code in (401, 407, 420, 421, 428, 494, 486))])
def test_failover_passes_on(tmp_path, code, header):
    """The caller can answer a question; a 486 is no fault of the trunk."""
    with left_alone() as second:
        final = failover(tmp_path, reply(code, "Phrase", [header]), second,
                         fails(code))
    assert final.start == f"SIP/2.0 {code} Phrase"
    name, _, value = header.partition(": ")
    assert value in final.values(name)


def test_failover(tmp_path):
    trunk = Sipp(reply(486)("trunk-B"), tmp_path, "second")
    final = failover(tmp_path, reply(503), trunk.address, fails(486), [trunk])
    assert final.values("X-LK-Disconnect-Reason") == ["USER_REJECTED"]
