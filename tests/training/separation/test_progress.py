"""The log of a run that is stopped and goes on, and the picture made of it."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.separation.curve import svg
from vocmatch_desktop.training.separation.progress import Line, Progress, read


def test_a_run_that_goes_on_forgets_what_its_checkpoint_had_not_seen(tmp_path: Path) -> None:
    path = tmp_path / "out" / "log.jsonl"
    first = Progress(path)
    for done in range(1, 7):
        first.took(done, float(done))
        if done % 2 == 0:
            first.tell(done)
    first.tell_valid(6, {"real": {"vocals": 1.5}})
    assert [(line.step, line.loss) for line in read(path)] == [(2, 1.5), (4, 3.5), (6, 5.5)]
    assert read(path)[-1].valid == {"real": {"vocals": 1.5}}
    again = Progress(path)
    again.took(5, 50.0)
    again.tell_valid(5, {"real": {"vocals": 2.0}})
    assert [(line.step, line.loss) for line in read(path)] == [(2, 1.5), (4, 3.5), (5, 50.0)]
    assert again.lines[-1].seconds >= again.lines[-2].seconds


def test_a_damaged_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("{", "utf-8")
    with pytest.raises(UserError, match=r"log\.jsonl is damaged"):
        Progress(tmp_path / "log.jsonl")


def test_the_curve_is_a_picture_of_all_lines() -> None:
    lines = [Line(100 * n, -float(n), 1.0, {"real & rendered": {"vocals": 0.5 * n}} if n % 2 else {}) for n in range(5)]
    root = ElementTree.fromstring(svg("six", lines))
    curves = [element.get("points", "").split() for element in root.iter() if element.tag.endswith("polyline")]
    assert [len(points) for points in curves] == [5, 2]
    assert ElementTree.fromstring(svg("six", [])) is not None
