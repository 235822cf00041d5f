"""Models come into the store, from a file or, when somebody asks for it, from the net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from vocmatch_desktop.errors import ModelError, NotFound
from vocmatch_desktop.inference.cards import ModelCard, ModelFile, is_sha256
from vocmatch_desktop.inference.download import Fetch, download, https, is_url
from vocmatch_desktop.inference.intake import check_file, check_hash
from vocmatch_desktop.inference.known import KNOWN, at, named, recognised
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.services.reports import Stage
from vocmatch_desktop.services.separation import TASK, load
from vocmatch_desktop.settings import Places
from vocmatch_desktop.types import Report

UNKNOWN_LICENCE = "not known; ask where you got it"


@dataclass(frozen=True, slots=True)
class AddModelSpec:
    """Add a separation model.

    `source`: a file, an https address, or the name of a well-known file (`inference.known`). `sha256`: what the file
    must be; an unknown address needs it. `facts`: what its card shall say besides (`separation.facts`). `more`: further
    files of the same model.
    """

    source: str
    places: Places
    sha256: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    more: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class AddedModel:
    """`card` of the model in the store; `was_there`: the store had this very file, and nothing was done."""

    card: ModelCard
    was_there: bool


def run(spec: AddModelSpec, report: Report, *, fetch: Fetch = https) -> AddedModel:
    """Adds a model that can be opened, or nothing at all.

    Raises:
        NotFound: no such file. ModelError: an address without a hash or not https, a download that failed or broke off,
            another hash, no ONNX file, or a graph of no known family. DiskError: no space. Cancelled: by `report`.
    """
    store = ModelStore.of(spec.places)
    asked = _asked(spec)
    if asked.url and (there := store.same(asked.sha256)):
        return AddedModel(there, was_there=True)
    path = asked.path
    if asked.url:
        path = spec.places.cache / "downloads" / f"{asked.sha256}.onnx"
        download(asked.url, path, asked.sha256, Stage(report, 0.0, 0.9), fetch=fetch)
    report(0.9, "Opening the model")
    added = _added(store, asked, (_checked(path, asked.sha256), *map(_checked, spec.more)), spec.facts)
    if asked.url:
        path.unlink()
    return added


def _checked(path: Path, digest: str = "") -> ModelFile:
    check_file(path)
    return ModelFile(path, check_hash(path, digest))


def _added(store: ModelStore, asked: _Asked, files: Sequence[ModelFile], facts: Mapping[str, object]) -> AddedModel:
    there = store.same(*(file.sha256 for file in files))
    if there is None:
        return AddedModel(store.add(_examined(asked, files, facts)), was_there=False)
    if facts:
        raise ModelError(f"The model is there already, as {there.name}.", "To change its facts, remove it first.")
    return AddedModel(there, was_there=True)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What `source` means: a `path`, or a `url` whose file has `sha256`."""

    name: str
    source: str
    sha256: str
    path: Path
    url: str = ""


def _asked(spec: AddModelSpec) -> _Asked:
    path = Path(spec.source).expanduser().absolute()
    digest = spec.sha256.strip().lower()
    if digest and not is_sha256(digest):
        raise ModelError("A SHA-256 is 64 hexadecimal digits.", "Copy it whole.")
    if path.exists():
        return _Asked(path.stem, f"the file {path.name}", digest, path)
    known = at(spec.source) or named(spec.source)
    if known:
        return _Asked(known.name, known.source, digest or known.sha256, path, known.url)
    if not is_url(spec.source):
        raise NotFound(
            f"There is no file {path}.",
            f"Give a file, an https address with --sha256, or one of: {', '.join(model.name for model in KNOWN)}.",
        )
    if urlsplit(spec.source).scheme != "https":
        raise ModelError(f"{spec.source} is not an https address.", "Models are fetched by https only.")
    if not digest:
        raise ModelError(
            "A model from the net needs its SHA-256, or nobody can tell whether it is the right file.",
            "Give it with --sha256, or download the file yourself and add that.",
        )
    name = Path(unquote(urlsplit(spec.source).path)).stem
    return _Asked(name, spec.source, digest, path, spec.source)


def _examined(asked: _Asked, files: Sequence[ModelFile], facts: Mapping[str, object]) -> ModelCard:
    """The card of a model's files, after networks of a known family were found in them."""
    known = recognised(files[0].sha256)
    card = ModelCard(
        name=asked.name,
        task=TASK,
        family="",
        licence=str(facts.get("licence") or (known.licence if known else UNKNOWN_LICENCE)),
        source=known.source if known else asked.source,
        path=files[0].path,
        sha256=files[0].sha256,
        more=tuple(files[1:]),
        told=facts,
    )
    loaded = load(card, "cpu", threads=1)
    return replace(card, family=loaded.family, stems=loaded.estimator.stems, rate=loaded.estimator.rate)
