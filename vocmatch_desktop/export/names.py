"""File names that every system and every DAW takes, with the tempo and key a producer looks for."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from vocmatch_desktop.types import Key

MAX_BYTES = 180
"""Of a whole name in UTF-8. File systems stop at 255, Windows' paths at 260 characters; `.partial` must still fit."""

_FORBIDDEN = str.maketrans({'"': "'", "/": "-", "\\": "-", "|": "-", ":": "-", "<": "(", ">": ")", "?": "", "*": ""})
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_BIDI_CONTROLS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_JOINERS = "\u200d\ufe0f\ufe0e"


def safe_name(text: str, suffix: str = "", *, max_bytes: int = MAX_BYTES) -> str:
    """`text` as a file's name, without a folder, ending in `suffix` (".wav"): letters and emoji of any script are kept.

    Line breaks and what Windows forbids are replaced, reserved device names are escaped, and the name is cut to
    `max_bytes` of UTF-8 between characters. Never empty, never hidden, never ".." and the same for the same text.
    """
    text = unicodedata.normalize("NFC", text.translate(_FORBIDDEN))
    text = _BIDI_CONTROLS.sub("", text)
    text = "".join(" " if _breaks_a_name(character) else character for character in text)
    text = " ".join(text.split()).strip(". ")
    text = _cut(text, max_bytes - len(suffix.encode())).strip(". ") or "untitled"
    if _RESERVED.match(text):
        text = f"_{text}"
    return text + suffix


def tagged_name(title: str, *, bpm: float | None = None, key: Key | None = None, suffix: str = ".wav") -> str:
    """A name such as "Night Bus - 92 BPM - F#m.wav"; tempo and key survive when a long title is cut."""
    tags = [f" - {bpm_label(bpm)} BPM"] if bpm is not None else []
    tags += [f" - {key_label(key)}"] if key is not None else []
    return safe_name(title, "".join(tags) + suffix)


def bpm_label(bpm: float) -> str:
    """The tempo with as many digits as it needs, two decimals at most: "92", "92.5", "92.51"."""
    return f"{bpm:.2f}".rstrip("0").rstrip(".")


def key_label(key: Key) -> str:
    """The key as it is typed: "F#m", "Bb"."""
    return key.name.replace("♯", "#").replace("♭", "b")


def free_path(folder: Path, name: str) -> Path:
    """`folder / name`, or "… 2.wav", "… 3.wav" where that exists: nothing is ever overwritten."""
    path = folder / name
    number = 2
    while path.exists():
        path = folder / f"{Path(name).stem} {number}{Path(name).suffix}"
        number += 1
    return path


def _breaks_a_name(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")


def _cut(text: str, max_bytes: int) -> str:
    if len(text.encode()) <= max_bytes:
        return text
    kept = text.encode()[:max_bytes].decode(errors="ignore")
    dropped = text[len(kept)]
    while kept and (unicodedata.combining(dropped) or dropped in _JOINERS or kept[-1] in _JOINERS):
        kept, dropped = kept[:-1], kept[-1]
    return kept
