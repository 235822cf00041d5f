"""`match` as a shell sees it."""

from __future__ import annotations

import json

import pytest

from vocmatch_desktop import cli
from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.synth.takes import TAKES


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
