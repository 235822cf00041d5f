import numpy as np
import pytest
import soundfile
from melody.sung import voice

from vocmatch_desktop.errors import Cancelled, NotFound
from vocmatch_desktop.melody import boundary
from vocmatch_desktop.melody.contour import HOP_S, hear, listen, on_grid
from vocmatch_desktop.melody.mel import MEL_BANDS, MelPass, mel_centres, vowel_db


def test_a_file_is_heard_as_the_same_sound_in_memory(tmp_path):
    audio = voice()
    soundfile.write(tmp_path / "a.wav", audio.samples, audio.rate, subtype="FLOAT")
    heard, same = hear(tmp_path / "a.wav"), hear(audio)
    assert len(heard.pitch) == len(heard.level_db) == len(heard.onset)
    assert heard.duration_s == pytest.approx(audio.duration_s)
    assert heard.times_s[-1] == pytest.approx(audio.duration_s, abs=2 * HOP_S)
    np.testing.assert_allclose(heard.pitch, same.pitch, atol=1e-3)
    assert heard.voiced.any()


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(NotFound):
        hear(tmp_path / "nothing.wav")


def test_listening_says_how_far_it_is_and_can_be_cancelled():
    told = []
    hear(voice(), lambda fraction, what: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] <= 1

    def cancel(fraction, what):
        raise Cancelled

    with pytest.raises(Cancelled):
        hear(voice(), cancel)


def test_between_two_frames_lies_their_mean_but_nothing_in_a_leap():
    hertz = 440 * 2 ** ((np.array([60, 60.5, 67], np.float32) - 69) / 12)
    pitch, sure = on_grid(hertz.astype(np.float32), np.array([0.9, 0.8, 0.6], np.float32), 6)
    np.testing.assert_allclose(pitch[:5], [60, 60.25, 60.5, 60.5, 67], atol=1e-4)
    np.testing.assert_allclose(sure[:5], [0.9, 0.85, 0.8, 0.7, 0.6], atol=1e-6)


def test_no_frames_at_all_are_no_pitch():
    nothing = np.zeros(0, np.float32)
    pitch, sure = on_grid(nothing, nothing, 2)
    assert (pitch.tolist(), sure.tolist()) == ([0, 0], [0, 0])


def test_spectra_do_not_depend_on_how_the_sound_is_cut():
    sound = np.random.default_rng(0).normal(0, 0.1, 5000).astype(np.float32)
    whole, parts = MelPass(128), MelPass(128)
    once = np.concatenate([whole.feed(sound), whole.finish()])
    often = np.concatenate([*(parts.feed(part) for part in np.array_split(sound, 7)), parts.finish()])
    np.testing.assert_allclose(once, often, atol=1e-6)
    assert once.shape == (5000 // 128 + 1, MEL_BANDS)


def test_levels_are_those_of_sines():
    time = np.arange(16_000) / 16_000
    sine = np.where(time > 0.5, np.sin(2 * np.pi * 500 * time), 0).astype(np.float32)
    passing = MelPass(128)
    mel = np.concatenate([passing.feed(sine), passing.finish()])
    assert vowel_db(mel)[100] == pytest.approx(0, abs=2)
    assert vowel_db(mel)[40] < -60
    assert mel_centres()[np.argmax(mel[100])] == pytest.approx(500, rel=0.12)


def test_features_are_bounded_and_do_not_depend_on_level_or_key():
    heard = listen(voice())
    given = boundary.features(heard.mel, heard.pitch, heard.confidence)
    assert given.shape == (len(heard.mel), boundary.FEATURES)
    assert np.abs(given).max() <= 3
    louder = boundary.features(4 * heard.mel, heard.pitch, heard.confidence)
    loud = given[:, :MEL_BANDS] > -1
    np.testing.assert_allclose(louder[:, :MEL_BANDS][loud], given[:, :MEL_BANDS][loud], atol=1e-3)
    higher = boundary.features(heard.mel, np.where(heard.pitch > 0, heard.pitch + 5, 0), heard.confidence)
    np.testing.assert_allclose(higher, given, atol=1e-3)
    assert boundary.features(heard.mel[:0], heard.pitch[:0], heard.confidence[:0]).shape == (0, boundary.FEATURES)
