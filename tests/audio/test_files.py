"""Real files of every kind, whole and damaged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.decoders import AvDecoder
from vocmatch_desktop.errors import DiskError, NotFound, UnreadableAudio
from vocmatch_desktop.types import Audio
from vocmatch_desktop.whole import shown_name


def encode_with_ffmpeg(path: Path, audio: Audio, codec: str) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=audio.rate)
        stream.layout = "stereo"
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(audio.samples.T), format="fltp", layout="stereo")
        frame.sample_rate = audio.rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff", ".w64"])
def test_what_is_written_reads_back(tmp_path: Path, song: Audio, suffix: str) -> None:
    written = files.write(tmp_path / f"a{suffix}", song)
    assert written == files.probe(tmp_path / f"a{suffix}")
    again = files.read(written.path)
    assert (again.frames, again.channels, again.rate) == (song.frames, 2, 44_100)
    np.testing.assert_allclose(again.samples, song.samples, atol=2**-23)


@pytest.mark.parametrize(
    ("suffix", "format_", "subtype"), [("ogg", "OGG", "VORBIS"), ("mp3", "MP3", None), ("opus", "OGG", "OPUS")]
)
def test_lossy_files_keep_time(tmp_path: Path, song: Audio, suffix: str, format_: str, subtype: str | None) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, song.samples, 48_000, format=format_, subtype=subtype)
    again = files.read(path)
    assert abs(again.frames - song.frames) < 3000
    count = min(again.frames, song.frames)
    assert np.corrcoef(again.samples[:count, 0], song.samples[:count, 0])[0, 1] > 0.97


@pytest.mark.parametrize(("name", "codec"), [("a.m4a", "aac"), ("b.m4a", "alac"), ("c.aac", "aac")])
def test_ffmpeg_reads_the_rest(tmp_path: Path, song: Audio, name: str, codec: str) -> None:
    encode_with_ffmpeg(tmp_path / name, song, codec)
    again = files.read(tmp_path / name)
    assert (again.rate, again.channels) == (44_100, 2)
    assert abs(again.frames - song.frames) < 4096
    assert abs(files.probe(tmp_path / name).frames - song.frames) < 8192
    part = files.read(tmp_path / name, start_s=1.0, duration_s=0.5)
    np.testing.assert_array_equal(part.samples, again.samples[44_100 : 44_100 + 22_050])


def test_a_wrong_suffix_does_not_matter(tmp_path: Path, song: Audio) -> None:
    files.write(tmp_path / "a.flac", song)
    encode_with_ffmpeg(tmp_path / "a.m4a", song, "alac")
    (tmp_path / "a.flac").rename(tmp_path / "flac.mp3")
    (tmp_path / "a.m4a").rename(tmp_path / "alac.wav")
    assert files.read(tmp_path / "flac.mp3").frames == files.read(tmp_path / "alac.wav").frames == song.frames


@pytest.mark.parametrize("name", ["ünï 🎤 קול.wav", "new\nline.wav", "x" * 251 + ".wav"])
def test_odd_names(tmp_path: Path, song: Audio, name: str) -> None:
    soundfile.write(str(tmp_path / "plain.wav"), song.samples, song.rate)
    (tmp_path / "plain.wav").rename(tmp_path / name)
    assert files.read(tmp_path / name).frames == song.frames
    shown = shown_name(tmp_path / name)
    assert shown.isprintable()
    assert len(shown) <= 80


@pytest.mark.skipif(os.name == "nt", reason="Windows names are always Unicode")
def test_names_that_are_no_unicode(tmp_path: Path, song: Audio) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    files.write(tmp_path / "plain.wav", song).path.rename(path)
    assert files.probe(path).frames == song.frames


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.wav", b""),
        ("text.mp3", b"these are the lyrics\n" * 500),
        ("text.wav", b"x"),
        ("text.m4a", b"hello " * 100),
        ("picture.ogg", b"\x89PNG\r\n\x1a\n" + bytes(1000)),
        ("noise.raw", bytes(range(256)) * 10),
        ("ogg.ogg", b"OggS" + bytes(1000)),
    ],
)
def test_what_is_no_sound_is_refused(
    tmp_path: Path, name: str, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableAudio, match=name):
        files.probe(tmp_path / name)
    assert capfd.readouterr() == ("", "")


def test_empty_sound_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "zero.wav", np.zeros((0, 2)), 44_100)
    with pytest.raises(UnreadableAudio, match="zero seconds"):
        files.read(tmp_path / "zero.wav")


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_cut_off_files_are_refused(tmp_path: Path, song: Audio, name: str) -> None:
    path = files.write(tmp_path / name, song).path
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableAudio):
        files.read(path)


def test_a_cut_off_mp3_is_read_without_noise(tmp_path: Path, song: Audio, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.mp3"
    soundfile.write(path, song.samples, song.rate)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert 0.8 < files.read(path).duration_s < 2
    assert capfd.readouterr() == ("", "")


def test_a_streamed_wav_of_unknown_length_is_read(tmp_path: Path, song: Audio) -> None:
    path = files.write(tmp_path / "a.wav", song, subtype="PCM_16").path
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff" * 4
    path.write_bytes(content)
    assert files.read(path).frames == song.frames


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        files.probe(tmp_path / "nowhere.wav")
    with pytest.raises(NotFound):
        files.probe(tmp_path)


def test_some_broken_samples_become_silence(tmp_path: Path, song: Audio) -> None:
    samples = song.samples.copy()
    samples[100:200] = np.nan
    samples[300, 0] = np.inf
    samples[301, 1] = 1e30
    soundfile.write(tmp_path / "a.wav", samples, 44_100, subtype="FLOAT")
    again = files.read(tmp_path / "a.wav").samples
    assert np.isfinite(again).all()
    assert not again[100:200].any()
    np.testing.assert_array_equal(again[400:], song.samples[400:])


def test_mostly_broken_samples_are_refused(tmp_path: Path, song: Audio) -> None:
    soundfile.write(tmp_path / "a.wav", np.full_like(song.samples, np.nan), 44_100, subtype="FLOAT")
    with pytest.raises(UnreadableAudio, match="not numbers"):
        files.read(tmp_path / "a.wav")


@pytest.mark.parametrize(("rate", "channels"), [(192_000, 2), (8_000, 1), (48_000, 8), (11_025, 3)])
def test_any_rate_and_channel_count(tmp_path: Path, rng: np.random.Generator, rate: int, channels: int) -> None:
    sound = Audio((rng.standard_normal((rate, channels)) * 0.1).astype(np.float32), rate)
    path = files.write(tmp_path / "a.wav", sound).path
    voice = files.read(path, rate=16_000, mono=True)
    assert (voice.frames, voice.channels, voice.rate) == (16_000, 1, 16_000)


@given(start=st.floats(0, 4), duration=st.floats(0.001, 4), block=st.floats(0.01, 5))
@settings(deadline=None, max_examples=25)
def test_blocks_join_to_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, start: float, duration: float, block: float
) -> None:
    path = tmp_path_factory.getbasetemp() / "blocks.wav"
    if not path.exists():
        noise = np.random.default_rng(0).standard_normal((3 * 8000, 2)) * 0.1
        files.write(path, Audio(noise.astype(np.float32), 8000))
    whole = files.read(path, start_s=start, duration_s=duration)
    parts = [part.samples for part in files.blocks(path, start_s=start, duration_s=duration, block_s=block)]
    np.testing.assert_array_equal(np.concatenate(parts), whole.samples)
    assert whole.frames == max(0, min(round(duration * 8000), 3 * 8000 - round(start * 8000)))


def test_streamed_resampling_is_the_whole_resampling(tmp_path: Path, song: Audio) -> None:
    path = files.write(tmp_path / "a.wav", song).path
    parts = [part.samples for part in files.blocks(path, rate=16_000, mono=True, block_s=0.31)]
    whole = files.read(path, rate=16_000, mono=True)
    assert whole.frames == 48_000
    np.testing.assert_allclose(np.concatenate(parts), whole.samples, atol=1e-4)


def test_the_hash_is_of_the_sound(tmp_path: Path, song: Audio) -> None:
    wav = files.write(tmp_path / "a.wav", song, subtype="PCM_16").path
    tagged = tmp_path / "b.wav"
    with soundfile.SoundFile(tagged, "w", 44_100, 2, "PCM_16") as file:
        file.title = "Night Bus"
        file.write(song.samples)
    assert wav.read_bytes() != tagged.read_bytes()
    assert files.decoded_hash(wav) == files.decoded_hash(tagged)
    quieter = files.write(tmp_path / "c.wav", Audio(song.samples * np.float32(0.5), 44_100)).path
    assert files.decoded_hash(quieter) != files.decoded_hash(wav)


def test_writing_is_all_or_nothing(tmp_path: Path, song: Audio) -> None:
    def breaks() -> Iterator[Audio]:
        yield song
        raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        files.write(tmp_path / "a.wav", breaks())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said(song: Audio) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    with pytest.raises(DiskError):
        files.write(full / "a.wav", song)


def test_ffmpeg_decodes_eight_channels(tmp_path: Path, rng: np.random.Generator) -> None:
    sound = Audio((rng.standard_normal((3_000, 8)) * 0.1).astype(np.float32), 48_000)
    with AvDecoder(files.write(tmp_path / "eight.wav", sound).path) as file:
        np.testing.assert_array_equal(np.concatenate(list(file.chunks(0, 1_000))), sound.samples)
