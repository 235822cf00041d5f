import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.types import Audio, BeatGrid, Key, PitchTrack

keys = st.builds(Key, st.integers(0, 11), st.booleans())


@given(keys)
def test_a_key_is_what_its_name_and_its_index_say(key: Key) -> None:
    assert Key.parse(key.name) == key
    assert Key.from_index(key.index) == key


@given(keys)
def test_relative_keys_share_a_camelot_hour_and_a_fifth_is_one_hour_on(key: Key) -> None:
    relative = Key((key.tonic + 3) % 12, False) if key.minor else Key((key.tonic - 3) % 12, True)
    assert relative.camelot[:-1] == key.camelot[:-1]
    assert int(key.transposed(7).camelot[:-1]) % 12 == (int(key.camelot[:-1]) + 1) % 12


@pytest.mark.parametrize(
    ("text", "name", "camelot"),
    [("Am", "Am", "8A"), ("C", "C", "8B"), ("f# minor", "F♯m", "11A"), ("Bb", "B♭", "6B"), ("Cbm", "Bm", "10A")],
)
def test_keys_are_read_as_people_write_them(text: str, name: str, camelot: str) -> None:
    assert Key.parse(text).name == name
    assert Key.parse(text).camelot == camelot


@pytest.mark.parametrize("text", ["", "H", "A dorian", "12", "♭"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        Key.parse(text)


@given(st.floats(-50, 250), st.integers(0, 3))
def test_position_and_time_are_inverse_on_an_uneven_grid(time_s: float, downbeat: int) -> None:
    beats = np.cumsum(np.r_[-0.1, 0.5 + 0.02 * np.sin(np.arange(300))])
    grid = BeatGrid(beats, downbeat=downbeat)
    assert grid.time(grid.position(time_s)) == pytest.approx(time_s, abs=1e-6)


def test_a_grid_knows_its_tempo_and_steps() -> None:
    grid = BeatGrid(np.arange(0, 10.1, 0.5), downbeat=2)
    assert grid.bpm == pytest.approx(120)
    assert grid.beats == 20
    assert len(grid.steps_s) == 81
    assert grid.position(1.0) == pytest.approx(0)


def test_whole_bars_are_those_in_the_file_and_all_of_it_where_there_is_none() -> None:
    grid = BeatGrid(np.arange(-0.5, 12, 0.5), downbeat=1)
    assert grid.whole_bars(9.9) == pytest.approx((0.0, 8.0))
    assert BeatGrid(grid.beats_s - 1e-4, downbeat=1).whole_bars(8.0) == pytest.approx((0.0, 8.0), abs=1e-3)
    assert grid.whole_bars(1.5) == (0.0, 1.5)


def test_audio_refuses_what_is_not_frames_by_channels() -> None:
    with pytest.raises(ValueError, match="float32"):
        Audio(np.zeros(10, np.float32), 44100)
    with pytest.raises(ValueError, match="rate"):
        Audio(np.zeros((10, 1), np.float32), 0)


def test_pitch_is_nan_where_no_voice_is() -> None:
    track = PitchTrack(np.float32([440, 0]), np.float32([1, 0]), np.array([True, False]), 0.016)
    assert track.midi[0] == pytest.approx(69)
    assert np.isnan(track.midi[1])
    assert track.times_s.tolist() == [0, 0.016]
