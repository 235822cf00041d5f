"""The list of songs: kept in folders, taken apart by jobs, rebuilt from what is on the disk."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from tiny_models import four_stems

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import Cancelled, DiskError, NotFound, UnreadableAudio
from vocmatch_desktop.services import songs as jobs
from vocmatch_desktop.services.heights import Heights, read_heights
from vocmatch_desktop.services.models import AddModelSpec
from vocmatch_desktop.services.models import run as add_model
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.services.song_store import NAME, PEAKS, SongStore, StoredSong
from vocmatch_desktop.services.songs import PeaksSpec, SaveStemsSpec, StemsKnown, TakeApartSpec
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Float32
from vocmatch_desktop.whole import partial_of

FRAMES = 150_000


@pytest.fixture
def places(home: Path, tmp_path: Path) -> Places:
    """A home with one model in its store."""
    places = Places.from_environment()
    facts = {"frames": 44_100, "normalise": False}
    add_model(AddModelSpec(str(four_stems(tmp_path / "four.onnx")), places, facts=facts), Unread())
    return places


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "Müsli: live.wav"
    noise = np.random.default_rng(1).uniform(-0.9, 0.9, (FRAMES, 2)) * np.linspace(0, 1, FRAMES)[:, None]
    soundfile.write(path, noise, 44_100, "FLOAT")
    return path


@pytest.fixture
def store(places: Places) -> SongStore:
    return SongStore(places.songs)


class Listening(Unread):
    """Keeps what is said early, and what is in the partial files at that moment."""

    def __init__(self) -> None:
        self.news: list[StemsKnown] = []
        self.heard: list[Mapping[str, Float32]] = []

    def partial(self, event: Any) -> None:
        self.news.append(pickle.loads(pickle.dumps(event)))
        read = {name: soundfile.read(partial_of(path), dtype="float32")[0] for name, path in event.paths.items()}
        self.heard.append(read)


def test_a_song_comes_apart_in_its_folder_and_is_found_again(places: Places, store: SongStore, source: Path) -> None:
    before = source.read_bytes()
    song = store.add(source)
    assert (song.state, song.frames, song.title) == ("new", FRAMES, "Müsli: live")
    spec = TakeApartSpec(song, places, model="four")
    assert pickle.loads(pickle.dumps(spec)) == spec
    done = jobs.run(spec, Unread())
    assert set(done.stems) == {"vocals", "drums", "bass", "other", "instrumental"}
    assert done.stems["vocals"] == "Müsli- live - vocals.wav"
    assert all(files.probe(stem.path) == stem for stem in done.files.values())
    assert store.songs() == (done,)
    assert source.read_bytes() == before
    assert sorted(entry.name for entry in song.folder.iterdir()) == sorted([*done.stems.values(), NAME, PEAKS])


def test_early_parts_bring_their_waveforms(places: Places, store: SongStore, source: Path) -> None:
    listening = Listening()
    done = jobs.run(TakeApartSpec(store.add(source), places, "four"), listening)
    assert len(listening.news) > 1
    assert listening.news[-1].frames == FRAMES
    for news, heard in zip(listening.news, listening.heard, strict=True):
        for name, stem in done.files.items():
            np.testing.assert_array_equal(heard[name][: news.frames], files.read(stem.path).samples[: news.frames])
    kept = read_heights(done.folder / PEAKS)
    assert kept is not None
    hop = round(kept.hop_s * 44_100)
    for name, stem in done.files.items():
        early = np.concatenate([news.heights.by_name[name] for news in listening.news])
        loud = np.abs(files.read(stem.path).samples).max(axis=1)
        assert len(kept.by_name[name]) == -(-FRAMES // hop)
        np.testing.assert_array_equal(kept.by_name[name], [loud[at : at + hop].max() for at in range(0, FRAMES, hop)])
        np.testing.assert_array_equal(early, kept.by_name[name][: FRAMES // hop])


def test_waveforms_are_measured_again_where_they_are_lost(
    places: Places, store: SongStore, source: Path, tmp_path: Path
) -> None:
    done = jobs.run(TakeApartSpec(store.add(source), places, "four"), Unread())
    path = done.folder / PEAKS
    kept = read_heights(path)
    assert kept is not None
    for damage in (b"", b"PK\x03\x04", path.read_bytes()[:500]):
        path.write_bytes(damage)
        assert read_heights(path) is None
    stems = {name: stem.path for name, stem in done.files.items()}
    again = jobs.run_peaks(PeaksSpec(stems, keep=path), Unread())
    for heights in (again, read_heights(path)):
        assert isinstance(heights, Heights)
        for name in stems:
            np.testing.assert_array_equal(heights.by_name[name], kept.by_name[name])


def test_nothing_is_left_of_what_was_cancelled_or_cannot_be_kept(
    places: Places, store: SongStore, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(Unread):
        def __call__(self, fraction: float, what: str) -> None:
            if fraction > 0.3:
                raise Cancelled

    def full(*_: object) -> None:
        raise DiskError("full")

    song = store.add(source)
    with pytest.raises(Cancelled):
        jobs.run(TakeApartSpec(song, places, "four"), Impatient())
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "write_heights", full)
        with pytest.raises(DiskError):
            jobs.run(TakeApartSpec(song, places, "four"), Unread())
    assert [entry.name for entry in song.folder.iterdir()] == [NAME]
    assert store.songs() == (song,)


def test_what_is_no_sound_joins_no_list(store: SongStore, tmp_path: Path) -> None:
    nonsense = tmp_path / "notes.wav"
    nonsense.write_text("no sound")
    with pytest.raises(UnreadableAudio):
        store.add(nonsense)
    with pytest.raises(NotFound):
        store.add(tmp_path / "gone.wav")
    assert store.songs() == ()
    assert not store.folder.exists()


def test_a_song_that_cannot_be_kept_leaves_no_folder(
    store: SongStore, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskError("full")

    monkeypatch.setattr("vocmatch_desktop.services.song_store.write_text", full)
    with pytest.raises(DiskError):
        store.add(source)
    assert list(store.folder.iterdir()) == []


def test_once_more_is_the_song_as_it_is_now(store: SongStore, source: Path) -> None:
    first = store.add(source)
    soundfile.write(source, np.zeros((500, 1)), 8_000)
    again = store.again(first)
    assert (again.rate, again.channels, again.frames) == (8_000, 1, 500)
    assert again.folder != first.folder


def test_the_list_keeps_its_order_and_versions_have_folders_of_their_own(store: SongStore, source: Path) -> None:
    first = store.add(source)
    second = store.again(first)
    assert second.folder != first.folder
    assert second.source == source
    store.save(replace(first, state="failed", problem="No space.", version=1, model="six"))
    found = store.songs()
    assert [song.folder for song in found] == [first.folder, second.folder]
    assert (found[0].state, found[0].problem, found[0].model) == ("failed", "No space.", "six")


@pytest.mark.parametrize("damage", ["", "{}", '{"state": "odd"}', "[1, 2]", None])
def test_a_lost_description_is_rebuilt_from_the_stems(
    places: Places, store: SongStore, source: Path, damage: str | None
) -> None:
    done = jobs.run(TakeApartSpec(store.add(source), places, "four"), Unread())
    if damage is None:
        (done.folder / NAME).unlink()
    else:
        (done.folder / NAME).write_text(damage)
    (rebuilt,) = store.songs()
    assert rebuilt.state == "ready"
    assert set(rebuilt.files.items()) == set(done.files.items())
    assert rebuilt.title == "Müsli- live"


def test_missing_stems_are_said(places: Places, store: SongStore, source: Path) -> None:
    done = jobs.run(TakeApartSpec(store.add(source), places, "four"), Unread())
    done.files["drums"].path.unlink()
    (song,) = store.songs()
    assert (song.state, song.files) == ("failed", {})
    assert "missing" in song.problem


def test_at_start_what_a_crash_left_half_written_is_swept(store: SongStore, source: Path) -> None:
    song, other = store.add(source), store.add(source)
    leftovers = [each.folder / "x - vocals.wav.partial" for each in (song, other)]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    store.clear_up(song)
    assert [leftover.exists() for leftover in leftovers] == [False, True]
    assert store.recover() == (song, other)
    assert not leftovers[1].exists()
    (store.folder / "stray.txt").write_text("not ours")
    (store.folder / "empty").mkdir()
    assert store.songs() == (song, other)


def test_deleting_takes_our_folder_and_never_the_song(store: SongStore, source: Path) -> None:
    song = store.add(source)
    store.delete(song, for_good=True)
    assert not song.folder.exists()
    assert source.exists()
    with pytest.raises(DiskError):
        store.delete(song, for_good=True)


def test_stems_are_saved_elsewhere_and_nothing_is_written_over(
    places: Places, store: SongStore, source: Path, tmp_path: Path
) -> None:
    done = jobs.run(TakeApartSpec(store.add(source), places, "four"), Unread())
    spec = SaveStemsSpec(done.files, tmp_path / "out", done.title, "flac")
    first, second = jobs.run_save(spec, Unread()), jobs.run_save(spec, Unread())
    assert set(first) == set(done.stems)
    assert not {stem.path for stem in first.values()} & {stem.path for stem in second.values()}
    assert all(stem.frames == FRAMES for stem in first.values())


def test_a_song_of_another_time_is_read(store: SongStore) -> None:
    song = StoredSong(store.folder / "a", Path("/gone/a.mp3"), "2026-01-01T00:00:00+00:00", 48_000, 1, 10)
    store.save(song)
    assert store.songs() == (song,)
