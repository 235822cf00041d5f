from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from vocmatch_desktop import cli
from vocmatch_desktop.commands.library import shown

Shell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs one command line; gives exit code, stdout, stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = cli.run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture(scope="module")
def beats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Beats")
    time_s = np.arange(5 * 22050) / 22050
    for name, pitch in (("Night\nBus", 220.0), ("שלום", 330.0)):
        hits = np.exp(-20 * (time_s % 0.5)) * np.sin(2 * np.pi * pitch * time_s)
        soundfile.write(folder / f"{name}.wav", 0.5 * hits, 22050)
    soundfile.write(folder / "kick.wav", np.ones(2000) * 0.1, 22050)
    (folder / "broken.wav").write_text("no sound")
    return folder


def answer(result: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = result
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    return dict(json.loads(out))


def test_from_a_folder_to_a_tagged_rated_found_and_removed_beat(shell: Shell, beats: Path) -> None:
    indexed = answer(shell("index", beats, "--jobs", 1, "--json"))
    assert [indexed[name] for name in ("added", "updated", "unchanged", "missing")] == [2, 0, 0, 0]
    assert [item["path"] for item in indexed["skipped"]] == [str(beats / "kick.wav")]
    assert [item["path"] for item in indexed["failed"]] == [str(beats / "broken.wav")]
    assert indexed["audio_s"] == pytest.approx(10, abs=0.2)
    assert answer(shell("index", beats, "--json"))["unchanged"] == 2

    tracks = answer(shell("library", "list", "--json"))["tracks"]
    assert {track["title"] for track in tracks} == {"Night Bus", "שלום"}
    night = next(track for track in tracks if track["title"] == "Night Bus")
    assert night["path"] == str(beats / "Night\nBus.wav")
    tagged = answer(shell("library", "tag", night["id"], "lo-fi", "dark", "--json"))["tracks"][0]
    assert tagged["tags"] == ["lo-fi", "dark"]
    rated = answer(shell("library", "rate", night["path"], 4, "--json"))["tracks"][0]
    assert (rated["rating"], rated["tags"]) == (4, ["lo-fi", "dark"])
    locked = answer(shell("library", "lock", night["id"], "--tempo", 2, "--key", "F#m", "--json"))["tracks"][0]
    assert locked["key"] == "F♯m"
    assert locked["tempo_bpm"] == pytest.approx(2 * night["tempo_bpm"])
    assert answer(shell("library", "search", "lo-fi", "--json"))["tracks"] == [locked]
    assert answer(shell("library", "search", "nothing like it", "--json")) == {"tracks": []}

    answer(shell("library", "remove", night["id"], "--json"))
    assert (beats / "Night\nBus.wav").exists()
    answer(shell("index", beats, "--json"))
    assert len(answer(shell("library", "list", "--json"))["tracks"]) == 1
    assert answer(shell("library", "restore", night["id"], "--json"))["tracks"] == [locked]


def test_a_missing_file_is_relocated(shell: Shell, beats: Path, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    beat = folder / "a.wav"
    beat.write_bytes((beats / "שלום.wav").read_bytes())
    answer(shell("index", folder, "--jobs", 1, "--json"))
    (tmp_path / "there").mkdir()
    moved = beat.rename(tmp_path / "there" / "other name.wav")
    assert answer(shell("index", folder, "--json"))["missing"] == 1
    assert answer(shell("library", "list", "--json"))["tracks"][0]["missing"] is True
    track = answer(shell("library", "relocate", 1, moved, "--json"))["tracks"][0]
    assert (track["id"], track["path"], track["missing"]) == (1, str(moved), False)
    assert answer(shell("index", tmp_path / "there", "--json"))["unchanged"] == 1


def test_a_table_for_people_has_one_line_a_beat(shell: Shell, beats: Path) -> None:
    code, out, _ = shell("index", beats, "--jobs", 1)
    assert code == 0
    assert "2 beats in the library: 2 added" in out
    assert "failed: " in out
    code, out, _ = shell("library", "list")
    assert code == 0
    assert len(out.splitlines()) == 4
    assert "Night Bus" in out
    assert "\u2068שלום\u2069" in out


def test_an_empty_list_says_what_to_do(shell: Shell, tmp_path: Path) -> None:
    answer(shell("index", tmp_path, "--json"))
    assert shell("library", "list")[1] == "No beats. Index a folder: vocmatch index FOLDER\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("index", "/no/such/folder"),
        ("index",),
        ("library", "list"),
        ("library", "rate", 1, 5),
        ("library", "rate", 1, 6),
        ("library", "search"),
        ("library", "lock", 1, "--key", "H"),
        ("library", "lock", 1, "--tempo", 3),
        ("library", "relocate", 1, "/no/such.wav"),
        ("library", "set-aside"),
    ],
    ids=" ".join(["index", "no-folder", "list", "rate", "rating", "search", "key", "tempo", "path", "aside"]).split(),
)
def test_what_cannot_be_done_is_one_line(shell: Shell, home: Path, arguments: tuple[object, ...]) -> None:
    code, out, err = shell(*arguments, "--json")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert not (home / "library.db").exists()


def test_a_damaged_library_can_be_set_aside(shell: Shell, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "library.db").write_bytes(b"x" * 5000)
    code, out, err = shell("library", "list", "--json")
    assert (code, out) == (2, "")
    assert "damaged" in err
    aside = Path(answer(shell("library", "set-aside", "--json"))["path"])
    assert aside.read_bytes() == b"x" * 5000
    assert not (home / "library.db").exists()


def test_text_cannot_reach_out_of_its_place() -> None:
    assert shown("a\nb") == "a\\nb"
    assert shown("\u202eevil\u2066") == "evil"
    assert shown("שלום") == "\u2068שלום\u2069"
