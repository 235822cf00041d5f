from __future__ import annotations

import os
from pathlib import Path

import pytest

from vocmatch_desktop.library.records import KnownFile
from vocmatch_desktop.library.scan import Plan, Rules, scan

VERSION = 1


def put(path: Path, size: int = 10) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def known(path: Path, **changes: object) -> KnownFile:
    about = path.stat()
    facts = {"size": about.st_size, "mtime_ns": about.st_mtime_ns, "audio_hash": "h", "version": VERSION, **changes}
    return KnownFile(path, **facts)  # type: ignore[arg-type]


def listened(plan: Plan) -> list[Path]:
    return [file.path for file in plan.listen]


def test_new_files_are_found_in_the_order_of_their_paths(beats: Path) -> None:
    paths = [put(beats / name) for name in ("b.wav", "a.MP3", "c/d/e.flac", "c/a.m4a")]
    put(beats / "cover.jpg")
    put(beats / "b.wav.asd")
    put(beats / "b.wav.partial")
    plan = scan([beats], ())
    assert set(listened(plan)) == set(paths)
    assert listened(plan)[:2] == [beats / "a.MP3", beats / "b.wav"]
    assert (plan.unchanged, plan.skipped, plan.survey.missing) == (0, (), ())


def test_unchanged_files_need_nothing_and_changed_ones_are_heard_again(beats: Path) -> None:
    same, other, old = put(beats / "same.wav"), put(beats / "other.wav"), put(beats / "old.wav")
    plan = scan([beats], [known(same), known(other, mtime_ns=5), known(old, version=0)], version=VERSION)
    assert plan.unchanged == 1
    assert [(file.path, file.known_hash) for file in plan.listen] == [(old, None), (other, "h")]


def test_hidden_and_system_files_are_passed_over(beats: Path) -> None:
    for name in (".hidden.wav", "._twin.wav", ".folder/a.wav", "__MACOSX/b.wav", "$RECYCLE.BIN/c.wav"):
        put(beats / name)
    plan = scan([beats], ())
    assert not plan.listen
    assert not plan.skipped


@pytest.mark.parametrize(
    "name", ["samples", "Samples", "ONE-SHOTS", "one shots", "OneShots", "one_shot", "Stems", "stem"]
)
def test_parts_of_beats_are_skipped_and_counted(beats: Path, name: str) -> None:
    kick = put(beats / "kit" / name / "deep" / "kick.wav")
    plan = scan([beats], ())
    assert not plan.listen
    assert [(item.path, name in item.reason) for item in plan.skipped] == [(kick, True)]


@pytest.mark.parametrize("name", ["Sampled Love", "Stemless", "system", "one shot wonder"])
def test_other_folders_are_beats(beats: Path, name: str) -> None:
    put(beats / name / "a.wav")
    assert len(scan([beats], ()).listen) == 1


def test_a_folder_that_was_named_is_taken_whatever_it_is_called(beats: Path) -> None:
    put(beats / "samples" / "a.wav")
    assert len(scan([beats / "samples"], ()).listen) == 1
    included = scan([beats], (), rules=Rules(included=(beats / "samples",)))
    assert [file.any_length for file in included.listen] == [True]


def test_a_known_file_in_a_folder_of_samples_stays(beats: Path) -> None:
    inside = put(beats / "samples" / "a.wav")
    plan = scan([beats], [known(inside)], version=VERSION)
    assert (plan.unchanged, plan.skipped, plan.survey.missing) == (1, (), ())


def test_an_excluded_folder_is_left_as_it_is(beats: Path) -> None:
    inside = put(beats / "old" / "a.wav")
    facts = known(inside)
    inside.unlink()
    plan = scan([beats], [facts], rules=Rules(excluded=(beats / "old",)))
    assert not plan.listen
    assert not plan.survey.missing
    assert [item.path for item in plan.skipped] == [beats / "old"]


def test_single_files_are_taken_as_they_were_named(beats: Path) -> None:
    kick = put(beats / "samples" / "kick.wav")
    short = known(kick, audio_hash=None, reason="short")
    plan = scan([kick], [short])
    assert [(file.path, file.any_length) for file in plan.listen] == [(kick, True)]
    assert plan.survey.asked_for == (kick,)
    assert [item.reason for item in scan([beats], [short]).skipped] == ["short"]


def test_links_in_circles_end(beats: Path) -> None:
    put(beats / "a" / "x.wav")
    (beats / "a" / "up").symlink_to(beats, target_is_directory=True)
    (beats / "self").symlink_to(beats / "self")
    (beats / "b").symlink_to(beats / "a", target_is_directory=True)
    (beats / "lost.wav").symlink_to(beats / "nowhere.wav")
    plan = scan([beats], ())
    assert listened(plan) == [beats / "a" / "x.wav"]
    assert [(item.path, item.reason) for item in plan.skipped] == [(beats / "lost.wav", "this link leads nowhere")]


def test_a_file_another_link_leads_to_is_not_missing(beats: Path) -> None:
    there = put(beats / "z" / "x.wav")
    facts = known(there)
    (beats / "a").symlink_to(beats / "z", target_is_directory=True)
    assert scan([beats], [facts], version=VERSION).survey.missing == ()


STRANGE = [
    b"emoji \xf0\x9f\x8e\xb9.wav",
    "שלום.wav".encode(),
    b"line\nbreak.wav",
    b"x" * 251 + b".wav",
    b"latin\xe9\xff.wav",
]


@pytest.mark.parametrize("name", STRANGE, ids=range(len(STRANGE)))
def test_strange_names(beats: Path, name: bytes) -> None:
    strange = os.path.join(os.fsencode(beats), name)  # noqa: PTH118  Path takes no bytes
    with open(strange, "wb"):  # noqa: PTH123
        pass
    (found,) = scan([beats], ()).listen
    assert os.fsencode(found.path) == strange
    assert scan([beats], [known(found.path)], version=VERSION).unchanged == 1


def test_roundabout_paths_are_one_path(beats: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = put(beats / "a.wav")
    monkeypatch.chdir(beats)
    for root in (Path(), beats / "x" / "..", Path("..") / beats.name):
        assert scan([root], [known(there)], version=VERSION).unchanged == 1
    assert not scan([beats], (), rules=Rules(excluded=(Path("../Beats/sub"),)), only=[Path("sub")]).listen


def test_what_is_gone_is_missing_and_what_is_back_is_found(beats: Path) -> None:
    here, gone = put(beats / "here.wav"), put(beats / "sub" / "gone.wav")
    facts = [known(here, missing=True), known(gone)]
    gone.unlink()
    plan = scan([beats], facts, version=VERSION)
    assert plan.survey.missing == (gone,)
    assert plan.survey.found == (here,)


def test_files_elsewhere_are_nobodys_business(beats: Path, tmp_path: Path) -> None:
    elsewhere = KnownFile(tmp_path / "Beats2" / "x.wav", 1, 1, "h", VERSION)
    assert scan([beats], [elsewhere]).survey.missing == ()


def test_a_root_that_is_gone_makes_its_files_missing(beats: Path) -> None:
    lost = KnownFile(beats / "usb" / "x.wav", 1, 1, "h", VERSION)
    assert scan([beats / "usb"], [lost]).survey.missing == (lost.path,)


def test_a_moved_folder_is_recognised_without_listening(beats: Path) -> None:
    facts = [known(put(beats / "old" / name, size)) for name, size in (("a.wav", 5), ("b.wav", 5))]
    (beats / "old").rename(beats / "new")
    plan = scan([beats], facts, version=VERSION)
    assert not plan.listen
    assert {(moved.old.name, moved.new) for moved in plan.survey.moved} == {
        ("a.wav", beats / "new" / "a.wav"),
        ("b.wav", beats / "new" / "b.wav"),
    }
    assert plan.survey.missing == ()


def test_a_copy_is_not_a_move_and_doubt_is_listened_to(beats: Path) -> None:
    first = put(beats / "a" / "x.wav")
    facts = known(first)
    for folder in ("b", "c"):
        copy = put(beats / folder / "x.wav")
        os.utime(copy, ns=(facts.mtime_ns, facts.mtime_ns))
    assert len(scan([beats], [facts], version=VERSION).listen) == 2
    first.unlink()
    doubtful = scan([beats], [facts], version=VERSION)
    assert not doubtful.survey.moved
    assert len(doubtful.listen) == 2


def test_only_some_paths_are_looked_at(beats: Path) -> None:
    for name in ("a.wav", "sub/b.wav", "sub/deep/c.wav", "other/d.wav"):
        put(beats / name)
    gone = KnownFile(beats / "gone.wav", 1, 1, "h", VERSION)
    also_gone = KnownFile(beats / "unasked.wav", 1, 1, "h", VERSION)
    plan = scan([beats], [gone, also_gone], only=[beats / "sub", beats / "gone.wav"])
    assert listened(plan) == [beats / "sub" / "b.wav", beats / "sub" / "deep" / "c.wav"]
    assert plan.survey.missing == (gone.path,)
    put(beats / "samples" / "kick.wav")
    assert not scan([beats], (), only=[beats / "samples" / "kick.wav"]).listen


def test_a_folder_that_cannot_be_looked_into_is_named(beats: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusal is simulated: tests may run as root, whom nothing is refused."""
    secret = put(beats / "secret" / "a.wav")
    facts = known(secret)
    put(beats / "open.wav")
    real = os.scandir

    def refuse(folder: str | Path) -> object:
        if Path(folder).name == "secret":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", refuse)
    plan = scan([beats], [facts], version=VERSION)
    assert listened(plan) == [beats / "open.wav"]
    assert plan.survey.missing == ()
    assert [(item.path, item.reason) for item in plan.skipped] == [
        (beats / "secret", "this folder cannot be looked into (permission denied)")
    ]


def test_a_pipe_is_no_sound(beats: Path) -> None:
    os.mkfifo(beats / "pipe.wav")
    assert not scan([beats], ()).listen


def test_a_scan_can_be_stopped(beats: Path) -> None:
    put(beats / "a" / "x.wav")

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        scan([beats], (), check=stop)
