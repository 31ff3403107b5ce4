# What must be true of a call, and of the same call without the module.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of a played call; each fails with the messages that it looked at."""

import re

from .message import distinct, without_headers

REASON_HEADER = "X-LK-Disconnect-Reason"
DETAIL_HEADER = "X-LK-Disconnect-Detail"  # only where a test turns it on


def check_loaded(call, expect):
    """With the module: final reply, header and AVP are as expected."""
    final = check_final(call, expect)
    for name in expect.names:
        check_header(call, final, name, expect.reason, expect.on_100[0])
    check_header(call, final, DETAIL_HEADER, expect.detail, expect.on_100[1])
    check_avps(call, expect.avps_for(call.armed))


def check_header(call, final, name, value, on_100=None):
    """In the final reply once, written just so, and in no other message.

    In none at all when `value` is None. A 100 has `on_100`.
    """
    check_one(final, name, value)
    for other in call.received:
        if other.raw != final.raw:
            check_one(other, name, on_100 if other.code == 100 else None)


def check_one(message, name, value):
    """The header once with that value; None: not at all."""
    wanted = 0 if value is None else 1
    line = f"\r\n{name}: {value}\r\n".encode()
    assert len(message.values(name)) == wanted, f"{name} in\n{message}"
    assert message.raw.count(line) == wanted, f"{name}: {value} in\n{message}"


def check_plain(call, expect):
    """Without the module: the same reply, and no AVP."""
    check_final(call, expect)
    check_avps(call, ["<null>"] * len(expect.avps_for(call.armed)))


def check_final(call, expect):
    """One final reply, with that code and phrase."""
    finals = distinct(call.finals(expect.cseq))
    assert len(finals) == 1, "finals:\n" + "\n".join(map(str, finals))
    got = (finals[0].code, finals[0].phrase)
    assert got == (expect.code, expect.phrase), str(finals[0])
    return finals[0]


def check_avps(call, wanted):
    """The AVP as each failure_route saw it; never two values on a stack."""
    assert [words["avp"] for words in call.logged] == wanted, call.logged
    assert all(words["older"] == "<null>" for words in call.logged), call.logged


def check_same(plain, loaded, names):
    """Nothing else changed: neither for the caller nor for a trunk."""
    assert what_caller_got(loaded, names) == what_caller_got(plain, names)
    for letter in plain.trunks | loaded.trunks:
        assert what_trunk_got(loaded, letter) == what_trunk_got(plain, letter)
    assert [words.get("code") for words in loaded.logged] == \
        [words.get("code") for words in plain.logged]


def what_caller_got(call, names):
    """All that the caller got, normalised, our headers taken out, and what became
    of those that a trunk wrote.

    Sorted where the order is chance: provisional replies of a fork, and the
    replies to a CANCEL and to its INVITE.
    """
    names = (*names, *("-" * len(name) for name in names))

    def order(message):
        text = normal(without_headers(message.raw, names), call)
        early = 0 < message.code < 200
        return not early, message.value("CSeq"), text if early else ""

    return [normal(without_headers(message.raw, names), call)
            for message in sorted(distinct(call.received), key=order)]


def what_trunk_got(call, letter):
    """All that a trunk got, normalised."""
    return [normal(message.raw, call)
            for message in distinct(call.trunks.get(letter, []))]


def normal(raw, call):
    """Puts names in the place of what differs from call to call.

    A To tag stays when it is a trunk's, so a reply that tm made up never looks
    like one that it relayed.
    """
    text = raw.decode("utf-8", "surrogateescape")
    for found, name in ((call.call_id, "CALL-ID"),
                        (call.proxy.address, "PROXY"),
                        (f"[::1]:{call.proxy.port}", "PROXY"),
                        (call.caller.address, "CALLER")):
        text = text.replace(found, name)
    text = re.sub(r"branch=z9hG4bK[^;,\s]*", "branch=BRANCH", text)
    text = re.sub(r"(\r\nVia:[^\r]*);i=[0-9a-f]+", r"\1;i=CONNECTION", text)
    return re.sub(r"(\r\nTo:[^\r]*;tag=)(?!trunk-)[^;\r]+", r"\1proxy-tag", text)
