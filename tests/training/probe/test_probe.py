"""The probe on a material of a few seconds: sines that sing over noise that plays."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import small_material
import torch
from typer.testing import CliRunner

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.cli import build_app
from vocmatch_desktop.training.portions import Portion, Recipe, sources
from vocmatch_desktop.training.probe import arm, table
from vocmatch_desktop.training.probe.feed import BATCH, Feed
from vocmatch_desktop.training.probe.network import RATE, ProbeNetwork
from vocmatch_desktop.training.probe.recipes import OVER_BEATS, recipe
from vocmatch_desktop.training.probe.thermometers import Song, karaoke, pieces, thermometers
from vocmatch_desktop.training.songs.material import Material, find_material
from vocmatch_desktop.types import Audio

SOUNDS = {
    "voices/scottpoid/la.wav": "voice-strings",
    "beats/assets__one.wav": "beat",
    "songs/Sodium/vocals.wav": "song-stem",
    "songs/Sodium/other.wav": "song-stem",
    "songs/Lithium/vocals.wav": "song-stem",
    "songs/Lithium/other.wav": "song-stem",
}


sung, played = partial(small_material.sung, RATE), partial(small_material.played, RATE)


@pytest.fixture
def own_material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Material:
    root = tmp_path / "material"
    small_material.write_material(root, SOUNDS, RATE, 7, "vocals")
    folder = root / "eval" / "mir1k"
    folder.mkdir(parents=True)
    for name, hertz in (("Ani_1", 200.0), ("Ani_2", 330.0)):
        write(folder / f"{name}.vocals.wav", Audio(sung(2, hertz)[:, None], RATE))
        write(folder / f"{name}.backing.wav", Audio(played(2)[:, None], RATE))
    monkeypatch.setenv("VOCMATCH_MATERIAL", str(root))
    return find_material(root)


def test_the_network_keeps_every_length_and_is_as_small_as_promised() -> None:
    network = ProbeNetwork().eval()
    assert 300_000 < sum(value.numel() for value in network.parameters()) < 600_000
    for frames in (RATE, RATE + 333):
        assert network(torch.zeros(1, frames)).shape == (1, frames)


def test_loudness_hardly_changes_what_is_found() -> None:
    network = ProbeNetwork().eval()
    mix = torch.from_numpy(sung(1) + played(1))[None]
    with torch.inference_mode():
        one, other = network(mix), network(mix * 0.25) * 4
    assert torch.allclose(one, other, atol=2e-2)


def test_long_mixtures_are_separated_without_seams() -> None:
    network = ProbeNetwork().eval()
    mix = sung(arm.CHUNK_S + 3)
    with torch.inference_mode():
        whole = network(torch.from_numpy(mix)[None])[0].numpy()
    parts = arm.separated(network, mix, torch.device("cpu"))
    assert parts.shape == mix.shape
    seam = round(arm.CHUNK_S * RATE)
    inner = slice(seam - RATE // 4, seam + RATE // 4)
    assert np.abs(parts[inner] - whole[inner]).max() < 0.02


def test_batches_are_a_function_of_their_number(own_material: Material, tmp_path: Path) -> None:
    known = {kind: sources(kind, own_material, ()) for kind in ("raw", "beats", "real")}
    mixed = Recipe("both", (Portion(1.0, ("raw", "beats"), OVER_BEATS), Portion(1.0, ("real",))))
    one, again, other = (Feed(mixed, known, tmp_path / "cache", seed) for seed in (1, 1, 2))
    batch = one.batch(3)
    assert batch.mix.shape == batch.voice.shape == (BATCH, 3 * RATE)
    assert batch.trusted.all()
    assert torch.equal(batch.mix, again.batch(3).mix)
    assert not torch.equal(batch.mix, one.batch(4).mix)
    assert not torch.equal(batch.mix, other.batch(3).mix)


def test_only_training_songs_are_trained_on(own_material: Material) -> None:
    assert [source.name for source in sources("real", own_material, ())] == ["Sodium"]
    with pytest.raises(UserError, match="nothing 'rendered'"):
        sources("rendered", own_material, ())


def test_what_is_measured_on(own_material: Material) -> None:
    found = {one.name: one for one in thermometers(own_material, ())}
    assert set(found) == {"mir1k", "Lithium, whole"}  # seven seconds give no piece
    song = found["mir1k"].songs[0]
    assert song.name == "Ani_1"
    assert np.allclose(song.mix - song.voice, played(2), atol=1e-4)
    assert karaoke(own_material.folder / "nowhere").songs == ()


def test_pieces_without_singing_do_not_count() -> None:
    voice = np.concatenate([sung(30), np.zeros(30 * RATE, np.float32), sung(30)])
    found = pieces(Song("one", voice, voice))
    assert [piece.name for piece in found] == ["one 0 s", "one 60 s"]


def test_references_lie_where_they_must(own_material: Material) -> None:
    rows = {one.recipe: one.scores["mir1k"]["Ani_1"] for one in arm.references(thermometers(own_material, ()))}
    assert rows["(silence)"] == 0.0
    assert rows["(ideal mask)"] > rows["(mixture)"] > 0


def test_the_command_trains_measures_keeps_and_goes_on(own_material: Material, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["probe", "--out", str(out), "--recipe", "raw", "--recipe", "real", "--steps", "2"]
    first = CliRunner().invoke(build_app(), arguments, catch_exceptions=False)
    assert first.exit_code == 0
    assert "better than raw" in first.output
    lines = [json.loads(line) for line in (out / table.LINES).read_text("utf-8").splitlines()]
    assert [line["recipe"] for line in lines] == [*arm.REFERENCES, "raw", "real"]
    assert lines[-1]["sources"] == {"real": 1}
    before = (out / "raw-2-1.json").stat().st_mtime_ns
    again = CliRunner().invoke(build_app(), arguments, catch_exceptions=False)
    assert again.exit_code == 0
    assert (out / "raw-2-1.json").stat().st_mtime_ns == before


def test_what_cannot_be_is_said(own_material: Material, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no recipe 'raaw'.*raw, rendered"):
        recipe("raaw")
    if not torch.cuda.is_available():
        with pytest.raises(UserError, match="no CUDA device"):
            CliRunner().invoke(
                build_app(), ["probe", "--out", str(tmp_path), "--device", "cuda"], catch_exceptions=False
            )
    (tmp_path / "raw-1-1.json").write_text("{", "utf-8")
    with pytest.raises(UserError, match=r"raw-1-1\.json is damaged"):
        table.load(tmp_path)
