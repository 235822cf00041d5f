"""`match` and `evaluate match` as a shell sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vocmatch_desktop import cli
from vocmatch_desktop.audio import files
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.library.records import FoundFile
from vocmatch_desktop.services.listening import listen
from vocmatch_desktop.synth.mixing import render
from vocmatch_desktop.synth.takes import TAKES, perform
from vocmatch_desktop.types import Audio

SECONDS = 30


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two beats, a take sung over the second, their library and a list of pairs."""
    folder = tmp_path_factory.mktemp("studio")
    for name, take in (("other", TAKES[0]), ("own", TAKES[1])):
        song = render(take.beat)
        files.write(folder / f"{name}.flac", Audio(song.samples[: SECONDS * song.rate], song.rate), subtype="PCM_16")
    files.write(folder / "idea.wav", perform(TAKES[1]))
    with Catalogue(folder / "library.db") as catalogue:
        for path in sorted(folder.glob("*.flac")):
            stat = path.stat()
            catalogue.store(listen(FoundFile(path, stat.st_size, stat.st_mtime_ns)).event)
    (folder / "pairs.csv").write_text("take,beat,group\nidea.wav,own.flac,a\nidea.wav,other.flac,b\n")
    return folder


def shell(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.run([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_match_prints_one_object_with_every_beat(studio, capsys):
    code, out, err = shell(capsys, "match", studio / "idea.wav", "--library", studio / "library.db", "--json")
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert set(shown) >= {"take", "results", "library_size", "elapsed_s", "calibrated"}
    assert set(shown["take"]) >= {"path", "duration_s", "voiced_s", "key", "tempo_bpm", "tempo_candidates"}
    assert [result["rank"] for result in shown["results"]] == [1, 2]
    best = shown["results"][0]
    assert best["path"] == str(studio / "own.flac")
    assert set(best["parts"]) == {"notes", "groove", "space", "learned", "taste"}
    assert best["parts"]["learned"] is None
    assert {"id", "title", "score", "transpose", "tempo_ratio", "start_s", "key", "tempo_bpm"} <= set(best)
    assert all(reason["text"] for reason in best["reasons"])
    assert shown["calibrated"] is False


def test_match_for_a_person_is_a_table_with_reasons(studio, capsys):
    arguments = ("--library", studio / "library.db", "--top", "1", "--bpm", TAKES[1].bpm, "--first-beat", "0")
    code, out, err = shell(capsys, "match", studio / "idea.wav", *arguments)
    assert (code, err) == (0, "")
    assert "own" in out
    assert "other" not in out
    assert "enters at bar" in out
    assert "not calibrated" in out


def test_match_says_what_is_missing_in_one_line(studio, capsys, tmp_path):
    code, out, err = shell(capsys, "match", studio / "idea.wav", "--library", tmp_path / "none.db", "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    Catalogue(tmp_path / "empty.db").close()
    code, out, _ = shell(capsys, "match", studio / "idea.wav", "--library", tmp_path / "empty.db")
    assert code == 0
    assert "empty" in out
    code, out, err = shell(capsys, "match", tmp_path / "gone.wav", "--library", studio / "library.db", "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_evaluate_match_prints_metrics_and_writes_the_sheet(studio, capsys, tmp_path):
    sheet = tmp_path / "report.xlsx"
    code, out, err = shell(capsys, "evaluate", "match", studio / "pairs.csv", "--report", sheet, "--json")
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert (shown["pool"], shown["queries"], shown["r_at_5"]) == (2, 2, 1.0)
    assert shown["report"] == str(sheet)
    assert sheet.is_file()
    code, out, err = shell(capsys, "evaluate", "match", tmp_path / "none.csv")
    assert (code, out, err.count("\n")) == (2, "", 1)
