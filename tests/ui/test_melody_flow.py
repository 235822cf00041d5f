"""The melody of a take from hearing to files: the core is real, the worker runs in the test's own thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.ui.inline import InlineWorker
from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import DiskError, UnreadableAudio
from vocmatch_desktop.melody import edits
from vocmatch_desktop.melody.contour import HOP_S, Contour
from vocmatch_desktop.melody.controls import Controls
from vocmatch_desktop.melody.notes import NoteOptions
from vocmatch_desktop.services import melody_edits
from vocmatch_desktop.services.melody import FindSpec, FoundNotes, Melody, MelodySpec, WriteMelodySpec, WrittenMelody
from vocmatch_desktop.types import Audio, Key, Note, Take
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.melody_files import MelodyFilesFlow
from vocmatch_desktop.ui.melody_flow import MelodyFlow
from vocmatch_desktop.ui.session import Session

RATE = 16_000
FOUND = (Note(0.5, 1.0, 60.1, 60, 80), Note(1.0, 1.5, 62.0, 62, 70))
MORE = (Note(0.5, 0.7, 60.1, 60, 80), Note(0.7, 1.0, 59.9, 60, 80), Note(1.0, 1.5, 62.0, 62, 70))


def contour(seconds: float = 2.0) -> Contour:
    """A voice on one pitch, without the boundary network's opinion."""
    frames = round(seconds / HOP_S)
    silent = {field.name: np.zeros(0, np.float32) for field in fields(Contour)}
    sung = {"pitch": np.full(frames, 60.0, np.float32), "confidence": np.ones(frames, np.float32)}
    return Contour(**{**silent, **sung, "duration_s": seconds, "hop_s": HOP_S})


def hear(spec: MelodySpec, report: Callable[..., None]) -> Melody:
    return Melody(files.probe(spec.take), contour(), FOUND, FOUND, 0.05, Key(0, False))


def find(spec: FindSpec, report: Callable[..., None]) -> FoundNotes:
    found = MORE if spec.notes.sensitivity > 0.5 else FOUND
    return FoundNotes(found, found)


def write(spec: WriteMelodySpec, report: Callable[..., None]) -> WrittenMelody:
    spec.folder.mkdir(exist_ok=True)
    stem = f"{abs(hash(spec.notes))}"
    midi, piano = spec.folder / f"{stem}.mid", spec.folder / f"{stem}.wav"
    for path in (midi, piano):
        path.write_bytes(b"")
    return WrittenMelody(midi, piano, 0.25, 2.0)


@pytest.fixture
def worker() -> InlineWorker:
    return InlineWorker({"MelodySpec": hear, "FindSpec": find, "WriteMelodySpec": write})


@pytest.fixture
def take(tmp_path: Path) -> Take:
    folder = tmp_path / "verse"
    folder.mkdir()
    files.write(folder / "take.wav", Audio(np.zeros((2 * RATE, 1), np.float32), RATE))
    return Take(folder, "verse", "2026-01-01T00:00:00+00:00", 2.0, RATE, bpm=120.0, first_beat_s=0.0)


@pytest.fixture
def bridge(qtbot: QtBot) -> Iterator[JobsBridge]:
    made = JobsBridge()
    yield made
    made.close()


@pytest.fixture
def flow(session: Session, bridge: JobsBridge, worker: InlineWorker) -> Iterator[MelodyFlow]:
    made = MelodyFlow(session, bridge, worker)
    yield made
    made.close()
    bridge.close()


@pytest.fixture
def ready(flow: MelodyFlow, session: Session, take: Take, qtbot: QtBot) -> MelodyFlow:
    session.take = take
    flow.enter()
    qtbot.waitUntil(lambda: session.melody.phase == "ready" and session.melody.peaks is not None)
    return flow


def test_a_take_is_heard_when_the_room_is_entered_not_before(
    flow: MelodyFlow, session: Session, take: Take, worker: InlineWorker, qtbot: QtBot
) -> None:
    session.take = take
    qtbot.wait(60)
    assert worker.asked == []
    flow.enter()
    qtbot.waitUntil(lambda: session.melody.phase == "ready")
    assert session.melody.notes == FOUND
    assert session.melody.key == Key(0, False)
    assert np.nanmean(session.melody.curve.pitch) == pytest.approx(59.95, abs=1e-4)
    assert not session.melody.can_undo
    flow.leave()
    flow.enter()
    assert len(worker.asked) == 1


def test_edits_can_be_undone_and_survive_a_restart(
    ready: MelodyFlow, session: Session, take: Take, bridge: JobsBridge, qtbot: QtBot
) -> None:
    higher = edits.moved(FOUND, [0], semitones=2).notes
    ready.edit(higher, "moved")
    ready.edit(edits.deleted(higher, [1]).notes, "deleted")
    assert session.melody.hand_made
    ready.undo()
    assert session.melody.notes == higher
    assert session.melody.can_redo
    ready.close()
    bridge.close()
    kept = melody_edits.load(take)
    assert kept is not None
    assert kept.now.notes == higher
    assert kept.can_redo


def test_what_was_left_is_shown_again(
    session: Session, take: Take, worker: InlineWorker, flow: MelodyFlow, qtbot: QtBot
) -> None:
    from vocmatch_desktop.melody.revisions import Revisions

    controls = Controls(sensitivity=0.9)
    edited = Revisions.begin(MORE, controls.to_json()).edited(FOUND[:1], "deleted")
    melody_edits.save(take, edited)
    session.take = take
    flow.enter()
    qtbot.waitUntil(lambda: session.melody.phase == "ready")
    assert session.melody.notes == FOUND[:1]
    assert session.melody_controls == controls
    assert worker.asked[0].notes == NoteOptions(sensitivity=0.9)
    flow.undo()
    assert session.melody.notes == MORE


def test_a_take_that_was_only_looked_at_is_left_alone(ready: MelodyFlow, take: Take, bridge: JobsBridge) -> None:
    ready.close()
    bridge.close()
    assert melody_edits.load(take) is None


def test_sensitivity_finds_notes_again_and_keeps_what_the_hand_did(
    ready: MelodyFlow, session: Session, worker: InlineWorker, qtbot: QtBot
) -> None:
    by_hand = edits.moved(FOUND, [1], semitones=5).notes
    ready.edit(by_hand, "moved")
    ready.set_controls(Controls(sensitivity=0.9))
    qtbot.waitUntil(lambda: len(session.melody.notes) == 3)
    assert session.melody.notes == (*MORE[:2], by_hand[1])
    assert isinstance(worker.asked[-1], FindSpec)
    ready.settle()
    ready.undo()
    assert session.melody.notes == by_hand
    assert session.melody_controls == Controls()


def test_tidying_needs_no_worker_and_a_turned_knob_is_one_edit(
    ready: MelodyFlow, session: Session, worker: InlineWorker
) -> None:
    asked = len(worker.asked)
    for percent in range(0, 101, 5):
        ready.set_controls(Controls(low=66, legato=percent / 100))
    assert [note.number for note in session.melody.notes] == [72, 74]
    assert len(worker.asked) == asked
    assert session.melody.can_undo
    ready.undo()
    assert session.melody.notes == FOUND
    assert not session.melody.can_undo


def test_a_knob_rests_by_itself(ready: MelodyFlow, session: Session, qtbot: QtBot) -> None:
    ready.set_controls(Controls(low=66))
    qtbot.waitUntil(lambda: not ready._settles.isActive())
    ready.set_controls(Controls(low=78))
    ready.undo()
    assert [note.number for note in session.melody.notes] == [72, 74]


def test_another_tempo_quantises_anew(ready: MelodyFlow, session: Session, take: Take) -> None:
    ready.set_controls(Controls(quantize=1.0))
    before = session.melody.notes
    session.take = replace(take, bpm=100.0)
    assert session.melody.notes != before


def test_another_take_is_another_melody(
    ready: MelodyFlow, session: Session, take: Take, tmp_path: Path, qtbot: QtBot
) -> None:
    ready.edit((), "deleted")
    other = replace(take, folder=tmp_path / "other")
    other.folder.mkdir()
    (other.folder / "take.wav").write_bytes(take.audio_path.read_bytes())
    session.take = other
    assert session.melody.phase == "listening"
    qtbot.waitUntil(lambda: session.melody.phase == "ready")
    assert session.melody.notes == FOUND
    session.take = take
    qtbot.waitUntil(lambda: session.melody.phase == "ready")
    assert session.melody.notes == ()
    assert session.melody.can_undo
    session.take = None
    assert session.melody.phase == "none"


def test_a_damaged_take_is_said_and_can_be_tried_again(
    flow: MelodyFlow, session: Session, take: Take, worker: InlineWorker, qtbot: QtBot
) -> None:
    def broken(spec: MelodySpec, report: Callable[..., None]) -> Melody:
        raise UnreadableAudio("The take is damaged.", "Record it again.")

    worker.instead["MelodySpec"] = broken
    session.take = take
    flow.enter()
    qtbot.waitUntil(lambda: session.melody.phase == "failed")
    assert session.melody.problem == "The take is damaged. Record it again."
    worker.instead["MelodySpec"] = hear
    flow.listen_again()
    qtbot.waitUntil(lambda: session.melody.phase == "ready")


def test_a_recording_sets_the_melody_aside(ready: MelodyFlow, session: Session, qtbot: QtBot) -> None:
    ready.set_aside()
    assert session.melody.phase == "none"
    ready.take_up()
    qtbot.waitUntil(lambda: session.melody.phase == "ready")


def test_a_disk_that_refuses_is_said(ready: MelodyFlow, session: Session, take: Take, qtbot: QtBot) -> None:
    (take.folder / "melody.json.partial").mkdir()
    with qtbot.waitSignal(session.problem) as problem:
        ready.edit((), "deleted")
    assert "melody.json" in problem.args[0].message


@pytest.fixture
def written(
    ready: MelodyFlow, session: Session, bridge: JobsBridge, worker: InlineWorker, qtbot: QtBot
) -> Iterator[MelodyFilesFlow]:
    made = MelodyFilesFlow(session, bridge, worker, ready.bends)
    made.write()
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready")
    yield made
    made.cancel()


def test_files_follow_the_notes_and_what_nobody_took_is_cleared_away(
    written: MelodyFilesFlow, ready: MelodyFlow, session: Session, take: Take, qtbot: QtBot
) -> None:
    first = session.melody_files
    assert first.pad_s == 0.25
    assert first.piano.parent == take.folder / "exports"
    ready.edit(FOUND[:1], "deleted")
    assert session.melody_files.phase == "waiting"
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready")
    qtbot.waitUntil(lambda: not first.piano.exists())
    assert session.melody_files.piano.exists()


def test_a_file_that_was_taken_stays(
    written: MelodyFilesFlow, ready: MelodyFlow, session: Session, qtbot: QtBot
) -> None:
    first = session.melody_files
    written.keep(first.piano)
    ready.edit(FOUND[:1], "deleted")
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready")
    qtbot.waitUntil(lambda: not first.midi.exists())
    assert first.piano.exists()


def test_a_file_that_was_taken_stays_when_its_notes_come_back_and_go_again(
    written: MelodyFilesFlow, ready: MelodyFlow, session: Session, qtbot: QtBot
) -> None:
    first = session.melody_files
    written.keep(first.piano)
    ready.edit(FOUND[:1], "deleted")
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready")
    ready.undo()
    qtbot.waitUntil(lambda: session.melody_files.piano == first.piano)
    ready.redo()
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready" and not first.midi.exists())
    assert first.piano.exists()


def test_a_file_of_an_earlier_session_stays(
    written: MelodyFilesFlow, ready: MelodyFlow, session: Session, qtbot: QtBot
) -> None:
    first = session.melody_files
    os.utime(first.piano, (1e9, 1e9))
    ready.edit(FOUND[:1], "deleted")
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready" and not first.midi.exists())
    assert first.piano.exists()


def test_another_take_leaves_the_files_of_the_first(
    written: MelodyFilesFlow, ready: MelodyFlow, session: Session, take: Take, tmp_path: Path, qtbot: QtBot
) -> None:
    first = session.melody_files
    other = replace(take, folder=tmp_path / "other")
    other.folder.mkdir()
    (other.folder / "take.wav").write_bytes(take.audio_path.read_bytes())
    session.take = other
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready" and session.melody_files != first)
    qtbot.wait(50)
    assert first.piano.exists()


def test_pitch_bend_is_written_where_it_is_wanted(
    written: MelodyFilesFlow, ready: MelodyFlow, session: Session, worker: InlineWorker, qtbot: QtBot
) -> None:
    assert worker.asked[-1].bends == ()
    ready.set_controls(Controls(bend=True))
    qtbot.waitUntil(lambda: len(worker.asked[-1].bends) == 2)
    ready.undo()
    qtbot.waitUntil(lambda: worker.asked[-1].bends == ())


def test_without_notes_there_are_no_files(written: MelodyFilesFlow, ready: MelodyFlow, session: Session) -> None:
    ready.edit((), "deleted")
    assert session.melody_files.phase == "none"


def test_a_full_disk_is_said_and_writing_can_be_tried_again(
    written: MelodyFilesFlow, ready: MelodyFlow, session: Session, worker: InlineWorker, qtbot: QtBot
) -> None:
    def full(spec: WriteMelodySpec, report: Callable[..., None]) -> WrittenMelody:
        raise DiskError("The disk is full.", "Make room.")

    worker.instead["WriteMelodySpec"] = full
    ready.edit(FOUND[:1], "deleted")
    qtbot.waitUntil(lambda: session.melody_files.phase == "failed")
    assert session.melody_files.problem == "The disk is full. Make room."
    worker.instead["WriteMelodySpec"] = write
    written.write()
    qtbot.waitUntil(lambda: session.melody_files.phase == "ready")
