"""Decoders for a machine without a network: the wheels that read Opus and resample, downloaded by pip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DECODERS = ("soundfile", "cffi", "pycparser", "soxr", "platformdirs")
"""What unpacking needs beside NumPy and torch."""

PYTHONS = ("3.11", "3.12")
PLATFORM = "manylinux_2_28_x86_64"
_TIMEOUT_S = 120


def download(folder: Path) -> tuple[Path, ...]:
    """The wheels, for Linux on x86-64 and every one of `PYTHONS`; () where pip finds no network (or is not there)."""
    folder.mkdir(parents=True, exist_ok=True)
    for python in PYTHONS:
        if not _pip(folder, python):
            return ()
    return tuple(sorted(folder.glob("*.whl")))


def _pip(folder: Path, python: str) -> bool:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--retries", "1", "--timeout", "10", "--python-version", python, "--implementation", "cp"]
    for tag in (PLATFORM, "manylinux_2_17_x86_64", "manylinux2014_x86_64", "any"):
        command += ["--platform", tag]
    try:
        done = subprocess.run([*command, "--dest", folder, *DECODERS], capture_output=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
