"""Takes on a real disk: never lost, never overwritten, every edit undone and redone."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocmatch_desktop.audio import files
from vocmatch_desktop.audio.takefile import TakeFile
from vocmatch_desktop.errors import NotFound, UnreadableAudio
from vocmatch_desktop.library.takelog import TakeLog
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.types import Audio, Selection, Take

RATE = 8000


@pytest.fixture
def store(tmp_path: Path) -> TakeStore:
    return TakeStore(tmp_path / "Takes")


@pytest.fixture
def vocal(tmp_path: Path) -> Path:
    """Four seconds, every sample different."""
    samples = np.linspace(-0.5, 0.5, 4 * RATE, dtype=np.float32)[:, None]
    return files.write(tmp_path / "vocal.wav", Audio(samples, RATE)).path


def sing(path: Path, seconds: float = 1.0) -> None:
    file = TakeFile(path, RATE)
    file.write(np.full(round(seconds * RATE), 0.25, np.float32))
    file.close()


def crash_while_recording(store: TakeStore, **plan: object) -> None:
    """Another process records a second and is gone without a word."""
    script = (
        "import os, sys, json, numpy as np; from pathlib import Path;"
        "from vocmatch_desktop.library.takes import TakeStore; from vocmatch_desktop.audio.takefile import TakeFile;"
        "draft = TakeStore(Path(sys.argv[1])).begin(**json.loads(sys.argv[2]));"
        f"file = TakeFile(draft.audio_path, {RATE}); file.write(np.full({RATE}, 0.25, np.float32));"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(store.folder), json.dumps(plan)], check=False)


def test_a_recorded_take_is_kept(store: TakeStore) -> None:
    draft = store.begin(bpm=92.0)
    sing(draft.audio_path)
    take = store.keep(draft, bpm=92.0, first_beat_s=0.25, over_beat=7, device="USB mic", overflows=2, peak_dbfs=-12.0)
    assert store.takes() == (take,)
    assert store.load(take.folder) == take
    assert (take.name, take.duration_s, take.rate, take.overflows) == ("Take 1", 1.0, RATE, 2)
    assert (take.bpm, take.first_beat_s, take.over_beat, take.device) == (92.0, 0.25, 7, "USB mic")
    assert sorted(path.name for path in take.folder.iterdir()) == ["take.json", "take.wav"]


def test_room_is_held_for_the_description_of_a_take_that_fills_the_disk(
    store: TakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = store.begin()
    sing(draft.audio_path)
    held = draft.room_path.stat().st_size
    save = TakeLog.save

    def save_where_room_was_made(log: TakeLog, folder: Path) -> None:
        if draft.room_path.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        save(log, folder)

    monkeypatch.setattr(TakeLog, "save", save_where_room_was_made)
    take = store.keep(draft, overflows=2)
    assert store.takes() == (take,)
    assert held > (take.folder / "take.json").stat().st_size


def test_a_discarded_draft_leaves_nothing(store: TakeStore) -> None:
    store.discard(store.begin())
    assert list(store.folder.iterdir()) == []


def test_names_are_unique_and_nothing_is_overwritten(store: TakeStore, vocal: Path) -> None:
    takes = [store.add_file(vocal) for _ in range(3)]
    assert [take.name for take in takes] == ["vocal", "vocal 2", "vocal 3"]
    assert len({take.folder for take in takes}) == 3
    renamed = store.edit(takes[2], name="VOCAL")
    assert renamed.name == "VOCAL 3"
    assert store.edit(renamed, name="Vocal 3").name == "Vocal 3"


@pytest.mark.parametrize("name", ["hook 🎤 קול", "a/b\\c:d", "..", "CON", "  ", "x" * 300, "new\nline", "é" * 200])
def test_odd_names_find_a_folder(store: TakeStore, vocal: Path, name: str) -> None:
    take = store.add_file(vocal, name)
    assert take.folder.parent == store.folder
    assert take.name
    assert "\n" not in take.name
    assert store.takes() == (take,)


def test_an_imported_file_keeps_its_sound(store: TakeStore, tmp_path: Path, rng: np.random.Generator) -> None:
    stereo = Audio((rng.standard_normal((5000, 2)) * 0.1).astype(np.float32), 48_000)
    take = store.add_file(files.write(tmp_path / "v.flac", stereo).path, bpm=120.0)
    np.testing.assert_allclose(files.read(take.audio_path).samples, stereo.samples, atol=2**-23)
    assert (take.rate, take.bpm) == (48_000, 120.0)
    assert take.peak_dbfs == pytest.approx(20 * np.log10(np.abs(stereo.samples).max()), abs=0.01)


def test_what_is_no_sound_is_refused_and_leaves_nothing(store: TakeStore, tmp_path: Path) -> None:
    (tmp_path / "lyrics.wav").write_text("la la la")
    with pytest.raises(UnreadableAudio):
        store.add_file(tmp_path / "lyrics.wav")
    with pytest.raises(NotFound):
        store.add_file(tmp_path / "nowhere.wav")
    assert list(store.folder.iterdir()) == []


def test_a_trim_is_a_new_file_and_can_be_undone(store: TakeStore, vocal: Path) -> None:
    take = store.add_file(vocal, bpm=60.0, first_beat_s=1.5)
    take = store.edit(take, selection=Selection(0.5, 3.0))
    before = take.audio_path.read_bytes()
    trimmed = store.trim(take, 1.0, 3.5)
    assert (trimmed.duration_s, trimmed.first_beat_s, trimmed.selection) == (2.5, 0.5, Selection(0.0, 2.0))
    np.testing.assert_array_equal(
        files.read(trimmed.audio_path).samples, files.read(vocal, start_s=1.0, duration_s=2.5).samples
    )
    again = store.trim(trimmed, 0.5, 1.0)
    assert again.audio_path not in (take.audio_path, trimmed.audio_path)
    assert store.undo(store.undo(again)) == take
    assert take.audio_path.read_bytes() == before
    assert store.redo(take) == trimmed


def test_a_recorded_take_stays_pcm_when_trimmed(store: TakeStore) -> None:
    import wave

    draft = store.begin()
    sing(draft.audio_path)
    trimmed = store.trim(store.keep(draft), 0.2, 0.7)
    with wave.open(str(trimmed.audio_path)) as file:
        assert file.getnframes() == RATE // 2


def test_an_edit_after_an_undo_loses_nothing(store: TakeStore, vocal: Path) -> None:
    take = store.add_file(vocal, "idea")
    starred = store.edit(take, starred=True)
    renamed = store.edit(store.undo(starred), name="hook")
    assert store.undo(renamed) == take
    assert store.redo(take) == renamed
    assert len(json.loads((take.folder / "take.json").read_text())["revisions"]) == 3


def test_an_edit_that_changes_nothing_is_none(store: TakeStore, vocal: Path) -> None:
    take = store.edit(store.add_file(vocal), starred=True)
    assert store.edit(take, starred=True) == take
    assert not store.undo(take).starred


def test_only_what_may_be_edited(store: TakeStore, vocal: Path) -> None:
    with pytest.raises(ValueError, match="rate"):
        store.edit(store.add_file(vocal), rate=1)


changes = st.one_of(
    st.fixed_dictionaries({"starred": st.booleans()}),
    st.fixed_dictionaries({"pinned_beat": st.none() | st.integers(1, 9)}),
    st.fixed_dictionaries({"bpm": st.none() | st.floats(40, 240)}),
    st.fixed_dictionaries({"selection": st.none() | st.builds(Selection, st.floats(0, 1), st.floats(2, 3))}),
)


@given(edits=st.lists(changes, max_size=8))
@settings(deadline=None, max_examples=20)
def test_undo_and_redo_walk_the_same_way(
    tmp_path_factory: pytest.TempPathFactory, edits: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("takes")
    store = TakeStore(folder)
    draft = store.begin()
    sing(draft.audio_path, 0.2)
    states: list[Take] = [store.keep(draft)]
    for edit in edits:
        if (edited := store.edit(states[-1], **edit)) != states[-1]:
            states.append(edited)
    for state in reversed(states[:-1]):
        assert store.undo(store.load(state.folder)) == state
    for state in states[1:]:
        assert store.redo(store.load(state.folder)) == state


def test_deleting_goes_through_the_bin(
    store: TakeStore, vocal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    take = store.add_file(vocal)
    store.delete(take)
    assert store.takes() == ()
    with pytest.raises(NotFound):
        store.edit(take, starred=True)
    other = store.add_file(vocal)
    store.delete(other, for_good=True)
    assert not other.folder.exists()


def test_a_crash_loses_no_take(store: TakeStore) -> None:
    crash_while_recording(store, name="verse", bpm=92.0, device="USB mic")
    assert store.takes() == ()
    recovery = store.recover()
    (take,) = recovery.recovered
    assert (take.name, take.duration_s, take.bpm, take.device) == ("verse", 1.0, 92.0, "USB mic")
    assert dict(take.extra)["recovered"] is True
    assert store.takes() == (take,)
    assert store.recover().recovered == ()


def test_a_take_being_sung_is_left_alone(store: TakeStore) -> None:
    draft = store.begin()
    sing(draft.audio_path)
    assert store.recover().recovered == ()
    store.keep(draft)
    assert len(store.takes()) == 1


def test_a_lone_wav_becomes_a_take(store: TakeStore) -> None:
    sing(store.folder / "by hand" / "take.wav")
    (take,) = store.recover().recovered
    assert (take.name, take.duration_s) == ("by hand", 1.0)


def test_a_damaged_json_is_kept_beside(store: TakeStore, vocal: Path) -> None:
    take = store.add_file(vocal)
    (take.folder / "take.json").write_text('{"version": 1, "now"')
    assert store.takes() == ()
    (again,) = store.recover().recovered
    assert again.duration_s == take.duration_s
    assert (take.folder / "take.json.damaged").exists()


def test_what_cannot_be_recovered_is_named(store: TakeStore) -> None:
    (store.folder / "broken").mkdir(parents=True)
    (store.folder / "broken" / "take.wav").write_bytes(b"RIFF")
    (store.folder / "empty").mkdir()
    (store.folder / "empty" / "x.json.partial").write_text("half")
    recovery = store.recover()
    assert recovery.recovered == ()
    assert recovery.unreadable == (store.folder / "broken",)
    assert not (store.folder / "empty" / "x.json.partial").exists()
