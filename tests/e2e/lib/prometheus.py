# Runs one real Prometheus with the shipped rules and page.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A `Prometheus` scrapes its targets, and answers what its HTTP API is asked."""

import http.client
import json
import re
from urllib.parse import urlencode

from . import ports, process

OFTEN = "200ms"  # between two scrapes, and between two looks at the rules


def get(port, path, source="127.0.0.1"):
    """GET on loopback, from that address; returns status and text."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=20, source_address=(source, 0))
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8")
    finally:
        connection.close()


def samples(port, name):
    """The counter `name` as Kamailio shows it, a dict from labels to number.

    The labels are a frozenset of pairs.
    """
    status, text = get(port, "/metrics")
    assert status == 200, text
    found = {}
    for labels, value in re.findall(
            rf"^{name}(?:\{{(.*?)\}})? (\d+)\b", text, re.MULTILINE):
        key = frozenset(re.findall(r'(\w+)="(.*?)"', labels))
        assert key not in found, text
        found[key] = int(value)
    return found


class Prometheus:
    """One Prometheus, not yet started, with a folder of its own."""

    def __init__(self, folder, shipped, targets):
        """
        folder   pathlib.Path, made here
        shipped  pathlib.Path with prometheus.yml, rules.yml and consoles/
        targets  list of "host:port" in place of those in prometheus.yml
        """
        folder.mkdir(parents=True)
        self.folder, self.shipped = folder, shipped
        self.port = ports.take()
        self.config = folder / "prometheus.yml"
        self.config.write_text(self._config(targets), "utf-8")
        self.child = None

    def _config(self, targets):
        """The shipped one, but for its targets and how often it looks."""
        text = (self.shipped / "prometheus.yml").read_text("utf-8")
        text, often = re.subn(r"(_interval:) 15s", rf"\1 {OFTEN}", text)
        text, where = re.subn(r"targets:\n( +- \S+\n)+",
                              f"targets: {json.dumps(targets)}\n", text)
        text, rules = re.subn(r"- (rules\.yml)", rf"- {self.shipped}/\1", text)
        assert (often, where, rules) == (2, 1, 1), text
        return text

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        empty = self.folder / "libraries"
        empty.mkdir()
        log = self.folder / "prometheus.log"
        self.child = process.spawn([
            "prometheus", f"--config.file={self.config}",
            f"--storage.tsdb.path={self.folder}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
            f"--web.console.templates={self.shipped}/consoles",
            f"--web.console.libraries={empty}"], log, self.folder)

        def ready():
            assert self.child.poll() is None, process.tail(log)
            try:
                return get(self.port, "/-/ready")[0] == 200
            except OSError:
                return False

        try:
            process.wait_for(ready, 30, f"Prometheus in {self.folder}")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        process.end(self.child)

    def api(self, path, **parameters):
        """The data of an answer of the HTTP API; an error fails."""
        _, text = get(self.port, f"/api/v1/{path}?{urlencode(parameters)}")
        answer = json.loads(text)
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression, *labels):
        """What it knows now: a dict from the values of `labels` to a number."""
        found = {}
        for one in self.api("query", query=expression)["result"]:
            key = tuple(one["metric"].get(label, "") for label in labels)
            assert key not in found, f"{expression}: two of {key}"
            found[key] = float(one["value"][1])
        return found

    def wait_for(self, expression, wanted, *labels, seconds=20):
        """Waits until query(expression, *labels) gives `wanted`."""
        last = {}

        def known():
            nonlocal last
            last = self.query(expression, *labels)
            return last == wanted

        try:
            process.wait_for(known, seconds, expression)
        except AssertionError as late:
            raise AssertionError(f"{late}: {last}, not {wanted}") from None
