# Reads messages with one of the parsers for Python.
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: parse.py PARSER NAME...

Each function gives the values of all names; an exception refuses the message.
"""

import struct
import sys


def sipmessage(names):
    from sipmessage import Message
    return lambda data: map(Message.parse(data).headers.getlist, names)


def aiosipua(names):
    from aiosipua.message import SipMessage
    return lambda data: map(SipMessage.parse(data).headers.get, names)


def sippy(names):
    from sippy.SipResponse import SipResponse

    def read(data):
        message = SipResponse(data.decode("utf-8"))
        return [[str(body) for body in message.getHFBodys(name.lower())]
                for name in names]
    return read


PARSERS = {one.__name__: one for one in (sipmessage, aiosipua, sippy)}


def answer(read, data):
    try:
        values = list(read(data))
    except Exception:
        return "refused"
    return " ".join(["read", *(
        f"{index}={value.encode('utf-8', 'surrogateescape').hex()}"
        for index, found in enumerate(values) for value in found)])


def main(parser, *names):
    read = PARSERS[parser](names)
    while size := sys.stdin.buffer.read(4):
        data = sys.stdin.buffer.read(struct.unpack(">I", size)[0])
        print(answer(read, data), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
