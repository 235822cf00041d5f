"""Where networks are trained."""

from __future__ import annotations

from typing import Literal

import torch

from vocmatch_desktop.errors import UserError


def device(name: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """The device of this name, "auto" for a CUDA device where there is one; raises `UserError` where it is missing."""
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise UserError("There is no CUDA device here.", "Leave --device out to train on the processor.")
    return torch.device("cuda" if there and name != "cpu" else "cpu")
