"""Public model files whose address and hash are known, so that nobody has to type them.

None of them is ours, none is shipped, and none is fetched before somebody asks for it by name.
"""

from __future__ import annotations

from dataclasses import dataclass

_UVR = "https://github.com/TRvlvr/model_repo/releases/download/all_public_uvr_models"
_UVR_LICENCE = "not stated by its publisher (Ultimate Vocal Remover); ask there before you use it in public"
_UVR_SOURCE = "https://github.com/Anjok07/ultimatevocalremovergui"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A public file: `url` gives it, and it has `sha256`; `source` tells about it."""

    name: str
    url: str
    sha256: str
    licence: str
    source: str


def _uvr(name: str, sha256: str) -> KnownModel:
    return KnownModel(name, f"{_UVR}/{name}.onnx", sha256, _UVR_LICENCE, _UVR_SOURCE)


KNOWN: tuple[KnownModel, ...] = (
    _uvr("UVR-MDX-NET-Inst_HQ_3", "317554b07fe1ea5279a77f2b1520a41ea4b93432560c4ffd08792c30fddf9adc"),
    _uvr("UVR-MDX-NET-Inst_HQ_4", "3c4b5b9b05090fdf238f38ba5046813982d50e2a652e9cb3324ea79720c3c9c8"),
    _uvr("UVR-MDX-NET-Voc_FT", "534b2070fcc7df514b13ef660dc8cbb328679c2374d04354a5c42bb14ecce111"),
    _uvr("Kim_Vocal_2", "ce74ef3b6a6024ce44211a07be9cf8bc6d87728cc852a68ab34eb8e58cde9c8b"),
    KnownModel(
        "htdemucs_6s",
        "https://huggingface.co/StemSplitio/htdemucs-6s-onnx/resolve/main/htdemucs_6s.onnx",
        "48f8e84945579f8ab340e083339e9221e03785dbe733a52c388200b6d3ca779a",
        "MIT by its publisher's card; Meta does not say on which songs HTDemucs was trained",
        "https://huggingface.co/StemSplitio/htdemucs-6s-onnx",
    ),
)


def named(name: str) -> KnownModel | None:
    """The known file called `name`, whatever its case."""
    return next((model for model in KNOWN if model.name.lower() == name.lower()), None)


def at(url: str) -> KnownModel | None:
    """The known file at this address."""
    return next((model for model in KNOWN if model.url == url), None)


def recognised(sha256: str) -> KnownModel | None:
    """The known file with this content."""
    return next((model for model in KNOWN if model.sha256 == sha256), None)
