# drmap diff: which inputs change their answer.
# SPDX-License-Identifier: GPL-2.0-or-later

import itertools
import random

import pytest

from conftest import run, run_json


@pytest.mark.parametrize("old, new", [
    ("old.cfg", "new.cfg"), ("new.cfg", "old.cfg"), ("built-in", "old.cfg"),
    ("trust.cfg", "distrust.cfg")])
def test_text(golden, old, new):
    golden(f"diff-{old}-{new}.txt", run("diff", old, new, status=1))


@pytest.mark.parametrize("name", ["built-in", "old.cfg", "new.cfg"])
def test_a_map_does_not_differ_from_itself(name):
    assert run("diff", name, name) == "the maps give the same answers\n"
    assert run_json("diff", name, name) == {
        "old": name, "new": name, "changes": [], "differ": False}


@pytest.fixture(scope="module")
def changes():
    found = run_json("diff", "old.cfg", "new.cfg", status=1)
    assert found["differ"] is True
    return found["changes"]


def question(change, **wanted):
    """The options of drmap explain for one of the inputs of a change."""
    pick = {key: change[key][0] for key in ("code", "after", "q850")
            if key in change}
    pick.update(wanted)
    args = ["--source", change["source"]]
    for key, value in pick.items():
        args += [f"--{key}", value]
    if change.get("unresolved"):
        args.append("--unresolved")
    if "header" in change:
        args += ["--header", f"{change['header']}: {change['value']}"]
    if "phrase" in change:
        args += ["--phrase", change["phrase"]]
    return args


def answer(name, profile, args):
    found = run_json("explain", name, "--profile", profile, *args)
    return {key: found[key] for key in ("reason", "number", "detail")}


def test_explain_answers_each_change_as_it_says(changes):
    answers = [change for change in changes if change["what"] == "answer"]
    assert len(answers) > 50
    dice = random.Random(4)
    for change in dice.sample(answers, 40):
        args = question(change, after=dice.choice(change["after"]))
        assert answer("old.cfg", change["old_profile"], args) == change["old"]
        assert answer("new.cfg", change["new_profile"], args) == change["new"]


def plain_changes(changes):
    """(code, after, cause or None) of every plain reply that changes."""
    return {(code, after, cause) for change in changes
            if change["what"] == "answer" and change["source"] == "remote"
            and change["old_profile"] == change["new_profile"] == "carrier"
            and "header" not in change and "phrase" not in change
            for code in change["code"] for after in change["after"]
            for cause in change.get("q850", [None])}


def test_what_is_not_said_does_not_change(changes):
    """A cause that changes nothing more than its code does is not said."""
    changed = plain_changes(changes)
    same = [(code, after, cause) for code, after, cause in itertools.product(
        (400, 480, 486, 500, 503, 504, 599, 603), ("none", "trying", "ringing"),
        (None, 17, 21, 34))
        if (code, after, cause) not in changed
        and (code, after, None) not in changed]
    assert len(same) > 50
    for code, after, cause in random.Random(7).sample(same, 40):
        args = ["--code", code, "--after", after]
        args += ["--q850", cause] if cause else []
        assert answer("old.cfg", "carrier", args) == \
            answer("new.cfg", "carrier", args), args


def test_profiles_that_only_one_map_has(changes):
    found = [(change["profile"], change["only_in"]) for change in changes
             if change["what"] == "profile"]
    assert found == [("firm", "old"), ("fresh", "new")]


def test_next_hops(changes):
    found = {change["hop"]: (change["old"], change["new"])
             for change in changes if change["what"] == "hop"}
    assert found == {
        "192.0.2.0/24": ({"trunk": "lab", "profile": "firm"},
                         {"trunk": "lab", "profile": "default"}),
        "2001:db8::/32": ({"trunk": "lab-v6", "profile": "firm"},
                          {"profile": "default"}),
        "us.carrier.example.net": (
            {"trunk": "carrier-eu", "profile": "carrier"},
            {"trunk": "carrier-us", "profile": "carrier"}),
    }


def test_trust():
    """A trunk that is trusted by both is no difference."""
    found = run_json("diff", "trust.cfg", "distrust.cfg", status=1)
    assert {change["hop"]: (change["old"], change["new"])
            for change in found["changes"] if change["what"] == "hop"} == {
        "*.carrier.example.net": (
            {"trunk": "inner", "profile": "carrier", "trust": True},
            {"trunk": "inner", "profile": "carrier"}),
        "192.0.3.0/24": (
            {"trunk": "other", "profile": "default"},
            {"trunk": "other", "profile": "default", "trust": True}),
    }


def test_bridges(changes):
    found = [(change["bridge"], change.get("key", change.get("only_in")))
             for change in changes if change["what"] == "bridge"]
    assert found == [("livekit", "address"), ("livekit", "headers"),
                     ("livekit", "detail_header"), ("livekit", "phrase"),
                     ("livekit", "reply 1"), ("livekit", "reply 2"),
                     ("other", "new")]
