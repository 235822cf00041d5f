"""What the arms of the probe are trained on; nothing else differs between them."""

from __future__ import annotations

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.training.portions import Portion, Recipe, bent, toned
from vocmatch_desktop.training.songs.stream_drawing import Mixing

OVER_BEATS = Mixing(coherent=0.0, scattered=0.0, beat=1.0)


RAW = Portion(1.0, ("raw", "beats"), OVER_BEATS)
RENDERED = Portion(1.0, ("rendered",))
REAL = Portion(1.0, ("real",))
BOTH = Portion(1.0, ("rendered", "real"))
MORE_REAL = Portion(1.0, ("rendered", *("real",) * 6))
"""There are few real songs: among all others they would hardly be heard."""

EVERYTHING = Portion(1.0, ("rendered", "real", "raw", "beats"))
MORE_REAL_AND_RAW = Portion(1.0, (*MORE_REAL.kinds, "raw", "beats"))


RECIPES = (
    Recipe("raw", (RAW,)),
    Recipe("rendered", (RENDERED,)),
    Recipe("rendered+real", (BOTH,)),
    Recipe("real", (REAL,)),
    Recipe("rendered+real+raw", (EVERYTHING,)),
    Recipe("toned raw", (toned(RAW),)),
    Recipe("toned rendered+real", (toned(BOTH),)),
    Recipe("toned rendered+real+raw", (toned(EVERYTHING),)),
    Recipe("toned rendered+6 real", (toned(MORE_REAL),)),
    Recipe("toned rendered+6 real+raw", (toned(MORE_REAL_AND_RAW),)),
    Recipe("bent toned rendered+6 real+raw", (bent(toned(MORE_REAL_AND_RAW)),)),
)
"""The issue's three arms, (i) to (iii), first; then what helps to see what each ingredient is worth."""


def recipe(name: str) -> Recipe:
    """The recipe of this name; raises `UserError` that lists them."""
    for one in RECIPES:
        if one.name == name:
            return one
    raise UserError(f"There is no recipe {name!r}.", f"Choose from {', '.join(each.name for each in RECIPES)} or all.")
