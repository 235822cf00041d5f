"""`evaluate match` as a shell sees it."""

from __future__ import annotations

import json
import sys

import pytest

from vocmatch_desktop import cli


def shell(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.run([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


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


def test_a_sheet_that_cannot_be_written_is_refused_before_the_work(studio, capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    code, out, err = shell(capsys, "evaluate", "match", studio / "pairs.csv", "--report", tmp_path / "r.xlsx", "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "openpyxl" in err
