from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth import soundfont
from vocmatch_desktop.synth.kits import DrumKit
from vocmatch_desktop.synth.sampler import SampledInstrument, Zone
from vocmatch_desktop.synth.sounds import SoundName, Sounds, render_part
from vocmatch_desktop.types import Note, Part

RATE = 44_100
NOTES = tuple(Note(0.2 * k, 0.2 * k + 0.18, 48.0 + k, 48 + k, 90) for k in range(4))


@pytest.fixture
def sounds(tmp_path: Path) -> Sounds:
    at = np.arange(48_000) / 48_000
    path = tmp_path / "string.wav"
    soundfile.write(path, 0.3 * np.exp(-2 * at) * np.sign(np.sin(2 * np.pi * 130.81 * at)), 48_000)
    zone = Zone(path, 48.0)
    return Sounds({"guitar/x": SampledInstrument((zone,))}, {"x/0": DrumKit({"kick": (zone,)})})


def part(sound: str, notes: tuple[Note, ...] = NOTES) -> Part:
    return Part("guitar", "guitar", sound, notes)


@pytest.mark.parametrize("sound", ["sampled:guitar/x", "kit:x/0", "synth:saw_bass", "sampled:guitar/x+amp:crunch"])
def test_plays_exactly_as_long_as_asked_and_the_same_again(sounds: Sounds, sound: str) -> None:
    notes = NOTES if sound.startswith(("sampled", "synth")) else (Note(0.1, 0.2, 36.0, 36, 100),)
    made = render_part(part(sound, notes), 40_003, RATE, sounds)
    assert made.shape == (40_003, 2)
    assert made.dtype == np.float32
    assert 0.01 < np.abs(made).max() <= 0.98
    np.testing.assert_array_equal(made, render_part(part(sound, notes), 40_003, RATE, sounds))


def test_a_part_without_notes_is_silent(sounds: Sounds) -> None:
    assert not np.any(render_part(part("gm:0", ()), 100, RATE, sounds))


def test_a_doubled_guitar_is_two_performances(sounds: Sounds) -> None:
    left, right = render_part(part("sampled:guitar/x+amp:high+double"), RATE, RATE, sounds).T
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.9
    assert np.std(left) == pytest.approx(np.std(right), rel=0.3)


def test_palm_mutes_are_shorter(sounds: Sounds) -> None:
    long = (Note(0.0, 0.9, 48.0, 48, 100),)
    open_, muted = (render_part(part(f"sampled:guitar/x{mute}", long), RATE, RATE, sounds) for mute in ("", "+palm"))
    assert np.std(muted[RATE // 2 :]) < 0.05 * np.std(open_[RATE // 2 :])


def test_general_midi(sounds: Sounds) -> None:
    if not soundfont.available() or soundfont.installed("FluidR3_GM") is None:
        pytest.skip("FluidSynth or its soundfont is not installed")
    for name in ("gm:33", "gm:27@FluidR3_GM+amp:crunch", "gm:30+palm", "gm:81+slide"):
        assert np.abs(render_part(part(name), RATE, RATE, sounds)).max() > 0.01
    drums = (Note(0.1, 0.2, 38.0, 38, 100),)
    assert np.abs(render_part(part("gmkit:0", drums), RATE, RATE, sounds)).max() > 0.01


@pytest.mark.parametrize("name", ["sampled:bass/none", "kit:none", "synth:none", "gm:3@Nowhere"])
def test_what_is_missing_is_named(sounds: Sounds, name: str) -> None:
    with pytest.raises(NotFound, match=r"none|Nowhere"):
        render_part(part(name), 100, RATE, sounds)


@pytest.mark.parametrize("name", ["", "gm", "gm:", "tape:x", "gm:3+loud", "gm:3+amp:x", "gm:3+amp:clean+amp:high"])
def test_what_is_no_name_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="sound"):
        SoundName.parse(name)
