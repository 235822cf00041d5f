from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.synth import soundfont
from vocmatch_desktop.synth.sampler import measured_pitch
from vocmatch_desktop.synth.sounds import SoundName, Sounds, render_part
from vocmatch_desktop.training.songs import instruments
from vocmatch_desktop.training.songs.instruments import ROLES, catalogue, credit
from vocmatch_desktop.training.songs.material import Material, find_material
from vocmatch_desktop.training.songs.split import SPLITS, sound_split
from vocmatch_desktop.types import Note, Part

RATE = 44_100


@pytest.fixture(scope="module")
def real() -> Material:
    from vocmatch_desktop import settings

    if settings.material() is None:
        pytest.skip("VOCMATCH_MATERIAL is not set: real recordings are not at hand")
    return find_material()


@pytest.fixture(scope="module")
def sounds(real: Material) -> Sounds:
    return instruments.sounds(real)


def plain(names: tuple[str, ...]) -> set[str]:
    return {name.partition("+")[0] for name in names}


@pytest.mark.parametrize("split", SPLITS)
def test_every_role_has_a_sound_of_its_split(split: str) -> None:
    found = catalogue(split)
    assert tuple(found) == ROLES
    for names in found.values():
        assert names
        assert {sound_split(name) for name in names} == {split}
        assert all(SoundName.parse(name) for name in names)


def test_splits_share_nothing() -> None:
    used = [plain(tuple(itertools.chain.from_iterable(catalogue(split).values()))) for split in SPLITS]
    assert all(not one & other for one, other in itertools.combinations(used, 2))


def test_every_recorded_sound_is_there_and_credited(real: Material, sounds: Sounds) -> None:
    for name in sorted(set().union(*(plain(names) for split in SPLITS for names in catalogue(split).values()))):
        kind, _, own = name.partition(":")
        assert kind not in ("sampled", "kit") or own in {"sampled": sounds.sampled, "kit": sounds.kits}[kind]
        owner = credit(name, real)
        assert (owner is None) == (kind == "synth")


def test_no_loop_is_a_one_shot(sounds: Sounds) -> None:
    zones = [zone for instrument in sounds.sampled.values() for zone in instrument.zones]
    zones += [zone for kit in sounds.kits.values() for hits in kit.hits.values() for zone in hits]
    assert not [zone.path for zone in zones if "loop" in zone.path.as_posix()]


def test_every_kit_plays_the_usual_pieces(sounds: Sounds) -> None:
    for kit in sounds.kits.values():
        assert {"kick", "snare", "hat"} <= set(kit.hits)
        assert all(kit.piece(number) for number in (36, 38, 42, 46, 49, 51, 45, 48, 50))


@pytest.mark.parametrize(
    ("name", "pitch"),
    [
        ("piano/splendid", 60),
        ("piano/salamander", 57),
        ("epiano/sullivan", 62),
        ("guitar_acoustic/steel", 52),
        ("guitar_electric/strat", 52),
        ("bass/double", 40),
        ("bass/yr/finger", 38),
        ("bass/yr/pick", 33),
        ("assorted/casiohorn", 64),
        ("assorted/kalimba", 62),
    ],
)
def test_instruments_are_in_tune(sounds: Sounds, name: str, pitch: int) -> None:
    part = Part("x", "other", f"sampled:{name}", (Note(0.0, 1.4, float(pitch), pitch, 100),))
    sound = render_part(part, int(1.5 * RATE), RATE, sounds)[:, 0]
    assert measured_pitch(sound, RATE, pitch) == pytest.approx(pitch, abs=0.05)
    power = np.abs(np.fft.rfft(sound[:RATE], 4 * RATE))
    fundamental = 440 * 2 ** ((pitch - 69) / 12)
    for wrong in (fundamental / 2, fundamental * 1.5):  # what an octave too high or low would show
        near = slice(int(4 * wrong * 0.98), int(4 * wrong * 1.02) + 1)
        assert power[near].max() < 0.3 * power.max()


def test_missing_folders_are_named(tmp_path: Path) -> None:
    (tmp_path / "instruments").mkdir()
    with pytest.raises(instruments.NotFound, match="salamander"):
        instruments.sounds(Material(tmp_path, {}))


def test_every_kit_of_a_soundfont_exists() -> None:
    if not soundfont.available():
        pytest.skip("FluidSynth is not installed")
    for name in sorted(set().union(*(plain(names) for split in SPLITS for names in catalogue(split).values()))):
        kind, _, preset = name.partition(":")
        number, _, font = preset.partition("@")
        path = soundfont.installed(font) if kind == "gmkit" else None
        if path is not None:
            kit = soundfont.Preset(int(number), kit=True)
            assert np.any(soundfont.render([Note(0, 0.1, 38.0, 38, 100)], kit, path, 4410, RATE)), name
