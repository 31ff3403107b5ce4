# The logic of kemi.cfg in Python; see there.
# SPDX-License-Identifier: GPL-2.0-or-later

import KSR

FIELDS = ("reason", "number", "detail", "source", "code", "q850", "trunk",
          "bridge", "profile", "rule", "ringing", "history")


def header(name):
    return KSR.pv.get(f"$hdr(X-Test-{name})")


def shown(name):
    value = KSR.pv.get(name)
    return "<null>" if value is None else str(value)


def note(text):
    KSR.notice(f"DRTEST callid={KSR.pv.get('$ci')} {text}\n")


def mod_init():
    return Script()


class Script:
    """Its methods are the routes."""

    def __init__(self):
        self.where = None
        module = KSR.disconnect_reason
        self.ours = {
            "WATCH": lambda profile="":
                module.disconnect_reason_watch(profile),
            "IGNORE": lambda: module.disconnect_reason_ignore(),
            "SET": lambda reason, detail="":
                module.disconnect_reason_set(reason, detail),
            "TRUNK": lambda name: module.disconnect_reason_trunk(name),
        }
        self.others = {
            "NEWTRAN": lambda: KSR.tm.t_newtran(),
            "REPLY": lambda: KSR.tm.t_reply(480, "Try Later"),
            "STATELESS": lambda: KSR.sl.sl_send_reply(480, "Try Later"),
            "LOG": self.log,
            "FORK": lambda: KSR.corex.append_branch_uri(header("Fork")),
            "NEXT": self.next,
            "ARM": lambda: KSR.tm.t_on_failure("LAST"),
            "RELAY": lambda: KSR.tm.t_relay(),
        }

    def child_init(self, _rank):
        return 0

    def log(self):
        words = [f"where={self.where}",
                 f"avp={shown('$avp(disconnect_reason)')}",
                 f"older={shown('$(avp(disconnect_reason)[1])')}"]
        for field in FIELDS:
            words.append(f"{field}={shown(f'$dr({field})')}")
            words.append(f"x{field}={shown(f'$xavp(dr=>{field})')}")
        note(" ".join(words))

    def next(self):
        KSR.pv.sets("$ru", header("Next"))
        KSR.tm.t_relay()

    def do_step(self, step):
        name, *arguments = step.split(":")
        if name in self.ours:
            note(f"step={name} rc={self.ours[name](*arguments)}")
        else:
            self.others[name]()

    def do_steps(self, steps):
        for step in steps.split(","):
            self.do_step(step)

    def ksr_request_route(self, _msg):
        method = KSR.pv.get("$rm")
        if method == "CANCEL":
            if KSR.tm.t_check_trans() > 0:
                KSR.tm.t_relay()
            return 1
        if KSR.pv.get("$tt") is not None:
            if method != "ACK" or KSR.tm.t_check_trans() < 0:
                KSR.tm.t_relay()
            return 1
        self.initial()
        return 1

    # app_python3 calls these, too, and logs an error where they are missing

    def ksr_reply_route(self, _msg):
        return 1

    def ksr_onsend_route(self, _msg):
        return 1

    def initial(self):
        if header("To"):
            KSR.pv.sets("$ru", header("To"))
        if header("Onreply"):
            KSR.pv.sets("$avp(onreply)", header("Onreply"))
            KSR.tm.t_on_reply("ONREPLY")
        if header("Failure"):
            KSR.tm.t_on_failure("FAILURE")
        if header("Branch"):
            KSR.tm.t_on_branch("BRANCH")
        if header("Branch-Failure"):
            KSR.tm.t_on_branch_failure("BRANCH_FAILURE")
        self.where = "REQUEST"
        self.do_steps(header("Do"))

    def ONREPLY(self, _msg):
        if KSR.pv.get("$rs") < 200:
            self.where = "PROGRESS"
            self.log()
        if KSR.pv.get("$rs") >= 300:
            self.where = "ONREPLY"
            self.do_steps(KSR.pv.get("$avp(onreply)"))
        return 1

    def FAILURE(self, _msg):
        self.where = "FAILURE"
        self.do_steps(header("Failure"))
        return 1

    def LAST(self, _msg):
        self.where = "LAST"
        self.log()
        return 1

    def BRANCH(self, _msg):
        self.do_step(header("Branch"))
        return 1

    def BRANCH_FAILURE(self, _msg):
        self.where = "BRANCH_FAILURE"
        self.log()
        return 1

    def OUTCOME(self, _msg, event):
        assert event == "disconnect-reason:outcome"
        self.where = "EVENT"
        self.log()
        return 1
