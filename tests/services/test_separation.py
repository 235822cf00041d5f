"""A song comes apart by a model of the store, as a job: files all or none, early parts, providers that fail."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import soundfile
from onnxruntime.capi import onnxruntime_pybind11_state as states
from tiny_models import SHARES, breaking_midway, four_stems

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import Cancelled, DiskError, ModelError, NotFound, UnfitFormat
from vocmatch_desktop.inference import session as sessions
from vocmatch_desktop.inference.cards import ModelCard, sha256, write_card
from vocmatch_desktop.inference.providers import CPU, CUDA
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.separation.separate import Finished
from vocmatch_desktop.services.models import AddModelSpec
from vocmatch_desktop.services.models import run as add
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.services.separation import SeparateSpec, model_for, run, separators
from vocmatch_desktop.services.stem_files import FORMATS, StemFormat
from vocmatch_desktop.settings import Places

EVERYTHING = {"vocals", "drums", "bass", "other", "instrumental"}


@pytest.fixture
def places(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A home with one model in its store, and none that is shipped."""
    monkeypatch.setattr("vocmatch_desktop.inference.store.bundled", lambda folder: tmp_path / "shipped" / folder)
    places = Places.from_environment()
    facts = {"frames": 44_100, "normalise": False}
    add(AddModelSpec(str(four_stems(tmp_path / "four.onnx")), places, facts=facts), Unread())
    return places


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "Lied ü.wav"
    soundfile.write(path, np.random.default_rng(1).uniform(-0.9, 0.9, (120_000, 2)), 44_100, "FLOAT")
    return path


def test_all_stems_of_the_default_model(places: Places, song: Path, tmp_path: Path) -> None:
    made = run(SeparateSpec(song, tmp_path / "out", places), Unread())
    assert (made.model, made.provider, made.notice) == ("four", "cpu", "")
    assert set(made.stems) == EVERYTHING
    assert made.null_dbfs <= -120
    assert made.duration_s == pytest.approx(120_000 / 44_100)
    mix = files.read(song).samples
    assert made.stems["vocals"].path == tmp_path / "out" / "Lied ü - vocals.wav"
    for name, share in SHARES.items():
        stem = files.read(made.stems[name].path).samples
        rest = 1 - sum(SHARES.values()) + share if name == "other" else share
        np.testing.assert_allclose(stem, rest * mix, atol=1e-5)


def test_early_parts_come_and_a_second_run_overwrites_nothing(places: Places, song: Path, tmp_path: Path) -> None:
    heard: list[Finished] = []

    class Listener(Unread):
        def partial(self, event: Any) -> None:
            heard.append(event)

    spec = SeparateSpec(song, tmp_path / "out", places, stems=("vocals", "instrumental"))
    first, second = run(spec, Listener()), run(replace(spec, stems=("vocals", "vocals")), Unread())
    assert heard[-1].frames == 120_000
    assert set(heard[0].paths) == {"vocals", "instrumental"}
    assert second.stems["vocals"].path.name == "Lied ü 2 - vocals.wav"
    both = [files.read(made.stems["vocals"].path).samples for made in (first, second)]
    np.testing.assert_array_equal(*both)


@pytest.mark.parametrize("form", ["wav24", "flac", "mp3", "opus"])
def test_other_formats_hold_the_same_stems(places: Places, song: Path, tmp_path: Path, form: StemFormat) -> None:
    spec = SeparateSpec(song, tmp_path / "out", places, stems=("vocals", "drums"), form=form)
    made, other = run(spec, Unread()), run(replace(spec, stems=("drums",)), Unread())
    rate, suffix = 48_000 if form == "opus" else 44_100, FORMATS[form].suffix
    assert made.null_dbfs <= -120
    assert made.notice == ""
    assert made.stems["vocals"].path == tmp_path / "out" / f"Lied ü - vocals{suffix}"
    assert other.stems["drums"].path.name == f"Lied ü 2 - drums{suffix}"
    assert len(list((tmp_path / "out").iterdir())) == 3
    mix = files.read(song, rate=rate).samples
    for name, stem in made.stems.items():
        heard = files.read(stem.path).samples
        assert heard.shape == mix.shape
        error = np.sqrt(np.mean((heard - SHARES[name] * mix) ** 2))
        assert error < (1e-5 if FORMATS[form].lossless else 0.5 * SHARES[name] * np.std(mix))  # noise is hard for them


def test_24_bits_that_clip_are_told(places: Places, song: Path, tmp_path: Path) -> None:
    samples = files.read(song).samples
    soundfile.write(song, samples * 3, 44_100, "FLOAT")
    made = run(SeparateSpec(song, tmp_path / "24", places, form="flac"), Unread())
    assert made.null_dbfs > -20
    assert "clipped" in made.notice
    assert run(SeparateSpec(song, tmp_path / "float", places), Unread()).notice == ""


def test_what_a_format_cannot_hold_leaves_nothing(
    places: Places, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    six = tmp_path / "six.wav"
    soundfile.write(six, np.zeros((4_000, 6)), 44_100)
    with pytest.raises(UnfitFormat, match="MP3 holds 2 channels"):
        run(SeparateSpec(six, tmp_path / "out", places, form="mp3"), Unread())
    (tmp_path / "file").touch()
    with pytest.raises(DiskError, match="Nothing can be written"):
        run(SeparateSpec(song, tmp_path / "file" / "out", places, form="flac"), Unread())
    assert not (tmp_path / "out").exists()

    def full(*_: object) -> None:
        raise DiskError("No space is left.")

    monkeypatch.setattr("vocmatch_desktop.services.separation.write_stems", full)
    with pytest.raises(DiskError, match="No space"):
        run(SeparateSpec(song, tmp_path / "out", places, form="flac"), Unread())
    assert not (tmp_path / "out").exists()


def test_specs_and_results_travel_between_processes(places: Places, song: Path, tmp_path: Path) -> None:
    spec = SeparateSpec(song, tmp_path / "out", places, stems=("vocals",))
    assert pickle.loads(pickle.dumps(spec)) == spec
    made = run(spec, Unread())
    assert pickle.loads(pickle.dumps(made)) == made


def test_what_cannot_be_had_is_said_before_the_work(places: Places, song: Path, tmp_path: Path) -> None:
    spec = SeparateSpec(song, tmp_path / "out", places)
    with pytest.raises(NotFound, match="gives no guitar"):
        run(replace(spec, stems=("vocals", "guitar")), Unread())
    with pytest.raises(NotFound, match="no model called “five”"):
        run(replace(spec, model="five"), Unread())
    with pytest.raises(ModelError, match="no provider called"):
        run(replace(spec, provider="quantum"), Unread())
    with pytest.raises(NotFound):
        run(replace(spec, song=tmp_path / "gone.wav"), Unread())
    ModelStore.of(places).card("four").path.write_bytes(b"tampered")
    with pytest.raises(ModelError, match="damaged"):
        run(spec, Unread())
    assert not (tmp_path / "out").exists()


def test_without_a_model_it_says_how_to_get_one(song: Path, tmp_path: Path) -> None:
    nothing = ModelStore(tmp_path / "shipped", tmp_path / "own")
    with pytest.raises(NotFound, match="vocmatch models add"):
        model_for(nothing)


def test_the_default_is_the_shipped_model_that_says_so(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "shipped", tmp_path / "own")
    for folder, name, task, told in [
        (store.shipped, "eco", "separation", {}),
        (store.shipped, "notes", "pitch", {}),
        (store.shipped, "six", "separation", {"default": True}),
        (store.own, "a-mine", "separation", {"default": True}),
    ]:
        folder.mkdir(exist_ok=True)
        path = four_stems(folder / f"{name}.onnx")
        card = ModelCard(name, task, "htdemucs", "MIT", "x", path, sha256(path), told=told)
        write_card(path.with_suffix(".json"), card)
    assert [card.name for card in separators(store)] == ["six", "eco", "a-mine"]
    assert model_for(store).name == "six"
    assert model_for(store, "A-Mine").name == "a-mine"
    with pytest.raises(ModelError, match="does not take songs apart"):
        model_for(store, "notes")


def test_nothing_is_left_of_what_failed_or_was_cancelled(
    places: Places, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(Unread):
        def __call__(self, fraction: float, what: str) -> None:
            if fraction > 0.3:
                raise Cancelled

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    spec = SeparateSpec(song, tmp_path / "out", places)
    with pytest.raises(Cancelled):
        run(spec, Impatient())
    (tmp_path / "there").mkdir()
    with pytest.raises(Cancelled):
        run(replace(spec, folder=tmp_path / "there"), Impatient())
    assert list((tmp_path / "there").iterdir()) == []
    with monkeypatch.context() as patch:
        patch.setattr("vocmatch_desktop.separation.separate._Writer.write", full)
        with pytest.raises(DiskError):
            run(spec, Unread())
    own = ModelStore.of(places).own
    path = breaking_midway(own / "breaks.onnx")
    write_card(own / "breaks.json", ModelCard("breaks", "separation", "htdemucs", "?", "x", path, sha256(path)))
    with pytest.raises(ModelError, match="shapes"):
        run(replace(spec, model="breaks"), Unread())
    assert not (tmp_path / "out").exists()


class Pretending:
    """A session that calls itself CUDA's; its `runs` are counted down to a failure, its results are `bent`."""

    def __init__(self, real: Any, runs: int, bent: float) -> None:
        self._real, self._runs, self._bent = real, runs, bent

    def get_providers(self) -> list[str]:
        return [CUDA, CPU]

    def run(self, *arguments: Any) -> Any:
        self._runs -= 1
        if self._runs < 0:
            raise states.RuntimeException("out of memory")
        return [value * np.float32(self._bent) for value in self._real.run(*arguments)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, float], None]:
    """Makes this machine one with CUDA that fails after so many runs and gives so many times the right result."""

    def install(runs: int, bent: float) -> None:
        def load(model: Path, providers: Sequence[str], threads: int) -> Any:
            real = onnxruntime.InferenceSession(str(model), providers=[CPU])
            return real if providers[0] == CPU else Pretending(real, runs, bent)

        monkeypatch.setattr(sessions, "_load", load)
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])

    return install


@pytest.mark.parametrize(
    ("runs", "bent", "provider", "notice"),
    [
        (999, 1.0, "cuda", ""),
        (999, 1.2, "cpu", "computes something else"),
        (0, 1.0, "cpu", "want of memory"),
        (3, 1.0, "cpu", "want of memory"),
    ],
)
def test_graphics_cards_that_work_lie_or_run_out_of_memory(
    places: Places,
    song: Path,
    tmp_path: Path,
    cuda: Callable[[int, float], None],
    runs: int,
    bent: float,
    provider: str,
    notice: str,
) -> None:
    cuda(runs, bent)
    made = run(SeparateSpec(song, tmp_path / "out", places, stems=("vocals",)), Unread())
    assert made.provider == provider
    assert notice in made.notice
    assert bool(made.notice) == bool(notice)
    vocals = files.read(made.stems["vocals"].path).samples
    np.testing.assert_allclose(vocals, 0.5 * files.read(song).samples, atol=1e-5)
