"""Figures are of what is known: silent and untrusted stems are counted apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_separation import RATE, played, rendered_song, sung

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.training.separation.heldout import at_the_end, on_the_way
from vocmatch_desktop.training.separation.validate import HeldOut, excerpts, measure
from vocmatch_desktop.types import STEMS, Audio, Float32


def test_a_perfect_and_an_empty_estimate(tmp_path: Path) -> None:
    record = rendered_song(tmp_path, "valid")
    held_out = HeldOut("songs", (record,), 60.0)
    (excerpt,) = excerpts(held_out)
    perfect = measure([held_out], lambda mix: excerpt.stems)["songs"]
    empty = measure([held_out], lambda mix: np.zeros_like(excerpt.stems))["songs"]
    assert perfect["vocals"].usdr_db == 100.0
    assert empty["vocals"].usdr_db == 0.0
    assert perfect["vocals"].mixture_db == pytest.approx(9.0, abs=0.2)  # 0.02 over 0.0025
    assert perfect["vocals"].ideal_db == empty["vocals"].ideal_db > 20
    assert (perfect["guitar"].songs, perfect["guitar"].silent, perfect["guitar"].leakage_db) == (0, 1, -200.0)
    assert perfect["guitar"].usdr_db is None


def test_what_leaks_into_silence_is_told(tmp_path: Path) -> None:
    held_out = HeldOut("songs", (rendered_song(tmp_path, "valid"),), 60.0)
    found = measure([held_out], lambda mix: np.stack([0.1 * mix] * len(STEMS)))["songs"]
    assert found["piano"].leakage_db == -20.0


def test_stems_that_nobody_knows_do_not_count(tmp_path: Path) -> None:
    record = replace(rendered_song(tmp_path, "valid"), trusted_targets=frozenset(("drums",)))
    found = measure([HeldOut("songs", (record, rendered_song(tmp_path / "2", "valid")), 60.0)], six_times)["songs"]
    assert (found["vocals"].songs, found["vocals"].untrusted) == (1, 1)
    assert (found["drums"].songs, found["drums"].untrusted) == (2, 0)
    assert measure([HeldOut("songs", (record,), 60.0)], six_times)["songs"].keys() == {"drums"}


def test_long_songs_are_heard_in_stretches(tmp_path: Path) -> None:
    record = rendered_song(tmp_path, "valid", seconds=3.0)
    (whole,) = excerpts(HeldOut("songs", (record,), 60.0))
    (part,) = excerpts(HeldOut("songs", (record,), 1.0))
    assert whole.mix.shape == (2, 3 * RATE)
    np.testing.assert_array_equal(part.mix, whole.mix[:, RATE : 2 * RATE])
    np.testing.assert_allclose(part.stems.sum(axis=0), part.mix, atol=1e-6)


def test_which_songs(tmp_path: Path) -> None:
    song = rendered_song(tmp_path, "valid")
    rendered = [replace(song, name=f"valid-{n}") for n in range(40)]
    real = [replace(rendered[0], seed=None, name=name, split=split) for name, split in REAL.items()]
    brief = on_the_way([*rendered, *real, replace(rendered[0], split="train")])
    assert [len(one.records) for one in brief] == [6, 1]
    assert "Caesium" in brief[1].name
    for name in ("Ani_1", "Ani_2"):
        write(tmp_path / "sung" / f"{name}.vocals.wav", Audio(sung(1)[:, None], RATE))
        write(tmp_path / "sung" / f"{name}.backing.wav", Audio(played(1)[:, None], RATE))
    full = at_the_end([*rendered, *real], tmp_path / "sung")
    assert [len(one.records) for one in full] == [12, 1, 1, 2]
    assert not {record.name for record in full[1].records} & {record.name for record in full[2].records}
    assert measure(full[3:], six_times)[full[3].name].keys() == {"vocals"}
    assert at_the_end([], tmp_path / "nowhere") == ()


REAL = {"Caesium": "valid", "Lithium": "test"}


def six_times(mix: Float32) -> Float32:
    return np.stack([mix] * len(STEMS))
