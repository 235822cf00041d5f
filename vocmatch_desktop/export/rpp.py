"""A REAPER project: plain text, one track a file, all of them at the start of the first bar."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path

from vocmatch_desktop.types import AudioFile
from vocmatch_desktop.whole import write_text


def write_project(
    path: Path,
    sounds: Sequence[tuple[str, AudioFile]],
    *,
    bpm: float,
    beats_per_bar: int = 4,
    muted: Container[Path] = (),
) -> None:
    """Writes `path` (.rpp) with a track for each (name, sound); the sounds lie in the project's own folder.

    Raises:
        DiskError: no space, no permission.
    """
    lines = ['<REAPER_PROJECT 0.1 "6.0" 0', f"  TEMPO {bpm:.6f} {beats_per_bar} 4"]
    for name, sound in sounds:
        lines += _track(name, sound, sound.path in muted)
    write_text(path, "\n".join([*lines, ">", ""]))


def _track(name: str, sound: AudioFile, muted: bool) -> list[str]:
    return [
        "  <TRACK",
        f"    NAME {_quoted(name)}",
        *(["    MUTESOLO 1 0 0"] if muted else []),
        "    <ITEM",
        "      POSITION 0",
        f"      LENGTH {sound.duration_s:.9f}",
        f"      NAME {_quoted(name)}",
        "      <SOURCE WAVE",
        f"        FILE {_quoted(sound.path.name)}",
        "      >",
        "    >",
        "  >",
    ]


def _quoted(text: str) -> str:
    """REAPER knows three quotes and no escapes: a text that holds all of them loses the last."""
    for quote in "\"'`":
        if quote not in text:
            return f"{quote}{text}{quote}"
    return f"`{text.replace('`', '')}`"
