"""What a card may tell of a model that its graph does not say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from vocmatch_desktop.errors import ModelError

STEMS = ("vocals", "drums", "bass", "guitar", "piano", "other")


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it may be missing; a family then takes what is usual with it, or says what it needs.

    family: A name of `families.FAMILIES`; it must fit the graph. stems: the outputs, in order. rate: Hz.
    n_fft, hop: of the spectra, in samples. frames: samples a channel heard at once, for graphs that take any number.
    normalise: whether the song is brought to one level first (HTDemucs). primary: the stem an MDX-Net gives;
    compensation: what it is multiplied by; denoise: run it on the mix and its negative, and halve the difference.
    output: whether an Open-Unmix gives magnitudes or masks for them; iterations: EM steps of its Wiener filter;
    residual: whether what its targets leave takes part in them; softmask: whether they begin at shares of the mix
    instead of its phase.
    """

    family: str = ""
    stems: tuple[str, ...] = ()
    rate: int = 44_100
    n_fft: int | None = None
    hop: int = 1024
    frames: int | None = None
    normalise: bool = True
    primary: str = ""
    compensation: float | None = None
    denoise: bool = False
    output: Literal["magnitude", "mask"] = "magnitude"
    iterations: int = 1
    residual: bool | None = None
    softmask: bool = False


_KINDS: Mapping[str, tuple[type, ...]] = {
    "family": (str,),
    "rate": (int,),
    "n_fft": (int,),
    "hop": (int,),
    "frames": (int,),
    "normalise": (bool,),
    "primary": (str,),
    "compensation": (int, float),
    "denoise": (bool,),
    "output": (str,),
    "iterations": (int,),
    "residual": (bool,),
    "softmask": (bool,),
}
_POSITIVE = ("rate", "n_fft", "hop", "frames", "compensation")


def facts(told: Mapping[str, object]) -> Facts:
    """The facts in a card; what else it says is left alone.

    Raises:
        ModelError: Something has the wrong kind or size.
    """
    wanted = {field.name for field in fields(Facts)}
    given: dict[str, object] = {name: value for name, value in told.items() if name in wanted and value is not None}
    for name, value in given.items():
        if not _makes_sense(name, value):
            raise ModelError(f"The model's card says {name} = {value!r}, which makes no sense.", "Correct the card.")
    stems = given.pop("stems", ())
    return Facts(stems=tuple(stems), **given)  # type: ignore[arg-type]


def _makes_sense(name: str, value: object) -> bool:
    if name == "stems":
        return isinstance(value, (list, tuple)) and all(isinstance(stem, str) and stem for stem in value)
    if not isinstance(value, _KINDS[name]) or (isinstance(value, bool) and bool not in _KINDS[name]):
        return False
    if name == "output":
        return value in ("magnitude", "mask")
    if name == "iterations":
        return isinstance(value, int) and 0 <= value <= 10
    return name not in _POSITIVE or (isinstance(value, (int, float)) and 0 < value < math.inf)


def unnamed(count: int) -> ModelError:
    """What is said of a model whose stems nobody names."""
    return ModelError(
        f"The model gives {count} stem{'s' if count > 1 else ''}, and nobody says which.",
        "Write their names into the card, in order (stems).",
    )
