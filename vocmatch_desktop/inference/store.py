"""The model store: cards and files of the models that are shipped, and of those somebody added.

Example:
    store = ModelStore.of(Places.from_environment())
    store.cards()                       # all of them
    store.checked("umx-large")          # its card, after its file was compared with its hash
    store.add(card)                     # the files it tells of are copied, all or none
    store.remove("umx-large")           # never a shipped one
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from vocmatch_desktop.errors import DiskError, ModelError, NotFound
from vocmatch_desktop.inference.cards import SUFFIX, ModelCard, read_card, verify, write_card
from vocmatch_desktop.settings import Places, bundled
from vocmatch_desktop.whole import whole_file

DISK_SPARE = 64 * 2**20
"""Bytes that a disk keeps free."""

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Trouble:
    """A card in the store's folders that cannot be read, and the sentence that says why."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class ModelStore:
    """`shipped`: the program's own folder, never written to; `own`: what somebody added."""

    shipped: Path
    own: Path

    @classmethod
    def of(cls, places: Places) -> ModelStore:
        """The store of this installation."""
        return cls(bundled("models"), places.models)

    def cards(self) -> tuple[ModelCard, ...]:
        """Every readable card, shipped ones first, by name; a shipped one hides one of the same name."""
        return self._listed()[0]

    def troubles(self) -> tuple[Trouble, ...]:
        """The cards that cannot be read."""
        return self._listed()[1]

    def is_shipped(self, card: ModelCard) -> bool:
        """Whether a card belongs to the program."""
        return card.path.parent == self.shipped

    def card(self, name: str) -> ModelCard:
        """The model called `name`, whatever its case; raises `NotFound`."""
        cards = self.cards()
        found = next((card for card in cards if card.name.casefold() == name.casefold()), None)
        if found is None:
            there = ", ".join(card.name for card in cards) or "none yet"
            raise NotFound(
                f"There is no model called “{name}”.", f"There are: {there}. `vocmatch models add` adds one."
            )
        return found

    def checked(self, name: str) -> ModelCard:
        """The same, after its file was compared with its hash; raises `ModelError` where they differ."""
        card = self.card(name)
        verify(card)
        return card

    def free_name(self, wanted: str) -> str:
        """A name for a new model that is also a file's on every system: letters, digits, ".", "_", "-"."""
        plain = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFC", wanted)).strip("-._")[:_LONGEST_NAME]
        plain = plain.strip("-._") or "model"
        if re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", plain, re.IGNORECASE):
            plain = f"model-{plain}"
        taken = {card.name.casefold() for card in self.cards()} | {trouble.path.stem for trouble in self.troubles()}
        names = (plain if number == 1 else f"{plain}-{number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name.casefold() not in taken)

    def same(self, *digests: str) -> ModelCard | None:
        """The model that is made of files of just these SHA-256, if the store has it."""
        return next((card for card in self.cards() if tuple(file.sha256 for file in card.files) == digests), None)

    def add(self, card: ModelCard) -> ModelCard:
        """Copies the files that `card` tells of into the store, all or none, under a free name, with its card.

        Raises:
            NotFound: there is no such file. ModelError: a copy is not what the card's hash says. DiskError: no space,
                no permission.
        """
        missing = next((file.path for file in card.files if not file.path.is_file()), None)
        if missing is not None:
            raise NotFound(f"There is no file {missing}.", "Check the path.")
        name = self.free_name(card.name)
        require_space(self.own, sum(file.path.stat().st_size for file in card.files), f"the model {name}")
        copies = [self.own / f"{name}{f'.{number}' if number else ''}{SUFFIX}" for number in range(len(card.files))]
        with ExitStack() as stack:
            for file, copy in zip(card.files, copies, strict=True):
                partial = stack.enter_context(whole_file(copy))
                shutil.copyfile(file.path, partial)
                verify(ModelCard(name, card.task, card.family, card.licence, card.source, partial, file.sha256))
        path = self.own / f"{name}.json"
        more = tuple(replace(file, path=copy) for file, copy in zip(card.more, copies[1:], strict=True))
        try:
            write_card(path, replace(card, name=name, path=copies[0], more=more))
        except DiskError:
            _delete(copies)  # a model without a card is none
            raise
        return read_card(path)

    def remove(self, name: str) -> ModelCard:
        """Deletes a model that somebody added, card and file.

        Raises:
            NotFound: there is no such model. ModelError: it is shipped. DiskError: no permission.
        """
        card = self.card(name)
        if self.is_shipped(card):
            raise ModelError(f"The model {card.name} is part of the program.", "Only models you added can be removed.")
        try:
            _delete([card.path.with_suffix(".json"), *(file.path for file in card.files)])
        except OSError as error:
            raise DiskError(f"The model {card.name} cannot be removed.", f"Check permissions of {self.own}.") from error
        return card

    def _listed(self) -> tuple[tuple[ModelCard, ...], tuple[Trouble, ...]]:
        cards: dict[str, ModelCard] = {}
        troubles = []
        for folder in (self.shipped, self.own):
            for path in sorted(folder.glob("*.json"), key=lambda path: path.name.casefold()):
                try:
                    card = read_card(path)
                except ModelError as error:
                    troubles.append(Trouble(path, str(error)))
                else:
                    cards.setdefault(card.name.casefold(), card)
        return tuple(cards.values()), tuple(troubles)


def _delete(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def require_space(folder: Path, size: int, what: str) -> None:
    """Raises `DiskError` where `size` bytes and a reserve do not fit."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    if free < size + DISK_SPARE:
        raise DiskError(
            f"{what[0].upper()}{what[1:]} needs {size / 1e6:.0f} MB, and {there} has {free / 1e6:.0f} MB free.",
            "Make room, or set VOCMATCH_HOME to another disk.",
        )
