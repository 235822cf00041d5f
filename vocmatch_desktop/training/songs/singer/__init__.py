"""Sings any melody with recorded voices: sung syllables set along notes, with the exact truth of what is sung.

`voice` hears the recordings and cuts them into units (`hearing`, `labels`, `units`); `score`, `lyrics` and `tune` plan
what is sung, when, on which syllable and on which pitch; `grains` and `vocoder` make it sound; `manner` says how.
"""

from vocmatch_desktop.training.songs.singer.manner import (
    AMATEUR,
    HUM,
    POP,
    PRESETS,
    Singing,
    draw_for_notes,
    draw_for_separation,
)
from vocmatch_desktop.training.songs.singer.performance import Sung, sing
from vocmatch_desktop.training.songs.singer.rooms import PLACES, Place, recorded
from vocmatch_desktop.training.songs.singer.together import double, harmony
from vocmatch_desktop.training.songs.singer.untouched import fitting_transposition
from vocmatch_desktop.training.songs.singer.voice import Voice, voices

__all__ = [
    "AMATEUR",
    "HUM",
    "PLACES",
    "POP",
    "PRESETS",
    "Place",
    "Singing",
    "Sung",
    "Voice",
    "double",
    "draw_for_notes",
    "draw_for_separation",
    "fitting_transposition",
    "harmony",
    "recorded",
    "sing",
    "voices",
]
