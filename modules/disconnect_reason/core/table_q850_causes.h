/**
 * @file table_q850_causes.h  Cause value of Q.850 -> reason and detail
 *
 * Define DR_Q850_CAUSE(cause, overrides, reason, detail, words) and include
 * this file to get every row; it takes the definition away at the end.
 *
 *  cause      1 to 127
 *  overrides  YES: the cause is a better answer than a soft status code. NO: it
 *             says less than the code does (normal clearing, interworking, ...),
 *             and has neither reason nor detail.
 *  reason     a name of enum dr_reason without its prefix
 *  detail     token, empty where the cause does not override
 *  words      name of the cause
 *
 * Source: ITU-T Q.850 section 2.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

/* No include guard: a file may need the rows more than once. */
/* One row, one line. */
/* clang-format off */
/*            cause ov.  reason             detail               words */
DR_Q850_CAUSE(1,    YES, SIP_TRUNK_FAILURE, "not-found",         "Unallocated (unassigned) number")
DR_Q850_CAUSE(2,    YES, SIP_TRUNK_FAILURE, "no-route",          "No route to specified transit network")
DR_Q850_CAUSE(3,    YES, SIP_TRUNK_FAILURE, "no-route",          "No route to destination")
DR_Q850_CAUSE(4,    YES, SIP_TRUNK_FAILURE, "not-found",         "Send special information tone")
DR_Q850_CAUSE(5,    YES, SIP_TRUNK_FAILURE, "bad-number",        "Misdialled trunk prefix")
DR_Q850_CAUSE(6,    YES, SIP_TRUNK_FAILURE, "network",           "Channel unacceptable")
DR_Q850_CAUSE(7,    NO,  UNKNOWN_REASON,    "",                  "Call awarded, delivered in established channel")
DR_Q850_CAUSE(8,    YES, SIP_TRUNK_FAILURE, "network",           "Preemption")
DR_Q850_CAUSE(9,    YES, SIP_TRUNK_FAILURE, "network",           "Preemption, circuit reserved for reuse")
DR_Q850_CAUSE(14,   YES, SIP_TRUNK_FAILURE, "network",           "QoR: ported number")
DR_Q850_CAUSE(16,   NO,  UNKNOWN_REASON,    "",                  "Normal call clearing")
DR_Q850_CAUSE(17,   YES, USER_REJECTED,     "busy",              "User busy")
DR_Q850_CAUSE(18,   YES, USER_UNAVAILABLE,  "no-response",       "No user responding")
DR_Q850_CAUSE(19,   YES, USER_UNAVAILABLE,  "no-answer",         "No answer from user (user alerted)")
DR_Q850_CAUSE(20,   YES, USER_UNAVAILABLE,  "absent",            "Subscriber absent")
DR_Q850_CAUSE(21,   YES, USER_REJECTED,     "declined",          "Call rejected")
DR_Q850_CAUSE(22,   YES, SIP_TRUNK_FAILURE, "number-changed",    "Number changed")
DR_Q850_CAUSE(23,   YES, SIP_TRUNK_FAILURE, "redirect",          "Redirection to new destination")
DR_Q850_CAUSE(24,   YES, USER_REJECTED,     "blocked",           "Call rejected due to feature at the destination")
DR_Q850_CAUSE(25,   YES, SIP_TRUNK_FAILURE, "routing-loop",      "Exchange routing error")
DR_Q850_CAUSE(26,   NO,  UNKNOWN_REASON,    "",                  "Non-selected user clearing")
DR_Q850_CAUSE(27,   YES, SIP_TRUNK_FAILURE, "out-of-order",      "Destination out of order")
DR_Q850_CAUSE(28,   YES, SIP_TRUNK_FAILURE, "bad-number",        "Invalid number format (address incomplete)")
DR_Q850_CAUSE(29,   YES, SIP_TRUNK_FAILURE, "network",           "Facility rejected")
DR_Q850_CAUSE(30,   NO,  UNKNOWN_REASON,    "",                  "Response to STATUS ENQUIRY")
DR_Q850_CAUSE(31,   NO,  UNKNOWN_REASON,    "",                  "Normal, unspecified")
DR_Q850_CAUSE(34,   YES, SIP_TRUNK_FAILURE, "congestion",        "No circuit/channel available")
DR_Q850_CAUSE(38,   YES, SIP_TRUNK_FAILURE, "network",           "Network out of order")
DR_Q850_CAUSE(39,   YES, SIP_TRUNK_FAILURE, "network",           "Permanent frame mode connection out of service")
DR_Q850_CAUSE(40,   NO,  UNKNOWN_REASON,    "",                  "Permanent frame mode connection operational")
DR_Q850_CAUSE(41,   YES, SIP_TRUNK_FAILURE, "network",           "Temporary failure")
DR_Q850_CAUSE(42,   YES, SIP_TRUNK_FAILURE, "congestion",        "Switching equipment congestion")
DR_Q850_CAUSE(43,   YES, SIP_TRUNK_FAILURE, "network",           "Access information discarded")
DR_Q850_CAUSE(44,   YES, SIP_TRUNK_FAILURE, "congestion",        "Requested circuit/channel not available")
DR_Q850_CAUSE(46,   YES, SIP_TRUNK_FAILURE, "congestion",        "Precedence call blocked")
DR_Q850_CAUSE(47,   YES, SIP_TRUNK_FAILURE, "congestion",        "Resource unavailable, unspecified")
DR_Q850_CAUSE(49,   YES, SIP_TRUNK_FAILURE, "network",           "Quality of service not available")
DR_Q850_CAUSE(50,   YES, SIP_TRUNK_FAILURE, "network",           "Requested facility not subscribed")
DR_Q850_CAUSE(53,   YES, SIP_TRUNK_FAILURE, "forbidden",         "Outgoing calls barred within CUG")
DR_Q850_CAUSE(55,   YES, USER_REJECTED,     "blocked",           "Incoming calls barred within CUG")
DR_Q850_CAUSE(57,   YES, SIP_TRUNK_FAILURE, "forbidden",         "Bearer capability not authorized")
DR_Q850_CAUSE(58,   YES, SIP_TRUNK_FAILURE, "media-negotiation", "Bearer capability not presently available")
DR_Q850_CAUSE(62,   YES, SIP_TRUNK_FAILURE, "network",           "Inconsistency in outgoing access information and subscriber class")
DR_Q850_CAUSE(63,   YES, SIP_TRUNK_FAILURE, "network",           "Service or option not available, unspecified")
DR_Q850_CAUSE(65,   YES, SIP_TRUNK_FAILURE, "media-negotiation", "Bearer capability not implemented")
DR_Q850_CAUSE(66,   YES, SIP_TRUNK_FAILURE, "network",           "Channel type not implemented")
DR_Q850_CAUSE(69,   YES, SIP_TRUNK_FAILURE, "network",           "Requested facility not implemented")
DR_Q850_CAUSE(70,   YES, SIP_TRUNK_FAILURE, "media-negotiation", "Only restricted digital information bearer capability available")
DR_Q850_CAUSE(79,   YES, SIP_TRUNK_FAILURE, "network",           "Service or option not implemented, unspecified")
DR_Q850_CAUSE(81,   YES, SIP_TRUNK_FAILURE, "network",           "Invalid call reference value")
DR_Q850_CAUSE(82,   YES, SIP_TRUNK_FAILURE, "network",           "Identified channel does not exist")
DR_Q850_CAUSE(83,   YES, SIP_TRUNK_FAILURE, "network",           "Suspended call exists, but this identity does not")
DR_Q850_CAUSE(84,   YES, SIP_TRUNK_FAILURE, "network",           "Call identity in use")
DR_Q850_CAUSE(85,   YES, SIP_TRUNK_FAILURE, "network",           "No call suspended")
DR_Q850_CAUSE(86,   YES, SIP_TRUNK_FAILURE, "network",           "Call having the requested identity has been cleared")
DR_Q850_CAUSE(87,   YES, SIP_TRUNK_FAILURE, "forbidden",         "User not member of CUG")
DR_Q850_CAUSE(88,   YES, SIP_TRUNK_FAILURE, "media-negotiation", "Incompatible destination")
DR_Q850_CAUSE(90,   YES, SIP_TRUNK_FAILURE, "forbidden",         "Non-existent CUG")
DR_Q850_CAUSE(91,   YES, SIP_TRUNK_FAILURE, "network",           "Invalid transit network selection")
DR_Q850_CAUSE(95,   YES, SIP_TRUNK_FAILURE, "network",           "Invalid message, unspecified")
DR_Q850_CAUSE(96,   YES, SIP_TRUNK_FAILURE, "network",           "Mandatory information element missing")
DR_Q850_CAUSE(97,   YES, SIP_TRUNK_FAILURE, "network",           "Message type non-existent or not implemented")
DR_Q850_CAUSE(98,   YES, SIP_TRUNK_FAILURE, "network",           "Message not compatible with call state / not implemented")
DR_Q850_CAUSE(99,   YES, SIP_TRUNK_FAILURE, "network",           "Information element/parameter non-existent")
DR_Q850_CAUSE(100,  YES, SIP_TRUNK_FAILURE, "network",           "Invalid information element contents")
DR_Q850_CAUSE(101,  YES, SIP_TRUNK_FAILURE, "network",           "Message not compatible with call state")
DR_Q850_CAUSE(102,  NO,  UNKNOWN_REASON,    "",                  "Recovery on timer expiry")
DR_Q850_CAUSE(103,  NO,  UNKNOWN_REASON,    "",                  "Parameter non-existent, passed on")
DR_Q850_CAUSE(110,  NO,  UNKNOWN_REASON,    "",                  "Message with unrecognized parameter, discarded")
DR_Q850_CAUSE(111,  YES, SIP_TRUNK_FAILURE, "network",           "Protocol error, unspecified")
DR_Q850_CAUSE(127,  NO,  UNKNOWN_REASON,    "",                  "Interworking, unspecified")
/* clang-format on */

#undef DR_Q850_CAUSE
