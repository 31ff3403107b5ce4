# The shipped rules of Prometheus, checked by its own promtool.
# SPDX-License-Identifier: GPL-2.0-or-later

import re
import subprocess
from pathlib import Path

import pytest

from lib.shipped import CFG

SHIPPED = CFG / "prometheus"
UNIT_TESTS = Path(__file__).resolve().parent / "prometheus"


@pytest.mark.parametrize("what,file", [
    ("check config", SHIPPED / "prometheus.yml"),
    ("check rules", SHIPPED / "rules.yml"),
    ("test rules", UNIT_TESTS / "counting.yml"),
    ("test rules", UNIT_TESTS / "alerts.yml"),
], ids=["config", "rules", "counting", "alerts"])
def test_promtool(what, file):
    done = subprocess.run(["promtool", *what.split(), file], text=True,
                          capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout


def test_each_alert_has_its_test():
    """One in which it fires, and one in which it does not."""
    rules = (SHIPPED / "rules.yml").read_text("utf-8")
    tests = (UNIT_TESTS / "alerts.yml").read_text("utf-8")
    names = re.findall(r"- alert: (\w+)", rules)
    assert len(names) == len(set(names)) >= 7
    looks = re.findall(r"- alertname: (\w+)\n *eval_time: \S+\n"
                       r" *exp_alerts:( \[\])?\n", tests)
    for name in names:
        assert {(name, ""), (name, " []")} <= set(looks), name
