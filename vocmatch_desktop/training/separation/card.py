"""What the card of a separation network of ours says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vocmatch_desktop.inference.cards import ModelCard, sha256
from vocmatch_desktop.training.separation.export import BINS, PORTS, Exported
from vocmatch_desktop.training.separation.recipe import Feed
from vocmatch_desktop.training.separation.sound import HALF, HOP, RATE, WINDOW, Kind, Net
from vocmatch_desktop.training.separation.validate import Report
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import Credit, SongRecord
from vocmatch_desktop.types import STEMS

DEFAULT = "six"
"""The network that songs are taken apart with when nobody chooses."""

FAMILY_FACTS: Mapping[Kind, Mapping[str, Any]] = {
    "planes": {"family": "own"},
    "magnitudes": {"family": "umx", "output": "mask", "iterations": 0},
}
"""No step of the Wiener filter: on held-out songs it made most stems worse, as it believes masks that are unsure. A
card may say otherwise."""

SUMMARIES: Mapping[Kind, str] = {
    "planes": "The larger of ours: better drums, bass and most voices.",
    "magnitudes": "The lighter of ours, for slow machines.",
}
"""What stands beside a model's name where one is chosen."""

UNITS: Mapping[Kind, tuple[str, str]] = {
    "planes": (
        "spectrum of stereo sound: real left, imaginary left, real right, imaginary right",
        "spectra of the stems, in order; planes as in the input",
    ),
    "magnitudes": ("magnitudes of the spectra of left and right", "masks for them, 0…1, of the stems, in order"),
}

KINDS = {
    "raw": "banks of raw singing",
    "beats": "finished instrumentals",
    "rendered": "rendered songs",
    "real": "real songs",
}

NAMED = 12
"""Real songs that are named."""

LIMITS = (
    f"It hears what lies below {RATE // HALF // 2000} kHz; the masks above follow from those below. Guitar, piano, "
    "bass and other were learnt nearly from rendered songs alone, the voice from a few singers and the records of one "
    "act: real bands, growled or whispered voices, choirs and old recordings come apart less well. Reverberation and "
    "doubled voices stay partly in the accompaniment. A stem that a song does not have is not always silent. Nothing "
    "is made up: what a mask cannot divide stays mixed."
)


@dataclass(frozen=True, slots=True)
class Told:
    """How a network was trained; `steps` of `planned` are done. `seconds`: None where nobody wrote it down."""

    net: Net
    parameters: int
    steps: int
    planned: int
    seed: int
    half: bool
    device: str
    seconds: float | None
    data: str
    credits: tuple[Credit, ...]


def described(model: Path, told: Told, exported: Exported, figures: Report) -> ModelCard:
    """The card of the network in the file `model`."""
    net = told.net
    return ModelCard(
        name=net.name,
        task="separation",
        family=FAMILY_FACTS[net.kind]["family"],
        licence="MIT",
        source=f"python -m vocmatch_desktop.training separate --net {net.name}",
        path=model,
        sha256=sha256(model),
        stems=STEMS,
        rate=RATE,
        told={
            **({"default": True} if net.name == DEFAULT else {}),
            **{name: value for name, value in FAMILY_FACTS[net.kind].items() if name != "family"},
            "summary": SUMMARIES[net.kind],
            **_ports(net.kind),
            "n_fft": WINDOW,
            "hop": HOP,
            "frames": net.frames,
            "parameters": told.parameters,
            "training": _training(told),
            "export": _export(exported),
            "figures": {name: {stem: asdict(one) for stem, one in stems.items()} for name, stems in figures.items()},
            "limits": LIMITS,
        },
    )


def data(feed: Feed, given: tuple[SongRecord, ...]) -> str:
    """In words, what a feed draws from."""
    counts = ", ".join(f"{len(found)} {KINDS[kind]}" for kind, found in feed.sources.items())
    names = sorted(source.name for source in feed.sources["real"])
    named = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
    minutes = sum(record.duration_s for record in given if record.split == "train" and record.seed is not None) / 60
    return (
        f"Crops drawn without end from {counts}, their stems also mixed anew, at changed speeds, levels and tones. "
        f"Real songs: {named}. Rendered songs: {minutes:.0f} min. All of the split train."
    )


def credits(feed: Feed, material: Material, given: tuple[SongRecord, ...]) -> tuple[Credit, ...]:
    """Whose work a feed draws from, one entry a person and licence: as records say it, or the material's manifest."""
    known = {record.name: record.credits for record in given}
    owed: dict[tuple[str, str], dict[str, None]] = {}
    for source in (source for kind in feed.sources.values() for source in kind):
        for credit in known.get(source.name) or _of_files(source.files, material):
            owed.setdefault((credit.who, credit.licence), {})[credit.what] = None
    return tuple(Credit("; ".join(what), who, licence) for (who, licence), what in owed.items())


def _of_files(files: Mapping[str, tuple[Path, ...]], material: Material) -> list[Credit]:
    paths = [path for stem in files.values() for path in stem if path.is_relative_to(material.folder)]
    rows = (material.manifest.get(path.relative_to(material.folder).as_posix()) for path in paths)
    return [row.as_credit() for row in rows if row is not None]


def _ports(kind: Kind) -> dict[str, Any]:
    ports, (heard, made) = PORTS[kind], UNITS[kind]
    sizes = [ports.planes, BINS, "times"]
    spectra = f"STFT of {WINDOW} samples (Hann) every {HOP}, centred, unscaled, of sound at {RATE} Hz"
    return {
        "inputs": {ports.input: {"shape": ["batch", *sizes], "unit": f"{heard}; {spectra}"}},
        "outputs": {ports.output: {"shape": ["batch", len(STEMS), *sizes], "unit": made}},
    }


def _training(told: Told) -> dict[str, Any]:
    return {
        "data": told.data,
        "credits": [asdict(credit) for credit in told.credits],
        "steps": told.steps,
        **({"planned_steps": told.planned} if told.steps != told.planned else {}),
        "batch": told.net.batch,
        "crop_s": told.net.seconds,
        "seed": told.seed,
        "precision": "bfloat16 forward pass" if told.half else "float32",
        "device": told.device,
        **({"seconds": round(told.seconds)} if told.seconds is not None else {}),
    }


def _export(exported: Exported) -> dict[str, Any]:
    return {
        "largest_error": float(f"{exported.error:.2g}"),
        "weights": "float16" if exported.halved else "float32",
        "times_as_fast_as_torch": round(exported.ratio, 2),
    }
