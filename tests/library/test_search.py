from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_beats import a_fingerprint, analysed

from vocmatch_desktop.library.catalogue import Catalogue
from vocmatch_desktop.types import Key, Locks


@pytest.fixture
def found(catalogue: Catalogue) -> Catalogue:
    beats = [
        ("/Beats/2024/Night Bus.wav", Key(9, True), ""),
        ("/Beats/2024/São Paulo.wav", Key(6, True), "Artista"),
        ("/Beats/old_ones/Ambient_Thing.wav", Key(0, False), ""),
        ("/Beats/Große Straße 🔥.wav", Key(10, False), ""),
        ("/Beats/ليل طويل.wav", Key(8, True), ""),
    ]
    for seed, (path, key, words) in enumerate(beats):
        catalogue.store(analysed(Path(path), words=words, fingerprint=a_fingerprint(seed, key=key)))
    catalogue.set_tags([1], ["lo-fi", "dark mood"])
    return catalogue


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("night", {1}),
        ("NIG", {1}),
        ("bus night", {1}),
        ("night são", set()),
        ("sao", {2}),
        ("SÃO", {2}),
        ("Sa\u0303o", {2}),
        ("artist", {2}),
        ("grosse", set()),
        ("große", {4}),
        ("strasse", set()),
        ("🔥", {4}),
        ("große 🔥", {4}),
        ("ليل", {5}),
        ("2024", {1, 2}),
        ("old", {3}),
        ("lo-fi", {1}),
        ("lofi", set()),
        ("mood", {1}),
        ("ambient", {3}),
        ("Am", {1, 3}),
        ("a minor", {1}),
        ("8a", {1}),
        ("F♯m", {2}),
        ("f#m", {2}),
        ("Gbm", {2}),
        ("G♭ minor", {2}),
        ("gbminor", {2}),
        ("Bb", {4}),
        ("B♭", {4}),
        ("a#", {4}),
        ("11A", {2}),
        ("major", {3, 4}),
        ("g#m", {5}),
        ("", {1, 2, 3, 4, 5}),
        ('"night bus"', {1}),
        ("   ", {1, 2, 3, 4, 5}),
    ],
)
def test_what_words_find(found: Catalogue, text: str, ids: set[int]) -> None:
    assert set(found.search(text).tolist()) == ids


def test_titles_come_before_folders(catalogue: Catalogue) -> None:
    catalogue.store(analysed(Path("/night/One.wav"), 1))
    catalogue.store(analysed(Path("/beats/Night.wav"), 2))
    assert list(catalogue.search("night")) == [2, 1]


def test_a_key_by_hand_is_what_is_searched(found: Catalogue) -> None:
    change = found.lock([1], Locks(1.0, Key(7, False)))
    assert set(found.search("9B").tolist()) == {1}
    assert set(found.search("8A").tolist()) == set()
    found.undo(change)
    assert set(found.search("8A").tolist()) == {1}


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30) | st.text(alphabet="\"*^:(){}-+ANDORNEAR \\'\0%_", max_size=20))
def test_nothing_that_can_be_typed_is_an_error(found: Catalogue, text: str) -> None:
    found.search(text)


@pytest.mark.parametrize("text", ["AND", "OR NOT", "NEAR(a b)", "title:night", "a*b", "^x", "(", '"', "\udcff", "\0"])
def test_query_syntax_is_only_text(found: Catalogue, text: str) -> None:
    found.search(text)
