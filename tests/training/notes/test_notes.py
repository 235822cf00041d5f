"""The boundary network on a small scale: a tiny set of takes, a few steps, real files."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.cards import verify, write_card
from vocmatch_desktop.inference.models import shipped
from vocmatch_desktop.inference.session import open_session
from vocmatch_desktop.melody.boundary import CHUNK_FRAMES, FEATURES, REACH_FRAMES, BoundaryModel
from vocmatch_desktop.melody.contour import HOP_S
from vocmatch_desktop.synth.voice import Singer, sing
from vocmatch_desktop.synth.voice import Sung as SungNote
from vocmatch_desktop.training.loop import Plan, fit, seed_everything
from vocmatch_desktop.training.notes import examples as examples_module
from vocmatch_desktop.training.notes import feed, melodies
from vocmatch_desktop.training.notes.examples import Example, Performance, heard, kept
from vocmatch_desktop.training.notes.export import described, export
from vocmatch_desktop.training.notes.measure import onsets, peaks
from vocmatch_desktop.training.notes.network import BoundaryNetwork, loss
from vocmatch_desktop.training.songs.record import SungTruth
from vocmatch_desktop.types import Note

SPANS = np.array([[0.4, 0.9], [1.0, 1.8], [1.8, 2.4], [3.0, 3.9]], np.float32)


@pytest.fixture(autouse=True)
def one_thread():
    """Several threads that wait for each other are slow where other work is going on."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def example(frames: int = 600) -> Example:
    """Noise in which a note's beginning is plain to see in one feature."""
    features = np.random.default_rng(0).normal(0, 0.3, (frames, FEATURES)).astype(np.float32)
    features[:, 40] += 2 * feed.targets(SPANS, frames)[:, 0]
    return Example(features, SPANS)


@given(st.integers(0, 500), st.floats(3, 14))
def test_an_exercise_is_one_voice_in_range_and_in_time(seed, seconds):
    notes = melodies.exercise(seconds, np.random.default_rng(seed))
    assert all(one.offset_s <= other.onset_s + 1e-9 for one, other in pairwise(notes))
    assert all(0 <= note.onset_s < note.offset_s <= seconds and 40 <= note.number <= 90 for note in notes)


def test_an_excerpt_begins_with_a_note_and_keeps_its_rhythm():
    song = tuple(Note(0.5 * i, 0.5 * i + 0.4, 60.0 + i % 5, 60 + i % 5, 80) for i in range(100))
    part = melodies.excerpt(song, 10.0, np.random.default_rng(3))
    assert 0.1 <= part[0].onset_s <= 0.8
    assert part[-1].offset_s < 10
    gaps = np.diff([note.onset_s for note in part])
    np.testing.assert_allclose(gaps, gaps[0])
    assert melodies.excerpt((), 10.0, np.random.default_rng(3)) == ()


def test_targets_peak_where_notes_begin_and_end():
    wanted = feed.targets(SPANS, 600)
    for column, times in enumerate(SPANS.T):
        for time in times:
            assert wanted[round(float(time) / HOP_S), column] > 0.75
    assert wanted[:, 2].sum() * HOP_S == pytest.approx(np.diff(SPANS).sum(), abs=0.05)
    assert wanted.min() == 0
    assert wanted.max() <= 1


def test_a_batch_is_a_function_of_its_step():
    one, again = (feed.batch([example()] * 3, 7, seed=1) for _ in range(2))
    other = feed.batch([example()] * 3, 8, seed=1)
    assert torch.equal(one[0], again[0])
    assert not torch.equal(one[0], other[0])
    assert one[0].shape == (feed.BATCH, feed.CROP_FRAMES, FEATURES)
    assert one[1].shape == (feed.BATCH, feed.CROP_FRAMES, 3)


def test_a_take_shorter_than_a_crop_is_filled_up():
    short = Example(example().features[:100], SPANS[:1])
    features, targets = feed.batch([short], 0, seed=1, size=2)
    assert features.shape[1] == targets.shape[1] == feed.CROP_FRAMES


def test_a_sung_take_is_heard_as_the_program_hears_and_kept(tmp_path, monkeypatch):
    line = [SungNote(0.4, 0.9, 60.0, "na"), SungNote(1.0, 1.6, 62.0, "na")]
    truth = SungTruth(tuple(Note(n.onset_s, n.offset_s, n.pitch, round(n.pitch), 80) for n in line), np.zeros(1))
    performed = []

    class Alone:
        split = "train"

        def perform(self, name):
            performed.append(name)
            return Performance(sing(line, 2.0, Singer(), seed=1), truth, "a test")

    fresh, again = (kept(Alone(), 3, 9, tmp_path) for _ in range(2))
    assert performed == ["9/3"]
    assert fresh.features.shape == (len(fresh.features), FEATURES)
    assert len(fresh.features) == pytest.approx(2.0 / HOP_S, abs=2)
    np.testing.assert_allclose(fresh.spans_s, [[0.4, 0.9], [1.0, 1.6]])
    np.testing.assert_array_equal(fresh.features, again.features)
    np.testing.assert_allclose(heard(Alone().perform("x")).features, fresh.features, atol=0.01)


def test_a_performance_leaks_its_backing_at_the_level_that_is_asked(tmp_path):
    import soundfile

    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "beat.wav", rng.normal(0, 0.2, 44_100 * 40).astype(np.float32), 44_100)
    stage = object.__new__(examples_module.Stage)
    stage._beats = (tmp_path / "beat.wav",)
    voice = np.sin(np.arange(44_100) / 20).astype(np.float32)
    leak = stage._with_backing(voice, -15.0, rng) - voice
    assert 20 * np.log10(examples_module._level(leak) / examples_module._level(voice)) == pytest.approx(-15, abs=0.1)


def trained(tmp_path, steps=20):
    seed_everything(1)
    plan = Plan(steps, 3e-3, warmup=5, ema=0.5, seed=1, checkpoint_every=10)
    losses: list[float] = []
    network = fit(
        BoundaryNetwork(),
        lambda step: feed.batch([example()], step, seed=1, size=2),
        loss,
        plan,
        tmp_path / "last.pt",
        lambda done, value: losses.append(value),
    )
    return network, losses


def test_the_network_learns_goes_on_where_it_stopped_and_is_measured(tmp_path):
    network, losses = trained(tmp_path)
    assert np.mean(losses[-5:]) < 0.7 * losses[0]
    assert trained(tmp_path)[1] == []
    found = onsets(network, [example()])
    assert found.notes == len(SPANS)
    assert 0 <= found.f1 <= 1


def test_peaks_are_where_the_answer_is_highest():
    answer = np.zeros(50, np.float32)
    answer[[10, 11, 30, 33]] = 0.6, 0.9, 0.5, 0.4
    assert peaks(answer).tolist() == [11, 30]


def test_the_exported_network_says_the_same_in_one_run_and_in_chunks(tmp_path):
    seed_everything(2)
    network = BoundaryNetwork().eval()
    path = tmp_path / "notes-boundary.onnx"
    export(network, path)
    assert path.stat().st_size < 2_000_000
    session = open_session(path, "cpu")
    frames = CHUNK_FRAMES + 300
    features = np.random.default_rng(0).normal(0, 1, (frames, FEATURES)).astype(np.float32)
    whole = session.run({"features": features[None]})[0][0]
    chunked = BoundaryModel(session)(features)
    np.testing.assert_allclose(np.stack([chunked.onset, chunked.offset, chunked.note], axis=1), whole, atol=1e-5)
    with torch.no_grad():
        probabilities = torch.sigmoid(network(torch.from_numpy(features[None])))[0].numpy()
    np.testing.assert_allclose(whole, probabilities, atol=1e-4)


def test_the_network_hears_no_farther_than_chunks_overlap():
    seed_everything(3)
    network = BoundaryNetwork().eval()
    quiet = torch.zeros(1, 800, FEATURES)
    loud = quiet.clone()
    loud[:, 400] = 5
    with torch.no_grad():
        changed = (network(quiet) - network(loud)).abs().amax(dim=(0, 2)) > 0
    reached = torch.nonzero(changed)[:, 0]
    assert 400 - int(reached.min()) <= REACH_FRAMES
    assert int(reached.max()) - 400 <= REACH_FRAMES


def test_a_card_is_read_back_and_vouches_for_its_file(tmp_path):
    model = tmp_path / "notes-boundary.onnx"
    model.write_bytes(b"weights")
    told = {"name": "notes-boundary", "task": "t", "family": "f", "licence": "MIT", "source": "s", "figures": {"x": 1}}
    write_card(tmp_path / "notes-boundary.json", described(model, told))
    card = shipped("notes-boundary", tmp_path)
    assert verify(card) == json.loads((tmp_path / "notes-boundary.json").read_text())["sha256"]
    model.write_bytes(b"other")
    with pytest.raises(ModelError, match="damaged"):
        verify(card)
    (tmp_path / "notes-boundary.json").write_text("{}")
    with pytest.raises(ModelError, match="card"):
        shipped("notes-boundary", tmp_path)
    with pytest.raises(ModelError, match="missing"):
        shipped("nothing", tmp_path)
