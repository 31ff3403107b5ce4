# Reads SIP messages, byte for byte, from SIPp's message trace.
# SPDX-License-Identifier: GPL-2.0-or-later
"""`Message` is one SIP message; `read_trace` gives all of one SIPp in order."""

import re

_RECORD = re.compile(
    rb"^-{40,} (?P<time>[^\n]*)\n"
    rb"(?:UDP|TCP|TLS) message (?:received \[(?P<received>\d+)\] bytes :"
    rb"|sent \((?P<sent>\d+) bytes\):)\n\n",
    re.MULTILINE,
)


class Message:
    """One SIP message. `raw` holds the bytes as they were on the wire."""

    def __init__(self, raw, received, time=""):
        self.raw = raw
        self.received = received
        self.time = time
        head, _, self.body = raw.partition(b"\r\n\r\n")
        unfolded = re.sub(rb"\r\n[ \t]+", b" ", head)
        lines = unfolded.decode("utf-8", "surrogateescape").split("\r\n")
        self.start = lines[0]
        pairs = [line.partition(":") for line in lines[1:]]
        self.headers = [(n.strip(), v.strip()) for n, _, v in pairs]

    def values(self, name):
        """The values of all headers of that name, in order."""
        wanted = name.lower()
        return [v for n, v in self.headers if n.lower() == wanted]

    def value(self, name):
        """The value of the only header of that name."""
        values = self.values(name)
        assert len(values) == 1, f"{len(values)} {name} headers in\n{self}"
        return values[0]

    @property
    def is_request(self):
        return not self.start.startswith("SIP/2.0 ")

    @property
    def code(self):
        """The status code; 0 for a request."""
        return 0 if self.is_request else int(self.start.split(" ", 2)[1])

    @property
    def phrase(self):
        return self.start.split(" ", 2)[2]

    @property
    def method(self):
        """The method, of a reply the one in its CSeq."""
        return self.value("CSeq").split()[1]

    @property
    def call_id(self):
        return self.value("Call-ID")

    def __str__(self):
        return self.raw.decode("utf-8", "replace").replace("\r\n", "\n")


def read_trace(path):
    """All messages of a SIPp message trace, in the order of the wire."""
    with open(path, "rb") as file:
        data = file.read()
    messages, at = [], 0
    while True:
        record = _RECORD.search(data, at)
        if not record:
            return messages
        received = record["received"] is not None
        size = int(record["received"] or record["sent"])
        at = record.end() + size
        raw = data[record.end() : at]
        messages.append(Message(raw, received, record["time"].decode()))


def seconds(stamp):
    """Seconds of the day, of a message's `time`, "DATE TIME ..."."""
    hours, minutes, rest = stamp.split()[1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def distinct(messages):
    """Drops messages that repeat an earlier one byte for byte."""
    return list({message.raw: message for message in messages}.values())


def without_headers(raw, names):
    """Takes the header fields of these names, folded lines too, out of raw."""
    head, end, body = raw.partition(b"\r\n\r\n")
    alternatives = "|".join(re.escape(name) for name in names).encode()
    field = rb"\r\n(?:%s)[ \t]*:[^\r]*(?:\r\n[ \t][^\r]*)*" % alternatives
    return re.sub(field, b"", head, flags=re.IGNORECASE) + end + body
