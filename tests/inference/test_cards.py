"""Cards are read strictly where it matters, and keep what they do not know."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from vocmatch_desktop.errors import ModelError
from vocmatch_desktop.inference.cards import (
    ModelCard,
    ModelFile,
    is_sha256,
    read_card,
    sha256,
    tail_md5,
    verify,
    write_card,
)

GOOD: dict[str, Any] = {
    "name": "six",
    "task": "separation",
    "family": "htdemucs",
    "licence": "MIT",
    "source": "https://example.org",
    "file": "six.onnx",
    "sha256": "0" * 64,
}


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "six.json"
    path.write_text(json.dumps({**GOOD, **changes}), "utf-8")
    return path


def test_everything_a_card_tells_is_kept(tmp_path: Path) -> None:
    later = {"inputs": {"mix": {"shape": ["batch", 2, 343980]}}, "of_a_later_version": [1, {"x": None}]}
    card = read_card(written(tmp_path, stems=["vocals", "other"], rate=44100, **later))
    assert (card.name, card.stems, card.rate) == ("six", ("vocals", "other"), 44_100)
    assert card.path == tmp_path / "six.onnx"
    assert card.told["of_a_later_version"] == [1, {"x": None}]
    write_card(tmp_path / "again.json", card)
    again = read_card(tmp_path / "again.json")
    assert {**again.told} == {**card.told}


def test_a_model_may_have_several_files(tmp_path: Path) -> None:
    more = (ModelFile(tmp_path / "six.1.onnx", "1" * 64),)
    card = ModelCard("six", "separation", "umx", "MIT", "x", tmp_path / "six.onnx", "0" * 64, more=more)
    write_card(tmp_path / "six.json", card)
    assert read_card(tmp_path / "six.json").files == card.files


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": 3},
        {"licence": None},
        {"sha256": "abc"},
        {"sha256": "G" * 64},
        {"file": "../six.onnx"},
        {"file": "/tmp/six.onnx"},
        {"file": "..\\six.onnx"},
        {"file": "six.pth"},
        {"stems": "vocals"},
        {"stems": [1]},
        {"rate": "44100"},
        {"rate": -1},
        {"rate": True},
        {"more": ["a.onnx"]},
        {"more": [{"file": "../a.onnx", "sha256": "0" * 64}]},
    ],
)
def test_what_is_no_card_is_refused_in_one_sentence(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"six\.json is no model card"):
        read_card(written(tmp_path, **wrong))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 100_000, "\x00"])
def test_what_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "six.json").write_text(text)
    with pytest.raises(ModelError, match="no model card"):
        read_card(tmp_path / "six.json")
    with pytest.raises(ModelError, match="cannot be read"):
        read_card(tmp_path / "gone.json")


def test_every_file_is_compared_with_its_hash(tmp_path: Path) -> None:
    files = []
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / name).write_bytes(name.encode())
        files.append(ModelFile(tmp_path / name, sha256(tmp_path / name)))
    card = ModelCard("x", "separation", "umx", "MIT", "x", *_fields(files[0]), more=(files[1],))
    assert verify(card) == hashlib.sha256(b"a.onnx").hexdigest()
    (tmp_path / "b.onnx").write_bytes(b"tampered")
    with pytest.raises(ModelError, match="damaged"):
        verify(card)
    (tmp_path / "b.onnx").unlink()
    with pytest.raises(ModelError, match="missing"):
        verify(card)


def test_tails_are_hashed_as_uvr_does(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    content = bytes(range(256)) * 50_000  # 12.8 MB
    path.write_bytes(content)
    assert tail_md5(path) == hashlib.md5(content[-10_000 * 1024 :]).hexdigest()
    path.write_bytes(b"short")
    assert tail_md5(path) == hashlib.md5(b"short").hexdigest()
    assert is_sha256(sha256(path))


def _fields(file: ModelFile) -> tuple[Path, str]:
    return file.path, file.sha256
