"""Which family a model is of, by its graph's shapes and its card; a file's name says nothing.

| family   | takes                                          | gives                                          |
|----------|------------------------------------------------|------------------------------------------------|
| htdemucs | [batch, 2, n], perhaps [batch, 4, bins, times] | [batch, stems, 2, n], perhaps spectra          |
| mdx      | [batch, 4, bins, times]                        | [batch, 4, bins, times] of one stem            |
| umx      | [batch, 2, bins, times]                        | the same, for each target                      |
| own      | [batch, 4, bins, times]                        | [batch, stems, 4, bins, times]                 |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.cards import tail_md5
from vocmatch_desktop.inference.intake import check_file
from vocmatch_desktop.inference.session import Session, open_session
from vocmatch_desktop.separation import htdemucs, mdx, own, umx
from vocmatch_desktop.separation.estimator import Estimator
from vocmatch_desktop.separation.facts import Facts
from vocmatch_desktop.separation.uvr import KNOWN
from vocmatch_desktop.whole import shown_name


@dataclass(frozen=True, slots=True)
class Family:
    """Whether a graph may be of it, and how files that are become an estimator."""

    fits: Callable[[Session], bool]
    opened: Callable[[Sequence[Session], Sequence[Path], Facts], Estimator]


def _mdx(sessions: Sequence[Session], files: Sequence[Path], facts: Facts) -> Estimator:
    return mdx.opened(_single(sessions, "MDX-Nets give one stem each"), facts, KNOWN.get(tail_md5(files[0])))


def _own(sessions: Sequence[Session], _: Sequence[Path], facts: Facts) -> Estimator:
    return own.opened(_single(sessions, "these networks give all stems each"), facts)


def _single(sessions: Sequence[Session], why: str) -> Session:
    if len(sessions) > 1:
        raise ModelError(f"These files make no model together: {why}.", "Add each by itself.")
    return sessions[0]


FAMILIES: Mapping[str, Family] = {
    "htdemucs": Family(htdemucs.fits, lambda sessions, _, facts: htdemucs.opened(sessions, facts)),
    "mdx": Family(mdx.fits, _mdx),
    "umx": Family(umx.fits, lambda sessions, _, facts: umx.opened(sessions, facts)),
    "own": Family(own.fits, _own),
}
"""By the name that cards have for it; where a graph fits several, the card decides, or the first that fits."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A model ready to run, and the family it was found to be of."""

    family: str
    estimator: Estimator


def open_estimator(
    files: Sequence[Path], facts: Facts | None = None, open_model: Callable[[Path], Session] = open_session
) -> Opened:
    """The estimator in one file, or in several: an Open-Unmix's targets, an HTDemucs' specialists.

    Args:
        files: The model's, in the order of its card's stems.
        facts: What its card tells.
        open_model: Gives a session of a file.

    Raises:
        NotFound: A file is missing.
        ModelError: It is no ONNX, its graph is of no family, or what the family needs to know is not told.
    """
    facts = facts or Facts()
    for file in files:
        check_file(file)
    sessions = [open_model(file) for file in files]
    names = {_name(session, file, facts) for session, file in zip(sessions, files, strict=True)}
    if len(names) != 1:
        raise ModelError("These files are of different families, and make no model together.", "Add each by itself.")
    name = names.pop()
    return Opened(name, FAMILIES[name].opened(sessions, files, facts))


def _name(session: Session, file: Path, facts: Facts) -> str:
    fitting = [name for name, family in FAMILIES.items() if family.fits(session)]
    if not fitting:
        raise ModelError(
            f"{shown_name(file)} is a network of no family that is known here (it takes {_shapes(session)}).",
            "HTDemucs, MDX-Net and Open-Unmix exports can be used.",
        )
    if facts.family in fitting:
        return facts.family
    if facts.family in FAMILIES:
        raise ModelError(
            f"The card of {shown_name(file)} says {facts.family}, and its network is a {fitting[0]}.",
            "Correct the card.",
        )
    return fitting[0]


def _shapes(session: Session) -> str:
    return ", ".join(str([size or "any" for size in port.shape]).replace("'", "") for port in session.input_ports)
