from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import stub_listening

from vocmatch_desktop.analysis.beat import BeatAnalysis
from vocmatch_desktop.errors import Cancelled
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import AnalysedFile, Condensed, FoundFile, NoBeat, NotTaken, RetaggedFile, Survey
from vocmatch_desktop.library.vectors import Vectors
from vocmatch_desktop.matching import source
from vocmatch_desktop.services.indexing import IndexSpec, IndexSummary, index, jobs, run
from vocmatch_desktop.services.listening import listen_with, names_of
from vocmatch_desktop.types import Fingerprint

RATE = 8000


class Quiet:
    """A report that keeps what it is told; `stop_after` events it is cancelled."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.events: list[Any] = []
        self.fractions: list[float] = []
        self._stop_after = stop_after

    def __call__(self, fraction: float, what: str) -> None:
        self.fractions.append(fraction)
        if self._stop_after is not None and len(self.events) >= self._stop_after:
            raise Cancelled

    def partial(self, event: Any) -> None:
        self.events.append(event)


def put(path: Path, *, seconds: float = 5.0, order: str = "", seed: int | None = None) -> Path:
    """A real sound file; the trailing text tells the stub what to do with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed if seed is not None else sum(path.name.encode("utf-8", "surrogateescape")))
    soundfile.write(path, rng.normal(0, 0.1, int(seconds * RATE)), RATE, "PCM_16", format="WAV")
    with path.open("ab") as file:
        file.write(order.encode().ljust(8))
    return path


@pytest.fixture
def beats(tmp_path: Path) -> Path:
    return tmp_path / "Beats"


@pytest.fixture
def indexed(tmp_path: Path, beats: Path) -> Callable[..., IndexSummary]:
    """Indexes the folder of beats as the shell does, without really listening."""

    def once(*roots: Path, **options: Any) -> IndexSummary:
        spec = IndexSpec(roots or (beats,), tmp_path / "library.db", jobs=1, listen=stub_listening.listen, **options)
        with Catalogue(spec.library) as catalogue:
            return index(catalogue, spec, Quiet())

    return once


def titles(tmp_path: Path) -> set[str]:
    with Catalogue(tmp_path / "library.db") as catalogue:
        return set(catalogue.columns().titles)


def test_one_folder_with_everything_in_it(tmp_path: Path, beats: Path, indexed: Callable[..., IndexSummary]) -> None:
    put(beats / "good.wav")
    put(beats / "deep" / "also good.wav")
    put(beats / "kick.wav", seconds=0.5)
    put(beats / "One-Shots" / "snare.wav")
    (beats / "empty.wav").touch()
    (beats / "text.wav").write_text("this is no sound at all")
    put(beats / "crash.wav", order="crash")
    put(beats / "bug.wav", order="bug")
    summary = indexed()
    assert (summary.added, summary.updated, summary.unchanged, summary.missing, summary.tracks) == (2, 0, 0, 0, 2)
    assert {item.path.name for item in summary.skipped} == {"kick.wav", "snare.wav"}
    failed = {item.path.name: item.reason for item in summary.failed}
    assert set(failed) == {"empty.wav", "text.wav", "crash.wav", "bug.wav"}
    assert "crashed" in failed["crash.wav"]
    assert "empty" in failed["empty.wav"]
    assert titles(tmp_path) == {"good", "also good"}
    again = indexed()
    assert (again.added, again.unchanged, again.audio_s) == (0, 2, 0)
    assert {item.path.name for item in again.skipped} == {"kick.wav", "snare.wav"}
    assert set(failed) == {item.path.name for item in again.failed}


def test_a_bug_is_written_to_the_log(
    beats: Path, indexed: Callable[..., IndexSummary], caplog: pytest.LogCaptureFixture
) -> None:
    put(beats / "bug.wav", order="bug")
    with caplog.at_level(logging.ERROR):
        indexed()
    assert "ZeroDivisionError: one bad file" in caplog.text


def test_stopped_indexing_goes_on_where_it_was(
    tmp_path: Path, beats: Path, indexed: Callable[..., IndexSummary]
) -> None:
    for number in range(4):
        put(beats / f"{number}.wav")
    spec = IndexSpec((beats,), tmp_path / "library.db", jobs=1, listen=stub_listening.listen)
    with Catalogue(spec.library) as catalogue:
        with pytest.raises(Cancelled):
            index(catalogue, spec, Quiet(stop_after=3))
        assert len(catalogue.columns()) == 2
    summary = indexed()
    assert (summary.added, summary.unchanged, summary.tracks) == (2, 2, 4)


def test_files_that_move_change_and_go(tmp_path: Path, beats: Path, indexed: Callable[..., IndexSummary]) -> None:
    for name in ("moves.wav", "changes.wav", "goes.wav", "stays.wav"):
        put(beats / name)
    indexed()
    with Catalogue(tmp_path / "library.db") as catalogue:
        catalogue.rate([row.id for row in catalogue.rows()], 4)
    (beats / "sub").mkdir()
    (beats / "moves.wav").rename(beats / "sub" / "moves.wav")
    put(beats / "changes.wav", seed=99)
    (beats / "goes.wav").unlink()
    summary = indexed()
    assert (summary.added, summary.updated, summary.unchanged, summary.missing) == (0, 2, 1, 1)
    assert summary.moved == 1
    with Catalogue(tmp_path / "library.db") as catalogue:
        rows = {row.title: row for row in catalogue.rows()}
    assert {row.rating for row in rows.values()} == {4}
    assert rows["moves"].path == beats / "sub" / "moves.wav"
    assert [title for title, row in rows.items() if row.missing] == ["goes"]
    put(beats / "goes.wav")
    assert indexed().tracks == 4


def test_removed_beats_stay_removed_unless_asked_for(
    tmp_path: Path, beats: Path, indexed: Callable[..., IndexSummary]
) -> None:
    path = put(beats / "a.wav")
    indexed()
    with Catalogue(tmp_path / "library.db") as catalogue:
        catalogue.remove([1])
    assert indexed().tracks == 0
    assert path.exists()
    assert indexed(path).tracks == 1


def test_no_beats_come_in_when_they_are_asked_for(beats: Path, indexed: Callable[..., IndexSummary]) -> None:
    kick = put(beats / "kick.wav", seconds=1)
    assert indexed().tracks == 0
    assert indexed(kick).tracks == 1
    assert indexed().unchanged == 1


def test_a_folder_removed_while_indexing(tmp_path: Path, beats: Path) -> None:
    put(beats / "a.wav")
    put(beats / "gone" / "b.wav")
    put(beats / "gone" / "c.wav")

    class Remover(Quiet):
        def partial(self, event: Any) -> None:
            super().partial(event)
            shutil.rmtree(beats / "gone", ignore_errors=True)

    report = Remover()
    result = run(IndexSpec((beats,), tmp_path / "none.db", jobs=1, listen=stub_listening.listen), report)
    assert [type(event) for event in report.events].count(AnalysedFile) == 1
    assert {path.name for path in result.missing} == {"b.wav", "c.wav"}
    assert result.failed == ()


def test_events_say_how_much_there_is_and_come_one_a_file(tmp_path: Path, beats: Path) -> None:
    put(beats / "a.wav")
    put(beats / "kick.wav", seconds=1)
    (beats / "empty.wav").touch()
    report = Quiet()
    run(IndexSpec((beats,), tmp_path / "none.db", jobs=1, listen=stub_listening.listen), report)
    assert report.events[0] == Survey(to_hear=3)
    assert {type(event) for event in report.events[1:]} == {AnalysedFile, NoBeat, NotTaken}
    assert len(report.events) == 4
    assert report.fractions[-1] == 1
    assert report.fractions == sorted(report.fractions)


def test_beats_are_made_ready_for_another_version_of_matching(
    tmp_path: Path, beats: Path, indexed: Callable[..., IndexSummary], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(beats / "a.wav")
    put(beats / "b.wav")
    indexed()
    monkeypatch.setattr(source, "COARSE_VERSION", source.COARSE_VERSION + 1)
    report = Quiet()
    spec = IndexSpec((beats,), tmp_path / "library.db", listen=stub_listening.listen)
    with Catalogue(spec.library) as catalogue:
        assert index(catalogue, spec, report).unchanged == 2
        assert catalogue.not_condensed(source.COARSE_VERSION) == ()
    assert report.events[0] == Survey(to_hear=2)
    assert [type(event) for event in report.events[1:]] == [Condensed, Condensed]

    def never(fingerprint: Fingerprint) -> source.Coarse:
        raise AssertionError("made already")

    with Vectors(spec.library, never, source.COARSE_VERSION) as vectors:
        assert len(vectors.ids) == 2


def test_only_changed_paths_are_heard(tmp_path: Path, beats: Path, indexed: Callable[..., IndexSummary]) -> None:
    put(beats / "a.wav")
    put(beats / "b.wav")
    assert indexed(only=(beats / "b.wav",)).added == 1
    assert titles(tmp_path) == {"b"}


def test_a_file_saved_with_other_tags_is_not_analysed_again(tmp_path: Path) -> None:
    from vocmatch_desktop.audio.files import decoded_hash

    path = put(tmp_path / "a.wav")

    def never(path: Path) -> Any:
        raise AssertionError("analysed again")

    heard = listen_with(never, FoundFile(path, 1, 2, known_hash=decoded_hash(path), any_length=True))
    assert isinstance(heard.event, RetaggedFile)


def test_silence_is_no_beat(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav")

    def hear_nothing(path: Path) -> BeatAnalysis:
        heard = stub_listening.analyse(path)
        return replace(heard, fingerprint=replace(heard.fingerprint, loudness_lufs=-200.0))

    heard = listen_with(hear_nothing, FoundFile(path, 1, 2))
    assert heard.event == NoBeat(path, 1, 2, "it is silent")


def test_a_file_that_holds_less_than_it_promises_is_short(tmp_path: Path) -> None:
    path = put(tmp_path / "a.wav")

    def hear_little(path: Path) -> BeatAnalysis:
        heard = stub_listening.analyse(path)
        return replace(heard, fingerprint=replace(heard.fingerprint, duration_s=1.0))

    assert isinstance(listen_with(hear_little, FoundFile(path, 1, 2)).event, NoBeat)
    assert isinstance(listen_with(hear_little, FoundFile(path, 1, 2, any_length=True)).event, AnalysedFile)


def test_titles_come_from_tags_or_names(tmp_path: Path) -> None:
    tagged = tmp_path / "untitled.flac"
    with soundfile.SoundFile(tagged, "w", RATE, 1, "PCM_16", format="FLAC") as file:
        file.title, file.artist = "Night Bus", "Me & You"
        file.write(np.zeros(RATE))
    assert names_of(tagged) == ("Night Bus", "Me & You")
    assert names_of(put(tmp_path / "line\nbreak.wav")) == ("line break", "")
    (tmp_path / "broken.mp3").write_bytes(b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"\xff" * 100)
    assert names_of(tmp_path / "broken.mp3") == ("broken", "")


def test_processes_stay_within_the_memory() -> None:
    assert 1 <= jobs(None) <= 4
    assert jobs(12) == 12


def test_it_really_listens(tmp_path: Path) -> None:
    """With the real analysis: a WAV, its FLAC and its louder MP3 are one beat, and another is another."""
    beats = tmp_path / "Beats"
    beats.mkdir()
    clicks = _loop(beats / "Night Bus.wav", 1)
    soundfile.write(beats / "Night Bus.flac", clicks, 22050)
    soundfile.write(beats / "Night Bus loud.mp3", clicks * 1.5, 22050, format="MP3")
    _loop(beats / "Slow Tape.wav", 2)
    with Catalogue(tmp_path / "library.db") as catalogue:
        summary = index(catalogue, IndexSpec((beats,), catalogue.path, jobs=1), Quiet())
        assert (summary.added, summary.versions, summary.tracks, summary.failed) == (4, 2, 2, ())
        night = catalogue.find(str(beats / "Night Bus loud.mp3"))
        assert (night.title, night.versions) == ("Night Bus", 3)
        assert night.path.suffix in (".wav", ".flac")


def _loop(path: Path, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Six seconds of chords with hits on the beat."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(6 * 22050) / 22050
    sound = np.zeros_like(time_s)
    for beat in range(12):
        part = (time_s >= beat * 0.5) & (time_s < (beat + 1) * 0.5)
        local = time_s[part] - beat * 0.5
        for pitch in rng.choice(24, 3) + 55:
            sound[part] += 0.1 * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * local) * np.exp(-2 * local)
        sound[part] += 0.3 * rng.normal(size=len(local)) * np.exp(-40 * local)
    soundfile.write(path, sound, 22050)
    return sound
