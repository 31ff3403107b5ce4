# Replies that went wrong on their way, a different one for each number.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`mutant(seed, number)` is always the same. What it may break is a template of
lib/raw.py; so the same mutant fits each Kamailio."""

import random

from .raw import template
from .strange import SPOOF

REASONS = (
    'Reason: Q.850;cause=17;text="User busy"',
    'Reason: SIP;cause=603;text="Declined", Q.850 ; cause = 21',
    'Reason: SIP;cause=603;text="v=analytics1;url=https://x.example"',
    "reason: q.850;cause=34\r\nREASON:\r\n\tQ.850;cause=38",
)
CODES = (404, 408, 480, 481, 486, 487, 500, 503, 600, 603)
HUGE = ("9" * 30, "-1", "4294967296", "", "0x11", "1e9", "0" * 400, "17" * 9)
PIECES = (b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\r\n ", b"\n\t", b"\"",
          b"\\", b";", b",", b":", b"<", b">", b"%00", b"%s%n", b"\xff\xfe",
          b"\xe2\x82", b"\xf0\x9f\x93\x9e", b"=", b" " * 300, b"A" * 3000,
          b";;;;,,,,", b'"' * 99, SPOOF.encode(), b"\r\n" + SPOOF.encode(),
          b"\r\n" + SPOOF.upper().encode(), b"\r" + SPOOF.encode() + b"\r",
          b"\n" + SPOOF.encode().replace(b":", b"\t :\r\n "))


def _base(dice):
    headers = ["Server: trunk", SPOOF][:dice.randrange(3)]
    headers += dice.sample(REASONS, dice.randrange(3))
    body = dice.choice(("", "", f"v=0\r\n{SPOOF}\r\n"))
    return template(dice.choice(CODES), headers, body)


def _insert(raw, dice):
    at = dice.randrange(len(raw))
    return raw[:at] + dice.choice(PIECES) + raw[at:]


def _cut_out(raw, dice):
    at = dice.randrange(len(raw))
    return raw[:at] + raw[at + dice.randint(1, 40):]


def _truncate(raw, dice):
    return raw[:dice.randint(1, len(raw))]


def _flip(raw, dice):
    changed = bytearray(raw)
    for _ in range(dice.choice((1, 1, 5, 30))):
        changed[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(changed)


def _lines(raw, dice):
    """Drops, repeats, swaps or joins lines, or ends them otherwise."""
    lines = raw.split(b"\r\n")
    at = dice.randrange(len(lines))
    what = dice.randrange(5)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines[at:at] = [lines[at]] * dice.choice((1, 5, 100))
    elif what == 2:
        other = dice.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif what == 3:
        lines[at:at + 2] = [b" ".join(lines[at:at + 2])]
    else:
        return raw.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\n\r",
                                                 b"\r\r\n", b"\r\n ")),
                           dice.choice((1, 3, 99)))
    return b"\r\n".join(lines)


def _repeat(raw, dice):
    """A piece of it again and again."""
    at = dice.randrange(len(raw))
    piece = raw[at:at + dice.randint(1, 60)]
    return raw[:at] + piece * dice.choice((2, 50, 200)) + raw[at:]


def _number(raw, dice):
    """Another number in the place of one that stands there."""
    places = [at for at in range(1, len(raw)) if raw[at:at + 1].isdigit()
              and not raw[at - 1:at].isdigit()]
    if not places:
        return raw
    at = end = dice.choice(places)
    while raw[end:end + 1].isdigit():
        end += 1
    number = dice.choice((*HUGE, str(dice.randrange(1000)))).encode()
    return raw[:at] + number + raw[end:]


def _fold(raw, dice):
    at = dice.randrange(len(raw))
    return raw[:at] + b"\r\n" + dice.choice((b" ", b"\t", b" " * 50)) + raw[at:]


def _noise(raw, dice):
    at = dice.randrange(len(raw))
    return raw[:at] + dice.randbytes(dice.choice((1, 10, 400))) + raw[at:]


CHANGES = (_insert, _insert, _cut_out, _truncate, _flip, _lines, _lines,
           _repeat, _number, _fold, _noise)


def _no_loop(raw):
    """A Via of Kamailio's below another one would send the reply to Kamailio
    again; what overtakes it on its way is chance."""
    first, via, rest = raw.partition(b"<<via2>>")
    return first + via + rest.replace(b"<<via1>>", b"<<via3>>")


def mutant(seed, number):
    """One malformed reply."""
    dice = random.Random(f"{seed} {number}")
    raw = _base(dice)
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        raw = dice.choice(CHANGES)(raw, dice) or b"\r\n"
    return _no_loop(raw[:60000])
