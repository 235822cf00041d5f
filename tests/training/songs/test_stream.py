from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.training.songs import stream_changes as changes
from vocmatch_desktop.training.songs.stream import BLOCK, SongStream, StreamOptions
from vocmatch_desktop.training.songs.stream_drawing import ENGINES, Drawing, Mixing, Pick, Shelf, trusted_stems
from vocmatch_desktop.training.songs.stream_sources import EVERYTHING, Source, raw_instruments, raw_voices
from vocmatch_desktop.training.songs.stream_strips import Strips
from vocmatch_desktop.types import STEMS, Audio, Float32

RATE = 8_000
STILL = StreamOptions(seconds=0.5, rate=RATE, speed=0, stretch=0, room=0, polarity=0, swap=0, gain_db=(0, 0))


def noise(path: Path, seconds: float, seed: int, channels: int = 2, rate: int = RATE) -> Path:
    samples = np.random.default_rng(seed).normal(0, 0.05, (round(seconds * rate), channels)).astype(np.float32)
    write(path, Audio(samples, rate))
    return path


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Source, ...]:
    folder = tmp_path_factory.mktemp("songs")

    def song(name: str, stems: tuple[str, ...], trusted: frozenset[str], engine: str) -> Source:
        files = {stem: (noise(folder / name / f"{stem}.wav", 4.0, len(name) + n),) for n, stem in enumerate(stems)}
        return Source(name, files, trusted, engine=engine)  # type: ignore[arg-type]

    return (
        song("real", ("vocals", "drums", "other"), frozenset(("vocals", "drums")), ""),
        song("stretched", STEMS, EVERYTHING, "stretch"),
        song("vocoded", STEMS, EVERYTHING, "world"),
        Source(
            "strings",
            {"vocals": tuple(noise(folder / f"{n}.wav", 0.4, n, 1) for n in range(5))},
            EVERYTHING,
            "in a row",
            "raw",
        ),
        Source("beat", {"other": (noise(folder / "beat.wav", 3.0, 9),)}, frozenset(("vocals",))),
    )


@pytest.fixture(scope="module")
def stream(sources: tuple[Source, ...], tmp_path_factory: pytest.TempPathFactory) -> SongStream:
    return SongStream(sources, StreamOptions(seconds=0.5, rate=RATE), tmp_path_factory.mktemp("cache"), 1)


def test_examples_have_their_shapes_and_sum_to_the_mix(stream: SongStream) -> None:
    for mix, targets, trusted in islice(stream, 40):
        assert mix.shape == (2, 4_000)
        assert targets.shape == (6, 2, 4_000)
        assert trusted.shape == (6,)
        assert (mix.dtype, targets.dtype, trusted.dtype) == (torch.float32, torch.float32, torch.bool)
        torch.testing.assert_close(targets.sum(0), mix, atol=1e-6, rtol=0)
        assert mix.abs().max() < 1
        assert torch.isfinite(targets).all()


def test_an_example_follows_from_its_number(stream: SongStream, sources: tuple[Source, ...], tmp_path: Path) -> None:
    again = SongStream(sources, StreamOptions(seconds=0.5, rate=RATE), tmp_path, 1, start=7)
    for number, example in enumerate(islice(again, 5)):
        assert torch.equal(example.targets, stream.example(7 + number).targets)
    other = SongStream(sources, StreamOptions(seconds=0.5, rate=RATE), tmp_path, 2)
    assert not torch.equal(other.example(0).targets, stream.example(0).targets)


def test_workers_share_the_examples_out(sources: tuple[Source, ...], tmp_path: Path) -> None:
    whole = SongStream(sources, STILL, tmp_path, 3, count=2 * BLOCK + 5)
    alone = [example.mix for example in whole]
    assert len(alone) == 2 * BLOCK + 5
    loader = DataLoader(whole, batch_size=BLOCK, num_workers=2, multiprocessing_context="fork")
    together = torch.cat([mix for mix, _, _ in loader])
    assert len(together) == len(alone)
    assert {mix.numpy().tobytes() for mix in together} == {mix.numpy().tobytes() for mix in alone}


def test_a_third_is_untouched_and_no_more_than_a_third_vocoded(sources: tuple[Source, ...], tmp_path: Path) -> None:
    shelves = shelved(sources, tmp_path)
    drawing = Drawing(shelves, Mixing(coherent=0, scattered=0, present=(("vocals", 1.0),)), 0.5)
    for first in range(0, 60, 3):
        sung = []
        for index in range(first, first + 3):
            sung += [
                p.shelf.source.engine for p in drawing.draw(index, np.random.default_rng(index)) if p.stem == "vocals"
            ]
        kinds = [ENGINES[engine] for engine in sung]
        assert kinds.count("untouched") >= 1
        assert kinds.count("vocoded") <= 1


def test_a_song_in_one_piece_is_the_songs_own_sound(sources: tuple[Source, ...], tmp_path: Path) -> None:
    mixing = Mixing(coherent=1, scattered=0, drop=0)
    whole = SongStream(sources[1:2], replace(STILL, mixing=mixing), tmp_path, 5)
    strips = Strips(tmp_path, RATE)
    pick = whole._drawing.draw(0, np.random.default_rng([5, 0]))[0]
    example = whole.example(0)
    for index, stem in enumerate(STEMS):
        own = strips.strip(sources[1].files[stem]).crop(round(pick.start_s * RATE), 4_000).T
        heard = example.targets[index].numpy()
        np.testing.assert_allclose(heard, own * np.abs(heard).max() / np.abs(own).max(), atol=1e-5)
    assert example.trusted.all()


def test_what_is_not_truly_separate_taints_every_stem_it_may_belong_to(
    sources: tuple[Source, ...], tmp_path: Path
) -> None:
    real, stretched, _, _, beat = shelved(sources, tmp_path)
    bass = Pick("bass", stretched, 0.0, 0)
    assert trusted_stems([Pick("vocals", real, 0.0, 0), bass]) == EVERYTHING
    assert trusted_stems([Pick("other", real, 0.0, 0), bass]) == {"vocals", "drums"}
    assert trusted_stems([Pick("other", beat, 0.0, 0), bass]) == {"vocals"}
    assert trusted_stems([]) == EVERYTHING


def test_nothing_to_draw_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no songs"):
        SongStream((), STILL, tmp_path, 1)


def test_files_of_a_stem_sum_or_follow_each_other(tmp_path: Path) -> None:
    long, short = noise(tmp_path / "a.wav", 1.0, 1), noise(tmp_path / "b.wav", 0.25, 2, channels=1)
    strips = Strips(tmp_path / "cache", RATE)
    summed, row = strips.strip((long, short)), strips.strip((long, short), "in a row")
    assert (summed.frames, row.frames) == (RATE, RATE + RATE // 4)
    a, b = read_back(long), np.repeat(read_back(short), 2, axis=1)
    np.testing.assert_allclose(summed.crop(0, 2_000), (a[:2_000] + b), atol=2e-4)
    np.testing.assert_allclose(row.crop(RATE, 2_000), b, atol=2e-4)
    outside = summed.crop(-100, 200)
    assert not outside[:100].any()
    assert outside[100:].any()


def test_strips_are_decoded_once_and_missing_files_named(tmp_path: Path) -> None:
    path = noise(tmp_path / "a.wav", 1.0, 1)
    strips = Strips(tmp_path / "cache", RATE)
    made = strips.strip((path,)).path.stat().st_mtime_ns
    assert strips.strip((path,)).path.stat().st_mtime_ns == made
    path.unlink()
    with pytest.raises(NotFound, match=r"a\.wav"):
        strips.strip((path,))


@settings(max_examples=25, deadline=None)
@given(st.integers(-5_000, 12_000), st.integers(1, 6_000))
def test_a_crop_is_what_the_whole_strip_holds_there(strip_of_a_second: tuple, start: int, frames: int) -> None:
    strip, whole = strip_of_a_second
    padded = np.pad(whole, ((6_000, 20_000), (0, 0)))
    np.testing.assert_array_equal(strip.crop(start, frames), padded[start + 6_000 : start + 6_000 + frames])


@pytest.fixture(scope="module")
def strip_of_a_second(tmp_path_factory: pytest.TempPathFactory) -> tuple:
    folder = tmp_path_factory.mktemp("strip")
    strip = Strips(folder, RATE).strip((noise(folder / "a.wav", 1.0, 1),))
    return strip, strip.crop(0, RATE)


def test_changes_keep_lengths_and_what_they_promise() -> None:
    rng = np.random.default_rng(1)
    tone = np.sin(2 * np.pi * 440 * np.arange(9_000) / RATE).astype(np.float32)[:, None]
    faster = changes.at_speed(tone, 8_000, RATE)
    assert len(faster) == 8_000
    assert abs(pitch(faster) - 440 * 9 / 8) < 2
    longer = changes.stretched(tone, 8_000, RATE, 0.0)
    assert len(longer) == 8_000
    assert abs(pitch(longer) - 440) < 4
    room = changes.in_a_room(np.repeat(tone, 2, axis=1), RATE, rng)
    assert room.shape == (9_000, 2)
    assert np.sqrt(np.mean(changes.levelled(tone) ** 2)) == pytest.approx(changes.RAW_LEVEL)
    high = np.sin(2 * np.pi * 3_000 * np.arange(9_000) / RATE).astype(np.float32)
    both = changes.low_passed(np.stack([tone[:, 0], high]), RATE, 2_000)
    assert np.std(both[0]) > 0.6
    assert np.std(both[1]) < 0.01


def test_raw_material_keeps_to_its_split(material: Path) -> None:
    from vocmatch_desktop.training.songs.material import find_material

    found = find_material(material)
    singers = {split: {one.name for one in raw_voices(found, split)} for split in ("train", "valid", "test")}
    assert singers["test"] == {"voices/yuki"}
    assert not singers["train"] & singers["test"]
    assert {stem for one in raw_instruments(found, "train") for stem in one.files} == {
        "bass",
        "drums",
        "guitar",
        "piano",
    }


def shelved(sources: tuple[Source, ...], cache: Path) -> list[Shelf]:
    strips = Strips(cache, RATE)
    return [
        Shelf(source, {stem: strips.strip(files, source.order) for stem, files in source.files.items()})
        for source in sources
    ]


def read_back(path: Path) -> Float32:
    from vocmatch_desktop.audio.files import read

    return read(path).samples


def pitch(samples: Float32) -> float:
    middle = samples[1_000:-1_000, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 2**18))
    return float(np.argmax(spectrum) * RATE / 2**18)


def test_a_tone_moves_levels_in_bands_and_nothing_in_time() -> None:
    click = np.zeros((4_000, 2), np.float32)
    click[1_000] = 1.0
    toned = changes.toned(click, RATE, np.random.default_rng(4))
    assert toned.shape == click.shape
    assert np.abs(toned).argmax() // 2 == 1_000
    gains_db = 20 * np.log10(np.abs(np.fft.rfft(toned[:, 0])))
    assert 3 < np.ptp(gains_db) <= 24.1


def test_a_wide_stem_keeps_its_middle() -> None:
    tone = np.repeat(np.random.default_rng(0).standard_normal((RATE, 1), np.float32), 2, axis=1)
    wide = changes.widened(tone, RATE, np.random.default_rng(1))
    side = (wide[:, 0] - wide[:, 1]) / 2
    np.testing.assert_allclose(wide.mean(axis=1), tone[:, 0], atol=1e-5)
    assert -16 < 20 * np.log10(side.std() / tone.std()) < 1


def test_an_example_can_be_mono(sources: tuple[Source, ...], tmp_path: Path) -> None:
    options = StreamOptions(seconds=0.5, rate=RATE, mono=1.0, wide=1.0)
    stream = SongStream(sources, options, tmp_path / "cache", seed=5)
    for targets in (stream.example(index).targets for index in range(4)):
        assert torch.equal(targets[:, 0], targets[:, 1])


def test_a_narrow_example_ends_where_it_was_drawn_to(sources: tuple[Source, ...], tmp_path: Path) -> None:
    narrow = replace(STILL, mixing=Mixing(coherent=1, scattered=0, drop=0), narrow=1.0, narrow_hz=(2_000, 2_000))
    example = SongStream(sources[1:2], narrow, tmp_path, 5).example(0)
    spectrum = np.abs(np.fft.rfft(example.mix[0].numpy()))
    above = spectrum[len(spectrum) // 2 + 20 :]
    assert above.max() < 1e-2 * spectrum.max()
    torch.testing.assert_close(example.targets.sum(0), example.mix, atol=1e-6, rtol=0)


def test_a_weighty_source_is_drawn_as_often_as_that_many(sources: tuple[Source, ...], tmp_path: Path) -> None:
    two = (replace(sources[1], weight=3), replace(sources[1], name="other"))
    drawing = Drawing(shelved(two, tmp_path), Mixing(coherent=1, scattered=0, drop=0), 0.5)
    names = [drawing.draw(n, np.random.default_rng(n))[0].shelf.source.name for n in range(400)]
    assert 0.65 < names.count(two[0].name) / len(names) < 0.85
