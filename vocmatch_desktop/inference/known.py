"""Public model files whose address, hash and numbers are known, so that nobody has to type them.

None of them is ours, none is shipped, and none is fetched before somebody asks for it by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_UVR = "https://github.com/TRvlvr/model_repo/releases/download/all_public_uvr_models"
_UVR_LICENCE = "not stated by its publisher (Ultimate Vocal Remover); ask there before you use it in public"
_UVR_SOURCE = "https://github.com/Anjok07/ultimatevocalremovergui"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A public file. `tail_md5`: see `cards.tail_md5`, empty where unknown; `facts`: what its family needs to know."""

    name: str
    url: str
    sha256: str
    size: int
    licence: str
    source: str
    facts: Mapping[str, object]
    tail_md5: str = ""


def _mdx(name: str, hashes: tuple[str, str], size: int, n_fft: int, compensation: float, primary: str) -> KnownModel:
    facts = {"n_fft": n_fft, "hop": 1024, "rate": 44_100, "compensation": compensation, "primary": primary}
    url = f"{_UVR}/{name}.onnx"
    return KnownModel(name, url, hashes[0], size, _UVR_LICENCE, _UVR_SOURCE, facts, tail_md5=hashes[1])


KNOWN: tuple[KnownModel, ...] = (
    _mdx(
        "UVR-MDX-NET-Inst_HQ_3",
        ("317554b07fe1ea5279a77f2b1520a41ea4b93432560c4ffd08792c30fddf9adc", "55657dd70583b0fedfba5f67df11d711"),
        66_759_214,
        6144,
        1.022,
        "instrumental",
    ),
    _mdx(
        "UVR-MDX-NET-Inst_HQ_4",
        ("3c4b5b9b05090fdf238f38ba5046813982d50e2a652e9cb3324ea79720c3c9c8", "0f2a6bc5b49d87d64728ee40e23bceb1"),
        0,
        5120,
        1.019,
        "instrumental",
    ),
    _mdx(
        "UVR-MDX-NET-Voc_FT",
        ("534b2070fcc7df514b13ef660dc8cbb328679c2374d04354a5c42bb14ecce111", "77d07b2667ddf05b9e3175941b4454a0"),
        66_762_490,
        7680,
        1.021,
        "vocals",
    ),
    _mdx(
        "Kim_Vocal_2",
        ("ce74ef3b6a6024ce44211a07be9cf8bc6d87728cc852a68ab34eb8e58cde9c8b", "970b3f9492014d18fefeedfe4773cb42"),
        66_759_214,
        7680,
        1.009,
        "vocals",
    ),
    KnownModel(
        "htdemucs_6s",
        "https://huggingface.co/StemSplitio/htdemucs-6s-onnx/resolve/main/htdemucs_6s.onnx",
        "48f8e84945579f8ab340e083339e9221e03785dbe733a52c388200b6d3ca779a",
        258_159_781,
        "MIT by its card; its weights are Meta's HTDemucs, whose training songs are not public",
        "https://huggingface.co/StemSplitio/htdemucs-6s-onnx",
        {"stems": ["drums", "bass", "other", "vocals", "guitar", "piano"], "rate": 44_100},
    ),
)


def named(name: str) -> KnownModel | None:
    """The known file called `name`, whatever its case."""
    return next((model for model in KNOWN if model.name.lower() == name.lower()), None)


def at(url: str) -> KnownModel | None:
    """The known file at this address."""
    return next((model for model in KNOWN if model.url == url), None)


def recognised(sha256: str, tail_md5: str) -> KnownModel | None:
    """The known file with this content: by its SHA-256, or by its end as UVR's programs do."""
    whole = next((model for model in KNOWN if model.sha256 == sha256), None)
    return whole or next((model for model in KNOWN if model.tail_md5 and model.tail_md5 == tail_md5), None)
