"""POP909: pop songs as MIDI with the sung line, a lead, a piano, beats, chords, keys and labelled phrases.

Wang et al., "POP909: A Pop-Song Dataset for Music Arrangement Generation", ISMIR 2020; phrases by Dai et al.,
"Automatic Analysis and Influence of Hierarchical Structure on Melody, Rhythm and Harmony in Popular Music", 2020.
The songs are commercial works: networks learn from them, transposed, retimed and arranged anew; nothing of them leaves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.synth.theory import NAMES
from vocmatch_desktop.training.songs.composition import Composition, joined, one_voice
from vocmatch_desktop.training.songs.metre import bar_lines
from vocmatch_desktop.training.songs.midi import CorruptScore, read_midi
from vocmatch_desktop.training.songs.record import Credit, SectionSpan
from vocmatch_desktop.training.songs.split import composition_split
from vocmatch_desktop.types import Chord, Key, Note

ARCHIVE = "midi/pop909.zip"
PHRASES = "midi/pop909_structure.zip"

_QUALITIES = {
    "maj": "", "min": "m", "maj6": "6", "min6": "m6", "7": "7", "min7": "m7", "maj7": "maj7", "minmaj7": "mmaj7",
    "sus2": "sus2", "sus4": "sus4", "sus4(b7)": "7sus4", "dim": "dim", "dim7": "dim7", "hdim7": "m7b5", "aug": "aug",
}  # fmt: skip
_BASS = {"2": 2, "b3": 3, "3": 4, "4": 5, "b5": 6, "5": 7, "#5": 8, "6": 9, "b7": 10, "7": 11}
_PHRASE = re.compile(r"([A-Za-z])(\d+)")
_NAMES = {"i": "intro", "o": "outro"}
_ALIGN_BEATS = 16
"""How far from the first bar line the phrases' first beat is looked for."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """Bar lines are indices into `beats`, seconds; both end with the end of the last whole bar."""

    beats: NDArray[np.float64]
    bars: NDArray[np.int64]

    @property
    def from_s(self) -> float:
        return float(self.beats[self.bars[0]])

    @property
    def to_s(self) -> float:
        return float(self.beats[self.bars[-1]])


def names(archive: ZipFile) -> tuple[str, ...]:
    """Names such as "pop909/001": every song the archive has a MIDI file of."""
    found = (re.fullmatch(r"pop909/(\d{3})/\1\.mid", name) for name in archive.namelist())
    return tuple(sorted(f"pop909/{match[1]}" for match in found if match))


def read(archive: ZipFile, phrases: ZipFile | None, name: str) -> Composition:
    """The song `name` from its first bar line to its last, in one key.

    Of a song that changes key only the longest stretch in one is kept, so that `key` is true of all of it.

    Raises:
        CorruptScore: MIDI, beats or chords cannot be read, or nothing is sung.
    """
    number = name.split("/")[1]
    folder = f"pop909/{number}/"
    midi = read_midi(_bytes(archive, f"{folder}{number}.mid"))
    chords = _labelled(_table(archive, f"{folder}chord_midi.txt"))
    grid = _grid(_table(archive, f"{folder}beat_midi.txt"), chords)
    key, grid = _in_one_key(_table(archive, f"{folder}key_audio.txt"), grid)
    melody = one_voice(_within(midi.notes("MELODY"), grid))
    if not melody:
        raise CorruptScore(f"{name} has no melody")
    sections = _sections(phrases, number, grid, melody) if phrases else ()
    return Composition(
        name=name,
        split=composition_split(name),
        bpm=float(60 / np.median(np.diff(grid.beats))),
        beats_per_bar=Counter(np.diff(grid.bars).tolist()).most_common(1)[0][0],
        beats_s=tuple((grid.beats[grid.bars[0] : grid.bars[-1]] - grid.from_s).tolist()),
        downbeats_s=tuple((grid.beats[grid.bars[:-1]] - grid.from_s).tolist()),
        key=key,
        chords=_chords(chords, grid),
        melody=melody,
        lead=_within(midi.notes("BRIDGE"), grid),
        piano=_within(midi.notes("PIANO"), grid),
        sections=sections,
        credit=Credit(f"POP909, song {number}", "Ziyu Wang et al. (dataset); the song's own authors", "MIT"),
    )


def symbol(label: str) -> str:
    """POP909's "Eb:maj7/3" as a chord symbol, "Ebmaj7/G"; "N" for no chord.

    Raises:
        CorruptScore: It is no chord.
    """
    if label == "N":
        return "N"
    root, _, rest = label.partition(":")
    quality, _, degree = rest.partition("/")
    try:
        tonic = Key.parse(root).tonic
        text = NAMES[tonic] + _QUALITIES[quality]
        return text + (f"/{NAMES[(tonic + _BASS[degree]) % 12]}" if degree else "")
    except (KeyError, ValueError) as error:
        raise CorruptScore(f"not a chord: {label!r}") from error


def _bytes(archive: ZipFile, path: str) -> bytes:
    try:
        return archive.read(path)
    except KeyError as error:
        raise CorruptScore(f"{path} is missing") from error


def _table(archive: ZipFile, path: str) -> list[list[str]]:
    return [line.split() for line in _bytes(archive, path).decode("utf-8", "replace").splitlines() if line.strip()]


def _labelled(rows: list[list[str]]) -> list[tuple[float, float, str]]:
    """(start, end, chord symbol), equal neighbours joined."""
    spans: list[tuple[float, float, str]] = []
    try:
        for start, end, label in rows:
            chord = symbol(label)
            if spans and spans[-1][2] == chord:
                spans[-1] = (spans[-1][0], float(end), chord)
            else:
                spans.append((float(start), float(end), chord))
    except ValueError as error:
        raise CorruptScore("the chords cannot be read") from error
    if not spans:
        raise CorruptScore("there are no chords")
    return spans


def _grid(rows: list[list[str]], chords: Sequence[tuple[float, float, str]]) -> _Grid:
    """Beats and bar lines: the third column of `beat_midi.txt`, in 4/4 corrected by where chords change."""
    try:
        table = np.array(rows, np.float64)
        beats, marked = table[:, 0], np.flatnonzero(table[:, 2] == 1)
    except (ValueError, IndexError) as error:
        raise CorruptScore("the beats cannot be read") from error
    if len(marked) < 3 or np.any(np.diff(beats) <= 0):
        raise CorruptScore("the beats do not follow each other")
    if Counter(np.diff(marked).tolist()).most_common(1)[0][0] != 4:
        return _Grid(beats, marked)
    pace = float(np.median(np.diff(beats)))
    changes = {int(np.abs(beats - start).argmin()): (end - start) / pace for start, end, _ in chords[1:]}
    return _Grid(beats, bar_lines(len(beats), marked.tolist(), changes))


def _in_one_key(rows: list[list[str]], grid: _Grid) -> tuple[Key, _Grid]:
    """The key that holds longest and the whole bars it holds in (all of them where the song has one key)."""
    try:
        spans = [(float(start), float(end), _key(label)) for start, end, label in rows]
    except ValueError as error:
        raise CorruptScore("the key cannot be read") from error
    if not spans:
        raise CorruptScore("no key is given")
    start, end, key = max(spans, key=lambda span: span[1] - span[0])
    if len({key for *_, key in spans}) == 1:
        return key, grid
    lines = grid.beats[grid.bars]
    inside = grid.bars[(lines >= start - 0.2) & (lines <= end + 0.2)]
    if len(inside) < 3:
        raise CorruptScore("no key holds for two bars")
    return key, _Grid(grid.beats, inside)


def _key(label: str) -> Key:
    root, _, mode = label.partition(":")
    return Key(Key.parse(root).tonic, mode == "min")


def _within(notes: Sequence[Note], grid: _Grid) -> tuple[Note, ...]:
    """Notes that begin in the grid, counted from its first bar line; what sounds on is cut at its end."""
    start, end = grid.from_s, grid.to_s
    return tuple(
        Note(n.onset_s - start, min(n.offset_s, end) - start, n.pitch, n.number, n.velocity)
        for n in notes
        if start - 1e-6 <= n.onset_s < end - 1e-6
    )


def _chords(spans: Sequence[tuple[float, float, str]], grid: _Grid) -> tuple[Chord, ...]:
    """Chords without gaps from the grid's start to its end; their edges are moved onto the beats they mean."""
    beats = grid.beats[grid.bars[0] : grid.bars[-1] + 1]
    middles = (beats[1:] + beats[:-1]) / 2
    starts = np.array([span[0] for span in spans])
    labels = []
    for middle in middles:
        found = int(np.searchsorted(starts, middle)) - 1
        labels.append(spans[found][2] if found >= 0 and middle < spans[found][1] else "N")
    return joined((beats - grid.from_s).tolist(), labels)


def _sections(phrases: ZipFile, number: str, grid: _Grid, melody: tuple[Note, ...]) -> tuple[SectionSpan, ...]:
    """Phrases as labelled by hand, laid on the bars where most of their melody's onsets are the song's."""
    path = f"pop909_structure/{number}/"
    try:
        text = phrases.read(f"{path}human_label1.txt").decode("ascii", "replace")
        rows = phrases.read(f"{path}melody.txt").decode("ascii", "replace").splitlines()
        tempo = [(int(pitch), int(steps)) for pitch, steps in (row.split() for row in rows if row.strip())]
    except (KeyError, ValueError):  # no labels, or damaged ones: a song without a known form
        return ()
    labels = [(letter, int(bars)) for letter, bars in _PHRASE.findall(text)]
    if not labels:
        return ()
    lines = grid.beats[grid.bars] - grid.from_s
    beats = grid.bars[0] + _first_beat(tempo, grid, melody) + 4 * np.cumsum([0, *(bars for _, bars in labels)])
    edges = np.abs(beats[:, None] - grid.bars[None, :]).argmin(axis=1)  # the labels count bars of four beats
    names = section_names([letter for letter, _ in labels], _heights(edges, lines, melody))
    spans = [
        SectionSpan(float(lines[a]), float(lines[b]), name)
        for (a, b), name in zip(pairwise(edges.tolist()), names, strict=True)
        if b > a
    ]
    if spans and spans[-1].end_s < lines[-1]:
        spans.append(SectionSpan(spans[-1].end_s, float(lines[-1]), "outro"))
    if spans and spans[0].start_s > 0:
        spans.insert(0, SectionSpan(0.0, spans[0].start_s, "intro"))
    return tuple(spans)


def _first_beat(line: list[tuple[int, int]], grid: _Grid, melody: tuple[Note, ...]) -> int:
    """The beat (from our first bar line) the phrases begin with: there most onsets of the two melodies agree."""
    starts = np.cumsum([0, *(steps for _, steps in line)])[:-1]
    theirs = np.array([step for step, (pitch, _) in zip(starts, line, strict=True) if pitch])
    beats = grid.beats[grid.bars[0] :] - grid.from_s
    ours = np.round(4 * np.interp([n.onset_s for n in melody], beats, np.arange(len(beats))))
    return max(
        range(-_ALIGN_BEATS, _ALIGN_BEATS + 1),
        key=lambda beat: (int(np.isin(ours - 4 * beat, theirs).sum()), -abs(beat)),
    )


def _heights(edges: NDArray[np.int64], lines: NDArray[np.float64], melody: tuple[Note, ...]) -> list[float]:
    """Mean pitch of the melody in every phrase, 0 where nothing is sung."""
    onsets = np.array([note.onset_s for note in melody])
    numbers = np.array([note.number for note in melody], np.float64)
    heights = []
    for start, end in pairwise(edges.tolist()):
        inside = numbers[(onsets >= lines[start] - 1e-6) & (onsets < lines[end])]
        heights.append(float(inside.mean()) if len(inside) else 0.0)
    return heights


def section_names(letters: Sequence[str], heights: Sequence[float]) -> tuple[str, ...]:
    """Names every phrase letter "intro", "verse", "chorus", "bridge", "interlude" or "outro".

    Lower case is played, capitals are sung (as in the labels). The chorus is the sung letter that comes back and lies
    highest; one that comes once after it is a bridge; the rest are verses.
    """
    counts = Counter(letter for letter in letters if letter.isupper())
    mean = _mean_heights(letters, heights)
    back = [letter for letter, count in counts.items() if count > 1] or list(counts)
    chorus = max(back, key=lambda letter: (mean[letter], letter), default="")
    first = letters.index(chorus) if chorus else 0
    names = []
    for index, letter in enumerate(letters):
        if letter.islower():
            names.append(_NAMES.get(letter, "interlude"))
        elif letter == chorus:
            names.append("chorus")
        else:
            names.append("bridge" if counts[letter] == 1 and index > first else "verse")
    return tuple(names)


def _mean_heights(letters: Sequence[str], heights: Sequence[float]) -> Mapping[str, float]:
    grouped: dict[str, list[float]] = {}
    for letter, height in zip(letters, heights, strict=True):
        if height:
            grouped.setdefault(letter, []).append(height)
    return {letter: float(np.mean(grouped.get(letter, [0.0]))) for letter in letters}
