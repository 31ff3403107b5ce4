-- What local_replies.cfg does when t_relay() fails, in Lua; see there.
-- SPDX-License-Identifier: GPL-2.0-or-later

local ANSWERS = {
	SL_ERROR = function() KSR.sl.sl_reply_error() end,
	SL_REPLY = function() KSR.sl.sl_send_reply(503, "No Trunk") end,
	SEND_REPLY = function() KSR.sl.send_reply(503, "No Trunk") end,
	T_REPLY = function() KSR.tm.t_reply(503, "No Trunk") end,
}

local function shown(name)
	local value = KSR.pv.get(name)
	return value == nil and "<null>" or tostring(value)
end

function ksr_request_route()
	if KSR.pv.get("$rm") == "ACK" then
		KSR.tm.t_check_trans()
		return
	end
	KSR.pv.sets("$ru", KSR.pv.get("$hdr(X-Test-To)"))
	if KSR.tm.t_relay() < 0 then
		ANSWERS[KSR.pv.get("$hdr(X-Test-Do)")]()
	end
	KSR.notice("DRTEST callid=" .. KSR.pv.get("$ci")
			.. " avp=" .. shown("$avp(disconnect_reason)")
			.. " older=" .. shown("$(avp(disconnect_reason)[1])") .. "\n")
end
