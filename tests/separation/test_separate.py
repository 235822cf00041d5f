"""The null is a contract: any rate, any channels, any length, and the stems sum to the song."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from splitter import Splitter

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import Cancelled, DiskError, ModelError, UnreadableAudio
from vocmatch_desktop.separation.overlap import Chunking
from vocmatch_desktop.separation.separate import Finished, StemSet, offered, separate
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.types import Float32

NULL_DBFS = -120.0


def song(folder: Path, frames: int, rate: int = 44_100, channels: int = 2, scale: float = 0.8) -> Path:
    rng = np.random.default_rng(frames + channels)
    path = folder / "song.wav"
    soundfile.write(path, scale * rng.uniform(-1, 1, (frames, channels)), rate, "FLOAT")
    return path


def taken_apart(path: Path, depth: str = "FLOAT", estimator: Splitter | None = None) -> StemSet:
    estimator = estimator or Splitter()
    paths = {name: path.parent / "stems" / f"{name}.wav" for name in offered(estimator)}
    return separate(files.probe(path), estimator, paths, Unread(), depth=depth)  # type: ignore[arg-type]


def difference_dbfs(path: Path, made: StemSet, names: list[str]) -> float:
    mix = files.read(path).samples.astype(np.float64)
    stems = [files.read(made.stems[name].path).samples for name in names]
    assert all(stem.shape == mix.shape for stem in stems)
    return float(20 * np.log10(np.abs(mix - np.sum(stems, axis=0, dtype=np.float64)).max(initial=0) + 1e-12))


@pytest.mark.parametrize("depth", ["FLOAT", "PCM_24"])
@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("frames", [1, 30_011])
def test_stems_sum_to_the_song(tmp_path: Path, depth: str, rate: int, channels: int, frames: int) -> None:
    path = song(tmp_path, frames, rate, channels, scale=0.4)  # the rest of louder noise would not fit into 24 bits
    made = taken_apart(path, depth)
    assert all((stem.rate, stem.channels, stem.frames) == (rate, channels, frames) for stem in made.stems.values())
    assert difference_dbfs(path, made, ["vocals", "drums", "other"]) <= NULL_DBFS
    assert difference_dbfs(path, made, ["vocals", "instrumental"]) <= NULL_DBFS
    assert made.null_dbfs <= NULL_DBFS


def test_a_stem_is_what_the_model_gave_where_rates_agree(tmp_path: Path) -> None:
    path = song(tmp_path, 20_000)
    made = taken_apart(path)
    mix = files.read(path).samples
    np.testing.assert_allclose(files.read(made.stems["vocals"].path).samples, 0.5 * mix, atol=1e-6)
    np.testing.assert_allclose(files.read(made.stems["other"].path).samples, 0.3 * mix, atol=1e-6)


def test_a_resampled_stem_stays_in_place(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    times = np.arange(48_000) / 48_000
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 440 * times), 48_000, "FLOAT")
    made = taken_apart(path)
    vocals = files.read(made.stems["vocals"].path).samples[1000:-1000]
    np.testing.assert_allclose(vocals, 0.5 * files.read(path).samples[1000:-1000], atol=1e-3)


@pytest.mark.parametrize("samples", [np.zeros((5000, 2)), np.ones((5000, 2)) * 0.7, np.ones((5000, 2)) * 3.0])
def test_silence_direct_current_and_overs(tmp_path: Path, samples: np.ndarray) -> None:
    path = tmp_path / "song.wav"
    soundfile.write(path, samples, 44_100, "FLOAT")
    assert difference_dbfs(path, taken_apart(path), ["vocals", "drums", "other"]) <= NULL_DBFS


def test_a_song_without_a_sample(tmp_path: Path) -> None:
    with pytest.raises(UnreadableAudio):
        taken_apart(song(tmp_path, 0))


def test_early_parts_are_readable_and_final(tmp_path: Path) -> None:
    path = song(tmp_path, 700_000)
    heard: list[tuple[int, np.ndarray]] = []

    class Listener(Unread):
        def partial(self, event: object) -> None:
            assert isinstance(event, Finished)
            heard.append((event.frames, files.read(event.paths["vocals"]).samples))

    target = tmp_path / "vocals.wav"
    separate(files.probe(path), Splitter(), {"vocals": target}, Listener(), chunking=Chunking(batch=2))
    whole = files.read(target).samples
    assert len(heard) > 2
    for frames, early in heard:
        np.testing.assert_array_equal(early, whole[:frames])


def test_nothing_is_left_of_a_cancelled_separation(tmp_path: Path) -> None:
    class Impatient(Unread):
        def __call__(self, fraction: float, what: str) -> None:
            raise Cancelled

    path = song(tmp_path, 30_000)
    paths = {name: tmp_path / "stems" / f"{name}.wav" for name in offered(Splitter())}
    with pytest.raises(Cancelled):
        separate(files.probe(path), Splitter(), paths, Impatient())
    assert list((tmp_path / "stems").iterdir()) == []


def test_nothing_is_left_where_the_song_breaks_off(tmp_path: Path) -> None:
    path = song(tmp_path, 60_000)
    about = files.probe(path)
    path.write_bytes(b"no sound any more")
    with pytest.raises(UnreadableAudio):
        separate(about, Splitter(), {"vocals": tmp_path / "stems" / "vocals.wav"}, Unread())
    assert not list((tmp_path / "stems").glob("*"))


def test_a_full_disk_is_said_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    path = song(tmp_path, 1000)
    with pytest.raises(DiskError, match="GB"):
        taken_apart(path)
    assert not (tmp_path / "stems").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_nothing_is_left_of_stems_that_a_disk_cannot_hold(tmp_path: Path) -> None:
    path = song(tmp_path, 200_000)
    (tmp_path / "stems").mkdir()
    (tmp_path / "stems" / "drums.wav.partial").symlink_to("/dev/full")
    paths = {name: tmp_path / "stems" / f"{name}.wav" for name in offered(Splitter())}
    with pytest.raises(DiskError, match="free space"):
        separate(files.probe(path), Splitter(), paths, Unread())
    assert list((tmp_path / "stems").iterdir()) == []


def test_stems_that_have_their_names_are_taken_back_when_another_cannot_have_its(tmp_path: Path) -> None:
    path = song(tmp_path, 10_000)
    (tmp_path / "stems" / "drums.wav").mkdir(parents=True)
    with pytest.raises(DiskError):
        taken_apart(path)
    assert [entry.name for entry in (tmp_path / "stems").iterdir()] == ["drums.wav"]


def test_a_song_longer_than_it_announced_is_taken_apart_whole(tmp_path: Path) -> None:
    path = song(tmp_path, 30_000)
    announced = replace(files.probe(path), frames=29_000)  # as AAC does
    made = separate(announced, Splitter(), {"vocals": tmp_path / "vocals.wav"}, Unread())
    assert made.stems["vocals"].frames == files.probe(tmp_path / "vocals.wav").frames == 30_000


class Breaking(Splitter):
    """Gives no number in one place, as networks in 16 bits may."""

    def __call__(self, mix: Float32) -> Float32:
        stems = super().__call__(mix)
        stems[:, 1, :, self.frames // 2] = np.nan
        return stems


def test_a_model_that_gives_no_numbers_is_refused(tmp_path: Path) -> None:
    path = song(tmp_path, 30_000)
    with pytest.raises(ModelError, match="no sound"):
        taken_apart(path, estimator=Breaking())
    assert list((tmp_path / "stems").iterdir()) == []
