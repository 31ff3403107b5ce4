# Strange replies: RFC 4475, RFC 5118, and shapes of every kind.
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each table has, by name, a reply and what Kamailio makes of it. A reply is a
template of lib/raw.py. Messages of the RFCs that are requests lend their strange
part to a 486; what is strange about a request line has no like in a reply.
"""

from .raw import template

RELAYED = "relayed"  # by tm
PASSED = "passed"  # statelessly: it matches no transaction
DROPPED = "dropped"  # it can't be read

# what the caller gets must say so, whatever the trunk says of itself
SPOOF = "X-LK-Disconnect-Reason: ROOM_DELETED"


def busy(*headers, **options):
    return template(486, headers, **options)


def swap(old, new, **options):
    """The 486 with a piece of it replaced; each piece stands there once."""
    old, new = (part if isinstance(part, bytes) else part.encode()
                for part in (old, new))
    raw = busy(**options)
    assert raw.count(old) == 1, (old, raw)
    return raw.replace(old, new)


# RFC 4475, by the names of its messages; 3.1.1 are valid, 3.1.2 and on are not

_WSINV = (
    b"SIP/2.0 486 Busy Here\r\nTO :\r\n <<to>> ;  \t tag    = raw\r\n"
    b"v: <<via1>>\r\nVIA\t:  <<via2>>\r\nF: <<from>>\r\nI: <<call-id>>\r\n"
    b"cseq: <<cseq>>\r\ns :\r\nNewFangledHeader:   newfangled value\r\n"
    b" continued newfangled value\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
    b'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n'
    b'      newvalue ;\r\n  secondparam ; q = 0.33\r\n'
    b"REASON\t:\r\n Q.850 ;\r\n\tcause = 17 ; text\r\n = \"a \\\" b\"\r\n"
    b"l: 0\r\n\r\n")
_MULTIPART = (
    "--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n"
    "Content-Transfer-Encoding: binary\r\n\r\nHello\r\n"
    f"{SPOOF}\r\n--7a9cbec02ceef655\r\n"
    "Content-Type: application/octet-stream\r\n\r\n"
    "0\x82\x01R\x06\t*\x86H\x86\xf7\r\n--7a9cbec02ceef655--\r\n")

RFC_4475 = {
    "wsinv": (_WSINV, RELAYED),
    "intmeth": (busy(
        "Reason: !interesting-Method0123456789_*+`.%indeed'~ ;cause=17",
        "~!interesting-Header0123456789_*+`.%indeed': x"), RELAYED),
    "esc01": (busy("Contact: <sip:sips%3Auser%40example.com@example.net>"),
              RELAYED),
    "escnull": (busy("Contact: sip:%00@host5.example.com"), RELAYED),
    "esc02": (busy("X-%Z%45: %Z%45%41"), RELAYED),
    "lwsdisp": (busy("Contact: caller<sip:caller@example.com>"), RELAYED),
    "longreq": (busy(
        'Contact: "' + "I have a user name of " + "extreme proportion" * 60
        + '" <sip:amazinglylongcallername@example.net>',
        "Unknown-" + "Long" * 60 + "-Name: unknown-"
        + "long" * 60 + "-value; unknown-" + "long" * 60 + "-parameter"), RELAYED),
    "dblreq": (busy() + template(603), RELAYED),
    "semiuri": (busy("Contact: <sip:user;par=u%40example.net@example.com>"),
                RELAYED),
    "transports": (swap(
        "Via: <<via2>>", "Via: <<via2>>\r\n"
        "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKzzxxyy\r\n"
        "Via: SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bK12"), RELAYED),
    "mpart01": (busy("Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
                     body=_MULTIPART), RELAYED),
    "unreason": (busy(phrase="= 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e"),
                 RELAYED),
    "noreason": (busy(phrase=""), RELAYED),
    "badinv01": (busy('Contact: "Joe" <sip:joe@example.org>;;;;'), RELAYED),
    "clerr": (swap("Content-Length: 0", "Content-Length: 9999"), RELAYED),
    "ncl": (swap("Content-Length: 0", "Content-Length: -999"), RELAYED),
    "scalar02": (swap("CSeq: <<cseq>>", "CSeq: 36893488147419103232 INVITE"),
                 RELAYED),
    "scalarlg": (busy("Retry-After: 949302838503028349304023988",
                      'Warning: 1812 overture "In Progress"',
                      "Reason: Q.850;cause=36893488147419103249"), RELAYED),
    "quotbal": (swap("To: <<to>>", 'To: "Mr. J. User <sip:j.user@example.com>'),
                DROPPED),
    "ltgtruri": (busy("Contact: <<sip:x@example.com>>"), RELAYED),
    "lwsstart": (swap("SIP/2.0 486 Busy", "SIP/2.0  486  Busy"), DROPPED),
    "trws": (busy(phrase="Busy Here  "), RELAYED),
    "escruri": (busy("Contact: <sip:user@example.com?Route=%3Csip:x%3E>"), RELAYED),
    "baddate": (busy("Date: Fri, 01 Jan 2010 16:00:00 EST"), RELAYED),
    "regbadct": (busy("Contact: sip:user@example.com?Route=%3Csip:x%3E"), RELAYED),
    "badaspec": (busy('Contact: "Watson, Thomas" < sip:t.watson@example.org >'),
                 RELAYED),
    "baddn": (busy("Contact: Bell, Alexander <sip:a.g.bell@example.com>"),
              RELAYED),
    "badvers": (swap("SIP/2.0 486", "SIP/7.0 486"), DROPPED),
    "mismatch02": (swap("CSeq: <<cseq>>", "CSeq: 1 NEWMETHOD"), PASSED),
    "bigcode": (swap("486", "4294967301"), DROPPED),
    "badbranch": (swap("Via: <<via1>>",
                       "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK"), PASSED),
    "insuf": (swap("CSeq: <<cseq>>\r\n", ""), DROPPED),
    "multi01": (busy("CSeq: 8 REGISTER", "Call-ID: multi01.98asdh", "From: x",
                     "To: sip:x@example.com", "Max-Forwards: 5"), RELAYED),
    "mcl01": (busy("Content-Length: 13"), RELAYED),
    "bcast": (swap("Via: <<via2>>", "Via: SIP/2.0/UDP 255.255.255.255;"
                   "branch=z9hG4bK1saber23"), RELAYED),
    "zeromf": (busy("Max-Forwards: 0"), RELAYED),
    "cparam": (busy("Contact: sip:+19725552222@gw1.example.net;unknownparam"),
               RELAYED),
    "inv2543": (swap(";tag=raw", ""), RELAYED),
}

# RFC 5118: IPv6 where a reply has addresses

_SIX_SDP = ("v=0\r\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\r\n"
            "s=Live\r\nc=IN IP6 2001:db8::20\r\nt=0 0\r\n"
            "m=audio 6000 RTP/AVP 0\r\n")


def below(via):
    """The 486 with one more Via, of a hop behind the caller."""
    return swap("Via: <<via2>>", f"Via: <<via2>>\r\nVia: {via}")


_HOP = "SIP/2.0/UDP [2001:db8:0:0:1:2:3:4]"

RFC_5118 = {
    "ipv6-good": (busy("Contact: <sip:caller@[2001:db8::1]>"), RELAYED),
    "ipv6-bad": (busy("Contact: <sip:caller@2001:db8::1>"), RELAYED),
    "port-ambiguous": (busy("Contact: <sip:caller@[2001:db8::10:5070]>"), RELAYED),
    "port-unambiguous": (busy("Contact: <sip:caller@[2001:db8::10]:5070>"),
                         RELAYED),
    "via-received-delim": (below(
        f"{_HOP};received=[2001:db8::9:255];branch=z9hG4bKas3"), RELAYED),
    "via-received-no-delim": (below(
        f"{_HOP};received=2001:db8::9:255;branch=z9hG4bKas3"), RELAYED),
    "sdp": (busy("Content-Type: application/sdp", body=_SIX_SDP), RELAYED),
    "mult-ip-in-header": (below(
        f"{_HOP}:6050;branch=z9hG4bKas3-111,SIP/2.0/UDP 192.0.2.9;branch=z9hG4"),
        RELAYED),
    "mult-ip-in-sdp": (busy("Content-Type: application/sdp",
                            body=_SIX_SDP + "c=IN IP4 192.0.2.1\r\n"), RELAYED),
    "ipv4-mapped": (busy(
        "Content-Type: application/sdp",
        body=_SIX_SDP.replace("2001:db8::20", "::ffff:192.0.2.10")), RELAYED),
    "triple-colon": (busy("Contact: <sip:caller@[2001:db8:::192.0.2.1]>"), RELAYED),
}

_LOOK_ALIKE = ("x-lk-disconnect-reason\t: ROOM_CLOSED", SPOOF, SPOOF.upper(),
               "X-LK-Disconnect-Reason:\r\n ROOM_CLOSED\r\n\t, MIGRATION",
               "X-LK-Disconnect-Reason:")

SHAPES = {
    "compact": (busy("s: x", "k: a", "e: gzip", "o: x", "r: <sip:x@y>", "u: z"),
                RELAYED),
    "lf-only": (busy(SPOOF, "Reason: Q.850;cause=17", end="\n"), RELAYED),
    "cr-only": (busy(SPOOF, end="\r"), DROPPED),
    "crlf-before": (b"\r\n" * 30 + busy(SPOOF), RELAYED),
    "space-before": (b"\0\r\n \t" * 400 + busy(SPOOF), RELAYED),
    "lf-cr-behind-first-line": (swap("Here\r\n", f"Here\n\r{SPOOF}\r\n"),
                                RELAYED),
    "cr-in-phrase": (busy(SPOOF, phrase=f"Busy Here\r{SPOOF}"), RELAYED),
    "cr-before-phrase": (busy(phrase=f"\r{SPOOF}\rX-A: 1"), RELAYED),
    "cr-in-head": (swap("Contact:", f"X-A: 1\r{SPOOF}\r\nContact:"), RELAYED),
    "nul-in-value": (busy("X-A: a\0b", "Reason: Q.850\0;cause=17", SPOOF), RELAYED),
    "nul-in-name": (busy("X-LK-Disconnect-Reason\0: ROOM_DELETED"), RELAYED),
    "nul-in-phrase": (busy(SPOOF, phrase="Busy\0Here"), RELAYED),
    "nul-line": (busy("\0", SPOOF), RELAYED),
    "utf-8": (busy("X-\u00e4: \U0001f4de", 'Reason: Q.850;cause=17;text="\u00e4"',
                   phrase="\u5fd9\u3057\u3044"), RELAYED),
    "no-utf-8": (swap("Contact:", b"X-A: \xc3\x28\xff\xfe\r\nContact:"), RELAYED),
    "200-headers": (busy(*(f"X-H{n}: {n}" for n in range(200)), SPOOF), RELAYED),
    "100-reasons": (busy(*("Reason: Q.850;cause=34" for _ in range(100))), RELAYED),
    "100-spoofs": (busy(*_LOOK_ALIKE * 20), RELAYED),
    "reason-of-3000-values": (busy("Reason: " + "x;a=b," * 3000), RELAYED),
    "reason-open-quote": (busy('Reason: Q.850;text="' + "\\" * 3001, SPOOF),
                          RELAYED),
    "folded": (busy(*(f"X-F: a\r\n{' ' * n}b" for n in range(1, 60))), RELAYED),
    "folded-to-death": (busy("Reason:" + "\r\n " * 2000 + "Q.850;cause=17"),
                        RELAYED),
    "no-colon": (busy("Reason", "X-LK-Disconnect-Reason"), RELAYED),
    "no-name": (busy(": x"), RELAYED),
    "length-too-long": (swap("Content-Length: 0", "Content-Length: 65536"), RELAYED),
    "length-too-short": (swap("Content-Length: 4", "Content-Length: 2",
                              body="abcd"), RELAYED),
    "length-huge": (swap("Content-Length: 0",
                         "Content-Length: 99999999999999999999"), RELAYED),
    "length-word": (swap("Content-Length: 0", "Content-Length: many"), RELAYED),
    "no-end": (busy()[:-2], RELAYED),
    "no-end-of-line": (busy("X-A: 1")[:-4], RELAYED),
    "first-line": (busy()[:21], DROPPED),
    "60-kb-head": (busy("X-Long: " + "x" * 60000, SPOOF), RELAYED),
    "60-kb-body": (busy("Content-Type: text/plain", SPOOF, body="x" * 60000),
                   RELAYED),
}
