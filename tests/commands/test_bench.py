from __future__ import annotations

from vocmatch_desktop.commands.bench import _row_in_words
from vocmatch_desktop.services.bench import Row


def test_a_row_says_when_it_was_not_measured():
    assert "12.35 ms" in _row_in_words(Row("paint", 12.3456, "ms"))
    assert _row_in_words(Row("loop", None, "ms", "no microphone")).endswith("not measured  (no microphone)")
