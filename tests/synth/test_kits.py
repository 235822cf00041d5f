from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile

from vocmatch_desktop.synth.kits import PIECES, SUBSTITUTES, DrumKit
from vocmatch_desktop.synth.sampler import Zone
from vocmatch_desktop.types import Float32, Note

RATE = 44_100


def hit(tmp_path: Path, name: str, hz: float, seconds: float, velocity: int = 127) -> Zone:
    at = np.arange(round(seconds * 48_000)) / 48_000
    path = tmp_path / f"{name}.wav"
    rng = np.random.default_rng(len(name))
    soundfile.write(
        path, (0.3 * np.sin(2 * np.pi * hz * at) + 0.05 * rng.standard_normal(len(at))) * np.exp(-4 * at), 48_000
    )
    return Zone(path, 60.0, velocity)


@pytest.fixture
def kit(tmp_path: Path) -> DrumKit:
    return DrumKit(
        {
            "kick": (hit(tmp_path, "kick", 60, 0.4),),
            "snare": (hit(tmp_path, "snare_hard", 220, 0.4), hit(tmp_path, "snare_soft", 200, 0.4, 70)),
            "hat": (hit(tmp_path, "hat", 7000, 0.1),),
            "open_hat": (hit(tmp_path, "open", 6500, 1.5),),
        }
    )


def strike(number: int, at: float, velocity: int = 100) -> Note:
    return Note(at, at + 0.05, float(number), number, velocity)


def level(sound: Float32, start: float, end: float) -> float:
    return float(np.std(sound[round(start * RATE) : round(end * RATE)]))


def test_strikes_begin_on_their_onset(kit: DrumKit) -> None:
    sound = kit.render([strike(36, 0.3)], RATE, RATE)
    assert sound.shape == (RATE, 2)
    first = int(np.argmax(np.abs(sound[:, 0]) > 0.01)) / RATE
    assert first == pytest.approx(0.3, abs=0.003)


def test_two_strikes_in_a_row_are_never_the_same(kit: DrumKit) -> None:
    sound = kit.render([strike(38, 0.25 * k) for k in range(8)], 2 * RATE, RATE)
    strikes = [sound[round(0.25 * k * RATE) : round((0.25 * k + 0.2) * RATE), 0] for k in range(8)]
    assert all(not np.allclose(one, other, atol=1e-3) for one, other in itertools.pairwise(strikes))


def test_a_closed_hat_stops_an_open_one(kit: DrumKit) -> None:
    ringing = kit.render([strike(46, 0.0)], RATE, RATE)
    choked = kit.render([strike(46, 0.0), strike(42, 0.3)], RATE, RATE)
    assert level(ringing, 0.5, 0.8) > 20 * level(choked, 0.5, 0.8)


def test_velocity_makes_louder(kit: DrumKit) -> None:
    for number in (36, 38, 42):
        levels = [level(kit.render([strike(number, 0.0, v)], RATE, RATE), 0, 0.2) for v in (20, 50, 69, 90, 127)]
        assert np.all(np.diff(levels) > 0)


def test_missing_pieces_are_replaced_and_unknown_numbers_left_out(kit: DrumKit) -> None:
    assert kit.piece(39) == "snare"
    assert kit.piece(49) == "open_hat"
    assert kit.piece(3) is None
    assert not np.any(kit.render([strike(3, 0.1)], RATE, RATE))


def test_repeats_are_identical(kit: DrumKit) -> None:
    notes = [strike(number, 0.1 * k) for k, number in enumerate((36, 42, 38, 42, 46, 42))]
    np.testing.assert_array_equal(kit.render(notes, RATE, RATE), kit.render(notes, RATE, RATE))


def test_every_substitute_is_a_piece() -> None:
    assert set(SUBSTITUTES) <= set(PIECES)
    assert {name for names in SUBSTITUTES.values() for name in names} <= set(PIECES)
