# Every status code that has a row of its own, and codes that nobody knows.
# SPDX-License-Identifier: GPL-2.0-or-later

import pytest

from lib.case import outcome
from lib.proxies import DETAIL
from lib.trunk import reply

# code, reason, detail, the phrase that the trunk sends
CODES = """
300 SIP_TRUNK_FAILURE redirect Multiple Choices
301 SIP_TRUNK_FAILURE redirect Moved Permanently
302 SIP_TRUNK_FAILURE redirect Moved Temporarily
305 SIP_TRUNK_FAILURE redirect Use Proxy
380 SIP_TRUNK_FAILURE redirect Alternative Service
400 SIP_TRUNK_FAILURE protocol Bad Request
401 SIP_TRUNK_FAILURE authentication Unauthorized
402 SIP_TRUNK_FAILURE payment-required Payment Required
403 SIP_TRUNK_FAILURE forbidden Forbidden
404 SIP_TRUNK_FAILURE not-found Not Found
405 SIP_TRUNK_FAILURE protocol Method Not Allowed
406 SIP_TRUNK_FAILURE media-negotiation Not Acceptable
407 SIP_TRUNK_FAILURE authentication Proxy Auth Required
408 USER_UNAVAILABLE request-timeout Request Timeout
410 SIP_TRUNK_FAILURE number-changed Gone
412 SIP_TRUNK_FAILURE protocol Conditional Request Failed
413 SIP_TRUNK_FAILURE protocol Request Entity Too Large
414 SIP_TRUNK_FAILURE bad-number Request-URI Too Long
415 SIP_TRUNK_FAILURE media-negotiation Unsupported Media Type
416 SIP_TRUNK_FAILURE bad-number Unsupported URI Scheme
417 SIP_TRUNK_FAILURE protocol Unknown Resource-Priority
420 SIP_TRUNK_FAILURE protocol Bad Extension
421 SIP_TRUNK_FAILURE protocol Extension Required
422 SIP_TRUNK_FAILURE protocol Session Interval Too Small
423 SIP_TRUNK_FAILURE protocol Interval Too Brief
424 SIP_TRUNK_FAILURE protocol Bad Location Information
425 SIP_TRUNK_FAILURE protocol Bad Alert Message
428 SIP_TRUNK_FAILURE identity Use Identity Header
429 SIP_TRUNK_FAILURE identity Provide Referrer Identity
430 SIP_TRUNK_FAILURE protocol Flow Failed
433 USER_REJECTED anonymous-refused Anonymity Disallowed
436 SIP_TRUNK_FAILURE identity Bad Identity Info
437 SIP_TRUNK_FAILURE identity Unsupported Credential
438 SIP_TRUNK_FAILURE identity Invalid Identity Header
439 SIP_TRUNK_FAILURE protocol First Hop Lacks Outbound Support
440 SIP_TRUNK_FAILURE routing-loop Max-Breadth Exceeded
469 SIP_TRUNK_FAILURE protocol Bad Info Package
470 USER_REJECTED consent-needed Consent Needed
480 USER_UNAVAILABLE unavailable Temporarily Unavailable
481 SIP_TRUNK_FAILURE protocol Call/Transaction Does Not Exist
482 SIP_TRUNK_FAILURE routing-loop Loop Detected
483 SIP_TRUNK_FAILURE routing-loop Too Many Hops
484 SIP_TRUNK_FAILURE bad-number Address Incomplete
485 SIP_TRUNK_FAILURE bad-number Ambiguous
486 USER_REJECTED busy Busy Here
487 USER_UNAVAILABLE terminated Request Terminated
488 SIP_TRUNK_FAILURE media-negotiation Not Acceptable Here
489 SIP_TRUNK_FAILURE protocol Bad Event
491 SIP_TRUNK_FAILURE protocol Request Pending
493 SIP_TRUNK_FAILURE protocol Undecipherable
494 SIP_TRUNK_FAILURE protocol Security Agreement Required
500 SIP_TRUNK_FAILURE server-error Server Internal Error
501 SIP_TRUNK_FAILURE not-implemented Not Implemented
502 SIP_TRUNK_FAILURE bad-gateway Bad Gateway
503 SIP_TRUNK_FAILURE service-unavailable Service Unavailable
504 SIP_TRUNK_FAILURE gateway-timeout Server Time-out
505 SIP_TRUNK_FAILURE protocol Version Not Supported
513 SIP_TRUNK_FAILURE protocol Message Too Large
555 SIP_TRUNK_FAILURE protocol Push Notification Service Not Supported
580 SIP_TRUNK_FAILURE media-negotiation Precondition Failure
600 USER_REJECTED busy Busy Everywhere
603 USER_REJECTED declined Decline
604 SIP_TRUNK_FAILURE not-found Does Not Exist Anywhere
606 SIP_TRUNK_FAILURE media-negotiation Not Acceptable
607 USER_REJECTED unwanted Unwanted
608 USER_REJECTED blocked Rejected
399 SIP_TRUNK_FAILURE protocol Unknown Redirection
499 SIP_TRUNK_FAILURE protocol Unknown Failure
599 SIP_TRUNK_FAILURE protocol Unknown Server Failure
699 USER_REJECTED declined Unknown Global Failure
"""
ROWS = [line.split(maxsplit=3) for line in CODES.strip().splitlines()]

# A 503 never passes tm as it is: remap_503_500 is on by default
SENT = {503: 500}
# Codes of no row: only their class decides
UNKNOWN = (399, 499, 599, 699)


@pytest.mark.parametrize("code,reason,detail,phrase", ROWS,
                         ids=[row[0] for row in ROWS])
def test_code(case, code, reason, detail, phrase):
    code = int(code)
    case(reply(code, phrase), outcome(SENT.get(code, code), phrase, reason,
                                      unclassified=code in UNKNOWN))


@pytest.mark.parametrize("code,reason,detail,phrase", ROWS,
                         ids=[row[0] for row in ROWS])
def test_detail(case, proxies, code, reason, detail, phrase):
    code = int(code)
    case(reply(code, phrase),
         outcome(SENT.get(code, code), phrase, reason,
                 detail=f"code={code};detail={detail};source=remote",
                 unclassified=code in UNKNOWN),
         arms=(0,), pair=proxies.pair(params=(DETAIL,)))
