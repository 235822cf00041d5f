"""Small songs as real sound: a chord a bar with a kick on every beat, and a tune sung over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vocmatch_desktop.analysis.beat import analyse_beat
from vocmatch_desktop.analysis.take import analyse_take
from vocmatch_desktop.types import Fingerprint, TakeFeatures

RATE = 22_050
TRIADS = {0: (0, 4, 7), 1: (9, 12, 16), 2: (5, 9, 12), 3: (7, 11, 14)}


def _tone(pitch: float, seconds: float, partials: int = 6) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    wobble = 0.15 * np.sin(2 * np.pi * 5.5 * time)
    phase = 2 * np.pi * np.cumsum(440 * 2 ** ((pitch + wobble - 69) / 12)) / RATE
    sound = sum(np.sin(k * phase) / k for k in range(1, partials + 1))
    return sound * np.minimum(1, np.minimum(time, time[::-1]) / 0.02)


def song(seed: int, bpm: float, key: int, bars: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Backing and voice, both float [frames]."""
    rng = np.random.default_rng(seed)
    beat_s, backing, voice = 60 / bpm, [], []
    for _ in range(bars):
        triad = [60 + key + tone for tone in TRIADS[int(rng.integers(4))]]
        chord = sum(_tone(pitch, 4 * beat_s) for pitch in triad) / 6
        for beat in range(4):
            at = int(beat * beat_s * RATE)
            kick = np.sin(2 * np.pi * 60 * np.arange(2000) / RATE) * np.exp(-np.arange(2000) / 500)
            chord[at : at + 2000] += kick[: len(chord) - at]
            rest = np.zeros(int(0.12 * beat_s * RATE))
            voice += [0.5 * _tone(rng.choice(triad), 0.88 * beat_s), rest]
        backing.append(chord)
    return 0.5 * np.concatenate(backing), 0.5 * np.concatenate(voice)


SONGS = ((1, 96.0, 0), (2, 127.0, 6), (3, 110.0, 3))


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three songs, `N.backing.wav` and `N.voice.wav`, and `pairs.csv`; `more/` holds a distractor."""
    folder = tmp_path_factory.mktemp("songs")
    lines = ["take,take_from_s,take_to_s,beat,beat_from_s,beat_to_s,group"]
    for number, (seed, bpm, key) in enumerate(SONGS):
        backing, voice = song(seed, bpm, key)
        soundfile.write(folder / f"{number}.backing.wav", backing, RATE)
        soundfile.write(folder / f"{number}.voice.wav", voice, RATE)
        lines.append(f"{number}.voice.wav,4,12,{number}.backing.wav,,,song {number}")
    (folder / "pairs.csv").write_text("\n".join(lines) + "\n")
    (folder / "more").mkdir()
    soundfile.write(folder / "more" / "other.wav", song(9, 140.0, 8)[0], RATE)
    return folder


@pytest.fixture(scope="session")
def make_song(songs: Path) -> Callable[[], tuple[TakeFeatures, list[Fingerprint]]]:
    """The first song's voice; its backing and a strange one."""
    take = analyse_take(songs / "0.voice.wav")
    beats = [analyse_beat(songs / f"{number}.backing.wav").fingerprint for number in (0, 1)]
    return lambda: (take, beats)
