"""Measures how fast a machine makes songs of a pack: `python -m … .assemble_pace PACK SCRATCH`.

It needs neither the window's nor the shell's libraries, so it runs on a bare training machine.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.songs.assemble import Assembly, Options
from vocmatch_desktop.training.songs.unpack import unpack


class _Lines:
    """A report of one line a step."""

    def __call__(self, fraction: float, what: str) -> None:
        sys.stdout.write(f"{100 * fraction:3.0f} % {what}\n")

    def partial(self, event: Any) -> None:
        """There are none."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Unpacks, makes songs for a while, prints the pace; the exit code."""
    given = _parser().parse_args(arguments)
    device = torch.device(given.device)
    try:
        parts = unpack(given.pack, given.scratch, given.rate, _Lines())
        options = Options(given.seconds, given.batch)
        assembly = Assembly(parts, options, device, given.seed, workers=given.workers)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    end = None
    for made, _ in enumerate(assembly):
        end = end or time.perf_counter() + given.minutes * 60
        if time.perf_counter() > end or made + 1 == given.batches:
            break
    sys.stdout.write(f"{assembly.pace().in_words} on {given.device}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="assemble_pace", description="Measures how fast songs are made of a pack.")
    parser.add_argument("pack", type=Path, help="folder of the pack")
    parser.add_argument("scratch", type=Path, help="folder to decode into")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--rate", type=int, default=44_100)
    parser.add_argument("--seconds", type=float, default=6.0, help="length of an example")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=max(0, (os.cpu_count() or 1) - 2), help="processes that plan")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to measure")
    parser.add_argument("--batches", type=int, default=0, help="stop after so many")
    return parser


if __name__ == "__main__":
    sys.exit(main())
