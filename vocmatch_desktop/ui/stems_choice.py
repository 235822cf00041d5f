"""Which model the next song is taken apart with, and into which stems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject

from vocmatch_desktop.errors import UserError
from vocmatch_desktop.jobs.protocol import Bug
from vocmatch_desktop.settings import Places
from vocmatch_desktop.ui.jobs_bridge import JobsBridge
from vocmatch_desktop.ui.session import Problem, Session
from vocmatch_desktop.ui.sound import said
from vocmatch_desktop.ui.stems_flow import Wish
from vocmatch_desktop.ui.stems_sounding import in_order
from vocmatch_desktop.ui.stems_state import Separator, StemOptions


class StemsChoice(QObject):
    """Keeps `Session.stem_options` true; `keep` remembers the model for the next start."""

    def __init__(
        self,
        session: Session,
        bridge: JobsBridge,
        places: Places,
        keep: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._bridge, self._places, self._keep = session, bridge, places, keep

    @property
    def wish(self) -> Wish:
        """What is chosen now; all stems of a model are asked for as none."""
        options = self._session.stem_options
        model = self._model(options.model)
        return Wish(options.model, () if model is not None and options.stems == model.stems else options.stems)

    def look(self) -> None:
        """Looks which models there are: some may have come since."""
        places = self._places
        self._bridge.in_thread(lambda: _separators(places), self._show, failed=self._say)

    def choose_model(self, name: str) -> None:
        """Another model, with all its stems."""
        model = self._model(name)
        if model is not None:
            self._session.stem_options = replace(self._session.stem_options, model=name, stems=model.stems)
            self._keep(name)

    def choose_stems(self, stems: tuple[str, ...]) -> None:
        """Some stems of the chosen model, in its order; an empty choice is ignored."""
        model = self._model(self._session.stem_options.model)
        chosen = tuple(stem for stem in model.stems if stem in stems) if model is not None else ()
        if chosen:
            self._session.stem_options = replace(self._session.stem_options, stems=chosen)

    def _show(self, separators: tuple[Separator, ...]) -> None:
        before = self._session.stem_options
        wanted = before.model or self._session.settings.stem_model or ""
        model = next((each for each in separators if each.name == wanted), next(iter(separators), None))
        if model is None:
            self._session.stem_options = StemOptions(known=True)
            return
        same = self._model(model.name) == model
        self._session.stem_options = StemOptions(
            separators, model.name, before.stems if same else model.stems, known=True
        )

    def _model(self, name: str) -> Separator | None:
        return next((each for each in self._session.stem_options.separators if each.name == name), None)

    def _say(self, error: UserError | Bug) -> None:
        self._session.problem.emit(Problem(*said(error)))


def _separators(places: Places) -> tuple[Separator, ...]:
    from vocmatch_desktop.inference.store import ModelStore
    from vocmatch_desktop.separation.separate import offered
    from vocmatch_desktop.services.separation import separators

    store = ModelStore.of(places)
    return tuple(
        Separator(card.name, in_order(offered(card)), str(card.told.get("summary", "")), is_default=place == 0)
        for place, card in enumerate(separators(store))
    )
