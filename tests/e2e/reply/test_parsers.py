# Other parsers read what the caller gets: our fields, and none of the trunk's.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Trunks smuggle fields of ours into replies; what Kamailio sends of them goes to
real SIP parsers, as the caller got it. Each must read each of our names once,
with our value, or refuse the message. The seed is printed; DR_SEED=N asks for
another one."""

import os
from collections import Counter

import pytest

from lib import parsers
from lib.proxies import BEFORE, DETAIL
from lib.raw import Plan, RawCalls, code_of, fill, template
from lib.smuggling import (BRIDGE_HEADER, FAILED, FORGED, NAMES, SPELLINGS,
                           Case, bodies, every_byte, forged, other_codes, put,
                           random_case, written)
from lib.torture import ANY_COMPLAINT, GOOD, SAID

SEED = int(os.environ.get("DR_SEED", "3261"))
AT_ONCE = 8  # calls; more would overflow the socket's buffer
SHOWN = 5  # failures for each parser
PARAMS = (DETAIL, ("disconnect_reason", "header", NAMES[0]),
          ("disconnect_reason", "header", BRIDGE_HEADER),
          ("tm", "wt_timer", 500))
DETAILS = {480: b"code=480;detail=unavailable;source=remote",
           486: b"code=486;detail=busy;source=remote"}
# What the self-check fills into a reply
REQUEST = (b"INVITE sip:b@127.0.0.1 SIP/2.0\r\n"
           b"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-1\r\n"
           b"Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-2\r\n"
           b"From: <sip:a@127.0.0.1>;tag=1\r\nTo: <sip:b@127.0.0.1>\r\n"
           b"Call-ID: self-check@127.0.0.1\r\nCSeq: 1 INVITE\r\n\r\n")
MISREAD = {"sip.js": {"escaped"}}
PLAIN = Case("plain", template(FAILED))


def play(proxies, cases):
    """[(case, message that the caller got)]; after each reply the trunk says
    480, so that a call whose reply Kamailio can't read ends, too."""
    print(f"DR_SEED={SEED}")
    proxies.allow(ANY_COMPLAINT)
    proxy = proxies.pair("torture.cfg", before=(*BEFORE, "kex"), workers=1,
                         defines=["STRICT"], params=PARAMS).loaded
    with RawCalls(proxy) as raw:
        calls = raw.play([Plan((case.reply, GOOD)) for case in cases], AT_ONCE)
    return [(case, message) for case, call in zip(cases, calls)
            for message in dict.fromkeys(call.received)
            if code_of(message) != 100]


def passed(got):
    """Those that are not the 480 after a reply that Kamailio dropped."""
    return [(case, message) for case, message in got
            if code_of(message) != code_of(GOOD)]


def wanted(case, message):
    """What is right to read: the values of each name."""
    code = code_of(message) or case.code
    if code < 300:
        return [[], [], []]
    code = code if code in DETAILS else FAILED
    return [[SAID[code]], [DETAILS[code]], [SAID[code]]]


def complaint(parser, case, message, values):
    return (f"{parser} reads {values}; {case.label}\n"
            f"    the trunk: {case.reply!r}\n    the caller: {message!r}")


def check(got, least):
    """Gives all messages to each parser.

    least  the share of them that each parser must be able to read
    """
    wrong, kinds = [], Counter()
    for parser in parsers.PARSERS:
        answers = parsers.read(parser, [raw for _, raw in got], NAMES)
        share = sum(one is not None for one in answers) / len(answers)
        print(f"{parser} reads {share:.0%} of {len(answers)}")
        assert share >= least, f"{parser} reads only {share:.0%}"
        fooled = [(case, raw, values) for (case, raw), values
                  in zip(got, answers)
                  if values not in (None, wanted(case, raw))]
        kinds.update({parser: len(fooled)} if fooled else {})
        wrong += [complaint(parser, *one) for one in fooled[:SHOWN]]
    assert not wrong, (f"DR_SEED={SEED}, read wrongly: {dict(kinds)}\n"
                       + "\n".join(wrong))


def play_and_check(proxies, cases, through=0.4, least=0.5):
    """`through` is the share of replies that Kamailio must not drop."""
    got = play(proxies, cases)
    print(f"{len(passed(got))} of {len(cases)} came through")
    assert len(passed(got)) >= through * len(cases)
    check(got, least)
    return got


def test_parsers_see_two_fields():
    """Else one that sees nothing at all would pass all that follows."""
    message = fill(put(forged() + forged(), "first"), REQUEST)
    value = FORGED.strip()
    for parser in parsers.PARSERS:
        values = parsers.read(parser, [message], NAMES)[0]
        assert values, f"{parser} refuses {message!r}"
        # sip.js makes one value of both
        assert b",".join(values[0]) == value + b"," + value, (parser, values)
        assert values[1:] == [[], []], (parser, values)


def test_plain(proxies):
    """What is not forged is read by all."""
    check(play(proxies, [PLAIN]), 1)


def test_written(proxies):
    play_and_check(proxies, list(written()))


def test_every_byte(proxies):
    play_and_check(proxies, list(every_byte()))


def test_bodies(proxies):
    """They come through untouched."""
    for case, message in play_and_check(proxies, list(bodies()), 1):
        assert message.endswith(b"\r\n\r\n" + case.body), (case, message)


def test_other_codes(proxies):
    play_and_check(proxies, list(other_codes()))


def test_spellings(proxies):
    """Names that are not ours, and which parsers take them for ours all the
    same: that is for these parsers to mend."""
    cases = [Case(name, put(forged(name=spelling), "last"))
             for name, spelling in SPELLINGS.items()]
    got = play(proxies, cases)
    for parser in parsers.PARSERS:
        answers = parsers.read(parser, [raw for _, raw in got], NAMES)
        fooled = {case.label for (case, raw), values in zip(got, answers)
                  if values != wanted(case, raw)}
        assert fooled == MISREAD.get(parser, set()), parser


def test_random(proxies):
    play_and_check(proxies, [random_case(SEED, n) for n in range(300)])


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_random_many(proxies, part):
    """20,000 in all."""
    play_and_check(proxies, [
        random_case(SEED, n) for n in range(5000 * part, 5000 * (part + 1))])
