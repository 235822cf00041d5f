from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocmatch_desktop.training.songs import split
from vocmatch_desktop.training.songs.split import SPLITS


@given(st.text(max_size=30))
def test_every_name_has_one_split_whatever_its_variant(name: str) -> None:
    assert split.composition_split(name) in SPLITS
    assert split.voice_split(f"{name}/C4") == split.voice_split(f"{name}/soft")


def test_a_tenth_of_the_compositions_each_is_held_out() -> None:
    placed = [split.composition_split(f"pop909/{number:03}") for number in range(1, 910)]
    for held_out in ("valid", "test"):
        assert 60 <= placed.count(held_out) <= 125


def test_names_do_not_move_between_versions() -> None:
    numbers = [number for number in range(1, 60) if split.composition_split(f"pop909/{number:03}") == "test"]
    assert numbers == [10, 11, 16, 27, 35, 43]


def test_one_singer_is_in_one_split() -> None:
    assert split.voice_split("scottpoid") == split.voice_split("scottpoid_sharp") == "train"
    assert {split.voice_split("erithacus"), split.voice_split("yuki")} == {"valid", "test"}


def test_lithium_is_held_out_and_hydrogen_never() -> None:
    assert split.song_split("Lithium") == "test"
    assert split.song_split("Hydrogen") == "train"


@pytest.mark.parametrize("table", [split.VOICES, split.SETS, split.KITS, split.SONGS])
def test_tables_name_known_splits(table: dict[str, str]) -> None:
    assert set(table.values()) <= set(SPLITS)


def test_every_split_can_play_a_song_from_presets() -> None:
    for first, last in ((0, 8), (24, 32), (32, 40)):  # pianos, guitars, basses
        found = {split.sound_split(f"gm:{program}@{font}") for program in range(first, last) for font in FONTS}
        assert found == set(SPLITS)
    assert {split.sound_split(f"gmkit:{kit}@{font}") for kit in (0, 8, 16, 24) for font in FONTS} == set(SPLITS)


FONTS = ("FluidR3_GM", "TimGM6mb")


def test_layers_of_a_set_go_with_it() -> None:
    assert split.sound_split("sampled:piano/salamander/soft") == split.sound_split("sampled:piano/salamander") == "test"
    assert split.sound_split("kit:machines/MFB-512") == "valid"
    assert split.sound_split("gm:33") == split.sound_split("gm:33@FluidR3_GM") == "train"


def test_a_drummer_is_in_one_split() -> None:
    assert split.groove_split("drummer3/session1/4") == "test"
    assert split.groove_split("drummer1/eval_session/1") == "train"


def test_a_sound_without_a_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not a sound"):
        split.sound_split("piano")


def test_the_material_at_hand_is_known_by_name(material: Path) -> None:
    data = material / "data"
    assert {folder.name for folder in (data / "voices").iterdir() if folder.is_dir()} <= set(split.VOICES)
    assert {folder.name for folder in (data / "songs").iterdir()} == set(split.SONGS)
