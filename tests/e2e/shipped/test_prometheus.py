# cfg/livekit-edge-prometheus.cfg, a real Prometheus, and its page in a browser.
# SPDX-License-Identifier: GPL-2.0-or-later

import subprocess

import pytest

from lib import ports
from lib.browser import page
from lib.caller import fails
from lib.check import REASON_HEADER
from lib.kamailio import BAD_LINE
from lib.one_call import (CANNOT_SEND, FAST, UNKNOWN_HOST, Stranger, accepting,
                          call, hangs_up)
from lib.prometheus import Prometheus, get, samples
from lib.shipped import (CFG, LOCAL, ROWS, dial_all, host, obedient, options,
                         running)
from lib.sipp import Sipp
from lib.trunk import reply

SCRIPT = CFG / "livekit-edge-prometheus.cfg"
SHIPPED = CFG / "prometheus"
OUTCOMES = "kamailio_disconnect_reason_outcomes_total"
FAILOVERS = "kamailio_disconnect_reason_failovers_total"
REJECTED = "kamailio_disconnect_reason_outcomes_user_rejected"
ALERT = "DisconnectReasonReloadFailed"
PAGE = "/consoles/disconnect-reason.html"
ALPHA, BETA, ELSEWHERE = "127.0.0.2", "127.0.0.3", "127.0.0.4"

# What seven calls leave behind, one for each row: the second trunk is tried when
# the first one is to blame
LABELS = ("trunk", "reason", "detail")
TOLD = {
    ("trunk-1", "USER_REJECTED", "busy"): 1,
    ("trunk-1", "USER_REJECTED", "declined"): 1,
    ("trunk-1", "USER_UNAVAILABLE", "unavailable"): 1,
    ("trunk-1", "USER_UNAVAILABLE", "request-timeout"): 1,
    ("trunk-2", "SIP_TRUNK_FAILURE", "not-found"): 1,
    ("trunk-2", "SIP_TRUNK_FAILURE", "server-error"): 1,
    ("trunk-2", "CONNECTION_TIMEOUT", "no-reply"): 1,
}
TRIED = {
    ("trunk-1", "SIP_TRUNK_FAILURE", "not-found"): 1,
    ("trunk-1", "SIP_TRUNK_FAILURE", "server-error"): 1,
    ("trunk-1", "CONNECTION_TIMEOUT", "no-reply"): 1,
}
BY_REASON = {"USER_REJECTED": 2, "USER_UNAVAILABLE": 2, "SIP_TRUNK_FAILURE": 2,
             "CONNECTION_TIMEOUT": 1}
ATTEMPTS = {**BY_REASON, "SIP_TRUNK_FAILURE": 4, "CONNECTION_TIMEOUT": 2}
BY_TRUNK = {"trunk-1": 7, "trunk-2": 3}
TO_BLAME = [row for row in ROWS
            if row.reason in ("SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT")]


def key(*values):
    """The labels of a counter, as samples() has them."""
    return frozenset(zip(LABELS, values))


def single(counts):
    """Keys of one label, as Prometheus.query() has them."""
    return {(key,): count for key, count in counts.items()}


# The file

def test_script_is_clean():
    """As it stands in the file, Kamailio has nothing to say about it."""
    done = subprocess.run(
        ["kamailio", "-c", "-E", "-f", SCRIPT, "-l",
         f"udp:{LOCAL}:{ports.take()}", *options()],
        capture_output=True, text=True, check=False, timeout=20)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert not BAD_LINE.search(said) and "WARNING" not in said, said


# Calls

def trunks(folder, rounds):
    """Two trunks that do what is dialled, so many times each row."""
    return [
        Sipp(obedient(f"trunk-{name}", silence), folder, name, host=where,
             calls=rounds * calls)
        for name, silence, calls, where in (
            ("A", 2500, len(ROWS), ALPHA), ("B", 1500, len(TO_BLAME), BETA))]


def edge(folder, first, second):
    """The shipped script, for a bridge here and those two trunks."""
    plain_map = folder / "map.cfg"
    plain_map.write_text("version = 1;\n", "utf-8")
    return running(
        folder / "kamailio", SCRIPT,
        params=[*FAST, ("disconnect_reason", "map_file", str(plain_map))],
        BRIDGE_NET=LOCAL, TRUNK_1=host(first), TRUNK_1_NET=ALPHA,
        TRUNK_2=host(second), TRUNK_2_NET=BETA)


def dial_rows(folder, proxy):
    """Dials each row; every caller gets what it got without Prometheus."""
    folder.mkdir()
    replies, = dial_all(folder, [proxy], [])
    for row in ROWS:
        assert replies[row.dialled].start == f"SIP/2.0 {row.status}"
        assert replies[row.dialled].values(REASON_HEADER) == [row.reason]


def check_counters(server):
    """The counters of the script, and the statistics of the module."""
    server.wait_for(OUTCOMES, TOLD, *LABELS)
    server.wait_for(FAILOVERS, TRIED, *LABELS)
    for reason, count in BY_REASON.items():
        name = f"kamailio_disconnect_reason_outcomes_{reason.lower()}"
        server.wait_for(name, {(): count})
    for reason, count in ATTEMPTS.items():
        name = f"kamailio_disconnect_reason_attempts_{reason.lower()}"
        server.wait_for(name, {(): count})


def check_rules(server):
    """The recording rules count what was dialled; no alert fires."""
    server.wait_for("sum by (reason) (edge:disconnect_reason_outcomes"
                    ":increase5m)", single(BY_REASON), "reason")
    server.wait_for("trunk:disconnect_reason_failures:increase5m",
                    single(BY_TRUNK), "trunk")
    server.wait_for("round(trunk:disconnect_reason_faults:ratio5m, 0.01)",
                    {("trunk-1",): 0.43, ("trunk-2",): 1}, "trunk")
    groups = server.api("rules")["groups"]
    health = {rule["name"]: rule["health"]
              for group in groups for rule in group["rules"]}
    assert len(health) >= 12 and set(health.values()) == {"ok"}, health
    assert server.api("alerts")["alerts"] == []


def rows_of(table):
    """The numbers of one of the page's tables."""
    return {tuple(row[f"data-{label}"] for label in LABELS):
            int(row.one("td", **{"class": "count"}).text)
            for row in table.all("tr") if "data-trunk" in row.attributes}


def legend_of(chart):
    """The numbers beside a chart, which has an area for each of them."""
    areas = {area["data-name"] for area in chart.all("polygon")}
    shown = {item["data-name"]: int(item.one("b").text)
             for item in chart.one(**{"class": "legend"}).all("span")}
    assert areas == set(shown)
    return shown


def refuse_map(proxy, server, folder):
    """A map that is refused makes an alert fire; the old map stays."""
    (folder / "map.cfg").write_text("version = 0;\n", "utf-8")
    assert proxy.rpc("disconnect_reason.reload")["status"] == "failed"
    server.wait_for("kamailio_disconnect_reason_reloads_failed", {(): 1})
    server.wait_for("ALERTS", {(ALERT, proxy.address, "firing"): 1},
                    "alertname", "instance", "alertstate")


def check_page(proxy, server, folder):
    """What somebody sees who opens the page."""
    html = page(server.url + PAGE, folder)
    assert html.one("body")["data-ready"] == "1"
    assert [item.text for item in html.one(id="alerts").all("li")] == \
        [f"{ALERT} {proxy.address}"]
    assert html.one("h1").text == "Why calls failed"
    assert html.one(id="outcomes").text == str(sum(TOLD.values()))
    assert html.one(id="failovers").text == str(sum(TRIED.values()))
    assert html.one(id="unclassified").text == "0"
    assert html.one(id="edges").text == "1 of 1"
    assert rows_of(html.one(id="told")) == TOLD
    assert rows_of(html.one(id="tried")) == TRIED
    assert legend_of(html.one(id="by-reason")) == BY_REASON
    assert legend_of(html.one(id="by-trunk")) == BY_TRUNK


def check_http(proxy):
    """Kamailio answers Prometheus alone, and that page alone."""
    assert get(proxy.port, "/metrics", ELSEWHERE) == (403, "Forbidden\n")
    assert get(proxy.port, "/") == (404, "See /metrics\n")


def test_calls(tmp_path):
    """Calls, their counters in Prometheus, and calls without Prometheus."""
    first, second = both = trunks(tmp_path, rounds=2)
    try:
        for trunk in both:
            trunk.start()
            trunk.wait_ready()
        with edge(tmp_path, first, second) as proxy:
            with Prometheus(tmp_path / "prometheus", SHIPPED,
                            [proxy.address]) as server:
                server.wait_for("up", {(): 1})
                dial_rows(tmp_path / "watched", proxy)
                check_counters(server)
                check_rules(server)
                refuse_map(proxy, server, tmp_path)
                check_page(proxy, server, tmp_path)
            dial_rows(tmp_path / "unwatched", proxy)
            check_http(proxy)
            assert samples(proxy.port, OUTCOMES) == {
                key(*values): 2 * count for values, count in TOLD.items()}
        for trunk in both:
            trunk.finish()
    finally:
        for trunk in both:
            trunk.end()


def test_not_counted(tmp_path):
    """Neither an answered call, nor a failed one that a trunk made."""
    calls = [tmp_path / "out", tmp_path / "in"]
    for folder in calls:
        folder.mkdir()
    answering = accepting(tmp_path, "answering")
    busy = Sipp(reply(486)("bridge"), tmp_path, "busy")
    with running(tmp_path / "kamailio", SCRIPT, BRIDGE=host(busy),
                 BRIDGE_NET=LOCAL, TRUNK_1=host(answering),
                 TRUNK_1_NET=ALPHA) as proxy:
        final, = call(calls[0], proxy, hangs_up, [answering])
        assert final.code == 200
        final, = call(calls[1], proxy, fails(486), [busy], Stranger)
        assert final.code == 486
        assert samples(proxy.port, OUTCOMES) == {}
        assert samples(proxy.port, REJECTED) == {frozenset(): 0}


def test_without_names(tmp_path):
    """A script and a map that name no trunk, and a reason without a detail."""
    (tmp_path / "map.cfg").write_text("""version = 1;
profiles: { default: { rules: ( { code = 486; reason = "ROOM_CLOSED"; } ); }; };
""", "utf-8")
    script = tmp_path / "script.cfg"
    script.write_text(f"""include_file "{CFG}/minimal.cfg"
include_file "{CFG}/prometheus.cfg"
modparam("disconnect_reason", "map_file", "{tmp_path}/map.cfg")
event_route[disconnect-reason:outcome] {{
	route(COUNT_OUTCOME);
}}
""", "utf-8")
    busy = Sipp(reply(486)("trunk-A"), tmp_path, "busy")
    with running(tmp_path / "kamailio", script, TRUNK=host(busy)) as proxy:
        final, = call(tmp_path, proxy, fails(486), [busy])
        assert final.values(REASON_HEADER) == ["ROOM_CLOSED"]
        assert samples(proxy.port, OUTCOMES) == {
            key("none", "ROOM_CLOSED", "none"): 1}


@pytest.mark.parametrize("address,detail", [
    (UNKNOWN_HOST, "dns"), (f"{ALPHA}:9;transport=tcp", "transport"),
], ids=["no name", "no TCP"])
def test_cannot_send(tmp_path, address, detail):
    """A first trunk that cannot be reached at all is a failover, too."""
    busy = Sipp(reply(486)("trunk-B"), tmp_path, "busy", host=BETA)
    with running(tmp_path / "kamailio", SCRIPT, CANNOT_SEND, BRIDGE_NET=LOCAL,
                 TRUNK_1=f'"{address}"', TRUNK_2=host(busy)) as proxy:
        final, = call(tmp_path, proxy, fails(486), [busy])
        assert final.values(REASON_HEADER) == ["USER_REJECTED"]
        assert samples(proxy.port, FAILOVERS) == {
            key("trunk-1", "SIP_TRUNK_FAILURE", detail): 1}
        assert samples(proxy.port, OUTCOMES) == {
            key("trunk-2", "USER_REJECTED", "busy"): 1}
