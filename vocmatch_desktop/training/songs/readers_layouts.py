"""One function a layout of multitrack songs: the song of a folder, or None where the folder has another layout."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from vocmatch_desktop.audio.files import AUDIO_SUFFIXES, probe
from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.readers_instruments import stem_of
from vocmatch_desktop.training.songs.readers_yaml import Tree, read_tree
from vocmatch_desktop.training.songs.record import Credit, SongRecord, Split
from vocmatch_desktop.training.songs.split import song_split
from vocmatch_desktop.training.songs.store import is_written, load_record
from vocmatch_desktop.types import STEMS

_log = logging.getLogger(__name__)

Sources = Mapping[str, tuple[Path, ...]]

MIX_NAMES = ("mixture", "mix", "master", "mixdown", "full mix", "full")
MUSDB_STEMS = ("vocals", "drums", "bass", "other")
MUSDB_TRUSTED = frozenset(("vocals", "drums", "bass"))
MUSDB_VALID = frozenset(
    (
        "actionsoneminutesmile",
        "alexanderrossgoodbyebolero",
        "animalrockshow",
        "claraberryandwooldogwaltzformyvictims",
        "fergessennospalpitants",
        "jamesmayontheline",
        "johnnylokkepromiseslies",
        "leafsummerghost",
        "meaxictakeastep",
        "patricktalbotareasontoleave",
        "skelpoluhumanmistakes",
        "trafficexperimentsirens",
        "triviulangelsaint",
        "younggriffopennies",
    )
)
"""The fourteen songs of MUSDB18's training part that its authors set aside for validation."""

MANIFEST_STEMS = {"keys": "piano", "horns": "other"}
EVERYTHING = frozenset(STEMS)
_THEIRS = "as the owner of the recordings grants it"


def rendered(folder: Path, files: Sequence[Path]) -> SongRecord | None:
    """A song this program rendered, with all its truth."""
    return load_record(folder) if is_written(folder) else None


def musdb(folder: Path, files: Sequence[Path]) -> SongRecord | None:
    """`mixture` beside the four stems of MUSDB18-HQ; `other` holds guitars and pianos and is not trusted."""
    named = {path.stem.casefold(): path for path in files}
    mix = named.get("mixture")
    if mix is None:
        return None
    missing = [stem for stem in MUSDB_STEMS if stem not in named]
    if missing:
        raise NotFound(f"{folder} has mixture{mix.suffix} but no {', '.join(missing)}.", "MUSDB18-HQ has all four.")
    split = _musdb_split(folder)
    return _record(folder.name, split, {stem: (named[stem],) for stem in MUSDB_STEMS}, MUSDB_TRUSTED, mix=mix)


def medley(folder: Path, files: Sequence[Path]) -> SongRecord | None:
    """MedleyDB: sources by the instruments of `NAME_METADATA.yaml`; nothing is trusted where microphones bled."""
    metadata = next(iter(sorted(folder.glob("*_METADATA.y*ml"))), None)
    if metadata is None:
        return None
    tree = read_tree(metadata.read_text("utf-8"))
    name = metadata.stem.removesuffix("_METADATA")
    sources = _medley_sources(folder, name, tree)
    if not sources:
        raise NotFound(f"{folder} has a {metadata.name} but no {name}_STEMS with sound files.", "Unpack its audio too.")
    stems, trusted = assigned(name, sources)
    bleeds = str(tree.get("has_bleed", "no")).casefold() in ("yes", "true")
    mix = folder / str(tree.get("mix_filename") or f"{name}_MIX.wav")
    return _record(
        name,
        song_split(squeezed(name)),
        stems,
        frozenset() if bleeds else trusted,
        mix=mix if mix.is_file() else None,
        who=str(tree.get("artist", "")),
    )


def project(folder: Path, files: Sequence[Path]) -> SongRecord | None:
    """A producer's project: `vocals*` + `beat*`. Files of one kind sum; only the voice is trusted."""
    vocals = tuple(path for path in files if path.stem.casefold().startswith(("vocal", "vox")))
    beat = tuple(path for path in files if path.stem.casefold().startswith(("beat", "instrumental")))
    if not vocals or not beat:
        return None
    stems = {"vocals": vocals, "other": beat}
    return _record(folder.name, song_split(squeezed(folder.name)), stems, frozenset(("vocals",)))


def multitrack(folder: Path, files: Sequence[Path]) -> SongRecord | None:
    """Any number of files named after instruments, or folders of them (`drums/01.wav`); at least two known stems."""
    inner = _files_in_instrument_folders(folder)
    mixes = [path for path in files if _is_mix(path)]
    sources = [(path, path.stem) for path in files if path not in mixes]
    sources += [(path, path.stem if stem_of(path.stem) else path.parent.name) for path in inner]
    if len({stem_of(name) for _, name in sources} - {None}) < 2 or not _same_length([path for path, _ in sources]):
        return None
    stems, trusted = assigned(folder.name, sources)
    mix = mixes[0] if len(mixes) == 1 else None
    return _record(folder.name, song_split(squeezed(folder.name)), stems, trusted, mix=mix)


def from_manifest(name: str, material: Material, split: Split) -> SongRecord:
    """A song of the project's own material: its manifest says which stems are truly separate and where they end."""
    rows = material.under(f"songs/{name}/")
    stems: dict[str, tuple[Path, ...]] = {}
    for row in rows:
        stem = _manifest_stem(Path(row.path).stem)
        stems[stem] = (*stems.get(stem, ()), material.file(row.path))
    trusted = frozenset(map(_manifest_stem, rows[0].trusted_targets))
    if trusted >= stems.keys():  # then nothing else sounds, and the silence of the rest is known too
        trusted = EVERYTHING
    credits = tuple(dict.fromkeys(row.as_credit() for row in rows))
    return _record(name, split, stems, trusted, bandwidth_hz=rows[0].bandwidth_hz, credits=credits)


def assigned(song: str, sources: Iterable[tuple[Path, str]]) -> tuple[Sources, frozenset[str]]:
    """Files with the names of their instruments → files by stem, and the stems that can be trusted.

    What names no known instrument is counted as `other`, with a note in the log: then `other` is not trusted, nor is
    the silence of stems that have no file.
    """
    stems: dict[str, tuple[Path, ...]] = {}
    unknown = False
    for path, name in sources:
        stem = stem_of(name)
        if stem is None:
            unknown = True
            _log.warning("%s: “%s” names no instrument that is known and counts as other", song, name)
        stems[stem or "other"] = (*stems.get(stem or "other", ()), path)
    return stems, (frozenset(stems) - {"other"}) if unknown else EVERYTHING


def squeezed(name: str) -> str:
    """Letters and digits only, so that "Artist - Song" and "Artist_Song" of two data sets share a split."""
    return "".join(filter(str.isalnum, name.casefold()))


def _record(
    name: str,
    split: Split,
    stems: Sources,
    trusted: frozenset[str],
    *,
    mix: Path | None = None,
    who: str = "",
    bandwidth_hz: float | None = None,
    credits: tuple[Credit, ...] = (),
) -> SongRecord:
    sounds = [probe(path) for paths in stems.values() for path in paths]
    longest = max(sounds, key=lambda sound: sound.duration_s)
    return SongRecord(
        name=name,
        split=split,
        rate=longest.rate,
        frames=longest.frames,
        mix=mix,
        stems={stem: stems[stem] for stem in STEMS if stem in stems},
        trusted_targets=trusted,
        credits=credits or (Credit(name, who or name, _THEIRS),),
        bandwidth_hz=bandwidth_hz,
    )


def _musdb_split(folder: Path) -> Split:
    if folder.parent.name == "test":
        return "test"
    if folder.parent.name == "train":
        return "valid" if squeezed(folder.name) in MUSDB_VALID else "train"
    return song_split(squeezed(folder.name))


def _medley_sources(folder: Path, name: str, tree: Tree) -> list[tuple[Path, str]]:
    sources = []
    stems = tree.get("stems")
    for stem in stems.values() if isinstance(stems, dict) else ():
        if isinstance(stem, dict):
            path = folder / f"{name}_STEMS" / str(stem.get("filename", ""))
            if not path.is_file():
                raise NotFound(f"{path} is missing.", "Its metadata names it; unpack the song again.")
            sources.append((path, _instrument(stem)))
    return sources


def _instrument(stem: Tree) -> str:
    """The instrument of a MedleyDB stem; one that mixes several stems' instruments is none that is known."""
    named = stem.get("instrument", "")
    names = named if isinstance(named, list) else [str(named)]
    return names[0] if len({stem_of(name) for name in names}) == 1 else "several: " + "…".join("?" * len(names))


def _manifest_stem(name: str) -> str:
    stem = MANIFEST_STEMS.get(name, name)
    if stem not in STEMS:
        raise UserError(
            f"The manifest speaks of a stem “{name}”.", f"Known are {', '.join((*STEMS, *MANIFEST_STEMS))}."
        )
    return stem


def _files_in_instrument_folders(folder: Path) -> list[Path]:
    """What lies in folders such as `drums/`; nothing where one is named after no instrument: those may be songs."""
    files = sorted(path for path in folder.glob("*/*") if path.suffix.lower() in AUDIO_SUFFIXES and path.is_file())
    return files if all(stem_of(path.parent.name) for path in files) else []


def _is_mix(path: Path) -> bool:
    words = path.stem.casefold().replace("_", " ").replace("-", " ")
    return any(words == mix or words.endswith(f" {mix}") for mix in MIX_NAMES)


def _same_length(paths: Sequence[Path]) -> bool:
    """Whether the files last about as long as each other: a song's sources do, a folder of samples does not."""
    lengths = [probe(path).duration_s for path in paths]
    return len(lengths) > 1 and min(lengths) > 0.5 * max(lengths) and max(lengths) > 2.0
