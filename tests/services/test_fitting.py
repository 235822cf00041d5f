"""Whole beats bent to a take: where the beats fall, what is in the file, and that nothing is ever overwritten."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from clicks import BPM, FIRST_BAR_S, GRID, LATE_S, RATE, Quiet, clicks_in, write_clicks

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.loudness import integrated_lufs
from vocmatch_desktop.errors import Cancelled, DiskError, NotFound
from vocmatch_desktop.services import fitting, padding
from vocmatch_desktop.services.fitting import FitSpec
from vocmatch_desktop.services.padding import PadSpec
from vocmatch_desktop.types import Audio, Key, Transform

BEAT_S = 16.5
TOLERANCE_S = 0.003


@pytest.fixture
def spec(tmp_path: Path) -> FitSpec:
    beat = write_clicks(tmp_path / "beat.wav", FIRST_BAR_S + LATE_S + 0.5 * np.arange(32), BEAT_S)
    return FitSpec(
        beat=beat,
        title="Night Bus",
        grid=GRID,
        key=Key.parse("Am"),
        transform=Transform(transpose=2, tempo_ratio=1.05, start_s=5.0),
        take_duration_s=6.0,
        folder=tmp_path / "fitted",
    )


def acid_of(path: Path) -> tuple[int, int, float]:
    """(beats, root, tempo) of a file's ACID chunk."""
    data = path.read_bytes()
    at = data.index(b"acid") + 8
    _, root, _, _, beats, _, _, bpm = struct.unpack("<IHHfIHHf", data[at : at + 24])
    return beats, root, bpm


def test_a_fitted_beat_starts_on_a_bar_line_in_time_and_says_what_it_is(spec: FitSpec) -> None:
    report = Quiet()
    fitted = fitting.run(spec, report)
    assert (fitted.bar, fitted.beat_from_s, fitted.reused, fitted.gain_db) == (2, pytest.approx(4.25), False, 0.0)
    assert fitted.take_pad_s == pytest.approx(0.75 / 1.05)
    assert fitted.path.name.startswith("Night Bus - 126 BPM - Bm [")
    assert (fitted.bpm, fitted.key) == (pytest.approx(126.0), Key.parse("Bm"))
    about = soundfile.info(fitted.path)
    assert (about.subtype, about.samplerate, about.channels) == ("PCM_24", RATE, 2)
    assert acid_of(fitted.path) == (28, 71, pytest.approx(126.0))
    assert about.frames == round(28 * 60 / 126 * RATE)
    expected = (FIRST_BAR_S + LATE_S + 0.5 * np.arange(8, 32) - 4.25) / 1.05
    np.testing.assert_allclose(clicks_in(fitted.path), expected, atol=TOLERANCE_S)
    assert report.fractions == sorted(report.fractions)
    assert report.fractions[-1] == 1.0
    assert [path.name for path in spec.folder.iterdir()] == [fitted.path.name]


def test_take_and_beat_fall_into_place_when_dropped_on_one_bar(spec: FitSpec, tmp_path: Path) -> None:
    transform = replace(spec.transform, transpose=0)
    sung = (FIRST_BAR_S + LATE_S + 0.5 * np.arange(11, 20) - transform.start_s) / transform.tempo_ratio
    take = write_clicks(tmp_path / "take.wav", sung, 6.0, rate=48_000, channels=1)
    beat = fitting.run(replace(spec, transform=transform), Quiet())
    padded = padding.run(PadSpec(take, "verse", GRID, transform, spec.folder), Quiet())
    assert padded.pad_s == beat.take_pad_s
    assert (padded.bpm, padded.path.name[:17]) == (beat.bpm, "verse - 126 BPM [")
    heard, voice = clicks_in(beat.path), clicks_in(padded.path)
    assert len(voice) == len(sung)
    assert max(np.abs(heard - time_s).min() for time_s in voice) < TOLERANCE_S
    before = round(padded.pad_s * 48_000)
    samples = files.read(padded.path).samples
    np.testing.assert_allclose(samples[before : before + 6 * 48_000], files.read(take).samples, atol=1e-6)
    assert not samples[:before].any()
    assert padding.run(PadSpec(take, "verse", GRID, transform, spec.folder), Quiet()).reused


def test_a_pick_up_gives_silence_before_the_beat(spec: FitSpec) -> None:
    fitted = fitting.run(replace(spec, transform=Transform(start_s=-1.0)), Quiet())
    assert (fitted.bar, fitted.beat_from_s) == (-1, pytest.approx(-1.75))
    samples = files.read(fitted.path).samples
    assert not samples[: round(1.74 * RATE)].any()
    np.testing.assert_allclose(clicks_in(fitted.path)[0], 2.0 + LATE_S, atol=TOLERANCE_S)


def test_nothing_to_bend_is_the_beat_itself(spec: FitSpec) -> None:
    fitted = fitting.run(replace(spec, transform=Transform(start_s=4.25)), Quiet())
    original = files.read(spec.beat, start_s=4.25).samples
    np.testing.assert_allclose(files.read(fitted.path).samples[: len(original)], original, atol=2e-7)


def test_a_short_beat_goes_on_from_bar_line_to_bar_line(spec: FitSpec) -> None:
    fitted = fitting.run(replace(spec, transform=Transform(start_s=12.25), take_duration_s=20.0), Quiet())
    assert fitted.duration_s >= 20.0
    # The last bar line in the file is at 16.25 s, four seconds in; from there the beat begins again at 0.25 s.
    heard = clicks_in(fitted.path)
    np.testing.assert_allclose(heard, LATE_S + 0.5 * np.arange(len(heard)), atol=TOLERANCE_S)
    assert len(heard) >= 38


def test_loudness_is_left_alone(spec: FitSpec) -> None:
    fitted = fitting.run(spec, Quiet())
    before, after = (integrated_lufs(files.read(path)) for path in (spec.beat, fitted.path))
    assert abs(before - after) < 1.0


def test_peaks_made_by_bending_are_kept_from_clipping(spec: FitSpec) -> None:
    square = np.sign(np.sin(2 * np.pi * 110 * np.arange(8 * RATE) / RATE) + 0.01).astype(np.float32)
    files.write(spec.beat, Audio(square[:, None], RATE))
    fitted = fitting.run(spec, Quiet())
    assert fitted.gain_db < -0.1
    assert np.abs(files.read(fitted.path).samples).max() == pytest.approx(1.0, abs=1e-4)


def test_an_earlier_file_is_found_and_never_written_over(spec: FitSpec) -> None:
    first = fitting.run(spec, Quiet())
    stamp = first.path.stat().st_mtime_ns
    assert fitting.run(spec, Quiet()) == replace(first, reused=True)
    assert first.path.stat().st_mtime_ns == stamp
    first.path.write_bytes(b"somebody's own work")
    second = fitting.run(spec, Quiet())
    assert second.path.name == first.path.stem + " 2.wav"
    assert first.path.read_bytes() == b"somebody's own work"


def test_other_transforms_and_other_sounds_are_other_files(spec: FitSpec, tmp_path: Path) -> None:
    other = write_clicks(tmp_path / "other" / "beat.wav", FIRST_BAR_S + 0.5 * np.arange(31), BEAT_S)
    moved = spec.beat.rename(tmp_path / "moved.wav")
    variants = [
        replace(spec, beat=moved),
        replace(spec, beat=other),
        replace(spec, beat=moved, transform=Transform(2, 1.05, 9.0)),
        replace(spec, beat=moved, transform=Transform(2, 1.0501, 5.0)),
    ]
    assert len({fitting.run(variant, Quiet()).path for variant in variants}) == len(variants)
    again = moved.rename(tmp_path / "again.wav")
    assert fitting.run(replace(spec, beat=again), Quiet()).reused


@pytest.mark.parametrize("word", [1, 2])
def test_called_off_it_leaves_nothing_behind(spec: FitSpec, word: int) -> None:
    with pytest.raises(Cancelled):
        fitting.run(spec, Quiet(cancel_at=word))
    assert list(spec.folder.iterdir()) == []


def test_what_is_wrong_is_said(spec: FitSpec, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        fitting.run(replace(spec, beat=tmp_path / "gone.wav"), Quiet())
    (tmp_path / "file").touch()
    with pytest.raises(DiskError):
        fitting.run(replace(spec, folder=tmp_path / "file"), Quiet())


def test_a_full_disk_leaves_nothing_behind(spec: FitSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Iterator[None]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(soundfile.SoundFile, "write", full)
    with pytest.raises(DiskError, match="cannot be written"):
        fitting.run(spec, Quiet())
    assert list(spec.folder.iterdir()) == []


def test_tempo_is_the_grids(spec: FitSpec) -> None:
    assert pytest.approx(BPM) == GRID.bpm
