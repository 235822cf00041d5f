"""`vocmatch models`: which models there are, and how others come in and go."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vocmatch_desktop.commands.options import JsonFlag
from vocmatch_desktop.commands.output import emit, progress, say
from vocmatch_desktop.settings import Places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vocmatch_desktop.inference.cards import ModelCard
    from vocmatch_desktop.inference.known import KnownModel
    from vocmatch_desktop.inference.store import ModelStore

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of `vocmatch models list`.")]
Source = Annotated[str, typer.Argument(metavar="FILE-or-URL", help="An .onnx file, an https address, a known name.")]
More = Annotated[list[Path] | None, typer.Argument(metavar="[FILE…]", help="Further files of the same model.")]
Sha256 = Annotated[str, typer.Option("--sha256", metavar="H", help="What the file must be; an address needs it.")]
Yes = Annotated[bool, typer.Option("--yes", help="Fetch a well-known file without asking once more.")]
Fact = Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="For its card, such as n_fft=6144.")]

models = typer.Typer(help="The models: those that are shipped, and yours.")


def register(app: typer.Typer) -> None:
    """Adds `models`."""
    app.add_typer(models, name="models")


@models.command("list")
def show_all(json_: JsonFlag = False) -> None:
    """Lists every model."""
    store = _store()
    for trouble in store.troubles():
        say(trouble.why)
    _emit(store.cards(), json_, _table(store))


@models.command()
def info(name: Name, json_: JsonFlag = False) -> None:
    """Shows all that a model's card tells."""
    card = _store().card(name)
    told = {**card.told, "path": str(card.path)}
    _emit([card], json_, json.dumps(told, indent=2, ensure_ascii=False), card=told)


@models.command()
def add(
    source: Source,
    more: More = None,
    sha256: Sha256 = "",
    fact: Fact = None,
    yes: Yes = False,
    json_: JsonFlag = False,
) -> None:
    """Adds a model from a file, or fetches one: an https address with --sha256, or a well-known file by its name."""
    from vocmatch_desktop.inference.known import named
    from vocmatch_desktop.services.models import AddModelSpec, run

    known = None if Path(source).exists() else named(source)
    if known and not (yes or json_) and not _is_wanted(known):
        say("Nothing was fetched.")
        return
    with progress() as report:
        files = tuple(path.expanduser().absolute() for path in more or [])
        added = run(AddModelSpec(source, Places.from_environment(), sha256, _facts(fact or []), files), report)
    card = added.card
    done = "is there already" if added.was_there else "is added"
    say(f"Licence of {card.name}: {card.licence}.")
    _emit([card], json_, f"{card.name} {done}: {card.family}, {', '.join(card.stems)}.")


def _is_wanted(known: KnownModel) -> bool:
    """Asks whoever sits at a terminal; a script that names a public file has been asked."""
    if not sys.stdin.isatty():
        return True
    say(f"{known.name} is not part of VocMatch. Licence: {known.licence}.")
    return typer.confirm(f"Fetch {known.url}?", err=True)


@models.command()
def remove(name: Name, json_: JsonFlag = False) -> None:
    """Deletes a model you added."""
    card = _store().remove(name)
    _emit([card], json_, f"{card.name} is removed.")


@models.command()
def verify(json_: JsonFlag = False) -> None:
    """Compares every model's file with the SHA-256 of its card."""
    from vocmatch_desktop.errors import ModelError
    from vocmatch_desktop.inference.cards import verify

    store = _store()
    wrong = [trouble.why for trouble in store.troubles()]
    for card in store.cards():
        try:
            verify(card)
        except ModelError as error:
            wrong.append(str(error))
    if wrong:
        raise ModelError(" ".join(wrong))
    _emit(store.cards(), json_, f"All {len(store.cards())} models are as their cards say.")


def _store() -> ModelStore:
    from vocmatch_desktop.inference.store import ModelStore

    return ModelStore.of(Places.from_environment())


def _emit(cards: Sequence[ModelCard], as_json: bool, text: str, **more: object) -> None:
    fields = ("name", "task", "family", "licence", "sha256", "source", "stems")
    rows = [{field: getattr(card, field) for field in fields} for card in cards]
    emit({"models": rows, **more}, as_json=as_json, text=text)


def _table(store: ModelStore) -> str:
    from rich.table import Table

    from vocmatch_desktop.commands.tables import drawn, shown
    from vocmatch_desktop.inference.known import KNOWN
    from vocmatch_desktop.services.separation import separators

    others = [model.name for model in KNOWN if store.same(model.sha256) is None]
    hint = f"Public files that `vocmatch models add NAME` fetches: {', '.join(others)}." if others else ""
    if not store.cards():
        return f"There are no models yet. `vocmatch models add FILE` adds one.\n{hint}"
    default = next((card.name for card in separators(store)), "")
    table = Table("Name", "Task", "Family", "Stems", "Licence", "", box=None)
    for card in store.cards():
        cells = (card.name, card.task, card.family, ", ".join(card.stems), card.licence)
        origin = "shipped" if store.is_shipped(card) else "yours"
        table.add_row(*map(shown, cells), f"{origin}, the default" if card.name == default else origin)
    return f"{drawn(table)}\n\n{hint}".rstrip()


def _facts(given: Sequence[str]) -> dict[str, Any]:
    """NAME=VALUE pairs; values are numbers, true and false where they look like it, lists where they have commas."""
    facts = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not name.strip() or not equals:
            raise typer.BadParameter("--fact is NAME=VALUE, such as n_fft=6144.")
        facts[name.strip()] = _value(value.strip())
    return facts


def _value(text: str) -> Any:
    if "," in text:
        return [part.strip() for part in text.split(",")]
    try:
        return json.loads(text)
    except ValueError:
        return text
