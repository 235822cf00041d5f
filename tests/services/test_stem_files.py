"""Stems in every format: as many samples, none of them late, nothing written over, all of them or none."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.signal import butter, correlate, sosfilt

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.decoders import AvDecoder, SoundfileDecoder
from vocmatch_desktop.errors import Cancelled, DiskError, NotFound, UnfitFormat
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.services.stem_files import FORMATS, StemFormat, write_stems
from vocmatch_desktop.types import Audio, AudioFile, Float32

NAMES = ("vocals", "drums")


def stems_of(folder: Path, rate: int, channels: int, seconds: float = 1.7) -> dict[str, AudioFile]:
    """Two stems of noise that begins at once, low enough for every format."""
    rng = np.random.default_rng(rate + channels)
    made = {}
    for name in NAMES:
        noise = rng.standard_normal((round(seconds * rate) + 7, channels)) * 0.1
        low = sosfilt(butter(4, min(5_000, 0.3 * rate), fs=rate, output="sos"), noise, axis=0)
        made[name] = files.write(folder / "made" / f"{name}.wav", Audio(low.astype(np.float32), rate))
    return made


def decoded(path: Path, decoder: type[SoundfileDecoder] | type[AvDecoder]) -> Float32:
    with decoder(path) as file:
        return np.concatenate(list(file.chunks(0, 65_536)))


def delay(original: Float32, copy: Float32) -> int:
    """Samples by which a copy is late, in its first channel."""
    return int(np.argmax(correlate(copy[:, 0], original[:, 0]))) - (len(original) - 1)


@pytest.mark.parametrize("form", ["wav", "wav24", "flac"])
@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (8_000, 1), (44_056, 3), (96_000, 6), (192_000, 2)])
def test_lossless_formats_hold_what_they_are_given(tmp_path: Path, form: StemFormat, rate: int, channels: int) -> None:
    stems = stems_of(tmp_path, rate, channels, 0.3)
    made = write_stems(stems, tmp_path / "out", "Song", form, Unread())
    assert [file.path.name for file in made.values()] == [f"Song - {name}{FORMATS[form].suffix}" for name in NAMES]
    for name, file in made.items():
        assert files.probe(file.path) == file
        assert (file.rate, file.channels, file.frames) == (rate, channels, stems[name].frames)
        step = 0 if form == "wav" else 2**-23
        original = files.read(stems[name].path).samples
        np.testing.assert_allclose(files.read(file.path).samples, original, atol=step, rtol=0)
    assert soundfile.info(made["vocals"].path).subtype == ("FLOAT" if form == "wav" else "PCM_24")


@pytest.mark.parametrize(
    ("form", "rate", "channels", "becomes"),
    [
        ("mp3", 44_100, 2, 44_100),
        ("mp3", 48_000, 1, 48_000),
        ("mp3", 8_000, 1, 8_000),
        ("mp3", 30_000, 2, 32_000),
        ("mp3", 96_000, 2, 48_000),
        ("opus", 44_100, 2, 48_000),
        ("opus", 48_000, 1, 48_000),
        ("opus", 8_000, 1, 48_000),
        ("opus", 96_000, 2, 48_000),
    ],
)
def test_lossy_formats_are_neither_late_nor_longer(
    tmp_path: Path, form: StemFormat, rate: int, channels: int, becomes: int
) -> None:
    stem = stems_of(tmp_path, rate, channels)["vocals"]
    file = write_stems({"vocals": stem}, tmp_path, "Song", form, Unread())["vocals"]
    assert (file.rate, file.channels, file.frames) == (becomes, channels, round(stem.frames * becomes / rate))
    original = files.read(stem.path, rate=becomes).samples
    for decoder in (SoundfileDecoder, AvDecoder):
        copy = decoded(file.path, decoder)
        assert copy.shape == original.shape
        assert delay(original, copy) == 0
        for part in (slice(None), slice(600), slice(-600, None)):  # begins and ends as the stem does
            assert np.sum((copy - original)[part, 0] ** 2) < 0.1 * np.sum(original[part, 0] ** 2)


def test_nothing_is_written_over_and_a_set_has_one_number(tmp_path: Path) -> None:
    stems = stems_of(tmp_path, 8_000, 1, 0.2)
    (tmp_path / "Song - drums.flac").write_bytes(b"mine")
    first = write_stems(stems, tmp_path, "Song", "flac", Unread())
    second = write_stems(stems, tmp_path, "Song", "flac", Unread())
    assert [file.path.name for file in first.values()] == ["Song 2 - vocals.flac", "Song 2 - drums.flac"]
    assert second["vocals"].path.name == "Song 3 - vocals.flac"
    assert (tmp_path / "Song - drums.flac").read_bytes() == b"mine"


def test_a_name_out_of_a_models_card_leads_nowhere_else(tmp_path: Path) -> None:
    stem = stems_of(tmp_path, 8_000, 1, 0.2)["drums"]
    made = write_stems({"../../perc: hi/lo": stem}, tmp_path / "out", "Song", "wav", Unread())
    (path,) = (file.path for file in made.values())
    assert path.parent == tmp_path / "out"
    assert list((tmp_path / "out").iterdir()) == [path]


@pytest.mark.parametrize(
    ("form", "rate", "channels", "sentence"),
    [
        ("mp3", 44_100, 6, "MP3 holds 2 channels at most, and the song has 6. Choose WAV."),
        ("opus", 44_100, 6, "Opus holds 2 channels"),
        ("flac", 44_100, 9, "FLAC holds 8 channels"),
        ("flac", 96_001, 2, "FLAC cannot have a sample rate of 96001 Hz"),
        ("flac", 705_600, 2, "FLAC cannot have"),
    ],
)
def test_what_a_format_cannot_hold_is_said_before_the_work(
    tmp_path: Path, form: StemFormat, rate: int, channels: int, sentence: str
) -> None:
    stems = {"vocals": AudioFile(tmp_path / "never opened.wav", rate, channels, 1000)}
    with pytest.raises(UnfitFormat, match=sentence):
        write_stems(stems, tmp_path / "out", "Song", form, Unread())
    assert not (tmp_path / "out").exists()


class Stopping(Unread):
    """Stops at half of the work."""

    def __call__(self, fraction: float, what: str) -> None:
        if fraction > 0.5:
            raise Cancelled


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """A disk that is full after `size` bytes of a file, as far as a write can tell."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_all_of_them_or_none(tmp_path: Path, form: StemFormat) -> None:
    stems, out = stems_of(tmp_path, 44_100, 2, 1.0), tmp_path / "out"
    with pytest.raises(Cancelled):
        write_stems(stems, out, "Song", form, Stopping())
    assert list(out.iterdir()) == []
    for size in (0, 100, 10_000):
        with no_file_larger_than(size), pytest.raises(DiskError, match="cannot be written"):
            write_stems(stems, out, "Song", form, Unread())
        assert list(out.iterdir()) == []
    stems["drums"].path.unlink()
    with pytest.raises(NotFound):
        write_stems(stems, out, "Song", form, Unread())
    assert list(out.iterdir()) == []
