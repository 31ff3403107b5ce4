# Writes SIPp scenarios out of small steps.
# SPDX-License-Identifier: GPL-2.0-or-later
"""A step is a piece of SIPp's XML; a scenario is a list of steps.

A header or a body may hold SIPp keywords such as [field0]. A line that begins
with [fold] becomes a folded line. All messages of one kind are alike in every
call but for Call-ID and Via, so replies can be compared byte for byte.
"""

from xml.sax.saxutils import quoteattr

PHRASES = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK",
    300: "Multiple Choices", 302: "Moved Temporarily",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 407: "Proxy Authentication Required",
    408: "Request Timeout", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 486: "Busy Here",
    487: "Request Terminated", 488: "Not Acceptable Here",
    500: "Server Internal Error", 503: "Service Unavailable",
    600: "Busy Everywhere", 603: "Decline",
}

SDP = ("v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
       "m=audio 9 RTP/AVP 8\n")

_SAVED = {"via1": "Via", "via2": "Via", "from": "From", "to": "To",
          "cseq": "CSeq"}


def scenario(*steps):
    """The whole scenario; a step may be a list of steps or an empty string."""
    body = "\n".join(_flat(steps))
    return ('<?xml version="1.0" encoding="us-ascii"?>\n'
            f'<scenario name="e2e">\n{body}\n</scenario>\n')


def _flat(steps):
    for step in steps:
        if isinstance(step, (list, tuple)):
            yield from _flat(step)
        elif step:
            yield step


def _send(lines, body, options):
    text = "\n".join(list(_flat(lines)) + ["Content-Length: [len]", "", body])
    attributes = "".join(f" {k}={quoteattr(str(v))}"
                         for k, v in options.items() if v is not None)
    return f"<send{attributes}><![CDATA[\n{text}\n]]></send>"


def _typed(body, kind="application/sdp"):
    return f"Content-Type: {kind}" if body else ""


def pause(milliseconds):
    return f'<pause milliseconds="{milliseconds}"/>'


def linger(milliseconds):
    """Last step: stay that long to see what still arrives."""
    return f'<timewait milliseconds="{milliseconds}"/>'


def label(number):
    return f'<label id="{number}"/>'


def receive(what, **options):
    """Waits for a request (a method) or a reply (a code)."""
    kind = "response" if isinstance(what, int) else "request"
    attributes = "".join(f" {k}={quoteattr(str(v))}" for k, v in options.items())
    return f'<recv {kind}="{what}"{attributes}/>'


def maybe(*codes):
    """Provisional replies that may come, in this order."""
    return [receive(code, optional="true") for code in codes]


# The trunk's side

def receive_invite(actions=""):
    """Waits for an INVITE and remembers what its replies repeat.

    actions  more of SIPp's actions on it
    """
    saves = "".join(
        f'<ereg regexp=".*" search_in="hdr" header="{name}:" '
        f'occurrence="{2 if variable == "via2" else 1}" assign_to="{variable}"/>'
        for variable, name in _SAVED.items())
    return (f'<recv request="INVITE"><action>{saves}{actions}</action></recv>\n'
            f'<Reference variables="{",".join(_SAVED)}"/>')


def answer(code, phrase=None, headers=(), body="", tag="", kind=None, vias=2,
           **options):
    """A reply to the INVITE, whatever came since.

    tag   To tag
    vias  1 when the caller calls the trunk itself, else 2
    """
    phrase = PHRASES[code] if phrase is None else phrase
    lines = [f"SIP/2.0 {code} {phrase}", "Via:[$via1]",
             "Via:[$via2]" if vias == 2 else "",
             "From:[$from]", f"To:[$to]{';tag=' + tag if tag else ''}",
             "Call-ID: [call_id]", "CSeq:[$cseq]",
             "Contact: <sip:trunk@[local_ip]:[local_port];"
             "transport=[transport]>",
             list(headers), _typed(body, kind or "application/sdp")]
    return _send(lines, body, options)


def answer_last(code, phrase=None, headers=(), tag=""):
    """A reply to the last request that came, which is no first INVITE."""
    phrase = PHRASES[code] if phrase is None else phrase
    to = f"[last_To:];tag={tag}" if tag else "[last_To:]"
    return _send([f"SIP/2.0 {code} {phrase}", "[last_Via:]", "[last_From:]", to,
                  "[last_Call-ID:]", "[last_CSeq:]", list(headers)], "", {})


# The caller's side

def request(method, uri, cseq=1, branch=None, to="To: <sip:callee@127.0.0.1>",
            headers=(), body="", **options):
    """A request of the caller; [field0] says whether failure_route is armed.

    branch  makes the Via branch: the same word, the same transaction
    to      the whole To line, "[last_To:]" inside a dialog
    """
    branch = branch or f"{method}{cseq}"
    lines = [f"{method} {uri} SIP/2.0",
             "Via: SIP/2.0/[transport] [local_ip]:[local_port];"
             f"branch=z9hG4bK-[pid]-[call_number]-{branch}",
             "Max-Forwards: 70", "From: <sip:caller@127.0.0.1>;tag=caller", to,
             "Call-ID: [call_id]", f"CSeq: {cseq} {method}",
             "Contact: <sip:caller@[local_ip]:[local_port];"
             "transport=[transport]>", "X-Test-Arm: [field0]",
             list(headers), _typed(body)]
    return _send(lines, body, options)


def invite(uri, headers=(), **options):
    """The first INVITE, sent again by SIPp until something comes back."""
    options.setdefault("retrans", 500)
    return request("INVITE", uri, headers=headers, body=SDP, **options)


def ack_failure(uri, cseq=1):
    """The ACK to a failure reply that has just come."""
    return request("ACK", uri, cseq, branch=f"INVITE{cseq}", to="[last_To:]")
