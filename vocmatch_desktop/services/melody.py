"""A vocal becomes a melody: notes, a MIDI file and a piano, in the steps that a person changes one by one.

`run` listens (the slow step), `run_find` cuts what was heard into notes again and tidies them (`melody.shape` alone is
instant and needs no job), `run_write` writes the files. Files for a DAW begin at the bar line at or before the take's
first sample where one is known, and with the take where none is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.export.names import safe_name, tagged_name
from vocmatch_desktop.export.placing import Placing
from vocmatch_desktop.melody import contour, tuning
from vocmatch_desktop.melody import notes as finding
from vocmatch_desktop.melody.contour import Contour
from vocmatch_desktop.melody.midi import Bend, Sheet, write_midi
from vocmatch_desktop.melody.notes import NoteOptions
from vocmatch_desktop.melody.shape import ShapeOptions, shape
from vocmatch_desktop.services.bars import bar_file
from vocmatch_desktop.services.identity import mark
from vocmatch_desktop.types import Audio, AudioFile, Float32, Key, Note, PitchTrack, Report
from vocmatch_desktop.whole import all_or_none

DEFAULT_BPM = 120.0
"""What a MIDI file says where nobody knows the tempo: every program's own default."""

BEATS_PER_BAR = 4
PIANO_BLOCK_S = 60.0
RELEASE_S = 4.0
"""What a piano's string still sounds after its key is up; longer than any of ours does."""


@dataclass(frozen=True, slots=True)
class MelodySpec:
    """Listen to `take`. `bpm`, `first_beat_s`: its tempo and a bar line where they are known."""

    take: Path
    notes: NoteOptions = field(default_factory=NoteOptions)
    shape: ShapeOptions = field(default_factory=ShapeOptions)
    bpm: float | None = None
    first_beat_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Melody:
    """What was heard, and the notes it gave.

    `found`: as sung; `notes`: tidied as the options ask. `tuning`: the singer's offset from 440 Hz, semitones.
    """

    audio: AudioFile
    contour: Contour
    found: tuple[Note, ...]
    notes: tuple[Note, ...]
    tuning: float
    key: Key


@dataclass(frozen=True, slots=True, eq=False)
class FindSpec:
    """Cut into notes again what was heard before; `shape.key` is filled in by the caller."""

    contour: Contour
    notes: NoteOptions
    shape: ShapeOptions
    bpm: float | None = None
    first_beat_s: float | None = None


@dataclass(frozen=True, slots=True)
class FoundNotes:
    """`found` as sung, `notes` tidied."""

    found: tuple[Note, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class WriteMelodySpec:
    """Write `notes` of `take` as `<title> melody` (.mid) and `<title> piano` (.wav) to `folder`.

    `bends`: for each note its pitch bend, or empty. The same notes give the same files: what is there is found again.
    """

    take: Path
    title: str
    notes: tuple[Note, ...]
    folder: Path
    bpm: float | None = None
    first_beat_s: float | None = None
    key: Key | None = None
    bends: tuple[tuple[Bend, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenMelody:
    """Finished files; the take begins `before_s` after their start."""

    midi: Path
    piano: Path
    before_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class TakeLongSpec:
    """Write `notes`, as long as `take` is, to `<stem>_melody.mid` and `<stem>_piano.wav` in `folder`."""

    take: Path
    stem: str
    notes: tuple[Note, ...]
    folder: Path
    bpm: float | None = None
    key: Key | None = None
    bends: tuple[tuple[Bend, ...], ...] = ()


def run(spec: MelodySpec, report: Report) -> Melody:
    """Listens to a voice and finds its notes; snapping without a key takes the one that was heard.

    Raises:
        NotFound, UnreadableAudio: the take. ModelError: the pitch model. Cancelled: by `report`.
    """
    audio = files.probe(spec.take)
    heard = contour.hear(spec.take, report)
    key = key_of(heard)
    options = replace(spec.shape, key=spec.shape.key or key)
    given = run_find(FindSpec(heard, spec.notes, options, spec.bpm, spec.first_beat_s), report)
    return Melody(audio, heard, given.found, given.notes, tuning.estimate(given.found), key)


def run_find(spec: FindSpec, report: Report) -> FoundNotes:
    """Finds and tidies the notes of a contour; hundredths of a second for a take of a minute."""
    report(0.99, "Finding the notes")
    found = finding.find(spec.contour, spec.notes)
    return FoundNotes(found, shape(found, spec.shape, spec.bpm, spec.first_beat_s, spec.contour.duration_s))


def key_of(heard: Contour) -> Key:
    """The key of what was sung, by the same reckoning as matching's."""
    from vocmatch_desktop.analysis.take import tonality

    even = slice(None, None, 2)  # that reckoning counts frames of the pitch network, every other one of ours
    hertz = np.where(heard.voiced, 440.0 * 2.0 ** ((heard.pitch - 69.0) / 12.0), 0.0).astype(np.float32)
    track = PitchTrack(hertz[even], heard.confidence[even], heard.voiced[even], 2 * heard.hop_s)
    return Key.from_index(int(np.argmax(tonality(track)[1])))


def run_write(spec: WriteMelodySpec, report: Report) -> WrittenMelody:
    """Writes the melody for a DAW, or finds the files of an earlier run; an existing file is never written over.

    Raises:
        NotFound, UnreadableAudio: the take. DiskError: the folder. Cancelled: nothing is left behind.
    """
    take = files.probe(spec.take)
    placing = _placing(spec.bpm, spec.first_beat_s)
    before_s = placing.take_pad_s if placing else 0.0
    duration_s = before_s + take.duration_s
    if placing:
        duration_s = placing.whole_bars(duration_s) * placing.bar_s
    own = mark(spec.take, spec.notes, spec.bends, f"{before_s:.5f}", spec.bpm, spec.key)
    midi = spec.folder / tagged_name(f"{spec.title} melody", bpm=spec.bpm, key=spec.key, suffix=f" [{own}].mid")
    name = tagged_name(f"{spec.title} piano", bpm=spec.bpm, key=spec.key, suffix=f" [{own}].wav")
    if not midi.exists():
        sheet = Sheet(spec.title, duration_s - before_s, spec.bpm or DEFAULT_BPM, BEATS_PER_BAR, spec.key, before_s)
        write_midi(midi, spec.notes, sheet, spec.bends)
    frames = round(duration_s * take.rate)
    later = [replace(n, onset_s=n.onset_s + before_s, offset_s=n.offset_s + before_s) for n in spec.notes]
    piano = _piano_file(spec.folder, name, later, AudioFile(spec.take, take.rate, 2, frames), placing, report)
    return WrittenMelody(midi, piano, before_s, frames / take.rate)


def run_take_long(spec: TakeLongSpec, report: Report) -> WrittenMelody:
    """Writes MIDI and piano that begin and end with the take, to the sample; existing files are left alone.

    Raises:
        NotFound, UnreadableAudio: the take. DiskError: the folder. Cancelled: nothing is left behind.
    """
    take = files.probe(spec.take)
    midi, wav = _free_pair(spec.folder, spec.stem)
    sheet = Sheet(spec.stem, take.duration_s, spec.bpm or DEFAULT_BPM, key=spec.key)
    with all_or_none((midi, wav)):  # half of a result would look like all of it
        write_midi(midi, spec.notes, sheet, spec.bends)
        files.write(wav, _piano(spec.notes, take, report), subtype="PCM_24")
    return WrittenMelody(midi, wav, 0.0, take.duration_s)


def _placing(bpm: float | None, first_beat_s: float | None) -> Placing | None:
    """The bar line at or before the take's first sample; None where no bar line is known."""
    if bpm is None or first_beat_s is None:
        return None
    bar_s = BEATS_PER_BAR * 60.0 / bpm
    before_s = -first_beat_s % bar_s
    if bar_s - before_s < 1e-4 * bar_s:  # a rounding error before a bar line is on it
        before_s = 0.0
    return Placing(0, 0.0, before_s, bpm, bar_s, BEATS_PER_BAR)


def _piano_file(
    folder: Path, name: str, notes: Sequence[Note], length: AudioFile, placing: Placing | None, report: Report
) -> Path:
    if placing:
        return bar_file(folder, name, length.frames, placing, lambda: _piano(notes, length, report)).path
    if not (folder / name).exists():
        files.write(folder / name, _piano(notes, length, report), subtype="PCM_24")
    return folder / name


def _piano(notes: Sequence[Note], length: AudioFile, report: Report) -> Iterator[Audio]:
    """The piano in blocks of a minute, `length.frames` in all; what still sounds goes on into the next block."""
    from vocmatch_desktop.synth.piano import play

    step = round(PIANO_BLOCK_S * length.rate)
    ringing = np.zeros((0, 2), np.float32)
    for start in range(0, length.frames, step):
        report(start / length.frames, "Playing the piano")
        frames = min(step, length.frames - start)
        mine = _from(notes, start / length.rate, (start + frames) / length.rate)
        until_s = max((note.offset_s for note in mine), default=0.0) + RELEASE_S
        last = start + frames == length.frames
        sound = play(mine, frames if last else max(frames, round(until_s * length.rate)), length.rate)
        sound = _added(sound, ringing)
        yield Audio(sound[:frames], length.rate)
        ringing = sound[frames:]


def _from(notes: Sequence[Note], start_s: float, end_s: float) -> list[Note]:
    """Notes that begin in a part, in its own time."""
    inside = [note for note in notes if start_s <= note.onset_s < end_s]
    return [replace(note, onset_s=note.onset_s - start_s, offset_s=note.offset_s - start_s) for note in inside]


def _added(sound: Float32, ringing: Float32) -> Float32:
    frames = min(len(sound), len(ringing))
    mixed = sound.copy()
    mixed[:frames] += ringing[:frames]
    return mixed


def _free_pair(folder: Path, stem: str) -> tuple[Path, Path]:
    """Names of which neither is taken, with the same number."""
    number = 1
    while True:
        own = stem if number == 1 else f"{stem} {number}"
        pair = folder / safe_name(own, "_melody.mid"), folder / safe_name(own, "_piano.wav")
        if not any(path.exists() for path in pair):
            return pair
        number += 1
