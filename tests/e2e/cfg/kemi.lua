-- The logic of kemi.cfg in Lua; see there.
-- SPDX-License-Identifier: GPL-2.0-or-later

local FIELDS = {
	"reason", "number", "detail", "source", "code", "q850", "trunk", "bridge",
	"profile", "rule", "ringing", "history",
}

local where

local function header(name)
	return KSR.pv.get("$hdr(X-Test-" .. name .. ")")
end

local function shown(name)
	local value = KSR.pv.get(name)
	return value == nil and "<null>" or tostring(value)
end

local function note(text)
	KSR.notice("DRTEST callid=" .. KSR.pv.get("$ci") .. " " .. text .. "\n")
end

local function log()
	local words = {
		"where=" .. where, "avp=" .. shown("$avp(disconnect_reason)"),
		"older=" .. shown("$(avp(disconnect_reason)[1])"),
	}
	for _, field in ipairs(FIELDS) do
		table.insert(words, field .. "=" .. shown("$dr(" .. field .. ")"))
		table.insert(words, "x" .. field .. "="
				.. shown("$xavp(dr=>" .. field .. ")"))
	end
	note(table.concat(words, " "))
end

local module = KSR.disconnect_reason

local OURS = {
	WATCH = function(profile)
		return module.disconnect_reason_watch(profile)
	end,
	IGNORE = function()
		return module.disconnect_reason_ignore()
	end,
	SET = function(reason, detail)
		return module.disconnect_reason_set(reason, detail)
	end,
	TRUNK = function(name)
		return module.disconnect_reason_trunk(name)
	end,
}

local OTHERS = {
	NEWTRAN = function() KSR.tm.t_newtran() end,
	REPLY = function() KSR.tm.t_reply(480, "Try Later") end,
	STATELESS = function() KSR.sl.sl_send_reply(480, "Try Later") end,
	LOG = log,
	FORK = function() KSR.corex.append_branch_uri(header("Fork")) end,
	NEXT = function()
		KSR.pv.sets("$ru", header("Next"))
		KSR.tm.t_relay()
	end,
	ARM = function() KSR.tm.t_on_failure("LAST") end,
	RELAY = function() KSR.tm.t_relay() end,
}

local function do_step(step)
	local words = {}
	for word in (step .. ":"):gmatch("(.-):") do
		table.insert(words, word)
	end
	local name = words[1]
	if OURS[name] then
		local rc = OURS[name](words[2] or "", words[3] or "")
		note("step=" .. name .. " rc=" .. rc)
	else
		OTHERS[name]()
	end
end

local function do_steps(steps)
	for step in steps:gmatch("[^,]+") do
		do_step(step)
	end
end

function ksr_request_route()
	local method = KSR.pv.get("$rm")
	if method == "CANCEL" then
		if KSR.tm.t_check_trans() > 0 then KSR.tm.t_relay() end
		return
	end
	if KSR.pv.get("$tt") ~= nil then
		if method == "ACK" and KSR.tm.t_check_trans() >= 0 then return end
		KSR.tm.t_relay()
		return
	end
	if header("To") then KSR.pv.sets("$ru", header("To")) end
	if header("Onreply") then
		KSR.pv.sets("$avp(onreply)", header("Onreply"))
		KSR.tm.t_on_reply("ONREPLY")
	end
	if header("Failure") then KSR.tm.t_on_failure("FAILURE") end
	if header("Branch") then KSR.tm.t_on_branch("BRANCH") end
	if header("Branch-Failure") then
		KSR.tm.t_on_branch_failure("BRANCH_FAILURE")
	end
	where = "REQUEST"
	do_steps(header("Do"))
end

function ONREPLY()
	if KSR.pv.get("$rs") < 200 then
		where = "PROGRESS"
		log()
	end
	if KSR.pv.get("$rs") < 300 then return end
	where = "ONREPLY"
	do_steps(KSR.pv.get("$avp(onreply)"))
end

function FAILURE()
	where = "FAILURE"
	do_steps(header("Failure"))
end

function LAST()
	where = "LAST"
	log()
end

function BRANCH()
	do_step(header("Branch"))
end

function BRANCH_FAILURE()
	where = "BRANCH_FAILURE"
	log()
end

function OUTCOME(event)
	assert(event == "disconnect-reason:outcome")
	where = "EVENT"
	log()
end
