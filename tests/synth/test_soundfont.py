from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth import soundfont
from vocmatch_desktop.synth.sampler import measured_pitch
from vocmatch_desktop.synth.soundfont import BLOCK, Bend, Preset, find_soundfont, installed, render
from vocmatch_desktop.types import Note

RATE = 44_100
ORGAN = 16


@pytest.fixture(scope="module")
def font() -> Path:
    path = installed("FluidR3_GM") or installed("TimGM6mb")
    if path is None or not soundfont.available():
        pytest.skip("FluidSynth or a soundfont is not installed")
    return path


def note(pitch: float, start: float = 0.1, end: float = 0.9, velocity: int = 100) -> Note:
    return Note(start, end, pitch, round(pitch), velocity)


def onset(sound: np.ndarray) -> int:
    loud = np.abs(sound).max(axis=1)
    return int(np.argmax(loud > 0.02 * loud.max()))


@pytest.mark.parametrize("pitch", [48.0, 60.0, 60.37, 71.8])
def test_sounds_at_the_pitch_of_the_note(font: Path, pitch: float) -> None:
    sound = render([note(pitch)], Preset(ORGAN), font, RATE, RATE)
    assert measured_pitch(sound[RATE // 5 :].mean(axis=1), RATE, pitch) == pytest.approx(pitch, abs=0.05)


def test_length_is_exact_and_repeats_are_identical(font: Path) -> None:
    notes = [note(60), note(64, 0.3), note(67.2, 0.5)]
    first = render(notes, Preset(0), font, 30_001, RATE)
    assert first.shape == (30_001, 2)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, render(notes, Preset(0), font, 30_001, RATE))


def test_onsets_lie_within_a_block_of_their_time(font: Path) -> None:
    at = [onset(render([note(60, start, 0.9)], Preset(0), font, RATE, RATE)) / RATE for start in (0.1, 0.1777, 0.25)]
    assert np.diff(at) == pytest.approx([0.0777, 0.0723], abs=1.01 * BLOCK / RATE)


def test_velocity_makes_louder(font: Path) -> None:
    levels = [np.abs(render([note(60, velocity=v)], Preset(0), font, RATE, RATE)).max() for v in (20, 50, 80, 110, 127)]
    assert np.all(np.diff(levels) > 0)


def test_velocity_makes_brighter(font: Path) -> None:
    def top(velocity: int) -> float:
        struck = [note(60, velocity=velocity)]
        power = np.abs(np.fft.rfft(render(struck, Preset(0), font, RATE, RATE, brightness_octaves=4)[:, 0])) ** 2
        return float(power[2000:].sum() / power.sum())

    assert np.all(np.diff([top(velocity) for velocity in (10, 60, 127)]) > 0)


def test_a_closed_hat_stops_an_open_one(font: Path) -> None:
    opened, closed = Note(0.1, 0.2, 46.0, 46, 120), Note(0.3, 0.4, 42.0, 42, 40)
    kit = Preset(0, kit=True)
    ringing, choked = (
        render(hats, kit, font, RATE, RATE, brightness_octaves=3) for hats in ([opened], [opened, closed])
    )
    assert np.std(choked[int(0.5 * RATE) :]) < 0.3 * np.std(ringing[int(0.5 * RATE) :])


def test_a_bend_moves_the_pitch(font: Path) -> None:
    sound = render([note(60, end=1.9)], Preset(ORGAN), font, 2 * RATE, RATE, bends=[Bend(0.9, 2.0)]).mean(axis=1)
    assert measured_pitch(sound[RATE:], RATE, 62) == pytest.approx(62, abs=0.05)


def test_a_slide_ends_on_the_note(font: Path) -> None:
    notes = [note(60, 0.1, 0.7), note(64, 0.6, 1.8)]
    sound = render(notes, Preset(ORGAN), font, 2 * RATE, RATE, slide=True).mean(axis=1)
    assert measured_pitch(sound[RATE:], RATE, 64) == pytest.approx(64, abs=0.05)


def test_the_pedal_holds_notes(font: Path) -> None:
    dry = render([note(60, 0.1, 0.2)], Preset(0), font, 2 * RATE, RATE)
    held = render([note(60, 0.1, 0.2)], Preset(0), font, 2 * RATE, RATE, pedal=[(0.05, 1.9)])
    assert np.std(held[RATE:]) > 3 * np.std(dry[RATE:])


def test_a_repeated_key_sounds_again_before_its_first_note_ended(font: Path) -> None:
    sound = render([note(72, 0.1, 0.9), note(72, 0.5, 1.5)], Preset(ORGAN), font, 2 * RATE, RATE)
    assert np.std(sound[int(1.1 * RATE) : int(1.4 * RATE)]) > 0.01


def test_drums_play_by_number(font: Path) -> None:
    sound = render([Note(0.1, 0.2, 38.0, 38, 110)], Preset(0, kit=True), font, RATE, RATE)
    assert np.abs(sound).max() > 0.05


@pytest.mark.parametrize("rate", [8000, 48_000, 192_000])
def test_any_rate(font: Path, rate: int) -> None:
    sound = render([note(60)], Preset(ORGAN), font, rate + 7, rate)
    assert sound.shape == (rate + 7, 2)
    assert measured_pitch(sound[rate // 5 :].mean(axis=1), rate, 60) == pytest.approx(60, abs=0.05)


def test_a_missing_soundfont_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="Nowhere"):
        find_soundfont("Nowhere", [tmp_path])


def test_a_missing_preset_is_named(font: Path) -> None:
    with pytest.raises(NotFound, match="kit 99"):
        render([note(60)], Preset(99, kit=True), font, RATE, RATE)


def test_a_damaged_soundfont_is_named_and_nothing_is_printed(font: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"RIFFxxxxsfbk")
    code = (
        "from pathlib import Path; from vocmatch_desktop.errors import NotFound\n"
        "from vocmatch_desktop.synth.soundfont import Preset, render\n"
        "from vocmatch_desktop.types import Note\n"
        f"try: render([Note(0, 1, 60.0, 60, 90)], Preset(0), Path({str(broken)!r}), 100, 44100)\n"
        "except NotFound as error: print(error.message)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert str(broken) in ran.stdout
    assert ran.stderr == ""


def test_the_binding_says_nothing_where_a_build_server_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")  # it then prints where it found the library, into what may be a JSON object
    code = "from vocmatch_desktop.synth.soundfont import available; available()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")
