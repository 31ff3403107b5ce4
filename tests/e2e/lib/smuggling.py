# Replies whose trunk writes fields of ours so that only some parsers see them.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A forged field is a lead, one of our names, what stands inside and after the
name, a colon, a value and an end; it stands somewhere in a reply that is good
else.
`written()` has each part in turn, `random_case(seed, number)` mixes them and
breaks the bytes around them, always in the same way for the same number."""

import random
from typing import NamedTuple

from .check import DETAIL_HEADER, REASON_HEADER
from .raw import template

BRIDGE_HEADER = "X-Lk-Test-Id"  # what a bridge of LiveKit reads
NAMES = (REASON_HEADER, DETAIL_HEADER, BRIDGE_HEADER)
FORGED = b" MIGRATION"
FAILED = 486

# the index of the line of the template that it stands before
POSITIONS = {"first": 1, "between two Via": 2, "before CSeq": 6,
             "behind CSeq": 7, "before Content-Length": 8, "last": 9}

# white space and marks of Unicode, which some take for a part of the name
UNICODE = {"nbsp": b"\xc2\xa0", "nel": b"\xc2\x85", "u+1680": b"\xe1\x9a\x80",
           "u+2003": b"\xe2\x80\x83", "u+200b": b"\xe2\x80\x8b",
           "u+2028": b"\xe2\x80\xa8", "u+2029": b"\xe2\x80\xa9",
           "u+3000": b"\xe3\x80\x80", "bom": b"\xef\xbb\xbf"}
BYTES = {f"{byte:02x}": bytes([byte]) for byte in range(256)}
# those that some parser trims, folds by, or takes for the end of something
CONTROLS = {name: BYTES[name] for name in (
    "00", "01", "08", "09", "0a", "0b", "0c", "0d", "1c", "1d", "1e", "1f",
    "20", "7f", "80", "85", "a0", "ff")}

LINES = {"lf": b"\n", "cr": b"\r", "cr cr lf": b"\r\r\n", "lf cr": b"\n\r",
         "fold": b"\r\n ", "fold by tab": b"\r\n\t", "lf fold": b"\n ",
         "cr fold": b"\r ", "empty fold": b"\r\n \r\n ",
         "fold and vt": b"\r\n \x0b", "fold and nbsp": b"\r\n\t\xc2\xa0"}
ENDS = {"crlf crlf": b"\r\n\r\n", "lf lf": b"\n\n", "crlf lf": b"\r\n\n",
        "lf crlf": b"\n\r\n", "cr cr": b"\r\r", "crlf cr": b"\r\n\r",
        "lf cr lf": b"\n\r\n"}
# what may stand before the name, in the value of another field
VALUES = {"quotes": b'X-Any: "', "display name": b'P-Asserted-Identity: "',
          "escaped": b'X-Any: "\\', "comment": b"Server: (", "word": b"X-Any: ",
          "list": b"X-Any: a,", "parameter": b"X-Any: a;b=",
          "angle": b"X-Any: <", "no name": b":", "colons": b"X-Any::",
          "compact": b"s: ", "equals": b"X-Any: =", "slash": b"X-Any: a/"}
LEADS = {"none": b"", **UNICODE, **CONTROLS, **VALUES,
         **{f"value, {name}": b"X-Any: 1" + end
            for name, end in {**LINES, **ENDS, **UNICODE, **CONTROLS}.items()},
         **{f"crlf, {name}": b"X-Any: 1\r\n" + byte
            for name, byte in {**UNICODE, **CONTROLS}.items()}}
# JAIN-SIP takes folds away, even those inside a name
INSIDE = {**LINES, **CONTROLS}
BEHIND = {"none": b"", **LINES, **UNICODE, **CONTROLS,
          "space vt": b" \x0b", "nbsp tab": b"\xc2\xa0\t"}
COLONS = {"one": b":", "two": b"::", "apart": b": :", "folded": b":\r\n ",
          "folded by lf": b":\n "}
TAILS = {"crlf": b"\r\n", **LINES, **ENDS}


# names that are not ours, though some parsers say so: they lower U+212A to k,
# make a hyphen of each underscore, or decode what looks like a URI's escape
SPELLINGS = {"kelvin sign": REASON_HEADER.replace("K", "\u212a"),
             "underscores": REASON_HEADER.replace("-", "_"),
             "escaped": REASON_HEADER.replace("-", "%2D")}


class Case(NamedTuple):
    label: str
    reply: bytes  # a template of lib/raw.py
    code: int = FAILED
    body: bytes = b""  # must come through as it is


def forged(lead=b"", name=REASON_HEADER, behind=b"", colon=b":", tail=b"\r\n",
           inside=b""):
    half = len(name) // 2
    return (lead + name[:half].encode() + inside + name[half:].encode()
            + behind + colon + FORGED + tail)


def put(what, position="last", code=FAILED, body=b"", first=b"\r\n"):
    """A reply with those bytes somewhere in its head.

    first  the end of the status line
    """
    lines = template(code, body=body.decode()).partition(
        b"\r\n\r\n")[0].split(b"\r\n")
    lines = [lines[0] + first, *(line + b"\r\n" for line in lines[1:])]
    lines.insert(POSITIONS[position], what)
    return b"".join(lines) + b"\r\n" + body


def _fields():
    """(label, forged field), each part in turn."""
    for part, table in (("lead", LEADS), ("behind", BEHIND), ("colon", COLONS),
                        ("tail", TAILS), ("inside", INSIDE)):
        for name, value in table.items():
            yield f"{part} {name}", forged(**{part: value})


def _status_lines():
    """(label, end of the status line): the field stands right after it."""
    for name, end in {"crlf": b"\r\n", **LINES, **ENDS}.items():
        yield f"status line, {name}", end
    for name, byte in {**UNICODE, **CONTROLS}.items():
        yield f"status line, crlf {name}", b"\r\n" + byte
        yield f"status line, phrase {name}", byte
    yield "status line, no end", b""


def written():
    """Each kind in each place."""
    for position in POSITIONS:
        for label, field in _fields():
            yield Case(f"{label}, {position}", put(field, position))
    for label, end in _status_lines():
        for name in ("", REASON_HEADER):
            field = forged(name=name) if name else b""
            yield Case(f"{label}, {name or 'alone'}",
                       put(field, "first", first=end))


def every_byte():
    """Each byte before and behind the name, on a line of its own."""
    for name, byte in BYTES.items():
        yield Case(f"byte {name} before", put(forged(lead=byte), "before CSeq"))
        yield Case(f"byte {name} behind", put(forged(behind=byte), "last"))


def bodies():
    """Our name is just text there."""
    for name, field in _fields():
        body = field.decode("latin-1").encode("ascii", "replace")
        yield Case(f"body, {name}", put(forged(), "last", body=body),
                   body=body)


def other_codes():
    """In these no field of ours may be read, whatever its name."""
    for code in (180, 183, 200):
        for name in NAMES:
            for label, lead in LEADS.items():
                yield Case(f"{code} {name}, lead {label}",
                           put(forged(lead, name), "before CSeq", code), code)
            for label, behind in BEHIND.items():
                yield Case(f"{code} {name}, behind {label}",
                           put(forged(name=name, behind=behind), "last", code),
                           code)


def _change(raw, at, dice):
    """Breaks some bytes near that place."""
    at = max(0, at + dice.randint(-6, 30))
    end = at + dice.choice((0, 0, 1, 1, 2, 8))
    piece = dice.choice((
        b"", raw[at:end] * 2, dice.randbytes(1),
        dice.choice(list(UNICODE.values())), dice.choice(list(LINES.values())),
        dice.choice(list(CONTROLS.values())), b":", b'"', b"\r\n"))
    return raw[:at] + piece + raw[end:]


def _double_line(raw, dice):
    lines = raw.split(b"\r\n")
    at = dice.randrange(1, len(lines))
    return b"\r\n".join([*lines[:at], lines[at - 1], *lines[at:]])


def random_case(seed, number):
    dice = random.Random(f"{seed} {number}")

    def some(table):
        return dice.choice(list(table.values()))

    field = b"".join(
        forged(some(LEADS), recased(dice.choice(NAMES), dice),
               some(BEHIND) if dice.random() < 0.5 else b"",
               some(COLONS) if dice.random() < 0.3 else b":",
               some(TAILS) if dice.random() < 0.3 else b"\r\n",
               some(LINES) if dice.random() < 0.1 else b"")
        for _ in range(dice.choice((1, 1, 2, 3))))
    code = dice.choice((FAILED, FAILED, FAILED, 180, 183, 200))
    raw = put(field, dice.choice(list(POSITIONS)), code,
              first=some(LINES) if dice.random() < 0.1 else b"\r\n")
    at = raw.index(field)
    for _ in range(dice.choice((0, 1, 1, 2, 4))):
        raw = _change(raw, dice.randint(at, at + len(field)), dice)
    if dice.random() < 0.1:
        raw = _double_line(raw, dice)
    return Case(f"number {number}", raw, code)


def recased(name, dice):
    return dice.choice((name, name.lower(), name.upper(), name.swapcase()))
