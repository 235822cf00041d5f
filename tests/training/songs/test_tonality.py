from __future__ import annotations

from dataclasses import replace

import pytest

from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.record import Credit
from vocmatch_desktop.training.songs.tonality import bears_out
from vocmatch_desktop.types import Chord, Key, Note


def _song(key: str, labels: str, melody: str = "") -> Composition:
    chords = tuple(Chord(2.0 * k, 2.0 * k + 2, label) for k, label in enumerate(labels.split()))
    numbers = [60 + Key.parse(name).tonic for name in melody.split()]
    notes = tuple(Note(0.5 * k, 0.5 * k + 0.5, number, number, 90) for k, number in enumerate(numbers))
    empty = Composition("x", "train", 120, 4, (0.0,), (0.0,), Key(0, False), (), (), (), (), (), Credit("", "", ""))
    return replace(empty, key=Key.parse(key), chords=chords, melody=notes)


@pytest.mark.parametrize(
    ("key", "labels", "melody"),
    [("C", "C F G C", "C D E G"), ("Am", "Am F Dm E7", "A B C E G#"), ("Bb", "Bb Eb F7 Bb", "Bb D F")],
)
def test_the_key_a_progression_is_in_is_borne_out(key: str, labels: str, melody: str) -> None:
    assert bears_out(_song(key, labels, melody))


def test_an_excerpt_in_the_dominant_is_not_in_the_songs_key() -> None:
    assert not bears_out(_song("C", "G D7 Em A7 D7 G", "G A B D F#"))


@pytest.mark.parametrize(("labels", "melody"), [("C Am F G", "C D E A"), ("Dm G", "D F G"), ("N N", "")])
def test_an_excerpt_that_could_be_in_two_keys_bears_none_out(labels: str, melody: str) -> None:
    assert not bears_out(_song("C", labels, melody))
