"""Lead sheets in MusicXML: measures with a melody and chord symbols, repeats played out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from vocmatch_desktop.synth.theory import NAMES, ChordSymbol
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.types import Key

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_KINDS = {
    "major": "", "minor": "m", "dominant": "7", "minor-seventh": "m7", "major-seventh": "maj7", "diminished": "dim",
    "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "diminished-seventh": "dim7", "augmented": "aug",
    "augmented-seventh": "7#5", "half-diminished": "m7b5", "suspended-fourth": "sus4", "suspended-second": "sus2",
    "dominant-13th": "13", "minor-ninth": "m9", "major-ninth": "maj9", "augmented-ninth": "9#5", "dominant-11th": "11",
    "minor-major": "mmaj7", "major-minor": "mmaj7", "minor-11th": "m11", "minor-13th": "m13", "maj69": "69",
    "power": "5",
}  # fmt: skip
_DEGREES = {
    ("7", "9", "-1"): "7b9", ("7", "9", "1"): "7#9", ("7", "5", "-1"): "7b5", ("7", "5", "1"): "7#5",
    ("m7", "5", "-1"): "m7b5", ("maj7", "5", "1"): "maj7#5", ("", "9", "0"): "add9", ("m", "9", "0"): "madd9",
    ("sus4", "7", "0"): "7sus4", ("", "5", "1"): "aug", ("m", "5", "-1"): "dim", ("6", "9", "0"): "69",
    ("aug", "7", "0"): "7#5", ("dim", "7", "0"): "m7b5", ("", "7", "0"): "7",
}  # fmt: skip
"""What a chord becomes with one degree added or altered; other alterations leave it as it is."""

_MAX_BARS = 400


@dataclass(frozen=True, slots=True)
class SheetNote:
    """A note of the melody, in quarter notes from its measure's start; `tied` continues the note before it."""

    start: float
    length: float
    number: int
    tied: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure; `length` and all positions are quarter notes, `time` is (beats, beat type)."""

    time: tuple[int, int]
    length: float
    notes: tuple[SheetNote, ...]
    chords: tuple[tuple[float, str], ...]

    @property
    def whole(self) -> float:
        """Length a full measure has."""
        return self.time[0] * 4 / self.time[1]


@dataclass(frozen=True, slots=True)
class LeadSheet:
    """A lead sheet with its repeats played out. `fifths` is the key signature, None where there is none."""

    title: str
    authors: str
    fifths: int | None
    measures: tuple[Measure, ...]


def read_mxl(data: bytes) -> LeadSheet:
    """Reads a compressed MusicXML score of one melody with chord symbols.

    Repeats and endings are played; jumps (D.C., D.S., coda) are not followed.

    Raises:
        CorruptScore: It is no such file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            score = next(name for name in archive.namelist() if name.endswith(".xml") and "META-INF" not in name)
            root = ElementTree.fromstring(archive.read(score))
    except (zipfile.BadZipFile, StopIteration, ElementTree.ParseError, OSError, EOFError, ValueError) as error:
        raise CorruptScore(f"no MusicXML: {error}") from error
    part = root.find("part")
    if part is None:
        raise CorruptScore("the score has no part")
    try:
        measures = tuple(_measures(part))
        fifths = next((int(text) for key in part.iter("key") if (text := key.findtext("fifths"))), None)
    except (ValueError, TypeError, KeyError, ZeroDivisionError) as error:
        raise CorruptScore(f"the score cannot be read: {error}") from error
    creators = [element.text.strip() for element in root.iter("creator") if element.text]
    title = root.findtext("movement-title") or root.findtext("work/work-title") or ""
    return LeadSheet(title.strip(), ", ".join(creators), fifths, measures)


def _measures(part: ElementTree.Element) -> Iterator[Measure]:
    elements = list(part.findall("measure"))
    read: list[Measure] = []
    divisions, time = 1, (4, 4)
    for element in elements:
        divisions = int(element.findtext("attributes/divisions") or divisions)
        beats, beat_type = (element.findtext(f"attributes/time/{name}") for name in ("beats", "beat-type"))
        time = (int(beats), int(beat_type)) if beats and beat_type else time
        read.append(_measure(element, divisions, time))
    for index in order(elements):
        yield read[index]


def _measure(element: ElementTree.Element, divisions: int, time: tuple[int, int]) -> Measure:
    place, notes, chords = 0.0, [], []
    for child in element:
        if child.tag == "note" and child.find("grace") is None:
            length = float(child.findtext("duration") or 0) / divisions
            if child.find("chord") is None:
                notes += _sheet_note(child, place, length)
                place += length
        elif child.tag in ("backup", "forward"):
            place += (1 if child.tag == "forward" else -1) * float(child.findtext("duration") or 0) / divisions
        elif child.tag == "harmony":
            chords.append((place + float(child.findtext("offset") or 0) / divisions, _chord(child)))
        elif child.tag == "direction" and any(words.text == "N.C." for words in child.iter("words")):
            chords.append((place, "N"))
    return Measure(time, place, tuple(notes), tuple(sorted(chords, key=lambda chord: chord[0])))


def _sheet_note(element: ElementTree.Element, place: float, length: float) -> list[SheetNote]:
    pitch = element.find("pitch")
    if pitch is None or length <= 0:
        return []
    step, octave = pitch.findtext("step") or "", int(pitch.findtext("octave") or 4)
    number = _STEPS[step] + round(float(pitch.findtext("alter") or 0)) + 12 * (octave + 1)
    tied = any(tie.get("type") == "stop" for tie in element.findall("tie"))
    return [SheetNote(place, length, number, tied)]


def _chord(element: ElementTree.Element) -> str:
    """The chord symbol of a `harmony`; "N" for a kind nobody plays."""
    root = element.findtext("root/root-step")
    kind = element.findtext("kind") or "major"
    if root is None or kind not in _KINDS:
        return "N"
    quality = _KINDS[kind]
    for degree in element.findall("degree"):
        change = (degree.findtext("degree-value") or "", degree.findtext("degree-alter") or "0")
        quality = _DEGREES.get((quality, *change), quality)
    label = _name(root, element.findtext("root/root-alter")) + quality
    bass = element.findtext("bass/bass-step")
    return label + (f"/{_name(bass, element.findtext('bass/bass-alter'))}" if bass else "")


def _name(step: str, alter: str | None) -> str:
    return NAMES[(_STEPS[step] + round(float(alter or 0))) % 12]


def order(elements: Sequence[ElementTree.Element]) -> tuple[int, ...]:
    """Indices of the measures as they are played: repeated passages twice, each time with its own ending."""
    played: list[int] = []
    start, turn, index = 0, 1, 0
    while index < len(elements) and len(played) < _MAX_BARS:
        element = elements[index]
        marks = {repeat.get("direction") for repeat in element.iter("repeat")}
        if "forward" in marks and index != start:
            start, turn = index, 1
        numbers = _endings(elements, start, index)
        if not numbers or turn in numbers:
            played.append(index)
            if "backward" in marks and turn == 1:
                index, turn = start, 2
                continue
        if "backward" in marks and turn == 2 and not numbers:
            start, turn = index + 1, 1
        index += 1
    return tuple(played)


def _endings(elements: Sequence[ElementTree.Element], start: int, index: int) -> frozenset[int]:
    """Numbers of the ending that is open at measure `index`, none outside endings."""
    numbers: frozenset[int] = frozenset()
    for place in range(start, index + 1):
        for ending in elements[place].iter("ending"):
            if ending.get("type") == "start":
                text = (ending.get("number") or "1").replace(",", " ").split()
                numbers = frozenset(int(number.strip(".")) for number in text if number.strip(".").isdigit())
            elif place < index:
                numbers = frozenset()
    return numbers


def guessed_key(fifths: int, chords: Sequence[str]) -> Key:
    """The key a signature and its chords mean: minor where the tonic chord of the relative minor frames the song.

    Lead sheets often say "major" of every signature; the last chord decides, and where it is neither tonic, the more
    frequent of the two.
    """
    major = (7 * fifths) % 12
    minor = (major + 9) % 12
    symbols = [ChordSymbol.parse(label) for label in chords if label != "N"]
    for symbol in symbols[-1:]:
        if symbol.root == minor and 3 in symbol.intervals:
            return Key(minor, minor=True)
        if symbol.root == major:
            return Key(major, minor=False)
    dark = sum(symbol.root == minor and 3 in symbol.intervals for symbol in symbols)
    bright = sum(symbol.root == major and 4 in symbol.intervals for symbol in symbols)
    return Key(minor, minor=True) if dark > bright else Key(major, minor=False)
