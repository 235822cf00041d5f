from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.export.names import MAX_BYTES, bpm_label, free_path, safe_name, tagged_name
from vocmatch_desktop.types import Key


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Night Bus", "Night Bus"),
        ('a/b\\c:d*e?f"g<h>i|j', "a-b-c-def'g(h)i-j"),
        ("two\nlines\r\n\tand a tab", "two lines and a tab"),
        ("🔥 heat 👩‍🎤❤️", "🔥 heat 👩‍🎤❤️"),
        ("שיר אהבה", "שיר אהבה"),
        ("con", "_con"),
        ("COM1.loop", "_COM1.loop"),
        ("concert", "concert"),
        ("..", "untitled"),
        (".hidden", "hidden"),
        ("ends in a dot. ", "ends in a dot"),
        ("", "untitled"),
        ("evil\u202egpj.wav", "evilgpj.wav"),
        ("caf\udce9", "caf"),
    ],
)
def test_names_every_system_takes(text: str, name: str) -> None:
    assert safe_name(text) == name
    assert safe_name(text, ".wav") == f"{name}.wav"


@given(st.text(max_size=400))
def test_any_text_becomes_a_name_that_can_be_written(text: str) -> None:
    name = safe_name(text, ".wav")
    assert len(name.encode()) <= MAX_BYTES + 1  # a reserved name's underscore
    assert not set(name) & set('<>:"/\\|?*\n\r\0')
    assert name == name.strip()
    assert not name.startswith(".")
    assert len(name.splitlines()) == 1
    assert safe_name(text, ".wav") == name


@given(st.text(st.sampled_from("a👩🎤❤é\u200d\ufe0f\u0301"), min_size=60, max_size=100))
def test_a_cut_never_falls_inside_a_character(text: str) -> None:
    name = safe_name(text, max_bytes=50)
    whole = safe_name(text, max_bytes=10_000)
    assert whole.startswith(name)
    following = whole[len(name) : len(name) + 1]
    assert not following or not unicodedata.combining(following)
    assert following not in ("\u200d", "\ufe0f")


def test_tempo_and_key_survive_a_title_of_255_bytes() -> None:
    name = tagged_name("é" * 255, bpm=92.5, key=Key.parse("F#m"))
    assert name.endswith(" - 92.5 BPM - F#m.wav")
    assert len(name.encode()) <= MAX_BYTES


@pytest.mark.parametrize(("bpm", "label"), [(92.0, "92"), (92.499, "92.5"), (100.0, "100"), (87.126, "87.13")])
def test_tempo_as_short_as_it_may_be(bpm: float, label: str) -> None:
    assert bpm_label(bpm) == label


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    for expected in ("a - 92.5 BPM.wav", "a - 92.5 BPM 2.wav", "a - 92.5 BPM 3.wav"):
        path = free_path(tmp_path, "a - 92.5 BPM.wav")
        assert path.name == expected
        path.touch()
