from __future__ import annotations

import json
from pathlib import Path

import pytest

from vocmatch_desktop.audio import files
from vocmatch_desktop.commands.output import ShellReport
from vocmatch_desktop.errors import Cancelled, DiskError
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import AnalysedFile, Survey
from vocmatch_desktop.library.takes import TakeStore
from vocmatch_desktop.services import demo
from vocmatch_desktop.services.demo import DemoPlaces, DemoSpec, Order
from vocmatch_desktop.services.pool import Outcome
from vocmatch_desktop.synth.songs import find
from vocmatch_desktop.synth.takes import TAKES

BEATS = ("Night Bus", "Black Ice")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[DemoPlaces, list[object]]:
    """A small demo, made once, and what was sent while it was made."""
    places = DemoPlaces(tmp_path_factory.mktemp("demo"))
    events: list[object] = []
    library = demo.build(DemoSpec(places.folder, beats=BEATS), ShellReport(partials=events.append))
    assert library.tracks == library.made == len(BEATS)
    assert library.failed == 0
    return places, events


def test_rows_are_sent_as_they_become_ready(made):
    _, events = made
    assert events[0] == Survey(to_hear=len(BEATS))
    heard = [event for event in events if isinstance(event, AnalysedFile)]
    assert {event.title for event in heard} == set(BEATS)


def test_beats_lie_with_their_truth(made):
    places, _ = made
    for title in BEATS:
        about = files.probe(places.beat(title))
        truth = json.loads(places.beat(title).with_suffix(".json").read_text("utf-8"))
        assert about.rate == 44_100
        assert about.channels == 2
        assert truth["bpm"] == find(title).bpm
        assert truth["beats_s"][-1] < about.duration_s


def test_takes_are_takes_like_any_other(made):
    places, _ = made
    stored = {take.name: take for take in TakeStore(places.takes).takes()}
    for take in TAKES:
        found = stored[take.title]
        assert found.folder == places.take(take.title)
        assert found.duration_s > 12
        assert found.bpm == (None if take.free else pytest.approx(take.bpm))
        assert found.first_beat_s == (None if take.free else pytest.approx(take.first_beat_s))
        assert -6 < found.peak_dbfs < -1
        assert (found.folder / "truth.json").exists()
    assert TakeStore(places.takes).recover().recovered == ()


def test_a_take_that_was_interrupted_is_sung_again(tmp_path):
    places = DemoPlaces(tmp_path)
    folder = places.take(TAKES[0].title)
    folder.mkdir(parents=True)
    (folder / "take.wav.partial").write_bytes(b"half")
    demo.make(Order(TAKES[0].title, places, is_take=True))
    assert TakeStore(places.takes).load(folder).name == TAKES[0].title
    assert not list(tmp_path.rglob("*.partial"))


def test_the_tempo_and_key_heard_are_the_true_ones(made):
    places, _ = made
    with Catalogue(places.library, read_only=True) as catalogue:
        (night_bus,) = [row for row in catalogue.rows() if row.title == "Night Bus"]
    assert night_bus.bpm == pytest.approx(90, abs=0.2)
    assert night_bus.key == find("Night Bus").key


def test_a_second_run_makes_nothing(made):
    places, _ = made
    before = {path: path.stat().st_mtime_ns for path in places.folder.rglob("*.*") if path.suffix in (".flac", ".wav")}
    again = demo.build(DemoSpec(places.folder, beats=BEATS), ShellReport())
    assert again.made == 0
    assert again.tracks == len(BEATS)
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_what_another_version_made_is_made_anew(tmp_path):
    places = DemoPlaces(tmp_path)
    places.beats.mkdir()
    places.beat("Night Bus").write_bytes(b"from another time")
    places.beat("My own").write_bytes(b"not the demo's business")
    places.stamp.write_text('{"version": -1}')
    demo._prepare(places)
    assert not places.beat("Night Bus").exists()
    assert places.beat("My own").exists()
    places.beat("Night Bus").write_bytes(b"from this version")
    demo._prepare(places)
    assert places.beat("Night Bus").exists()


@pytest.mark.parametrize("stamp", ["", "[]", "{}", '{"version": null}'])
def test_a_damaged_stamp_counts_as_another_version(tmp_path, stamp):
    (tmp_path / "demo.json").write_text(stamp)
    assert demo._version(tmp_path / "demo.json") == 0


def test_cancelling_leaves_no_half_files(tmp_path):
    def stop(fraction: float, what: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        demo.run(DemoSpec(tmp_path), ShellReport(show=stop))
    assert not list(tmp_path.rglob("*.partial"))
    assert not list((tmp_path / "Beats").glob("*.flac"))


def test_a_full_disk_stops_the_demo_with_a_sentence(tmp_path, monkeypatch):
    places = DemoPlaces(tmp_path)
    places.takes.mkdir()
    order = Order(TAKES[0].title, places, is_take=True)

    def full(path: Path, *arguments: object, **how: object) -> None:
        raise DiskError("No space is left.", "Free some.")

    monkeypatch.setattr(files, "write", full)
    answer = demo.make(order)
    assert isinstance(answer, DiskError)
    with pytest.raises(DiskError, match="No space"):
        demo._events(Outcome(order, answer))


def test_a_folder_that_cannot_be_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DiskError, match="cannot be written"):
        demo.run(DemoSpec(tmp_path / "file"), ShellReport())
