"""A song comes apart: the stems of a song as files beside each other, by a model of the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from vocmatch_desktop.audio import files
from vocmatch_desktop.errors import DiskError, ModelError, NotFound
from vocmatch_desktop.inference.cards import ModelCard
from vocmatch_desktop.inference.providers import all_cores, short_name
from vocmatch_desktop.inference.selftest import Verdicts, prove
from vocmatch_desktop.inference.session import Session, open_session
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.separation.estimator import Estimator
from vocmatch_desktop.separation.facts import Facts, facts
from vocmatch_desktop.separation.families import Opened, open_estimator
from vocmatch_desktop.separation.overlap import Chunking
from vocmatch_desktop.separation.separate import StemSet, offered, separate
from vocmatch_desktop.services.reports import Stage
from vocmatch_desktop.services.stem_files import FORMATS, StemFormat, check_fits, free_paths, write_stems
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import AudioFile, Report

TASK = "separation"

CLIPPED = "A stem is louder than 24 bits can hold and is clipped; as 32-bit float WAV it is not."

WORST_NULL_DBFS = -120.0

ENCODING_FROM = 0.9
"""What is left of the progress bar for FLAC, MP3 or Opus."""

Family = Callable[[Sequence[Path], Facts, Callable[[Path], Session]], Opened]
"""Makes an estimator of the files of a model; `separation.families.open_estimator` is one."""


@dataclass(frozen=True, slots=True)
class SeparateSpec:
    """Take `song` apart into `folder`.

    `stems`: which, none for all the model gives. `model`: a name of the store, "" for the default. `provider`: "auto"
    or a name of `inference.providers.PROVIDERS`. `form`: a format of `stem_files.FORMATS`. `threads`: of the
    processor, 0 for all cores.
    """

    song: Path
    folder: Path
    places: Places
    stems: tuple[str, ...] = ()
    model: str = ""
    provider: str = "auto"
    chunking: Chunking = field(default_factory=Chunking)
    form: StemFormat = "wav"
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Separated:
    """Finished stems, each of the song's rate, channels and length (MP3 and Opus have rates of their own).

    `provider`: what the model ran on; `notice`: what has to be told of it or of the files, or "". `null_dbfs`: the
    largest sample by which all stems together differ from the song, before MP3 or Opus.
    """

    model: str
    provider: str
    stems: Mapping[str, AudioFile]
    duration_s: float
    elapsed_s: float
    null_dbfs: float
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that can be run: its `family`, the `estimator`, and the sessions of its files."""

    family: str
    estimator: Estimator
    sessions: tuple[Session, ...]

    @property
    def provider(self) -> str:
        """The short name of what it runs on: "cpu" as soon as part of it does."""
        return short_name(next((each.provider for each in self.sessions if each.notice), self.sessions[0].provider))

    @property
    def notice(self) -> str:
        """Why that is not what was asked for, or ""."""
        return next((each.notice for each in self.sessions if each.notice), "")


def load(card: ModelCard, provider: str, threads: int, family: Family = open_estimator) -> Loaded:
    """Loads a model, unproven; raises `ModelError` where it cannot be run or is of no known family."""
    sessions: list[Session] = []

    def open_model(path: Path) -> Session:
        sessions.append(open_session(path, provider, threads=threads))
        return sessions[-1]

    opened = family([file.path for file in card.files], facts(card.told), open_model)
    return Loaded(opened.family, opened.estimator, tuple(sessions))


def run(spec: SeparateSpec, report: Report, *, family: Family = open_estimator) -> Separated:
    """Writes the stems, all of them or none; existing files are never written over. `Finished` events come early.

    Raises:
        NotFound, UnreadableAudio: the song. UnfitFormat: the format cannot have its channels or rate.
        NotFound, ModelError: no such model or stem, or it cannot be used. DiskError: no space. Cancelled: by `report`.
        Nothing is left behind.
    """
    began = time.monotonic()
    song = files.probe(spec.song)
    check_fits(spec.form, song)
    report(0.0, "Loading the model")
    card = model_for(ModelStore.of(spec.places), spec.model)
    model = _loaded(card, spec, family)
    wanted = _wanted(spec.stems, offered(model.estimator), card)
    with _gone_if_empty(spec.folder):
        made = _stems(song, model.estimator, wanted, spec, report)
    return Separated(
        model=card.name,
        provider=model.provider,
        stems=made.stems,
        duration_s=song.duration_s,
        elapsed_s=time.monotonic() - began,
        null_dbfs=made.null_dbfs,
        notice=f"{model.notice} {CLIPPED if _is_clipped(made, spec) else ''}".strip(),
    )


def _stems(song: AudioFile, estimator: Estimator, names: Sequence[str], spec: SeparateSpec, report: Report) -> StemSet:
    """The stems in the format asked for: WAVs as they come, others encoded when all of them are known."""
    part = partial(separate, song, estimator, chunking=spec.chunking, depth=FORMATS[spec.form].depth)
    if FORMATS[spec.form].suffix == ".wav":
        return part(free_paths(spec.folder, spec.song.stem, names, spec.form), report)
    with _waves(spec.folder) as folder:
        made = part(
            {name: folder / f"{number}.wav" for number, name in enumerate(names)}, Stage(report, 0.0, ENCODING_FROM)
        )
        written = write_stems(made.stems, spec.folder, spec.song.stem, spec.form, Stage(report, ENCODING_FROM, 1.0))
        return StemSet(written, made.null_dbfs)


@contextmanager
def _gone_if_empty(folder: Path) -> Iterator[None]:
    """Where nothing was made, the folder that was made for it goes too; one that was there before stays."""
    was_there = folder.exists()
    try:
        yield
    except BaseException:
        if not was_there:
            with suppress(OSError):
                folder.rmdir()
        raise


def _is_clipped(made: StemSet, spec: SeparateSpec) -> bool:
    """Whether 24 bits cost more than their own rounding."""
    return FORMATS[spec.form].depth == "PCM_24" and made.null_dbfs > WORST_NULL_DBFS


@contextmanager
def _waves(folder: Path) -> Iterator[Path]:
    """A folder for the WAVs to encode, on the disk of `folder`: what does not fit there is known before the work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        waves = TemporaryDirectory(prefix=".stems-", dir=folder, ignore_cleanup_errors=True)
    except OSError as error:
        raise DiskError(f"Nothing can be written to {folder}.", "Check free space and permissions.") from error
    with waves:
        yield Path(waves.name)


def separators(store: ModelStore) -> tuple[ModelCard, ...]:
    """The models that take songs apart, the default first: a shipped one whose card says so, else the first."""
    cards = [card for card in store.cards() if card.task == TASK]
    return tuple(sorted(cards, key=lambda card: not (store.is_shipped(card) and card.told.get("default") is True)))


def model_for(store: ModelStore, name: str = "") -> ModelCard:
    """The model called `name`, or the default; its file has been compared with its hash.

    Raises:
        NotFound: there is none. ModelError: it is damaged, or does something else.
    """
    there = separators(store)
    if not name and not there:
        raise NotFound(
            "There is no model that takes songs apart yet.",
            "Add one with `vocmatch models add FILE` (an .onnx file of HTDemucs, UVR's MDX-Net or Open-Unmix).",
        )
    card = store.checked(name or there[0].name)
    if card.task != TASK:
        raise ModelError(f"The model {card.name} does not take songs apart.", f"It is for {card.task}.")
    return card


def _loaded(card: ModelCard, spec: SeparateSpec, family: Family) -> Loaded:
    """The model on a provider that gives what the processor gives."""
    threads = spec.threads or all_cores()
    loaded = load(card, spec.provider, threads, family)
    verdicts = Verdicts(spec.places.cache / "providers.json")
    chunk = np.random.default_rng(0).standard_normal((1, 2, loaded.estimator.frames), dtype=np.float32)
    prove(
        loaded.sessions,
        card,
        lambda: loaded.estimator(np.float32(0.1) * chunk),
        lambda: load(card, "cpu", threads, family).estimator(np.float32(0.1) * chunk),
        verdicts,
    )
    return loaded


def _wanted(asked: Sequence[str], there: Sequence[str], card: ModelCard) -> tuple[str, ...]:
    missing = [stem for stem in asked if stem not in there]
    if missing:
        raise NotFound(f"The model {card.name} gives no {' and no '.join(missing)}.", f"It gives {', '.join(there)}.")
    return tuple(dict.fromkeys(asked)) or tuple(there)
