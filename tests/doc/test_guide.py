# The script of the operator's guide does what the page says, on a real call.
# SPDX-License-Identifier: GPL-2.0-or-later

import pages
from lib.caller import fails
from lib.sipp import Sipp
from lib.trunk import reply
from one_call import call
from shipped import running


def test_script_of_guide(tmp_path):
    script = tmp_path / "guide.cfg"
    (_, _, text), *_ = [block for block in pages.blocks("kamailio complete")
                        if block[0].startswith("doc/operators-guide.md")]
    script.write_text(text)
    trunk = Sipp(reply(486)("trunk-A"), tmp_path, "trunk")
    ctl = [("ctl", "binrpc", "unix:RUN_DIR/ctl")]
    with running(tmp_path / "kamailio", script, params=ctl) as proxy:
        final, = call(tmp_path, proxy, lambda _, headers: fails(486)(
            trunk.uri, headers), [trunk])
        said = f"call {final.call_id}: USER_REJECTED busy by remote"
        assert [line for line in proxy.lines() if line.endswith(said)]
        assert proxy.rpc("disconnect_reason.stats")["outcomes"][
            "USER_REJECTED"] == 1
    assert final.values("X-LK-Disconnect-Reason") == ["USER_REJECTED"]
    assert final.values("X-LK-Disconnect-Detail") \
        == ["code=486;detail=busy;source=remote"]
