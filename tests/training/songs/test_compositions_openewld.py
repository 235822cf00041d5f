from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from vocmatch_desktop.training.songs import musicxml, openewld
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.types import Key


def _note(step: str, duration: int, extra: str = "", octave: int = 4) -> str:
    pitch = f"<pitch><step>{step}</step><octave>{octave}</octave></pitch>" if step else "<rest/>"
    return f"<note>{pitch}<duration>{duration}</duration>{extra}</note>"


def _chord(root: str, kind: str = "major", extra: str = "") -> str:
    return f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind>{extra}</harmony>"


def _attributes(beats: int, beat_type: int, fifths: int = 0) -> str:
    return (
        f"<attributes><divisions>4</divisions><key><fifths>{fifths}</fifths><mode>major</mode></key>"
        f"<time><beats>{beats}</beats><beat-type>{beat_type}</beat-type></time></attributes>"
    )


def _mxl(measures: list[str], title: str = "A Song") -> bytes:
    inner = "".join(f'<measure number="{i}">{text}</measure>' for i, text in enumerate(measures, 1))
    score = f'<score-partwise><movement-title>{title}</movement-title><part id="P1">{inner}</part></score-partwise>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("song.xml", score)
    return buffer.getvalue()


def _read(tmp_path: Path, measures: list[str]) -> Composition:
    path = "openewld/dataset/Somebody/A_Song/A_Song.mxl"
    with zipfile.ZipFile(tmp_path / "ewld.zip", "w") as archive:
        archive.writestr(path, _mxl(measures))
    with zipfile.ZipFile(tmp_path / "ewld.zip") as archive:
        ((name, found),) = openewld.names(archive).items()
        return openewld.read(archive, name, found)


def _waltz(first: str) -> list[str]:
    bar = _note("C", 4) + _note("E", 4) + _note("G", 4)
    return [
        _attributes(3, 4) + first,
        _chord("C") + bar,
        _chord("F") + bar,
        _chord("G", "dominant") + bar,
        _chord("C") + bar,
    ]


def test_a_pick_up_stands_at_the_end_of_a_whole_bar(tmp_path: Path) -> None:
    song = _read(tmp_path, _waltz(_note("G", 4)))
    beat = 60 / song.bpm
    assert song.beats_per_bar == 3
    assert song.melody[0].onset_s == pytest.approx(2 * beat)
    assert [(c.label, round(c.start_s / beat)) for c in song.chords] == [
        ("N", 0), ("C", 3), ("F", 6), ("G7", 9), ("C", 12)
    ]  # fmt: skip
    assert len(song.downbeats_s) == 5


def test_a_first_bar_of_rests_is_a_bar_like_others(tmp_path: Path) -> None:
    song = _read(tmp_path, _waltz(_note("", 8) + _note("G", 4)))
    assert song.melody[0].onset_s == pytest.approx(2 * 60 / song.bpm)
    assert song.name == "openewld/a-song"


def test_beats_of_six_eight_are_eighths(tmp_path: Path) -> None:
    bar = _chord("A", "minor") + "".join(_note(step, 2) for step in "ACEECA")
    song = _read(tmp_path, [_attributes(6, 8) + bar, bar, bar, bar])
    assert (song.beats_per_bar, len(song.beats_s)) == (6, 24)
    assert song.melody[1].onset_s == pytest.approx(song.beats_s[1])
    assert song.key == Key(9, True)


def test_two_bars_of_two_four_make_one_of_four(tmp_path: Path) -> None:
    bar = _chord("C") + _note("C", 4) + _note("D", 4)
    song = _read(tmp_path, [_attributes(2, 4) + bar, *[bar] * 8])
    assert song.beats_per_bar == 4
    assert len(song.downbeats_s) == 5
    assert len(song.beats_s) == 20


def test_tied_notes_are_one(tmp_path: Path) -> None:
    held = _note("C", 12, '<tie type="start"/>')
    more = _note("C", 4, '<tie type="stop"/>') + _note("D", 4) + _note("E", 4)
    song = _read(tmp_path, [_attributes(3, 4) + _chord("C") + held, more, more, more, more])
    assert song.melody[0].offset_s == pytest.approx(4 * 60 / song.bpm)


@pytest.mark.parametrize(
    ("measures", "why"),
    [
        ([_attributes(5, 4) + _chord("C") + _note("C", 4)] * 8, "metre"),
        ([_attributes(4, 4) + _note("C", 4)] * 8, "no chords"),
        ([_attributes(4, 4) + _chord("C") + _note("", 16)] * 8, "no melody"),
    ],
)
def test_what_cannot_be_sung_is_told(tmp_path: Path, measures: list[str], why: str) -> None:
    with pytest.raises(CorruptScore, match=why):
        _read(tmp_path, measures)


@pytest.mark.parametrize("data", [b"", b"no zip", _mxl(["<note><duration>x</duration></note>"])])
def test_damaged_scores_are_told(data: bytes) -> None:
    with pytest.raises(CorruptScore):
        musicxml.read_mxl(data)


def _order(*marks: str) -> tuple[int, ...]:
    return musicxml.order([ElementTree.fromstring(f"<measure>{mark}</measure>") for mark in marks])


_FORWARD, _BACKWARD = '<repeat direction="forward"/>', '<repeat direction="backward"/>'


def test_repeats_are_played_with_their_own_endings() -> None:
    assert _order("", "", _BACKWARD, "") == (0, 1, 2, 0, 1, 2, 3)
    assert _order("", _FORWARD, _BACKWARD, "") == (0, 1, 2, 1, 2, 3)
    first = '<ending number="1" type="start"/><ending number="1" type="stop"/>' + _BACKWARD
    second = '<ending number="2" type="start"/><ending number="2" type="stop"/>'
    assert _order("", "", first, second, "") == (0, 1, 2, 0, 1, 3, 4)
    assert _order("", first, second, _FORWARD, _BACKWARD, "") == (0, 1, 0, 2, 3, 4, 3, 4, 5)


def test_chord_symbols_are_those_the_band_reads() -> None:
    def read(text: str) -> str:
        sheet = musicxml.read_mxl(_mxl([_attributes(4, 4) + text + _note("C", 16)]))
        return sheet.measures[0].chords[0][1]

    flat = (
        "<degree><degree-value>9</degree-value><degree-alter>-1</degree-alter><degree-type>add</degree-type></degree>"
    )
    assert read(_chord("G", "dominant", flat)) == "G7b9"
    assert read(_chord("C", "major", "<bass><bass-step>E</bass-step></bass>")) == "C/E"
    assert read(_chord("B", "half-diminished")) == "Bm7b5"
    assert read(_chord("B", "neapolitan")) == "N"


def test_the_key_is_minor_where_the_last_chord_says_so() -> None:
    assert musicxml.guessed_key(0, ["C", "F", "Am"]) == Key(9, True)
    assert musicxml.guessed_key(-3, ["Cm", "Ab", "Eb"]) == Key(3, False)
    assert musicxml.guessed_key(1, ["Em", "Em", "D7"]) == Key(4, True)


def test_titles_become_names() -> None:
    assert openewld.normalised("Where'd_You Go, Émile?") == "whered-you-go-emile"
    assert openewld.normalised("???") == "untitled"
