from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from vocmatch_desktop.services.lifeline import deaf_to_ctrl_c, follow_parent


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_only_processes_started_inside_are_deaf_to_ctrl_c() -> None:
    code = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    command = [sys.executable, "-c", code]
    with deaf_to_ctrl_c():
        inside = subprocess.run(command, capture_output=True, text=True, check=True)
    outside = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (inside.stdout.strip(), outside.stdout.strip()) == ("True", "False")
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_process_nobody_spawned_follows_nobody() -> None:
    follow_parent()  # the check for leaked threads would complain
