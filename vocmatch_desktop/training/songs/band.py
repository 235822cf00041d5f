"""The band: a composition, retold in a style's key and tempo, arranged for players of that style."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vocmatch_desktop.synth.players import drums, sheet
from vocmatch_desktop.synth.players.feel import MACHINE, Feel, one_at_a_time, perform
from vocmatch_desktop.synth.players.sheet import Bar, Sheet, Stroke
from vocmatch_desktop.training.songs import compositions, grooves, instruments
from vocmatch_desktop.training.songs.band_seats import LETTERS, DrumSeat, Seat, Style
from vocmatch_desktop.training.songs.band_styles import STYLES
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.grooves import Drummers
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import Split
from vocmatch_desktop.types import Note, Part

_LEVEL: Mapping[str, float] = {"I": 0.82, "V": 0.86, "C": 1.0, "B": 0.92, "L": 0.9, "O": 0.8}
"""How loudly a section is played."""

_PAUSE: Mapping[str, float] = {"I": 0.35, "V": 0.25, "C": 0.05, "B": 0.3, "L": 0.15, "O": 0.35}
"""How often a seat that is not needed rests for a section."""

_TRANSCRIBED = 0.4
"""How often a machine plays a transcribed pattern rather than one of ours, where both fit."""

_STEADY = 1.35
"""The longest beat of an excerpt is at most this many times the shortest: rubato is nothing to play a groove to."""


@dataclass(frozen=True, slots=True)
class Orchestra:
    """What one split has to play with: sounds by role, and drumming."""

    sounds: Mapping[str, tuple[str, ...]]
    drummers: Drummers


def orchestra(material: Material, split: Split) -> Orchestra:
    """The instruments and drummers of `split`; nothing is decoded."""
    return Orchestra(instruments.catalogue(split), grooves.drummers(material, split))


def styles_for(composition: Composition) -> tuple[str, ...]:
    """Names of the styles in the composition's metre; empty where none is."""
    return tuple(name for name, style in STYLES.items() if style.beats_per_bar == composition.beats_per_bar)


def adapted(composition: Composition, style: str, seconds: float, rng: np.random.Generator) -> Composition:
    """An excerpt of about `seconds` with singing in it, in any key, at a tempo of the style.

    A song much slower than the style is counted twice as fast; otherwise it is played up to about a quarter faster or
    slower than written and then as much as the style needs.
    """
    song = _near_tempo(composition, STYLES[style].bpm, rng)
    bars = max(2, min(round(seconds * song.bpm / 60 / song.beats_per_bar), len(song.downbeats_s)))
    start = _sung_bar(song, min(bars, len(song.downbeats_s)), rng)
    cut = compositions.excerpt(song, start, min(bars, len(song.downbeats_s) - start))
    return compositions.transposed(cut, int(rng.integers(-6, 6)))


def _near_tempo(song: Composition, bpm: tuple[float, float], rng: np.random.Generator) -> Composition:
    lowest, highest = bpm
    if song.beats_per_bar == 4 and abs(np.log(2 * song.bpm / np.sqrt(lowest * highest))) < abs(
        np.log(song.bpm / np.sqrt(lowest * highest))
    ):
        song = compositions.doubled(song)
    wanted = song.bpm * float(np.exp(rng.uniform(np.log(0.8), np.log(1.25))))
    return compositions.at_tempo(song, float(np.clip(wanted, lowest, highest)))


def _sung_bar(song: Composition, bars: int, rng: np.random.Generator) -> int:
    """Where to begin so that of `bars` bars much is sung and no beat is stretched."""
    lines = np.array([*song.downbeats_s, compositions.end_s(song)])
    edges = np.array([*song.beats_s, compositions.end_s(song)])
    starts = np.arange(len(lines) - bars)
    scores = np.array([_sung(song, lines[s], lines[s + bars]) for s in starts])
    for index, start in enumerate(starts):
        beats = np.diff(edges[(edges >= lines[start] - 1e-6) & (edges <= lines[start + bars] + 1e-6)])
        if beats.max() > _STEADY * beats.min():
            scores[index] *= 0.1
    good = starts[scores >= 0.8 * scores.max()]
    return int(good[rng.integers(len(good))])


def _sung(song: Composition, start: float, end: float) -> float:
    """Part of the time between `start` and `end` in which somebody sings."""
    sounding = sum(max(0.0, min(n.offset_s, end) - max(n.onset_s, start)) for n in song.melody)
    return sounding / (end - start)


def arrange(composition: Composition, style: str, rng: np.random.Generator, players: Orchestra) -> tuple[Part, ...]:
    """The parts of everyone but the singer, in the style named.

    Parts of one guitar played twice are named "… left" and "… right". Equal arguments give equal parts.

    Raises:
        ValueError: The style is not in the composition's metre.
    """
    chosen = STYLES[style]
    if chosen.beats_per_bar != composition.beats_per_bar:
        raise ValueError(f"{style} is not in {composition.beats_per_bar}: see styles_for")
    page = read_sheet(composition)
    sections = tuple(_sections(page.bars))
    parts: list[Part] = []
    for place, seat in enumerate(_seated(chosen, composition, rng)):
        own = np.random.default_rng(int(rng.integers(2**63)))
        parts += _seat_parts(seat, place < 2, composition, page, sections, own, players)
    own = np.random.default_rng(int(rng.integers(2**63)))
    parts += _drum_parts(chosen.drums, composition, page, sections, own, players)
    return tuple(part for part in parts if part.notes)


def read_sheet(composition: Composition) -> Sheet:
    """The composition as players read it."""
    return sheet.read(
        composition.beats_s,
        compositions.end_s(composition),
        composition.downbeats_s,
        composition.chords,
        composition.key,
        [(s.start_s, s.end_s, s.name) for s in composition.sections],
        composition.melody,
    )


def _sections(bars: Sequence[Bar]) -> Iterator[tuple[Bar, ...]]:
    run: list[Bar] = []
    for bar in bars:
        run.append(bar)
        if bar.last:
            yield tuple(run)
            run = []


def _seated(style: Style, composition: Composition, rng: np.random.Generator) -> list[Seat]:
    """Who plays in this song: the bass first, then somebody who plays chords throughout, then the rest by chance."""
    able = [seat for seat in style.seats if not seat.written or getattr(composition, seat.written)]
    taken: list[Seat] = []
    groups: set[str] = set()
    for index in rng.permutation(len(able)):
        seat = able[index]
        if seat.stem == "bass" or (seat.group not in groups and rng.random() < seat.chance):
            taken.append(seat)
            groups |= {seat.group} - {""}
    order = {"bass": 0, "piano": 1, "guitar": 1, "other": 2}
    taken.sort(key=lambda seat: order[seat.stem])
    if len(taken) < 2 or taken[1].stem == "other":
        taken.insert(1, next(seat for seat in able if seat.stem in ("guitar", "piano") and seat not in taken))
    return taken


def _seat_parts(
    seat: Seat,
    needed: bool,
    composition: Composition,
    page: Sheet,
    sections: Sequence[tuple[Bar, ...]],
    rng: np.random.Generator,
    players: Orchestra,
) -> Iterator[Part]:
    """The seat's part, or its two takes: the same strokes played by other hands' mistakes."""
    role = seat.roles[int(rng.integers(len(seat.roles)))]
    names = players.sounds[role]
    sound = names[int(rng.integers(len(names)))]
    if seat.takes > 1:
        sound = sound.replace("+double", "")
    strokes = _written(seat, composition, page, sections, rng) if seat.written else _section_strokes(
        seat, page, sections, needed, rng
    )  # fmt: skip
    sides = (" left", " right") if seat.takes > 1 else ("",)
    for side in sides:
        notes = perform(strokes, page, MACHINE if seat.written else seat.feel, rng, seat.lowest, seat.highest)
        if seat.line:
            notes = one_at_a_time(notes) if "+slide" not in sound + seat.options else notes
        yield Part(seat.name + side, seat.stem, _with_options(sound, seat.options), notes)


def _with_options(sound: str, options: str) -> str:
    """The sound's name with the seat's options: only recorded and soundfont instruments have pedals."""
    return sound if options in sound or sound.startswith("kit") else sound + options


def _section_strokes(
    seat: Seat, page: Sheet, sections: Sequence[tuple[Bar, ...]], needed: bool, rng: np.random.Generator
) -> list[Stroke]:
    """What the seat plays, section by section; one section's name is played alike every time it comes."""
    seed = int(rng.integers(2**63))
    strokes: list[Stroke] = []
    for bars in sections:
        letter = LETTERS.get(bars[0].section, "V")
        player = next((player for letters, player in seat.plays if letter in letters), None)
        rests = not needed and rng.random() < _PAUSE[letter]
        if player is None or (rests and len(sections) > 1):
            continue
        played = player(page, bars, np.random.default_rng(seed))
        strokes += [replace(s, velocity=s.velocity * _LEVEL[letter]) for s in played]
    return strokes


def _written(
    seat: Seat,
    composition: Composition,
    page: Sheet,
    sections: Sequence[tuple[Bar, ...]],
    rng: np.random.Generator,
) -> list[Stroke]:
    """The composition's own part, as it was played, its sections each as loud as the band is."""
    notes: tuple[Note, ...] = getattr(composition, seat.written)
    ends = [(bars[-1].end, _LEVEL[LETTERS.get(bars[0].section, "V")]) for bars in sections]
    strokes = []
    for note in notes:
        beat = page.beat(note.onset_s)
        level = next((level for end, level in ends if beat < end), 1.0)
        strokes.append(Stroke(beat, page.beat(note.offset_s) - beat, note.number, note.velocity / 127 * level))
    return strokes


def _drum_parts(
    seat: DrumSeat,
    composition: Composition,
    page: Sheet,
    sections: Sequence[tuple[Bar, ...]],
    rng: np.random.Generator,
    players: Orchestra,
) -> Iterator[Part]:
    if rng.random() > seat.chance:
        return
    role = seat.roles[int(rng.integers(len(seat.roles)))]
    names = players.sounds[role]
    sound = names[int(rng.integers(len(names)))]
    strokes, feel = _drumming(seat, composition, page, sections, rng, players.drummers)
    yield Part("drums", "drums", sound, perform(strokes, page, feel, rng, 0, 127))


def _drumming(
    seat: DrumSeat,
    composition: Composition,
    page: Sheet,
    sections: Sequence[tuple[Bar, ...]],
    rng: np.random.Generator,
    drummers: Drummers,
) -> tuple[list[Stroke], Feel]:
    """A person's groove where the seat has one, else a transcribed or an authored pattern."""
    groove = None
    if rng.random() < seat.performed:
        groove = drummers.choose(seat.styles, composition.bpm, composition.beats_per_bar, rng)
    if groove is None and seat.patterns and rng.random() < _TRANSCRIBED:
        fitting = [p for p in drummers.patterns if p.style in seat.patterns and not p.fill]
        groove = fitting[int(rng.integers(len(fitting)))] if fitting else None
    playing = [bars for bars in sections if LETTERS.get(bars[0].section, "V") in seat.sections]
    levels = [_LEVEL[LETTERS.get(bars[0].section, "V")] for bars in playing]
    strokes: list[Stroke] = []
    if groove is None:
        seed = int(rng.integers(2**63))
        voices = seat.programs[int(rng.integers(len(seat.programs)))]
        for bars, level in zip(playing, levels, strict=True):
            strokes += drums.programmed(page, bars, np.random.default_rng(seed), voices, level)
        return strokes, seat.feel
    fills = drummers.fills(groove, composition.bpm, rng)
    for bars, level in zip(playing, levels, strict=True):
        strokes += drums.performed(page, bars, rng, groove, fills, level)
    return strokes, MACHINE if not groove.name.startswith("machine/") else seat.feel
