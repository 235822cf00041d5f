"""The store takes a model whole or not at all, and never gives out a damaged one."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from vocmatch_desktop.errors import DiskError, ModelError, NotFound
from vocmatch_desktop.inference import known, store
from vocmatch_desktop.inference.cards import ModelCard, ModelFile, is_sha256, sha256, write_card
from vocmatch_desktop.inference.store import ModelStore


@pytest.fixture
def models(tmp_path: Path) -> ModelStore:
    (tmp_path / "shipped").mkdir()
    given = _given(tmp_path / "shipped", "ours", b"ours")
    write_card(given.path.with_suffix(".json"), given)
    return ModelStore(tmp_path / "shipped", tmp_path / "own")


def _given(folder: Path, name: str, content: bytes) -> ModelCard:
    path = folder / f"{name}.onnx"
    path.write_bytes(content)
    return ModelCard(name, "separation", "htdemucs", "MIT", "here", path, sha256(path), ("vocals",), 44_100)


def test_a_model_is_copied_with_its_card_and_removed_again(models: ModelStore, tmp_path: Path) -> None:
    card = models.add(_given(tmp_path, "mine", b"weights"))
    assert [each.name for each in models.cards()] == ["ours", "mine"]
    assert models.checked("MINE") == card
    assert card.path.read_bytes() == b"weights"
    assert models.same(card.sha256) == card
    models.remove("mine")
    assert list(models.own.iterdir()) == []
    assert (tmp_path / "mine.onnx").exists()


def test_all_files_of_a_model_are_copied(models: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "second").write_bytes(b"second")
    given = _given(tmp_path, "two", b"first")
    more = (ModelFile(tmp_path / "second", sha256(tmp_path / "second")),)
    card = models.add(ModelCard("two", "separation", "umx", "MIT", "x", given.path, given.sha256, more=more))
    assert [file.path.name for file in card.files] == ["two.onnx", "two.1.onnx"]
    assert models.checked("two").more[0].path.read_bytes() == b"second"
    models.remove("two")
    assert list(models.own.iterdir()) == []


def test_names_never_collide(models: ModelStore, tmp_path: Path) -> None:
    names = [models.add(_given(tmp_path, name, name.encode())).name for name in ("ours", "Ours", "a b/ü:?"[:3], "con")]
    assert names == ["ours-2", "Ours-3", "a-b", "model-con"]
    assert models.free_name("../../etc/passwd") == "etc-passwd"
    assert models.free_name("…") == "model"


def test_a_tampered_model_is_not_given_out(models: ModelStore, tmp_path: Path) -> None:
    card = models.add(_given(tmp_path, "mine", b"weights"))
    card.path.write_bytes(b"weight")
    with pytest.raises(ModelError, match="mine is damaged"):
        models.checked("mine")
    card.path.unlink()
    with pytest.raises(ModelError, match="mine is missing"):
        models.checked("mine")
    models.remove("mine")


def test_shipped_models_stay(models: ModelStore) -> None:
    with pytest.raises(ModelError, match="part of the program"):
        models.remove("ours")
    with pytest.raises(NotFound, match="ours"):
        models.card("theirs")


def test_a_broken_card_hides_only_itself(models: ModelStore, tmp_path: Path) -> None:
    models.add(_given(tmp_path, "mine", b"weights"))
    (models.own / "broken.json").write_text("{")
    assert [card.name for card in models.cards()] == ["ours", "mine"]
    assert [trouble.path.name for trouble in models.troubles()] == ["broken.json"]
    assert models.free_name("broken") == "broken-2"


def test_nothing_is_left_where_a_copy_fails(
    models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = _given(tmp_path, "mine", b"weights")
    with monkeypatch.context() as patch:
        patch.setattr(store.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
        with pytest.raises(DiskError, match="MB free"):
            models.add(given)
    given.path.write_bytes(b"changed since it was hashed")
    with pytest.raises(ModelError, match="damaged"):
        models.add(given)
    assert [path for path in models.own.rglob("*") if path.is_file()] == []
    given.path.unlink()
    with pytest.raises(NotFound, match=r"mine\.onnx"):
        models.add(given)


def test_a_card_that_cannot_be_written_takes_its_model_along(
    models: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, card: ModelCard) -> None:
        raise DiskError("no space")

    monkeypatch.setattr(store, "write_card", full)
    with pytest.raises(DiskError):
        models.add(_given(tmp_path, "mine", b"weights"))
    assert list(models.own.iterdir()) == []


def test_known_files_are_found_by_name_address_and_content() -> None:
    assert len({model.name.lower() for model in known.KNOWN}) == len(known.KNOWN)
    for model in known.KNOWN:
        assert is_sha256(model.sha256)
        assert model.url.startswith("https://")
        assert model.licence
        assert known.named(model.name.upper()) == known.at(model.url) == known.recognised(model.sha256) == model
    assert known.named("nothing") is None


def test_the_shipped_cards_can_be_read() -> None:
    shipped = ModelStore(store.bundled("models"), Path("/nowhere"))
    assert not shipped.troubles()
    for card in shipped.cards():
        assert shipped.checked(card.name).licence
        assert json.dumps(dict(card.told))


def test_the_same_model_is_one_of_the_same_files(models: ModelStore, tmp_path: Path) -> None:
    first, second = _given(tmp_path, "a", b"a"), _given(tmp_path, "b", b"b")
    more = (ModelFile(second.path, second.sha256),)
    both = models.add(ModelCard("both", "separation", "umx", "MIT", "x", first.path, first.sha256, more=more))
    assert models.same(first.sha256, second.sha256) == both
    assert models.same(first.sha256) is None
    assert models.same(second.sha256, first.sha256) is None
