/**
 * @file table_sip_codes.h  Status code of a final reply -> reason and detail
 *
 * Define DR_SIP_CODE(code, soft, reason, detail, words) and include this file
 * to get every row; it takes the definition away at the end.
 *
 *  code    300 to 699
 *  soft    SOFT: a Q.850 cause in a Reason header field may refine the row,
 *          the code alone says little. FIRM: it may not.
 *  reason  a name of enum dr_reason without its prefix
 *  detail  token
 *  words   the reason phrase as registered
 *
 * Sources: RFC 3261 section 21 and IANA's registry "Response Codes" of the SIP
 * parameters. Codes without a row: see table_events.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 * In addition, as a special exception, permission is granted to link with
 * OpenSSL.
 */

/* No include guard: a file may need the rows more than once. */
/* One row, one line. */
/* clang-format off */
/*          code  soft  reason             detail               words */
DR_SIP_CODE(300,  FIRM, SIP_TRUNK_FAILURE, "redirect",          "Multiple Choices")
DR_SIP_CODE(301,  FIRM, SIP_TRUNK_FAILURE, "redirect",          "Moved Permanently")
DR_SIP_CODE(302,  FIRM, SIP_TRUNK_FAILURE, "redirect",          "Moved Temporarily")
DR_SIP_CODE(305,  FIRM, SIP_TRUNK_FAILURE, "redirect",          "Use Proxy")
DR_SIP_CODE(380,  FIRM, SIP_TRUNK_FAILURE, "redirect",          "Alternative Service")
DR_SIP_CODE(400,  SOFT, SIP_TRUNK_FAILURE, "protocol",          "Bad Request")
DR_SIP_CODE(401,  FIRM, SIP_TRUNK_FAILURE, "authentication",    "Unauthorized")
DR_SIP_CODE(402,  FIRM, SIP_TRUNK_FAILURE, "payment-required",  "Payment Required")
DR_SIP_CODE(403,  FIRM, SIP_TRUNK_FAILURE, "forbidden",         "Forbidden")
DR_SIP_CODE(404,  SOFT, SIP_TRUNK_FAILURE, "not-found",         "Not Found")
DR_SIP_CODE(405,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Method Not Allowed")
DR_SIP_CODE(406,  FIRM, SIP_TRUNK_FAILURE, "media-negotiation", "Not Acceptable")
DR_SIP_CODE(407,  FIRM, SIP_TRUNK_FAILURE, "authentication",    "Proxy Auth Required")
DR_SIP_CODE(408,  SOFT, USER_UNAVAILABLE,  "request-timeout",   "Request Timeout")
DR_SIP_CODE(410,  SOFT, SIP_TRUNK_FAILURE, "number-changed",    "Gone")
DR_SIP_CODE(412,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Conditional Request Failed")
DR_SIP_CODE(413,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Request Entity Too Large")
DR_SIP_CODE(414,  FIRM, SIP_TRUNK_FAILURE, "bad-number",        "Request-URI Too Long")
DR_SIP_CODE(415,  FIRM, SIP_TRUNK_FAILURE, "media-negotiation", "Unsupported Media Type")
DR_SIP_CODE(416,  FIRM, SIP_TRUNK_FAILURE, "bad-number",        "Unsupported URI Scheme")
DR_SIP_CODE(417,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Unknown Resource-Priority")
DR_SIP_CODE(420,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Bad Extension")
DR_SIP_CODE(421,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Extension Required")
DR_SIP_CODE(422,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Session Interval Too Small")
DR_SIP_CODE(423,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Interval Too Brief")
DR_SIP_CODE(424,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Bad Location Information")
DR_SIP_CODE(425,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Bad Alert Message")
DR_SIP_CODE(428,  FIRM, SIP_TRUNK_FAILURE, "identity",          "Use Identity Header")
DR_SIP_CODE(429,  FIRM, SIP_TRUNK_FAILURE, "identity",          "Provide Referrer Identity")
DR_SIP_CODE(430,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Flow Failed")
DR_SIP_CODE(433,  FIRM, USER_REJECTED,     "anonymous-refused", "Anonymity Disallowed")
DR_SIP_CODE(436,  FIRM, SIP_TRUNK_FAILURE, "identity",          "Bad Identity Info")
DR_SIP_CODE(437,  FIRM, SIP_TRUNK_FAILURE, "identity",          "Unsupported Credential")
DR_SIP_CODE(438,  FIRM, SIP_TRUNK_FAILURE, "identity",          "Invalid Identity Header")
DR_SIP_CODE(439,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "First Hop Lacks Outbound Support")
DR_SIP_CODE(440,  FIRM, SIP_TRUNK_FAILURE, "routing-loop",      "Max-Breadth Exceeded")
DR_SIP_CODE(469,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Bad Info Package")
DR_SIP_CODE(470,  FIRM, USER_REJECTED,     "consent-needed",    "Consent Needed")
DR_SIP_CODE(480,  SOFT, USER_UNAVAILABLE,  "unavailable",       "Temporarily Unavailable")
DR_SIP_CODE(481,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Call/Transaction Does Not Exist")
DR_SIP_CODE(482,  FIRM, SIP_TRUNK_FAILURE, "routing-loop",      "Loop Detected")
DR_SIP_CODE(483,  FIRM, SIP_TRUNK_FAILURE, "routing-loop",      "Too Many Hops")
DR_SIP_CODE(484,  SOFT, SIP_TRUNK_FAILURE, "bad-number",        "Address Incomplete")
DR_SIP_CODE(485,  FIRM, SIP_TRUNK_FAILURE, "bad-number",        "Ambiguous")
DR_SIP_CODE(486,  FIRM, USER_REJECTED,     "busy",              "Busy Here")
DR_SIP_CODE(487,  SOFT, USER_UNAVAILABLE,  "terminated",        "Request Terminated")
DR_SIP_CODE(488,  FIRM, SIP_TRUNK_FAILURE, "media-negotiation", "Not Acceptable Here")
DR_SIP_CODE(489,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Bad Event")
DR_SIP_CODE(491,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Request Pending")
DR_SIP_CODE(493,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Undecipherable")
DR_SIP_CODE(494,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Security Agreement Required")
DR_SIP_CODE(500,  SOFT, SIP_TRUNK_FAILURE, "server-error",      "Server Internal Error")
DR_SIP_CODE(501,  SOFT, SIP_TRUNK_FAILURE, "not-implemented",   "Not Implemented")
DR_SIP_CODE(502,  SOFT, SIP_TRUNK_FAILURE, "bad-gateway",       "Bad Gateway")
DR_SIP_CODE(503,  SOFT, SIP_TRUNK_FAILURE, "service-unavailable", "Service Unavailable")
DR_SIP_CODE(504,  SOFT, SIP_TRUNK_FAILURE, "gateway-timeout",   "Server Time-out")
DR_SIP_CODE(505,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Version Not Supported")
DR_SIP_CODE(513,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Message Too Large")
DR_SIP_CODE(555,  FIRM, SIP_TRUNK_FAILURE, "protocol",          "Push Notification Service Not Supported")
DR_SIP_CODE(580,  FIRM, SIP_TRUNK_FAILURE, "media-negotiation", "Precondition Failure")
DR_SIP_CODE(600,  FIRM, USER_REJECTED,     "busy",              "Busy Everywhere")
DR_SIP_CODE(603,  FIRM, USER_REJECTED,     "declined",          "Decline")
DR_SIP_CODE(604,  FIRM, SIP_TRUNK_FAILURE, "not-found",         "Does Not Exist Anywhere")
DR_SIP_CODE(606,  FIRM, SIP_TRUNK_FAILURE, "media-negotiation", "Not Acceptable")
DR_SIP_CODE(607,  FIRM, USER_REJECTED,     "unwanted",          "Unwanted")
DR_SIP_CODE(608,  FIRM, USER_REJECTED,     "blocked",           "Rejected")
/* clang-format on */

#undef DR_SIP_CODE
