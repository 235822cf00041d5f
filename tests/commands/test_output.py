from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.commands import output


@dataclass(frozen=True)
class Result:
    path: Path
    level_db: float
    counts: tuple[int, ...]


def test_dataclasses_paths_and_levels() -> None:
    shown = json.loads(output.to_json(Result(Path("a.wav"), float("-inf"), (1, 2))))
    assert shown == {"path": str(Path("a.wav").absolute()), "level_db": -200.0, "counts": [1, 2]}


def test_numpy_becomes_plain() -> None:
    shown = output.plain({"a": np.float32(0.5), "b": np.arange(2), "c": np.bool_(True)})
    assert shown == {"a": 0.5, "b": [0, 1], "c": True}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), np.float32("nan")])
def test_what_is_not_finite_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match=r"NaN|JSON"):
        output.to_json({"x": number})


@pytest.mark.parametrize("value", [object(), [1], "text"])
def test_only_objects_are_printed(value: object) -> None:
    with pytest.raises(TypeError):
        output.to_json(value)


def test_names_that_are_no_unicode_survive_json() -> None:
    name = b"caf\xe9.wav".decode("utf-8", "surrogateescape")
    assert json.loads(output.to_json({"name": name}))["name"] == name


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(output.one_line(text).splitlines()) <= 1


def test_piped_progress_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    early: list[int] = []
    with output.progress(early.append) as report:
        report(0.5, "halfway [bold]")
        report.partial(3)
    out, err = capsys.readouterr()
    assert (out, err, early) == ("", "", [3])
