"""Models come into the store from files and from the net, whole and understood, or not at all."""

from __future__ import annotations

import io
from email.message import Message
from pathlib import Path
from urllib.request import Request

import pytest
from tiny_models import SHARES, four_stems, with_other_shapes, with_unknown_operator

from vocmatch_desktop.errors import ModelError, NotFound
from vocmatch_desktop.inference import known
from vocmatch_desktop.inference.cards import sha256
from vocmatch_desktop.inference.known import KnownModel
from vocmatch_desktop.inference.store import ModelStore
from vocmatch_desktop.services import models
from vocmatch_desktop.services.models import AddedModel, AddModelSpec, run
from vocmatch_desktop.services.reports import Unread
from vocmatch_desktop.settings import Places

URL = "https://example.org/nets/best%20net.onnx?download=true"


@pytest.fixture
def places(home: Path) -> Places:
    return Places.from_environment()


class Net(io.BytesIO):
    """What example.org answers."""

    status = 200

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.headers = Message()
        self.headers["Content-Length"] = str(len(content))


def added(spec: AddModelSpec, content: bytes | None = None) -> AddedModel:
    def fetch(request: Request) -> Net:
        assert content is not None, "nothing is fetched without being asked"
        assert request.full_url == URL
        return Net(content)

    return run(spec, Unread(), fetch=fetch)  # type: ignore[arg-type]


def stored(places: Places) -> list[str]:
    return sorted(path.name for path in ModelStore.of(places).own.glob("*"))


def test_a_file_becomes_a_model_with_a_card(places: Places, tmp_path: Path) -> None:
    path = four_stems(tmp_path / "My Net.onnx")
    card = added(AddModelSpec(str(path), places, sha256=sha256(path).upper(), facts={"licence": "MIT"})).card
    assert (card.name, card.task, card.family, card.licence) == ("My-Net", "separation", "htdemucs", "MIT")
    assert card.stems == tuple(SHARES)
    assert card.rate == 44_100
    assert card.sha256 == sha256(card.path)
    assert stored(places) == ["My-Net.json", "My-Net.onnx"]
    again = added(AddModelSpec(str(path), places))
    assert (again.card, again.was_there) == (card, True)
    with pytest.raises(ModelError, match="there already, as My-Net"):
        added(AddModelSpec(str(path), places, facts={"licence": "mine"}))


def test_facts_go_into_the_card(places: Places, tmp_path: Path) -> None:
    path = four_stems(tmp_path / "net.onnx")
    card = added(AddModelSpec(str(path), places, facts={"stems": ["a", "b", "c", "vocals"], "note": "mine"})).card
    assert card.stems == ("a", "b", "c", "vocals")
    assert card.told["note"] == "mine"


def test_what_is_not_understood_leaves_nothing(places: Places, tmp_path: Path) -> None:
    good = four_stems(tmp_path / "good.onnx")
    (tmp_path / "net.pth").write_bytes(b"\x80\x02x")
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(good.read_bytes()[:-9])
    for path in (with_other_shapes(tmp_path / "odd.onnx"), with_unknown_operator(tmp_path / "op.onnx"), cut):
        with pytest.raises(ModelError, match=path.stem):
            added(AddModelSpec(str(path), places))
    with pytest.raises(ModelError, match="checkpoint"):
        added(AddModelSpec(str(tmp_path / "net.pth"), places))
    with pytest.raises(ModelError, match="not the file it should be"):
        added(AddModelSpec(str(good), places, sha256="0" * 64))
    with pytest.raises(ModelError, match="makes no sense"):
        added(AddModelSpec(str(good), places, facts={"hop": -3}))
    with pytest.raises(ModelError, match="no model together"):
        added(AddModelSpec(str(good), places, more=(good,)))
    assert stored(places) == []


def test_an_address_with_its_hash_is_fetched(places: Places, tmp_path: Path) -> None:
    content = four_stems(tmp_path / "x.onnx").read_bytes()
    spec = AddModelSpec(URL, places, sha256=sha256(tmp_path / "x.onnx"))
    card = added(spec, content).card
    assert (card.name, card.source) == ("best-net", URL)
    assert added(spec).was_there
    assert list((places.cache / "downloads").iterdir()) == []


def test_another_file_at_the_address(places: Places, tmp_path: Path) -> None:
    content = four_stems(tmp_path / "x.onnx").read_bytes()
    with pytest.raises(ModelError, match="not the file it should be"):
        added(AddModelSpec(URL, places, sha256="0" * 64), content)
    assert stored(places) == []
    assert list((places.cache / "downloads").iterdir()) == []


def test_nothing_is_fetched_without_a_hash_or_by_another_way(places: Places) -> None:
    with pytest.raises(ModelError, match="needs its SHA-256"):
        added(AddModelSpec(URL, places))
    with pytest.raises(ModelError, match="64 hexadecimal"):
        added(AddModelSpec(URL, places, sha256="abc"))
    for url in ("http://example.org/x.onnx", "ftp://example.org/x.onnx", "file:///x.onnx"):
        with pytest.raises(ModelError, match="https"):
            added(AddModelSpec(url, places, sha256="0" * 64))
    with pytest.raises(NotFound, match="Voc_FT"):
        added(AddModelSpec("gone.onnx", places))


def test_well_known_files_are_fetched_by_name_and_recognised(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = four_stems(tmp_path / "renamed.onnx")
    entry = KnownModel("Famous", URL, sha256(path), "theirs; ask them", "https://example.org")
    monkeypatch.setattr(known, "KNOWN", (entry,))
    card = added(AddModelSpec("famous", places), path.read_bytes()).card
    assert (card.name, card.licence, card.source) == ("Famous", "theirs; ask them", "https://example.org")
    ModelStore.of(places).remove("Famous")
    card = added(AddModelSpec(str(path), places)).card
    assert (card.name, card.licence) == ("renamed", "theirs; ask them")
    ModelStore.of(places).remove("renamed")
    assert added(AddModelSpec(URL, places), path.read_bytes()).card.name == "Famous"


def test_a_licence_is_always_told(places: Places, tmp_path: Path) -> None:
    assert added(AddModelSpec(str(four_stems(tmp_path / "x.onnx")), places)).card.licence == models.UNKNOWN_LICENCE
