"""The demo's beats: a producer's folder of instrumentals, each with what is true of it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.synth.score import Section, lay_out
from vocmatch_desktop.synth.styles import STYLES, Style
from vocmatch_desktop.synth.theory import MODES
from vocmatch_desktop.types import Key


@dataclass(frozen=True, slots=True)
class Song:
    """An instrumental: `style` names one of `STYLES`, `variant` picks among its patterns, `key` is a tonic's name.

    `verse`, `hook`: chords, bars between `|`. `form`: letters and bars, see `score.lay_out`. `bpm` counts dotted
    quarters in 12/8. `lead_in_s`: silence before the first bar line.
    """

    title: str
    style: str
    bpm: float
    tonic: str
    mode: str
    verse: str
    hook: str
    form: str
    variant: int = 0
    lead_in_s: float = 0.0

    @property
    def seed(self) -> int:
        """The song's own random seed."""
        return zlib.crc32(self.title.encode())

    @property
    def arrangement(self) -> Style:
        """Its style."""
        return STYLES[self.style]

    @property
    def key(self) -> Key:
        """Its key; modes count as major or minor by their third."""
        return Key(Key.parse(self.tonic).tonic, 3 in MODES[self.mode])

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of its mode."""
        return tuple((self.key.tonic + step) % 12 for step in MODES[self.mode])

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its form with the chords of every section, in beats from the first bar line."""
        return lay_out(self.form, self.verse, self.hook, self.arrangement.beats_per_bar)

    @property
    def beats(self) -> int:
        """Beats from the first bar line to the end of the last bar."""
        return round(self.sections[-1].end)

    def time_s(self, beat: float) -> float:
        """Seconds at `beat` beats after the first bar line."""
        return self.lead_in_s + beat * 60.0 / self.bpm


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is true of a song: beat times (float64, the end of the last beat included), chords in seconds, sections."""

    title: str
    style: str
    bpm: float
    key: Key
    mode: str
    beats_per_bar: int
    first_bar_s: float
    beats_s: NDArray[np.float64]
    chords: tuple[tuple[float, float, str], ...]
    sections: tuple[tuple[float, float, str], ...]

    def as_json(self) -> dict[str, object]:
        """Plain numbers, strings and lists."""
        return {
            "title": self.title,
            "style": self.style,
            "bpm": self.bpm,
            "key": self.key.name,
            "mode": self.mode,
            "beats_per_bar": self.beats_per_bar,
            "first_bar_s": self.first_bar_s,
            "beats_s": [round(float(beat), 6) for beat in self.beats_s],
            "chords": [[round(start, 6), round(end, 6), label] for start, end, label in self.chords],
            "sections": [[round(start, 6), round(end, 6), letter] for start, end, letter in self.sections],
        }


def truth(song: Song) -> Truth:
    """What is true of `song`."""
    chords = [timed for section in song.sections for timed in section.chords]
    return Truth(
        title=song.title,
        style=song.style,
        bpm=song.bpm,
        key=song.key,
        mode=song.mode,
        beats_per_bar=song.arrangement.beats_per_bar,
        first_bar_s=song.lead_in_s,
        beats_s=np.array([song.time_s(beat) for beat in range(song.beats + 1)]),
        chords=tuple((song.time_s(c.start), song.time_s(c.end), c.chord.label) for c in chords),
        sections=tuple((song.time_s(s.start), song.time_s(s.end), s.letter) for s in song.sections),
    )


SONGS: tuple[Song, ...] = (
    Song("Night Bus", "boom-bap", 90, "A", "minor", "Am7 | Dm7 | Fmaj7 | E7", "Fmaj7 | G | Am7 | Am7 C",
         "I2 V8 H8 B2 O2", lead_in_s=0.12),
    Song("Slow Tape", "lo-fi", 76, "Db", "major", "Gbmaj9 | F7 | Bbm9 | Abm7 Db7", "Ebm9 | Ab13 | Dbmaj9 | Bbm7",
         "I2 V8 H8 O2"),
    Song("Paper Moon", "neo-soul", 84, "Eb", "major", "Ebmaj9 | Cm9 | Fm9 | Bb13", "Abmaj9 | Gm7 Cm7 | Fm9 | Bb9sus4",
         "I2 V8 H8 B2", lead_in_s=0.3),
    Song("Glass", "trap", 140, "E", "minor", "Em | Em | C | B7", "C | D | Em | G", "I4 V12 H8 B4 H4"),
    Song("Harbour", "waltz ballad", 96, "G", "major", "G | D/F# | Em7 | Cadd9", "C | D | Bm7 Em | Am7 D7",
         "I4 V8 H8 B4 H4", lead_in_s=0.2),
    Song("Low Sun", "house", 124, "F", "minor", "Fm7 | Fm7 | Dbmaj7 | Eb", "Dbmaj7 | Eb | Fm7 | Cm7",
         "I4 V8 H8 B4 H4"),
    Song("Undertow", "deep house", 120, "C", "dorian", "Cm9 | Cm9 | F9 | F9", "Ebmaj7 | F9 | Cm9 | Gm7",
         "I4 V8 H8 B4 O4", lead_in_s=0.05),
    Song("Copper Wire", "drum and bass", 170, "D", "minor", "Dm9 | Bbmaj7 | F | C", "Bbmaj7 | C | Dm7 | Am7",
         "I8 V12 H12 B4 H4"),
    Song("Velvet Hour", "r&b", 68, "Bb", "minor", "Bbm9 | Gbmaj7 | Ebm9 | F7", "Gbmaj7 | Ab | Bbm7 | Fm7",
         "I2 V6 H6 O2"),
    Song("Caracola", "reggaeton", 94, "G", "minor", "Gm | Eb | Bb | F", "Eb | F | Gm | Dm", "I2 V8 H8 B2 O2"),
    Song("Palm Wine", "afrobeat", 108, "D", "mixolydian", "D | C | G | D", "G | D | C | G D", "I4 V8 H8 B4",
         lead_in_s=0.15),
    Song("Afterglow", "synthwave", 104, "F#", "minor", "F#m | E | D | E", "D | E | F#m | C#m", "I4 V8 H8 B4"),
    Song("Pocket Change", "funk", 112, "E", "dorian", "Em7 | A9 | Em7 | A9", "Cmaj7 | Bm7 | Em9 | A13",
         "I4 V8 H8 B4 O4"),
    Song("Rust and Roses", "rock", 132, "A", "mixolydian", "A5 | G5 | D5 | A5", "D | A | G | D A", "I4 V8 H8 B4 H4"),
    Song("Snowfield", "ambient", 60, "C", "lydian", "Cmaj7 | D/C | Cmaj7 | Bm7", "Em9 | D | Cmaj9 | G", "I2 V6 H4 B2",
         lead_in_s=0.4),
    Song("Concrete Garden", "boom-bap", 96, "C#", "minor", "C#m7 | Amaj7 | F#m7 | G#7", "Amaj7 | B | C#m7 | E",
         "I2 V8 H8 B4", variant=1),
    Song("Rain Check", "lo-fi", 82, "F", "major", "Fmaj7 | Em7b5 A7 | Dm9 | Cm7 F7", "Bbmaj9 | Am7 | Gm9 | C13",
         "I2 V8 H8", variant=1, lead_in_s=0.25),
    Song("Black Ice", "trap", 150, "B", "phrygian", "Bm | Bm | C | Bm", "G | C | Bm | Am", "I4 V12 H8 B4 H4",
         variant=1),
    Song("Lanterns", "slow 12/8", 62, "Ab", "major", "Ab | Fm | Db | Eb", "Db | Ab/C | Bbm7 | Eb7sus4 Eb7",
         "I2 V6 H6 O1"),
    Song("Skylight", "house", 128, "A", "major", "Aadd9 | F#m7 | Dmaj7 | E", "Dmaj7 | E | C#m7 | F#m7",
         "I4 V8 H8 B4 H4", variant=1, lead_in_s=0.1),
    Song("Tidewater", "ambient", 72, "D", "dorian", "Dm9 | G | Am7 | Dm9", "Fmaj9 | G | Dm9 | C", "I2 V6 H6 B2",
         variant=1),
    Song("Kerosene", "rock", 148, "E", "minor", "E5 | E5 | C5 | D5", "C | G | D | Em", "I4 V8 H8 B4 H8", variant=1),
    Song("Marigold", "neo-soul", 92, "B", "major", "Emaj9 | D#m7 | C#m9 | Bmaj7", "Emaj9 | D#m7 G#7 | C#m9 | F#9sus4",
         "I2 V8 H8 B4", variant=1),
    Song("Mango Street", "reggaeton", 100, "E", "minor", "Em | Am | D | G", "C | D | Em | Em B7", "I4 V8 H8 B4",
         variant=1, lead_in_s=0.2),
    Song("Kilima", "afrobeat", 116, "Bb", "major", "Bb | Eb | F | Eb", "Gm | Eb | Bb | F", "I4 V8 H8 B4 O4",
         variant=1),
    Song("Fast Water", "drum and bass", 166, "F", "dorian", "Fm9 | Bb | Fm9 | Ebmaj7", "Abmaj7 | Bb | Cm7 | Fm9",
         "I8 V12 H12 B4 H4", variant=1),
    Song("Blue Static", "synthwave", 88, "Eb", "minor", "Ebm | Ebm | Abm | Cb Db", "Cb | Db | Bbm7 | Ebm",
         "I2 V8 H8 B2", variant=1, lead_in_s=0.08),
    Song("Elevator Gold", "funk", 104, "F", "mixolydian", "F9 | Eb | Bb | F9", "Bb9 | Bb9 | F9 | Cm7 F9",
         "I4 V8 H8 B4", variant=1),
    Song("Late Checkout", "deep house", 116, "G", "major", "Am9 | D13 | Gmaj9 | Gmaj9", "Cmaj9 | Bm7 | Am9 | D9sus4",
         "I4 V8 H8 B4", variant=1),
    Song("Second Sunday", "r&b", 74, "D", "major", "Dmaj9 | Bm9 | Gmaj9 | A13", "Gmaj9 | A | F#m7 | Bm7",
         "I2 V6 H6 O2", variant=1, lead_in_s=0.18),
)  # fmt: skip
"""The folder: thirty beats."""


def find(title: str) -> Song:
    """The song of that title; raises KeyError."""
    return {song.title: song for song in SONGS}[title]
