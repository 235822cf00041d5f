"""Which songs a separation network is measured on; it is trained on none of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vocmatch_desktop.audio.files import probe
from vocmatch_desktop.training.separation.validate import HeldOut
from vocmatch_desktop.training.songs.record import SongRecord, Split

ON_THE_WAY = (6, 10.0)
"""Songs of a set that are heard while a network is trained, and seconds of each: what that takes is lost to it."""

AT_THE_END = (12, 30.0)
REAL_S = 90.0
"""There are few real songs: more of each is heard."""

KARAOKE_S = 12.0


def on_the_way(records: Sequence[SongRecord]) -> tuple[HeldOut, ...]:
    """What decides, heard briefly: songs of the split `valid`, rendered and real."""
    songs, seconds = ON_THE_WAY
    sets = _rendered(records, songs, seconds), _real(records, "valid", 3 * seconds)
    return tuple(one for one in sets if one.records)


def at_the_end(records: Sequence[SongRecord], karaoke: Path | None = None) -> tuple[HeldOut, ...]:
    """All that there is: beside what decides, real songs of the split `test`, and amateurs over karaoke.

    Args:
        records: Songs of all splits.
        karaoke: A folder of pairs `NAME.vocals.*` and `NAME.backing.*`.
    """
    songs, seconds = AT_THE_END
    real = (_real(records, split, REAL_S) for split in ("valid", "test"))
    sets = _rendered(records, songs, seconds), *real, _karaoke(karaoke, KARAOKE_S)
    return tuple(one for one in sets if one.records)


def _rendered(records: Sequence[SongRecord], most: int, seconds: float) -> HeldOut:
    found = [record for record in records if record.seed is not None and record.split == "valid"]
    chosen = tuple(found[index * len(found) // most] for index in range(most)) if len(found) > most else tuple(found)
    return HeldOut("rendered songs of the split valid", chosen, seconds)


def _real(records: Sequence[SongRecord], split: Split, seconds: float) -> HeldOut:
    found = tuple(record for record in records if record.seed is None and record.split == split)
    names = ", ".join(record.name for record in found)
    return HeldOut(f"real songs of the split {split} ({names})", found, seconds)


def _karaoke(folder: Path | None, seconds: float) -> HeldOut:
    vocals = sorted(folder.glob("*.vocals.*")) if folder else []
    return HeldOut("amateurs over karaoke (mir1k)", tuple(map(_pair, vocals)), seconds)


def _pair(vocals: Path) -> SongRecord:
    """A song of which only the voice is known."""
    name = vocals.name.split(".")[0]
    (backing,) = vocals.parent.glob(f"{name}.backing.*")
    about = probe(vocals)
    return SongRecord(
        name=name,
        split="test",
        rate=about.rate,
        frames=about.frames,
        mix=None,
        stems={"vocals": (vocals,), "other": (backing,)},
        trusted_targets=frozenset(("vocals",)),
        credits=(),
    )
