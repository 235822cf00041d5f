"""`melody.json` in a take's folder: every version of its melody, so that no edit is lost when the window closes.

A trimmed take is another sound, with a melody of its own; undoing the trim brings the earlier melody back. So the file
keeps one history for each sound file of the take.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.melody.revisions import Revisions
from vocmatch_desktop.types import Take
from vocmatch_desktop.whole import write_text

NAME = "melody.json"
VERSION = 1


def load(take: Take) -> Revisions | None:
    """The kept melody of the take's sound; None where there is none, or where the file is damaged."""
    try:
        return Revisions.from_json(_melodies(take.folder)[take.audio_name])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None


def save(take: Take, revisions: Revisions) -> None:
    """Writes the melody of the take's sound, whole or not at all; a damaged file is set aside first.

    Raises:
        DiskError: no space, no permission. NotFound: the take is gone.
    """
    if not take.folder.is_dir():
        raise NotFound(f"The take “{take.name}” is gone.", "It may have been moved or deleted.")
    path = take.folder / NAME
    try:
        melodies = _melodies(take.folder)
    except (ValueError, TypeError, KeyError, AttributeError):
        melodies = {}
        path.replace(path.with_name(f"{NAME}.damaged"))
    content = {"version": VERSION, "melodies": {**melodies, take.audio_name: revisions.to_json()}}
    write_text(path, json.dumps(content, separators=(",", ":"), allow_nan=False))


def _melodies(folder: Path) -> dict[str, Any]:
    """What the file holds; empty where there is none."""
    path = folder / NAME
    if not path.is_file():
        return {}
    return dict(json.loads(path.read_text("utf-8"))["melodies"])
