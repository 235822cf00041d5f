"""The public MDX-Net models of Ultimate Vocal Remover, known by the MD5 of their last 10,000 KiB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """The stem a model gives, the length of its spectra's window, and what its output is multiplied by."""

    primary: str
    n_fft: int
    compensation: float


KNOWN: Mapping[str, Known] = {
    "6703e39f36f18aa7855ee1047765621d": Known("bass", 16384, 1.035),
    "c3b29bdce8c4fa17ec609e16220330ab": Known("bass", 16384, 1.035),
    "4910e7827f335048bdac11fa967772f9": Known("drums", 4096, 1.035),
    "dc41ede5961d50f277eb846db17f5319": Known("drums", 4096, 1.035),
    "0f2a6bc5b49d87d64728ee40e23bceb1": Known("instrumental", 5120, 1.019),  # Inst HQ 4
    "1c56ec0224f1d559c42fd6fd2a67b154": Known("instrumental", 5120, 1.025),
    "8a88db95c7fb5dbe6a095ff2ffb428b1": Known("instrumental", 5120, 1.026),
    "1d64a6d2c30f709b8c9b4ce1366d96ee": Known("instrumental", 5120, 1.065),  # KARA 2
    "55657dd70583b0fedfba5f67df11d711": Known("instrumental", 6144, 1.022),  # Inst HQ 3
    "cc63408db3d80b4d85b0287d1d7c9632": Known("instrumental", 6144, 1.033),
    "b06327a00d5e5fbc7d96e1781bbdb596": Known("instrumental", 6144, 1.035),
    "203f2a3955221b64df85a41af87cf8f0": Known("instrumental", 6144, 1.035),
    "291c2049608edb52648b96e27eb80e95": Known("instrumental", 6144, 1.035),
    "ead8d05dab12ec571d67549b3aab03fc": Known("instrumental", 6144, 1.035),
    "94ff780b977d3ca07c7a343dab2e25dd": Known("instrumental", 6144, 1.039),
    "b6bccda408a436db8500083ef3491e8b": Known("instrumental", 7680, 1.02),
    "b78da4afc6512f98e4756f5977f5c6b9": Known("instrumental", 7680, 1.021),
    "e5572e58abf111f80d8241d2e44e7fa4": Known("instrumental", 7680, 1.028),
    "488b3e6f8bd3717d9d7c428476be2d75": Known("instrumental", 7680, 1.035),
    "ceed671467c1f64ebdfac8a2490d0d52": Known("instrumental", 7680, 1.035),
    "d2a1376f310e4f7fa37fb9b5774eb701": Known("instrumental", 7680, 1.035),
    "f2df6d6863d8f435436d8b561594ff49": Known("instrumental", 7680, 1.035),
    "2cdd429caac38f0194b133884160f2c6": Known("instrumental", 7680, 1.045),
    "26d308f91f3423a67dc69a6d12a8793d": Known("other", 8192, 1.035),
    "65ab5919372a128e4167f5e01a8fda85": Known("other", 8192, 1.035),
    "cd5b2989ad863f116c855db1dfe24e39": Known("reverb", 6144, 1.035),
    "a3cd63058945e777505c01d2507daf37": Known("vocals", 6144, 1.03),
    "0ddfc0eb5792638ad5dc27850236c246": Known("vocals", 6144, 1.035),
    "2f5501189a2f6db6349916fabe8c90de": Known("vocals", 6144, 1.035),
    "5f6483271e1efb9bfb59e4a3e6d4d098": Known("vocals", 6144, 1.035),
    "6b31de20e84392859a3d09d43f089515": Known("vocals", 6144, 1.035),
    "d7bff498db9324db933d913388cba6be": Known("vocals", 6144, 1.035),
    "d94058f8c7f1fae4164868ae8ae66b20": Known("vocals", 6144, 1.035),
    "970b3f9492014d18fefeedfe4773cb42": Known("vocals", 7680, 1.009),  # Kim Vocal 2
    "77d07b2667ddf05b9e3175941b4454a0": Known("vocals", 7680, 1.021),  # Voc FT
    "867595e9de46f6ab699008295df62798": Known("vocals", 7680, 1.03),
    "b33d9b3950b6cbf5fe90a32608924700": Known("vocals", 7680, 1.03),
    "e7324c873b1f615c35c1967f912db92a": Known("vocals", 7680, 1.03),
    "53c4baf4d12c3e6c3831bb8f5b532b93": Known("vocals", 7680, 1.043),
    "73492b58195c3b52d34590d5474452f6": Known("vocals", 7680, 1.043),
    "5d343409ef0df48c7d78cce9f0106781": Known("vocals", 7680, 1.075),
}
