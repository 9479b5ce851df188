"""How processes are started that Ctrl-C must not reach."""

import subprocess

from explorer.runs import launcher as launching


def test_children_are_out_of_reach_of_ctrl_c_on_every_system(monkeypatch):
    assert launching.detached_options() == {"start_new_session": True, "creationflags": 0}
    subprocess.run(["true"], **launching.detached_options(), check=True)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, raising=False)
    assert launching.detached_options()["creationflags"] == 0x200
