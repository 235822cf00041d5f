"""`vocmatch record` as a script uses it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import virtual_audio as virtual

COMMAND = [sys.executable, "-m", "vocmatch_desktop", "record"]


def test_ctrl_c_ends_and_keeps_the_take(virtual_audio: virtual.VirtualAudio, tmp_path: Path) -> None:
    out = tmp_path / "take.wav"
    singer = subprocess.Popen(
        [*COMMAND, "--out", str(out), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not out.exists() or out.stat().st_size < 20_000:
        assert singer.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    singer.send_signal(signal.SIGINT)
    printed, complaints = singer.communicate(timeout=30)
    assert (singer.returncode, complaints) == (0, "")
    result = json.loads(printed)
    assert result.keys() >= {"path", "duration_s", "rate", "peak_dbfs", "overflows"}
    with wave.open(result["path"]) as file:
        assert file.getnframes() == round(result["duration_s"] * result["rate"])


def test_what_cannot_be_done_is_one_line(virtual_audio: virtual.VirtualAudio, tmp_path: Path) -> None:
    (tmp_path / "mine.wav").write_bytes(b"precious")
    for arguments in (["--device", "USB mic"], ["--out", str(tmp_path / "mine.wav")], ["--out", "take.mp3"]):
        done = subprocess.run([*COMMAND, "--seconds", "1", "--json", *arguments], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.count("\n") == 1
    assert (tmp_path / "mine.wav").read_bytes() == b"precious"
