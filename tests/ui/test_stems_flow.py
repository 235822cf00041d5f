"""Songs from the drop to their stems: the list, the queue, playing while computing, saving; the worker is paced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from send2trash import TrashPermissionError

from tests.ui.conftest import RecordedCommands
from tests.ui.paced import SHARES, PacedWorker, write_song
from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.services.song_store import SongStore, StoredSong
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Selection
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import Sound
from vocmatch_desktop.ui.stems_adding import StemsAdding
from vocmatch_desktop.ui.stems_choice import StemsChoice
from vocmatch_desktop.ui.stems_desk import StemsDesk, StemsFlows
from vocmatch_desktop.ui.stems_flow import StemsFlow
from vocmatch_desktop.ui.stems_pictures import StemsPictures
from vocmatch_desktop.ui.stems_playback import StemsPlayback
from vocmatch_desktop.ui.stems_progress import TimeLeft
from vocmatch_desktop.ui.stems_saving import StemsSaving
from vocmatch_desktop.ui.stems_sounding import Sounding
from vocmatch_desktop.ui.stems_state import Separator, Song, StemLane, StemOptions

RATE = 44_100
WAIT_MS = 20_000
SIX = Separator("six", ("vocals", "drums", "other", "instrumental"), is_default=True)
ECO = Separator("eco", ("vocals", "other", "instrumental"))


@dataclass
class Room:
    """The core behind the Stems room, and what it said."""

    session: Session
    worker: PacedWorker
    desk: StemsDesk
    bridge: JobsBridge
    sound: Sound
    flows: StemsFlows
    takes: RecordedCommands
    problems: list[Problem]
    qtbot: QtBot
    places: Places

    def until(self, true: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(true()), timeout=WAIT_MS)

    def song(self, title: str) -> Song:
        return next(song for song in self.session.songs if song.title == title)

    def phases(self) -> dict[str, str]:
        return {song.title: song.phase for song in self.session.songs}

    def lane(self, name: str) -> StemLane:
        return next(lane for lane in self.session.stems.lanes if lane.name == name)

    def add(self, *paths: Path) -> None:
        before = len(self.session.songs)
        self.desk.add_songs(paths)
        self.until(lambda: len(self.session.songs) == before + len(paths))

    def close(self) -> None:
        """As the program is closed: the flows, the bridge, and the workers before the leftovers."""
        self.flows.close()
        self.bridge.close()
        self.sound.close()
        for job in self.worker.jobs:
            job.end()
        self.flows.songs.clear_up()


@pytest.fixture
def make(session: Session, qtbot: QtBot) -> Iterator[Callable[[], Room]]:
    """Makes rooms, one after the other, as starts of the program do."""
    rooms: list[Room] = []

    def made() -> Room:
        own = Session(session.settings) if rooms else session
        bridge, worker, places = JobsBridge(), PacedWorker(), Places.from_environment()
        sound, takes = Sound(own, bridge), RecordedCommands(own)
        songs = StemsFlow(own, bridge, worker, places)
        flows = StemsFlows(
            songs,
            StemsAdding(own, bridge, songs),
            StemsChoice(own, bridge, places, lambda name: None),
            StemsPictures(own, bridge, worker),
            StemsPlayback(own, sound, lambda: None),
            StemsSaving(own, bridge, worker),
        )
        desk = StemsDesk(own, flows, takes)
        problems: list[Problem] = []
        own.problem.connect(problems.append)
        own.stem_options = StemOptions((SIX, ECO), "six", SIX.stems, known=True)
        songs.start()
        room = Room(own, worker, desk, bridge, sound, flows, takes, problems, qtbot, places)
        rooms.append(room)
        room.until(lambda: songs.is_listed)
        return room

    yield made
    for room in rooms:
        room.close()


@pytest.fixture
def room(make: Callable[[], Room]) -> Room:
    return make()


def test_what_is_sound_joins_the_list_and_what_is_not_is_said(room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    for name in ("b.wav", "a.flac"):
        write_song(folder / "disc 1" / name, 0.5) if name[-1] == "v" else files.write(
            folder / name, files.read(write_song(tmp_path / "x.wav", 0.5))
        )
    (folder / "cover.jpg").write_bytes(b"\xff\xd8")
    (folder / "broken.wav").write_text("no sound")
    note = tmp_path / "note.txt"
    note.write_text("hello")
    room.desk.add_songs((folder, note))
    room.until(lambda: len(room.session.songs) == 2 and room.problems)
    assert room.phases() == {"a": "new", "b": "new"}
    assert room.problems[0].message.startswith("2 of 4 files were not taken in, the first because: ")
    assert "broken.wav" in room.problems[0].message
    assert room.session.stems.song == room.song("a").folder
    assert room.worker.jobs == []
    room.desk.add_songs((folder / "a.flac",))  # it is there already: shown, not listed twice
    room.desk.open_song(room.song("b").folder)
    room.until(lambda: room.session.stems.song == room.song("a").folder)
    assert len(room.session.songs) == 2


def test_a_folder_of_everything_is_not_taken_in(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vocmatch_desktop.ui.stems_adding.MOST", 2)
    for name in "abc":
        write_song(tmp_path / "beats" / f"{name}.wav", 0.1)
    room.desk.add_songs((tmp_path / "beats",))
    room.until(lambda: room.problems)
    assert room.problems[0].message.startswith("There are 3 sound files; at most 2")
    assert room.session.songs == ()
    assert not room.places.songs.exists()


def test_a_drop_while_the_program_starts_waits_for_the_list(room: Room, tmp_path: Path) -> None:
    store, room.flows.songs._store = room.flows.songs._store, None
    room.desk.add_songs((write_song(tmp_path / "a.wav", 0.5),))
    room.desk.add_songs((write_song(tmp_path / "b.wav", 0.5),))
    assert not room.session.songs
    room.flows.songs._store = store
    room.flows.songs.listed.emit()
    room.until(lambda: room.phases() == {"a": "new", "b": "new"})


def test_one_comes_apart_after_the_other_and_a_failed_one_stops_none(room: Room, tmp_path: Path) -> None:
    room.add(*(write_song(tmp_path / f"{name}.wav") for name in "abcd"))
    room.desk.take_all_apart()
    room.until(lambda: room.worker.jobs)
    assert room.phases() == dict.fromkeys("abcd", "waiting")
    room.desk.move(room.song("d").folder, -1)
    assert [song.title for song in room.session.songs] == ["a", "b", "d", "c"]
    room.desk.move(room.song("b").folder, -1)  # it is the first that waits
    room.desk.cancel(room.song("c").folder)
    room.worker.running().begin()
    room.until(lambda: room.phases() == {"a": "working", "b": "waiting", "c": "stopped", "d": "waiting"})
    room.worker.running().grow(RATE)
    room.until(lambda: room.song("a").fraction == 0.25)
    room.worker.running().fail(ModelError("The model is damaged.", "Install it again."))
    room.until(lambda: len(room.worker.jobs) == 2)
    assert room.song("a").phase == "failed"
    assert room.song("a").problem == "The model is damaged. Install it again."
    assert "a" in room.problems[-1].message
    room.worker.running().finish()
    room.until(lambda: len(room.worker.jobs) == 3)
    assert room.worker.songs() == ["a", "b", "d"]
    assert {stem.name for stem in room.song("b").stems} == set(SHARES)
    assert all(stem.path.is_file() for stem in room.song("b").stems)
    room.worker.running().finish()
    room.until(lambda: room.song("d").phase == "ready")
    assert room.song("d").model == "six"


def test_a_stopped_one_leaves_nothing_and_can_be_begun_again(room: Room, tmp_path: Path) -> None:
    room.add(write_song(tmp_path / "a.wav"))
    folder = room.song("a").folder
    room.desk.take_apart(folder)
    room.until(lambda: room.worker.jobs)
    room.desk.take_apart(folder)  # it is on its way
    room.worker.running().grow(RATE)
    room.until(lambda: len(room.session.stems.lanes) == 3)
    assert room.session.stems.known_s == 1.0
    assert all(lane.path is None for lane in room.session.stems.lanes)
    room.desk.cancel(folder)
    assert room.song("a").phase == "stopped"
    assert room.session.stems.lanes == ()
    room.worker.running().end()
    room.until(lambda: not list(folder.glob("*.partial")))
    room.desk.choose_model("eco")
    room.desk.choose_stems(("vocals",))
    room.desk.take_apart(folder)
    room.until(lambda: len(room.worker.jobs) == 2)
    assert (room.worker.running().spec.model, room.worker.running().spec.stems) == ("eco", ("vocals",))
    assert room.song("a").version == 1


def test_a_stopped_one_that_is_wanted_again_waits_for_its_own_end(room: Room, tmp_path: Path) -> None:
    room.add(write_song(tmp_path / "a.wav"))
    folder = room.song("a").folder
    room.desk.take_apart(folder)
    room.until(lambda: room.worker.jobs)
    room.worker.running().grow(RATE)
    room.until(lambda: room.session.stems.lanes)
    room.desk.cancel(folder)
    room.desk.take_apart(folder)
    assert room.song("a").phase == "waiting"
    room.desk.cancel(folder)
    assert room.song("a").phase == "stopped"
    room.desk.take_apart(folder)
    assert len(room.worker.jobs) == 1
    room.worker.running().end()
    room.until(lambda: len(room.worker.jobs) == 2)
    room.worker.running().finish()
    room.until(lambda: room.song("a").phase == "ready")


def test_one_that_was_finished_before_it_heard_of_its_end_is_kept(room: Room, tmp_path: Path) -> None:
    room.add(write_song(tmp_path / "a.wav"))
    room.desk.take_apart(room.song("a").folder)
    room.until(lambda: room.worker.jobs)
    room.desk.cancel(room.song("a").folder)
    room.worker.running().finish()
    room.worker.running().end()
    room.until(lambda: room.song("a").phase == "ready")
    assert len(room.session.stems.lanes) == 3


def test_another_model_makes_a_further_version_and_replaces_nothing(room: Room, tmp_path: Path) -> None:
    room.add(write_song(tmp_path / "a.wav"))
    first = room.song("a").folder
    room.desk.take_apart(first)
    room.until(lambda: room.worker.jobs)
    room.worker.running().finish()
    room.until(lambda: room.song("a").phase == "ready")
    kept = {path: path.read_bytes() for path in first.iterdir()}
    room.desk.choose_model("eco")
    room.desk.take_apart(first)
    room.until(lambda: len(room.worker.jobs) == 2)
    assert [(song.model, song.version) for song in room.session.songs] == [("six", 1), ("eco", 2)]
    room.until(lambda: room.session.stems.song == room.session.songs[1].folder)
    room.worker.running().fail(ModelError("no"))
    room.until(lambda: room.session.songs[1].phase == "failed")
    assert {path: path.read_bytes() for path in kept} == kept
    assert room.session.songs[0].phase == "ready"


def test_removing_takes_our_folder_and_never_the_song(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_bin(folder: Path) -> None:
        raise TrashPermissionError(str(folder))

    monkeypatch.setattr("send2trash.send2trash", no_bin)
    source = write_song(tmp_path / "a.wav")
    room.add(source)
    folder = room.song("a").folder
    room.desk.take_apart(folder)
    room.until(lambda: room.worker.jobs)
    room.worker.running().grow(RATE)
    room.until(lambda: room.session.stems.lanes)
    room.desk.remove(folder)
    room.worker.running().end()
    room.until(lambda: room.problems)
    assert room.problems[-1].command == "delete_song_for_good"
    assert folder.exists()
    room.desk.delete_for_good(folder)
    room.until(lambda: room.session.songs == ())
    assert not folder.exists()
    assert source.exists()
    assert room.session.stems.song is None


def test_the_list_survives_the_program_and_its_death(make: Callable[[], Room], tmp_path: Path) -> None:
    room = make()
    room.add(write_song(tmp_path / "a.wav"), write_song(tmp_path / "b.wav"), write_song(tmp_path / "c.wav"))
    room.desk.take_all_apart()
    room.until(lambda: room.worker.jobs)
    room.worker.running().finish()
    room.until(lambda: len(room.worker.jobs) == 2)
    room.worker.running().grow(RATE)
    room.until(lambda: room.song("b").phase == "working")
    folder = room.song("b").folder
    room.close()
    assert not list(folder.glob("*.partial"))
    (folder / "b - vocals.wav.partial").write_bytes(b"left by a power cut")
    (tmp_path / "a.wav").unlink()
    again = make()
    again.until(lambda: len(again.session.songs) == 3)
    assert again.phases() == {"a": "ready", "b": "stopped", "c": "stopped"}
    assert not list(folder.glob("*.partial"))
    assert [again.song(title).source_there for title in "abc"] == [False, True, True]
    again.desk.enter()
    assert again.session.stems.song == again.song("c").folder
    again.desk.open_song(again.song("a").folder)
    again.until(lambda: len(again.session.stems.lanes) == 3 and again.lane("vocals").peaks is not None)
    assert again.session.stems.known_s == again.session.stems.duration_s == 4.0
    assert again.lane("drums").path == again.song("a").stems[1].path


def test_waveforms_come_from_the_song_and_grow_with_the_stems(room: Room, tmp_path: Path) -> None:
    source = write_song(tmp_path / "a.wav")
    room.add(source)
    room.until(lambda: room.session.stems.mix is not None)
    loud = np.abs(files.read(source).samples).max(axis=1)
    mix = room.session.stems.mix
    assert mix is not None
    hop = round(mix.hop_s * RATE)
    assert mix.heights[7] == loud[7 * hop : 8 * hop].max()
    room.desk.take_apart(room.song("a").folder)
    room.until(lambda: room.worker.jobs)
    for second in (1, 2):
        room.worker.running().grow(RATE)
        room.until(lambda second=second: room.session.stems.known_s == second)
        peaks = room.lane("vocals").peaks
        assert peaks is not None
        assert len(peaks.heights) == second * RATE // hop
        assert peaks.heights[7] == pytest.approx(0.5 * mix.heights[7])
    room.worker.running().finish()
    room.until(
        lambda: room.lane("vocals").path is not None and len(room.lane("vocals").peaks.heights) == 4 * RATE // hop
    )
    np.testing.assert_array_equal(room.session.stems.mix.heights, mix.heights)


def test_an_instrumental_beside_its_own_parts_is_not_heard_twice(room: Room) -> None:
    def shown(*names: str) -> dict[str, bool]:
        folder = room.places.songs / "-".join(names)
        song = StoredSong(
            folder, folder / "x.wav", "", RATE, 2, RATE, "ready", stems={name: f"{name}.wav" for name in names}
        )
        room.flows.playback.show(Sounding.of(song))
        return {lane.name: lane.sounds for lane in room.session.stems.lanes}

    assert shown("instrumental", "other", "drums", "vocals") == {
        "vocals": True, "drums": True, "other": True, "instrumental": False,
    }  # fmt: skip
    assert shown("instrumental", "vocals") == {"vocals": True, "instrumental": True}
    assert shown("instrumental") == {"instrumental": True}


def test_solo_mute_and_level(room: Room, tmp_path: Path) -> None:
    room.add(write_song(tmp_path / "a.wav"), write_song(tmp_path / "b.wav"))
    room.desk.take_all_apart()
    for _ in range(2):
        room.until(lambda: room.worker.jobs)
        job = room.worker.running()
        job.finish()
        room.until(lambda job=job: room.song(job.spec.song.title).phase == "ready")
    room.desk.open_song(room.song("a").folder)
    room.desk.mute("drums", True)
    room.desk.set_level("other", -200.0)
    room.desk.set_level("vocals", 99.0)
    assert [(lane.name, lane.sounds) for lane in room.session.stems.lanes] == [
        ("vocals", True), ("drums", False), ("other", True),
    ]  # fmt: skip
    assert (room.lane("other").level_db, room.lane("vocals").level_db) == (-60.0, 6.0)
    room.desk.solo("drums", True)
    assert [lane.name for lane in room.session.stems.lanes if lane.sounds] == ["drums"]
    room.desk.solo("nothing", True)
    room.desk.open_song(room.song("b").folder)
    assert all(lane.sounds and lane.level_db == 0 for lane in room.session.stems.lanes)
    room.desk.open_song(room.song("a").folder)
    assert room.lane("drums").soloed


def test_stems_are_saved_beside_the_song(room: Room, tmp_path: Path) -> None:
    source = write_song(tmp_path / "disc" / "a.wav", 1.0)
    room.add(source)
    room.desk.take_apart(room.song("a").folder)
    room.until(lambda: room.worker.jobs)
    room.worker.running().finish()
    room.until(lambda: room.song("a").phase == "ready")
    room.desk.save("flac", ("vocals", "drums"))
    room.until(lambda: room.session.stem_saving.phase == "done")
    folder = tmp_path / "disc" / "a stems"
    assert room.session.stem_saving.folder == folder
    assert sorted(path.name for path in folder.iterdir()) == ["a - drums.flac", "a - vocals.flac"]
    assert room.problems[-1].good_news
    before = {path: path.read_bytes() for path in folder.iterdir()}
    room.desk.save("flac")
    room.until(lambda: len(list(folder.iterdir())) == 5)
    assert {path: path.read_bytes() for path in before} == before


def test_where_nothing_can_be_saved_another_folder_is_offered(room: Room, tmp_path: Path) -> None:
    source = write_song(tmp_path / "disc" / "a.wav", 1.0)
    room.add(source)
    room.desk.take_apart(room.song("a").folder)
    room.until(lambda: room.worker.jobs)
    room.worker.running().finish()
    room.until(lambda: room.song("a").phase == "ready")
    (tmp_path / "disc" / "a stems").write_text("a file where the folder would be")
    room.desk.save("wav")
    room.until(lambda: room.session.stem_saving.phase == "failed")
    assert (room.problems[-1].command, room.problems[-1].arguments) == ("choose_stem_folder", ("wav", ()))
    room.desk.save_into(tmp_path / "else", "wav")
    room.until(lambda: room.session.stem_saving.phase == "done")
    assert len(list((tmp_path / "else").iterdir())) == 3
    source.rename(tmp_path / "a.wav")
    for left in (tmp_path / "disc").iterdir():
        left.unlink()
    (tmp_path / "disc").rmdir()
    room.desk.save("wav")
    room.until(lambda: room.session.stem_saving.phase == "failed")
    assert not (tmp_path / "disc").exists()


def test_a_second_window_only_looks_and_listens(room: Room, tmp_path: Path) -> None:
    room.add(write_song(tmp_path / "a.wav"))
    room.session.read_only = True
    folder = room.song("a").folder
    room.desk.add_songs((tmp_path / "a.wav",))
    room.desk.take_apart(folder)
    room.desk.remove(folder)
    assert room.phases() == {"a": "new"}
    assert SongStore(room.places.songs).load(folder) is not None


def test_space_belongs_to_the_stems_while_their_room_is_shown(room: Room) -> None:
    room.desk.enter()
    room.desk.leave()
    (entered,), (left,) = room.takes.asked("put_first")
    assert entered == room.desk.play_or_stop
    assert left is None


def test_space_in_the_room_stops_a_take_that_plays(room: Room) -> None:
    room.session.activity = "playing"
    room.desk.play_or_stop()
    assert room.takes.asked("stop") == [()]
    assert not room.session.stems.playing


def test_models_and_stems_are_chosen(room: Room) -> None:
    room.desk.choose_stems(())
    room.desk.choose_stems(("instrumental", "vocals", "kazoo"))
    assert room.session.stem_options.stems == ("vocals", "instrumental")
    room.desk.choose_model("nothing")
    room.desk.choose_model("eco")
    assert (room.session.stem_options.model, room.session.stem_options.stems) == ("eco", ECO.stems)
    assert room.flows.choice.wish.stems == ()


def test_the_time_left_is_told_once_it_is_known() -> None:
    now = [0.0]
    left = TimeLeft(lambda: now[0])
    assert left.after(0.0) is None
    now[0] = 1.0
    assert left.after(0.01) is None
    now[0] = 9.0  # with loading the model, until there is something better
    assert left.after(0.1) == 80.0
    now[0] = 21.0
    assert left.after(0.21) == 79.0
    assert left.after(1.0) == 0.0


def hear(room: Room, heads: list[float]) -> None:
    room.session.song_playhead.connect(heads.append)


def test_another_song_begins_at_its_start(room: Room, tmp_path: Path) -> None:
    heads: list[float] = []
    hear(room, heads)
    room.add(write_song(tmp_path / "a.wav"), write_song(tmp_path / "b.wav"))
    room.desk.open_song(room.song("a").folder)
    room.desk.seek(0.3)
    assert heads[-1] == 0.3
    room.desk.open_song(room.song("b").folder)
    assert heads[-1] == 0.0


def test_stems_play_while_the_rest_is_computed(virtual_audio: object, room: Room, tmp_path: Path) -> None:
    heads: list[float] = []
    hear(room, heads)
    room.add(write_song(tmp_path / "a.wav", 6.0))
    folder = room.song("a").folder
    room.desk.play_or_stop()  # there are no stems yet: the song itself
    room.until(lambda: heads and heads[-1] > 0.1)
    room.desk.stop()
    assert room.session.activity == "idle"
    room.desk.take_apart(folder)
    room.until(lambda: room.worker.jobs)
    room.worker.running().grow(2 * RATE)
    room.until(lambda: room.session.stems.lanes)
    room.desk.play_or_stop()
    room.until(lambda: room.session.stems.waiting and heads and heads[-1] > 0.9)
    assert room.session.stems.playing
    assert room.session.activity == "playing"
    assert max(heads) <= 2.0
    room.worker.running().grow(RATE)
    room.until(lambda: heads[-1] > 2.2)
    room.worker.running().finish()  # renamed under the player
    room.until(lambda: heads[-1] > 3.2)
    room.desk.solo("vocals", True)
    room.desk.seek(5.5)
    room.until(lambda: not room.session.stems.playing)
    assert room.session.activity == "idle"
    assert 5.5 < max(heads) < 6.1
    assert room.problems == []


def test_the_stems_take_over_from_the_song_where_it_is(virtual_audio: object, room: Room, tmp_path: Path) -> None:
    heads: list[float] = []
    hear(room, heads)
    room.add(write_song(tmp_path / "a.wav", 6.0))
    room.desk.play_or_stop()
    room.desk.take_apart(room.song("a").folder)
    room.until(lambda: room.worker.jobs and heads and heads[-1] > 0.3)
    room.worker.running().grow(RATE)
    room.until(lambda: room.session.stems.lanes)
    assert room.session.stems.playing
    room.worker.running().grow(4 * RATE)
    player = room.sound.player
    assert player is not None
    room.until(lambda: {track.name for track in player.scene.tracks} == set(SHARES))
    at = heads[-1]
    room.until(lambda: heads[-1] > at + 0.5)
    assert all(later >= earlier - 0.1 for earlier, later in pairwise(heads))
    room.desk.cancel(room.song("a").folder)
    assert not room.session.stems.playing
    assert room.session.activity == "idle"
    room.worker.running().end()


def test_a_song_that_is_not_there_any_more_is_said(virtual_audio: object, room: Room, tmp_path: Path) -> None:
    source = write_song(tmp_path / "a.wav")
    room.add(source)
    source.unlink()
    room.desk.play_or_stop()
    room.until(lambda: room.problems)
    assert "a.wav" in room.problems[0].message
    assert room.session.activity == "idle"


def test_a_loop_goes_round_and_other_sounds_end_it(virtual_audio: object, room: Room, tmp_path: Path) -> None:
    heads: list[float] = []
    hear(room, heads)
    room.add(write_song(tmp_path / "a.wav"))
    room.desk.take_apart(room.song("a").folder)
    room.until(lambda: room.worker.jobs)
    room.worker.running().finish()
    room.until(lambda: room.session.stems.lanes)
    room.desk.set_loop(Selection(1.0, 1.3))
    room.desk.set_looping(True)
    room.desk.seek(1.1)
    room.desk.play_or_stop()
    room.until(lambda: sum(later < earlier for earlier, later in pairwise(heads)) >= 2)
    assert max(heads) < 1.35
    assert room.session.stems.looping
    room.sound.player.stop()
    room.until(lambda: not room.session.stems.playing)
    assert room.session.activity == "idle"


def test_a_vanished_stem_is_said_and_ends_the_playing(virtual_audio: object, room: Room, tmp_path: Path) -> None:
    room.add(write_song(tmp_path / "a.wav"))
    room.desk.take_apart(room.song("a").folder)
    room.until(lambda: room.worker.jobs)
    room.worker.running().finish()
    room.until(lambda: room.song("a").phase == "ready")
    room.song("a").stems[0].path.unlink()
    room.desk.play_or_stop()
    room.until(lambda: room.problems)
    assert "vocals" in room.problems[0].message
    assert not room.session.stems.playing
