"""How the Stems room and the Songs tab word what they show, and which colour a stem has."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from vocmatch_desktop.ui.library_words import signed
from vocmatch_desktop.ui.stems_state import QUIETEST_DB, Separator, Song

_ROLES = {
    "vocals": "accent",
    "drums": "caution",
    "bass": "melody",
    "guitar": "fit",
    "piano": "keys",
    "instrumental": "text",
}


def tr(text: str) -> str:
    """Translates in the room's context; its widgets and their words are one page to a translator."""
    return QCoreApplication.translate("Stems", text)


def role(stem: str) -> str:
    """The theme's colour role of a stem; what has none of its own is quiet."""
    return _ROLES.get(stem, "text_2")


def stem_title(stem: str) -> str:
    """A stem's name for people."""
    known = {
        "vocals": tr("Vocals"),
        "drums": tr("Drums"),
        "bass": tr("Bass"),
        "guitar": tr("Guitar"),
        "piano": tr("Piano"),
        "other": tr("Other"),
        "instrumental": tr("Instrumental"),
    }
    return known.get(stem, stem[:1].upper() + stem[1:])


def listed(stems: Sequence[str]) -> str:
    """Stems in a sentence: "vocals, drums and bass"."""
    names = [stem_title(stem).lower() for stem in stems]
    if len(names) < 2:
        return "".join(names)
    return tr("{0} and {1}").format(", ".join(names[:-1]), names[-1])


def gives(separator: Separator) -> str:
    """What a model gives, in one line: its stems, and what its card says of it."""
    return " ".join(each for each in (tr("Gives {0}.").format(listed(separator.stems)), separator.words) if each)


def clock(seconds: float) -> str:
    """Minutes and seconds, "3:04"; from an hour on "1:02:07"."""
    whole = max(0, round(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"


def level_words(level_db: float) -> str:
    """A fader's value: "−3.5 dB", "0 dB", "off" at its lower end."""
    if level_db <= QUIETEST_DB:
        return tr("off")
    return tr("{0} dB").format(signed(level_db, 1) if round(level_db, 1) else "0")


def progress_words(song: Song) -> str:
    """How far a song that is worked on is: "42 % · 1:20 left"."""
    percent = tr("{0} %").format(int(100 * song.fraction))
    return percent if song.left_s is None else tr("{0} · {1} left").format(percent, clock(song.left_s))


def state_words(song: Song) -> str:
    """The state of a song in a few words."""
    if song.phase == "working":
        return progress_words(song) if song.fraction > 0 else song.what or tr("getting ready …")
    if song.phase == "failed":
        return song.problem
    words = {"new": tr("not taken apart yet"), "waiting": tr("waiting"), "stopped": tr("stopped")}
    count = len(song.stems)
    done = tr("1 stem") if count == 1 else tr("{0} stems").format(count)
    return words.get(song.phase, done)


def facts(song: Song) -> str:
    """Length, model and version of a song, as the head shows it: "3:41 · six · version 2"."""
    length = clock(song.duration_s) if song.duration_s else ""
    version = tr("version {0}").format(song.version) if song.version > 1 else ""
    return " · ".join(each for each in (length, song.model, version) if each)
