"""What of the singer needs no recordings: labels, scores, manners, rooms."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.training.songs.singer import AMATEUR, PLACES, POP, Place, draw_for_separation, recorded
from vocmatch_desktop.training.songs.singer.labels import is_breath, read_labels
from vocmatch_desktop.training.songs.singer.manner import PRESETS, draw_for_notes, varied
from vocmatch_desktop.training.songs.singer.score import FURTHEST_SHIFT, in_range, plan
from vocmatch_desktop.training.songs.singer.together import in_scale
from vocmatch_desktop.types import Key, Note

RATE = 44_100
HEADER = "file,syllable,offset_ms,consonant_ms,cutoff_ms,preutterance_ms,overlap_ms\n"


def melody_of(rows: list[tuple[float, float, int]]) -> tuple[Note, ...]:
    """(length, rest after it, number) of every note."""
    notes, at = [], 0.3
    for length, rest, number in rows:
        notes.append(Note(at, at + length, float(number), number, 80))
        at += length + rest
    return tuple(notes)


melodies = st.lists(
    st.tuples(st.floats(0.1, 1.0), st.sampled_from([0.0, 0.0, 0.1, 0.6]), st.integers(30, 100)), min_size=1, max_size=25
).map(melody_of)


def test_labels_are_read_as_banks_write_them(tmp_path: Path) -> None:
    path = tmp_path / "LABELS.csv"
    lines = (
        "a/x.opus,a_kaC4,1000,450,-700,300,100",
        "a/x.opus,-_ki2,100,450,2000,300,100",
        "b/ka.opus,ka,50,50,25,60,30",
        "a/x.opus,a_x,1,1,1,1,1",
        "b/br1.opus,br1,0,300,100,0,0",
        "b/s.opus,s,0,50,25,60,30",
    )
    path.write_text(HEADER + "\n".join(lines), "utf-8")
    labels = read_labels(path)
    assert set(labels) == {"a/x.opus", "b/ka.opus"}
    first, second = labels["a/x.opus"]
    assert (first.text, first.before, first.vowel_s, first.end_s) == ("ki", "", 0.4, None)
    assert (second.consonant, second.vowel, second.before) == ("k", "a", "a")
    assert second.vowel_s == pytest.approx(1.3)
    assert second.end_s == pytest.approx(1.7)
    assert labels["b/ka.opus"][0].vowel_s is None


def test_breaths_are_known_by_name() -> None:
    assert is_breath("b/br1.opus")
    assert is_breath("b/C3__br3.opus")
    assert is_breath("b/breathe-in.opus")
    assert not is_breath("b/bra.opus")


@given(melodies, st.lists(st.floats(45, 70), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_a_melody_is_moved_by_octaves_only_and_within_reach(melody: tuple[Note, ...], pitches: list[float]) -> None:
    moved = in_range(melody, np.array(pitches))
    folded = 0
    for before, after in zip(melody, moved.melody, strict=True):
        assert (after.number - before.number) % 12 == 0
        assert min(abs(after.number - pitch) for pitch in pitches) <= FURTHEST_SHIFT + 0.1
        folded += after.number - before.number != 12 * moved.octaves
    assert folded == moved.folded


@given(melodies, st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_planned_notes_follow_each_other(melody: tuple[Note, ...], seed: int) -> None:
    duration = melody[-1].offset_s + 1
    notes = plan(melody, AMATEUR, duration, np.random.default_rng(seed))
    assert notes
    assert notes[0].start == "syllable"
    for before, after in pairwise(notes):
        assert before.onset_s < after.onset_s
        assert before.phrase <= after.phrase
        assert after.start != "tied" or before.number != after.number


def test_a_batch_for_separation_keeps_its_shares() -> None:
    rng = np.random.default_rng(3)
    engines = Counter(draw_for_separation(rng).engine for _ in range(4000))
    assert engines["raw"] > 4000 / 3
    assert engines["world"] < 4000 / 3


def test_manners_vary_within_reason(rng: np.random.Generator) -> None:
    for preset in PRESETS.values():
        for _ in range(50):
            how = varied(preset, rng)
            assert 0 <= how.legato <= 1
            assert -1 <= how.effort <= 1
    assert {draw_for_notes(rng).engine for _ in range(50)} == {"world", "stretch"}
    assert POP.wrong == 0


@pytest.mark.parametrize("place", PLACES)
def test_a_recorded_voice_keeps_its_length_and_time(place: Place, rng: np.random.Generator) -> None:
    dry = np.zeros(RATE, np.float32)
    dry[RATE // 2 : RATE // 2 + 400] = rng.normal(0, 0.3, 400)
    heard = recorded(dry, place, np.random.default_rng(1))
    assert heard.shape == dry.shape
    assert heard.dtype == np.float32
    assert np.abs(heard).max() <= 1
    lag = int(np.argmax(np.correlate(heard[20_000:24_000], dry[21_000:23_000], "valid"))) - 1000
    assert abs(lag) < 20
    assert np.array_equal(heard, recorded(dry, place, np.random.default_rng(1)))


def test_steps_of_a_scale() -> None:
    c_major, a_minor = Key(0, False), Key(9, True)
    assert [in_scale(number, c_major, 2) for number in (60, 62, 64, 71)] == [64, 65, 67, 74]
    assert in_scale(60, c_major, -2) == 57
    assert in_scale(69, a_minor, 2) == 72
    assert in_scale(61, c_major, 2) == 64
