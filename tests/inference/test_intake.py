"""What is no ONNX model is refused before anything reads it."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import onnx
import pytest
from tiny_models import four_stems, with_weights_elsewhere

from vocmatch_desktop.errors import ModelError, NotFound
from vocmatch_desktop.inference.cards import sha256
from vocmatch_desktop.inference.intake import check_file, check_hash


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return Path("exploded").touch, ()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_no_pickle_is_ever_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, protocol: int) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("net.pth", "net.ckpt", "pretends.onnx"):
        (tmp_path / name).write_bytes(pickle.dumps(Bomb(), protocol))
        with pytest.raises(ModelError, match=r"checkpoint.*Export the model to ONNX"):
            check_file(tmp_path / name)
    assert not (tmp_path / "exploded").exists()


def test_zipped_checkpoints(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "torch.onnx", "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    with pytest.raises(ModelError, match="checkpoint"):
        check_file(tmp_path / "torch.onnx")


@pytest.mark.parametrize(("name", "content"), [("net.tflite", b"x" * 9), ("net.yaml", b"a: 1"), ("net.onnx", b"")])
def test_other_files(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match="no ONNX model"):
        check_file(tmp_path / name)


def test_too_large_in_two_parts_or_not_there(tmp_path: Path) -> None:
    with (tmp_path / "huge.onnx").open("wb") as file:
        file.write(b"\x08\x09")
        file.truncate(4 * 10**9)
    with pytest.raises(ModelError, match=r"4\.0 GB"):
        check_file(tmp_path / "huge.onnx")
    with pytest.raises(ModelError, match="second file"):
        check_file(with_weights_elsewhere(tmp_path / "two.onnx"))
    for missing in (tmp_path / "gone.onnx", tmp_path):
        with pytest.raises(NotFound, match="There is no file"):
            check_file(missing)


def test_notes_in_a_model_are_no_second_file(tmp_path: Path) -> None:
    model = onnx.load(four_stems(tmp_path / "four.onnx"))
    model.metadata_props.add(key="location", value="Berlin")
    (tmp_path / "noted.onnx").write_bytes(model.SerializeToString())
    check_file(tmp_path / "noted.onnx")


def test_a_model_passes_and_its_hash_is_compared(tmp_path: Path) -> None:
    path = four_stems(tmp_path / "four.onnx")
    check_file(path)
    assert check_hash(path, "") == check_hash(path, sha256(path)) == sha256(path)
    with pytest.raises(ModelError, match="not the file it should be"):
        check_hash(path, "0" * 64)
    with pytest.raises(ModelError, match="64 hexadecimal"):
        check_hash(path, "0")
