from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_beats import a_fingerprint, analysed

from vocmatch_desktop.analysis.grid import with_locks
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import MovedFile, NoBeat, NotTaken, RetaggedFile, Survey
from vocmatch_desktop.library.versions import core_title, similarity
from vocmatch_desktop.types import Fingerprint, Key, Locks


@pytest.fixture
def loved(catalogue: Catalogue, beats: Path) -> Path:
    """The path of a beat, on disk and in the catalogue as track 1, that the user has put work into."""
    path = beats / "Night Bus.wav"
    path.write_bytes(b"sound")
    assert catalogue.store(analysed(path, 1)).outcome == "added"
    catalogue.set_tags([1], ["mine"])
    catalogue.rate([1], 5)
    catalogue.lock([1], Locks(2.0, Key(2, True)))
    return path


def still_loved(catalogue: Catalogue) -> bool:
    (row,) = catalogue.rows()
    return (row.id, row.tags, row.rating, row.locks) == (1, ("mine",), 5, Locks(2.0, Key(2, True)))


def test_new_sound_at_the_same_path_is_the_same_beat(catalogue: Catalogue, loved: Path) -> None:
    stored = catalogue.store(analysed(loved, 2, size=7, mtime_ns=9))
    assert (stored.outcome, stored.tracks) == ("updated", (1,))
    assert still_loved(catalogue)
    (known,) = catalogue.known_files()
    assert (known.size, known.mtime_ns) == (7, 9)
    chroma = catalogue.fingerprint(1).chroma
    assert not np.allclose(chroma[:8], a_fingerprint(1).chroma[:8], atol=0.05)


def test_a_renamed_file_is_the_same_beat(catalogue: Catalogue, loved: Path) -> None:
    renamed = loved.rename(loved.with_name("Night Bus final.wav"))
    stored = catalogue.store(analysed(renamed, 1))
    assert (stored.outcome, stored.tracks) == ("moved", (1,))
    assert still_loved(catalogue)
    assert (catalogue.row(1).path, catalogue.row(1).versions) == (renamed, 1)


def test_a_file_that_was_marked_missing_comes_home_elsewhere(catalogue: Catalogue, loved: Path) -> None:
    catalogue.store(Survey(missing=(loved,)))
    assert catalogue.row(1).missing
    assert catalogue.store(analysed(Path("/other drive/Night Bus.wav"), 1)).outcome == "moved"
    assert not catalogue.row(1).missing
    assert still_loved(catalogue)


def test_a_copy_is_a_version(catalogue: Catalogue, loved: Path) -> None:
    stored = catalogue.store(analysed(loved.with_name("copy.wav"), 1))
    assert (stored.outcome, stored.tracks) == ("version", (1,))
    assert catalogue.row(1).versions == 2
    assert still_loved(catalogue)


def test_a_retagged_file_keeps_its_analysis(catalogue: Catalogue, loved: Path) -> None:
    (known,) = catalogue.known_files()
    assert known.audio_hash is not None
    stored = catalogue.store(RetaggedFile(loved, 8, 8, known.audio_hash, "New Title", "Someone"))
    assert (stored.outcome, stored.tracks) == ("updated", (1,))
    assert still_loved(catalogue)
    assert catalogue.row(1).title == "New Title"
    assert list(catalogue.search("someone")) == [1]
    assert catalogue.known_files()[0].mtime_ns == 8


def test_a_survey_moves_files_and_marks_lost_and_found_ones(catalogue: Catalogue, loved: Path) -> None:
    other = Path("/beats/b.wav")
    catalogue.store(analysed(other, 2))
    stored = catalogue.store(Survey(missing=(other,), moved=(MovedFile(loved, Path("/new/Night Bus.wav")),)))
    assert set(stored.tracks) == {1, 2}
    assert [(row.path, row.missing) for row in catalogue.rows()] == [(Path("/new/Night Bus.wav"), False), (other, True)]
    catalogue.store(Survey(found=(other,)))
    assert not catalogue.row(2).missing


def test_a_removed_beat_stays_removed_whatever_its_files_do(catalogue: Catalogue, loved: Path) -> None:
    catalogue.remove([1])
    catalogue.store(analysed(loved, 2))
    catalogue.store(analysed(loved.with_name("copy.wav"), 2))
    catalogue.store(Survey(missing=(loved,)))
    catalogue.store(Survey(found=(loved,)))
    assert catalogue.rows() == ()
    catalogue.store(Survey(asked_for=(loved,)))
    assert still_loved(catalogue)


def test_no_beats_are_remembered_until_they_are_gone(catalogue: Catalogue) -> None:
    kick = Path("/beats/kick.wav")
    assert catalogue.store(NoBeat(kick, 5, 6, "it is 0.4 s long")).outcome == "no_beat"
    (known,) = catalogue.known_files()
    assert (known.path, known.audio_hash, known.reason) == (kick, None, "it is 0.4 s long")
    catalogue.store(analysed(kick, 1))
    assert [file.audio_hash is None for file in catalogue.known_files()] == [False]
    catalogue.store(NoBeat(Path("/beats/hat.wav"), 5, 6, "short"))
    catalogue.store(Survey(missing=(Path("/beats/hat.wav"),)))
    assert len(catalogue.known_files()) == 1


def test_a_failed_file_leaves_no_trace(catalogue: Catalogue) -> None:
    assert catalogue.store(NotTaken(Path("/beats/a.wav"), "damaged")).outcome == "failed"
    assert catalogue.known_files() == ()


def nearly(seed: int, *, louder: float = 1.0, tail_s: float = 0.0, bpm: float = 96.0) -> Fingerprint:
    """Another bounce of beat `seed`: small differences everywhere, another level, perhaps a longer tail."""
    beat = a_fingerprint(seed, bpm=bpm)
    noise = np.random.default_rng(99).normal(0, 0.02, beat.chroma.shape)
    return replace(
        beat,
        chroma=np.clip(beat.chroma * louder + noise, 0, None).astype(np.float32),
        duration_s=beat.duration_s + tail_s,
    )


@pytest.mark.parametrize(
    ("name", "bounce", "outcome"),
    [
        ("Night Bus.mp3", nearly(1), "version"),
        ("Night Bus (final mix).wav", nearly(1, louder=0.4), "version"),
        ("night_bus_v2.wav", nearly(1, tail_s=2.5), "version"),
        ("Something else.wav", nearly(1), "version"),
        ("Something else.wav", nearly(1, tail_s=2.5), "added"),
        ("Night Bus.aiff", nearly(1, tail_s=8.0), "added"),
        ("Night Bus 2.wav", a_fingerprint(7), "added"),
        ("Night Bus.flac", a_fingerprint(7), "added"),
    ],
)
def test_which_bounces_are_versions(
    catalogue: Catalogue, loved: Path, name: str, bounce: Fingerprint, outcome: str
) -> None:
    stored = catalogue.store(analysed(loved.with_name(name), fingerprint=bounce))
    assert stored.outcome == outcome
    assert {file.path for row in catalogue.rows() for file in catalogue.files(row.id)} == {loved, loved.with_name(name)}


def test_no_version_joins_a_removed_beat(catalogue: Catalogue, loved: Path) -> None:
    catalogue.remove([1])
    assert catalogue.store(analysed(loved.with_name("Night Bus.mp3"), fingerprint=nearly(1))).outcome == "added"


def test_the_main_file_is_there_lossless_and_new(catalogue: Catalogue, loved: Path) -> None:
    mp3, newer = loved.with_suffix(".mp3"), loved.with_name("Night Bus v2.wav")
    catalogue.store(analysed(mp3, fingerprint=nearly(1), mtime_ns=50))
    assert catalogue.row(1).path == loved
    catalogue.store(analysed(newer, fingerprint=nearly(1, tail_s=1), mtime_ns=40))
    assert catalogue.row(1).path == newer
    catalogue.store(Survey(missing=(newer, loved)))
    assert (catalogue.row(1).path, catalogue.row(1).missing) == (mp3, False)
    catalogue.store(Survey(missing=(mp3,)))
    assert catalogue.row(1).missing


def test_a_version_that_was_split_off_stays_apart(catalogue: Catalogue, loved: Path) -> None:
    mp3 = loved.with_suffix(".mp3")
    catalogue.store(analysed(mp3, fingerprint=nearly(1)))
    change = catalogue.split(catalogue.files(1)[1].id)
    new = change.values["track"]
    catalogue.store(analysed(mp3, fingerprint=nearly(1, louder=0.5)))
    assert [(row.id, row.path) for row in catalogue.rows()] == [(1, loved), (new, mp3)]
    assert catalogue.row(new).tags == ("mine",)


def test_likeness_does_not_depend_on_the_grid() -> None:
    """An MP3 may be heard at twice the tempo of its WAV."""
    beat = a_fingerprint(1)
    assert similarity(beat, with_locks(beat, Locks(2.0))) > 0.9
    assert similarity(beat, a_fingerprint(2)) < 0.5


def test_nothing_sounds_like_silence() -> None:
    beat = a_fingerprint(1)
    silent = replace(beat, chroma=beat.chroma * 0, bass=beat.bass * 0, onsets=beat.onsets * 0)
    assert similarity(beat, silent) == 0
    assert similarity(silent, silent) == 0


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Night Bus", "night_bus (Final Mix) v3", True),
        ("São Paulo", "Sao Paulo.bounce 2", True),
        ("Beat 1", "Beat 2", False),
        ("Final", "Final 2", False),
        ("Night Bus", "Night Train", False),
        ("v2", "v3", False),
    ],
)
def test_core_titles(first: str, second: str, same: bool) -> None:
    assert (core_title(first) == core_title(second)) == same
