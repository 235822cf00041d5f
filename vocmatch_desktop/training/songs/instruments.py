"""The material's recorded instruments and kits, and which sounds there are for a role in a split.

File names say what was played; what they say was checked by measuring every recording, and where they are wrong it is
corrected here (`splendid` counts octaves one too low, `bass/yr` names no octave, two notes of `strat` are an E♭).
Loops are never one-shots: `instruments/loops` is not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from vocmatch_desktop.errors import NotFound
from vocmatch_desktop.synth.kits import DrumKit
from vocmatch_desktop.synth.sampler import Recordings, SampledInstrument, Touch, Zone
from vocmatch_desktop.synth.sounds import Sounds
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.record import Credit, Split
from vocmatch_desktop.training.songs.split import DEFAULT_SOUNDFONT, HELD_OUT_SOUNDFONT, sound_split

_CACHE_BYTES = 320 * 2**20
_LAYERS = {"PP": 45, "P": 62, "MP": 75, "MF": 100, "F": 105, "FF": 127}
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "#": 1, "s": 1, "S": 1, "b": -1}

Reader = Callable[[str], tuple[float, int] | None]
"""A file's name without folder and suffix → (MIDI pitch, velocity of its layer), None where it is no note."""


def _note(letter: str, sign: str, octave: str | int) -> float:
    return _STEPS[letter.upper()] + _SIGNS[sign] + 12.0 * (int(octave) + 1)


def _salamander(name: str) -> tuple[float, int] | None:
    found = re.search(r"__([A-G])(s?)(\d)$", name)
    return (_note(*found.groups()), 127) if found else None


def _splendid(name: str) -> tuple[float, int] | None:
    found = re.search(r"__(\w\w)_([A-G])(#?)(-?\d)$", name)
    if not found:
        return None
    layer, letter, sign, octave = found.groups()
    return _note(letter, sign, int(octave) + 1), _LAYERS[layer.upper()]


def _sullivan(name: str) -> tuple[float, int] | None:
    if found := re.search(r"__0?(\d+)[-_][A-G]#?\d[-_](PP|P|MP|F|FF)$", name):
        return float(found[1]), _LAYERS[found[2]]
    if found := re.search(r"__([a-g])(b?)(\d)(pp|mp|f|ff)$", name):
        return _note(found[1], found[2], found[3]), _LAYERS[found[4].upper()]
    return None


def _steel(name: str) -> tuple[float, int] | None:
    if found := re.search(r"__([A-G])(S?)(\d)(S?)$", name):
        return _note(found[1], found[2] or found[4], found[3]), 127
    return None


def _strat(name: str) -> tuple[float, int] | None:
    found = re.search(r"__\w+?_([A-G])(b?)(\d)_mp_\d$", name)
    if not found:
        return None
    played_flat = name.endswith(("E2_E3_mp_1", "E2_E3_mp_2"))
    return _note(*found.groups()) - played_flat, 127


def _double(name: str) -> tuple[float, int] | None:
    found = re.search(r"pizz_([a-g])(b?)(\d)_([fmp])\w$", name)
    return (_note(found[1], found[2], found[3]), {"p": 60, "m": 95, "f": 127}[found[4]]) if found else None


def _yr(technique: str) -> Reader:
    def read(name: str) -> tuple[float, int] | None:
        found = re.search(rf"^{technique}__([A-G])(#?)(\d?)$", name)
        if not found:
            return None
        letter, sign, octave = found.groups()
        return _note(letter, sign, octave or (2 if letter in "CD" else 1)), 127

    return read


def _listed(pitches: Mapping[str, float]) -> Reader:
    """For names that say nothing: the pitches that were measured."""

    def read(name: str) -> tuple[float, int] | None:
        return (pitches[name], 127) if name in pitches else None

    return read


_KALIMBA = {f"berklee__kalimba{i}": pitch for i, pitch in enumerate((60.7, 59.4, 62.4, 64.9, 66.6), start=1)}
_HORN = {f"berklee__casiohorn{i}": pitch for i, pitch in enumerate((50.15, 62.15, 74.15), start=1)}
_SITAR = {"berklee__sitar2": 50.4, "berklee__sitar5": 61.6, "berklee__sitar6": 45.4}

_SETS: Mapping[str, tuple[str, Reader, Touch]] = {
    "piano/salamander": ("piano/salamander", _salamander, Touch(release_s=0.25)),
    "piano/splendid": ("piano/splendid", _splendid, Touch(release_s=0.25)),
    "epiano/sullivan": ("epiano/sullivan", _sullivan, Touch(release_s=0.15)),
    "guitar_acoustic/steel": ("guitar_acoustic/steel", _steel, Touch(release_s=0.12, takes=2)),
    "guitar_electric/strat": ("guitar_electric/strat", _strat, Touch(release_s=0.08, takes=3)),
    "bass/double": ("bass/double", _double, Touch(release_s=0.1, takes=3)),
    "bass/yr/finger": ("bass/yr", _yr("finger"), Touch(release_s=0.07, takes=2)),
    "bass/yr/pick": ("bass/yr", _yr("pick"), Touch(release_s=0.07, takes=2)),
    "assorted/kalimba": ("assorted/olpc", _listed(_KALIMBA), Touch(release_s=0.3, takes=2)),
    "assorted/casiohorn": ("assorted/olpc", _listed(_HORN), Touch(release_s=0.1)),
    "assorted/sitar": ("assorted/olpc", _listed(_SITAR), Touch(release_s=0.2)),
    "assorted/vibraphone": ("assorted/sms_tools", _listed({"sounds__vibraphone-C6": 83.95}), Touch(release_s=0.4)),
}
"""Instrument → folder, reader of its names, touch."""

_MACHINES = (
    "Casio-RZ1",
    "LM-2",
    "MFB-512",
    "Roland-CR-8000",
    "Sequential-Circuits-Drumtraks",
    "Yamaha-MR10",
)

_KITS: Mapping[str, tuple[str, str]] = {
    "pearl": ("drums/pearl", "samples__"),
    "uzu": ("drums/uzu", ""),
    "vintage": ("drums/vintage", "samples__"),
    "sonic-pi": ("assorted/sonic-pi", "samples__drum_"),
    **{f"machines/{name}": ("drums/machines", f"{name}__") for name in _MACHINES},
}
"""Kit → folder and how the names of its files begin."""

_PIECES: tuple[tuple[str, str], ...] = (
    ("kick", r"kick|heavy_kick|^bd|_kick|bass_(hard|soft)"),
    ("rim", r"rim|stick|(?<!s)clave"),
    ("clap", r"clap|^cp__"),
    ("open_hat", r"open|^oh__|ohihat|hhopen"),
    ("hat", r"hihat|(^|_)hh|hat|shorthi|cymbal_closed|cymbal_pedal|closedhat"),
    ("tom_high", r"tom-?_?(h|hh|hi|high|1|01|-01)(_|$|-)|hitom|^ht__|tom_hi|tom03"),
    ("tom_low", r"tom-?_?(l|ll|lo|low|3|-03)(_|$|-)|lowtom|^lt__|tom_lo|tom02"),
    ("tom_mid", r"tom|^mt__"),
    ("snare", r"snare|^sd__|(?<![a-z])sn|brush"),
    ("ride", r"ride|^rd__"),
    ("splash", r"splash"),
    ("crash", r"crash|cymbal|cymball|^cr__"),
    ("tambourine", r"tamb|^tb__"),
    ("cowbell", r"cowb|^cb__"),
    ("shaker", r"cabasa|shaker|guiro"),
    ("conga_low", r"conga-l"),
    ("conga_high", r"conga"),
)
"""The first pattern a hit's name (lower case, without its kit's) matches says which piece it is."""

_SOFT = re.compile(r"soft|_p$")

SOUNDFONT_CREDITS: Mapping[str, Credit] = {
    "FluidR3_GM": Credit("FluidR3 GM soundfont", "Frank Wen and others", "MIT"),
    "TimGM6mb": Credit("TimGM6mb soundfont", "Tim Brechbill", "GPL-2.0"),
}


def sounds(material: Material) -> Sounds:
    """Everything `render_part` needs to play what the material holds; nothing is decoded yet."""
    folder = material.file("instruments")
    recordings = Recordings(_CACHE_BYTES)  # one for all: what is not played is forgotten
    sampled = {
        name: SampledInstrument(_zones(folder / where, read), touch, recordings)
        for name, (where, read, touch) in _SETS.items()
    }
    kits = dict(
        kit for name, (where, start) in _KITS.items() for kit in _kit_variants(name, folder / where, start, recordings)
    )
    return Sounds(sampled, kits)


def _zones(folder: Path, read: Reader) -> tuple[Zone, ...]:
    found = [(path, read(path.stem)) for path in _recordings(folder)]
    zones = tuple(Zone(path, note[0], note[1]) for path, note in found if note is not None)
    if not zones:
        raise NotFound(f"{folder} holds no recorded notes.", "VOCMATCH_MATERIAL must name the folder that holds data/.")
    return zones


def _kit_variants(name: str, folder: Path, start: str, recordings: Recordings) -> Iterator[tuple[str, DrumKit]]:
    """One kit for each of the snares, kicks … a folder has: they are different drums, not takes of one."""
    hits: dict[str, list[Zone]] = {}
    soft: dict[str, list[Zone]] = {}
    for path in _recordings(folder):
        own = path.stem.removeprefix(start).lower()
        if path.stem.startswith(start) and (piece := _piece(own)):
            gentle = _SOFT.search(own) is not None
            zone = Zone(path, 60.0, 70 if gentle else 127, seconds=4.0)
            (soft if gentle else hits).setdefault(piece, []).append(zone)
    for number in range(_variants(hits)):
        pieces = {
            piece: tuple(zones[number % len(zones)] for zones in (hits[piece], soft.get(piece, [])) if zones)
            for piece in hits
        }
        yield f"{name}/{number}", DrumKit(pieces, recordings)


def _variants(hits: Mapping[str, Sequence[Zone]]) -> int:
    return max((len(zones) for piece, zones in hits.items() if piece in ("kick", "snare", "hat")), default=0)


def _piece(name: str) -> str | None:
    return next((piece for piece, pattern in _PIECES if re.search(pattern, name)), None)


def _recordings(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise NotFound(f"{folder} is missing.", "VOCMATCH_MATERIAL must name the folder that holds data/.")
    return sorted(path for path in folder.iterdir() if path.suffix in (".opus", ".wav", ".flac", ".ogg"))


_STRAT = "sampled:guitar_electric/strat"

_ROLES: Mapping[str, tuple[str, ...]] = {
    "bass.finger": ("sampled:bass/yr/finger", "33", "35"),
    "bass.pick": ("sampled:bass/yr/pick", "34"),
    "bass.slap": ("36", "37"),
    "bass.upright": ("sampled:bass/double", "32"),
    "bass.synth": ("38", "39", "87", "synth:saw_bass", "synth:reese_bass"),
    "bass.808": ("synth:bass_808", "synth:sub_bass"),
    "guitar.steel": ("sampled:guitar_acoustic/steel", "25"),
    "guitar.nylon": ("24",),
    "guitar.clean": (_STRAT, _STRAT + "+amp:clean", "27", "27+amp:clean", "26", "26+amp:clean"),
    "guitar.muted": (_STRAT + "+palm+amp:clean", "28"),
    "guitar.crunch": (_STRAT + "+amp:crunch", _STRAT + "+amp:crunch+double", "27+amp:crunch", "26+amp:crunch", "29"),
    "guitar.distorted": (
        _STRAT + "+amp:high+double",
        _STRAT + "+amp:high",
        "27+amp:high+double",
        "26+amp:high+double",
        "30",
    ),
    "piano.grand": ("sampled:piano/salamander", "sampled:piano/splendid", "0", "1", "2"),
    "piano.electric": ("sampled:epiano/sullivan", "4", "5"),
    "other.pad": ("88", "89", "90", "91", "94", "95"),
    "other.strings": ("48", "49", "50", "51"),
    "other.organ": ("16", "17", "18"),
    "other.lead": ("80+slide", "81+slide", "82", "84", "87+slide"),
    "other.pluck": ("sampled:assorted/kalimba", "sampled:assorted/sitar", "46", "45", "107", "108", "15"),
    "other.brass": ("sampled:assorted/casiohorn", "61", "62", "63", "56", "57"),
    "other.bell": ("sampled:assorted/vibraphone", "9", "10", "11", "12", "98"),
    "other.choir": ("52", "53", "54"),
    "other.flute": ("73", "72", "74", "75"),
    "other.sax": ("64", "65", "66"),
    "drums.acoustic": (
        "kit:pearl/0",
        "kit:pearl/1",
        "kit:pearl/2",
        "kit:sonic-pi/0",
        "kit:sonic-pi/1",
        "kit0",
        "kit8",
        "kit16",
    ),
    "drums.brush": ("kit40", "kit32"),
    "drums.electronic": (
        "kit24",
        *(f"kit:uzu/{variant}" for variant in range(8)),
        *(f"kit:machines/{name}/0" for name in _MACHINES),
        "kit:machines/LM-2/1",
        "kit:machines/LM-2/2",
        "kit:machines/Yamaha-MR10/1",
    ),
    "drums.808": ("kit25", "kit:vintage/0", "kit:vintage/1", "kit:vintage/2", "kit:machines/Roland-CR-8000/0"),
}
"""Role → sounds: whole names, or numbers of General MIDI programs ("33") and kits ("kit0") of every soundfont."""

ROLES = tuple(_ROLES)

_INSTEAD: Mapping[str, str] = {
    "bass.pick": "bass.finger",
    "bass.slap": "bass.finger",
    "bass.upright": "bass.finger",
    "bass.808": "bass.synth",
    "guitar.steel": "guitar.clean",
    "guitar.nylon": "guitar.steel",
    "guitar.muted": "guitar.clean",
    "guitar.distorted": "guitar.crunch",
    "drums.brush": "drums.acoustic",
    "drums.808": "drums.electronic",
}
"""What plays a role a split has no sound for."""


def catalogue(split: Split) -> dict[str, tuple[str, ...]]:
    """Every role's sounds in `split`, at least one each; no two splits share an instrument, kit or preset."""
    own = {role: tuple(name for name in _named(names) if sound_split(name) == split) for role, names in _ROLES.items()}
    return {role: own[_stand_in(role, own)] for role in ROLES}


def _stand_in(role: str, own: Mapping[str, tuple[str, ...]]) -> str:
    while not own[role]:
        role = _INSTEAD[role]
    return role


def _named(names: Iterable[str]) -> list[str]:
    """Whole names; numbers become the presets of the soundfonts."""
    result: list[str] = []
    for name in names:
        if ":" in name.split("+")[0]:
            result.append(name)
            continue
        number, plus, options = name.partition("+")
        kind = "gmkit" if number.startswith("kit") else "gm"
        for font in (DEFAULT_SOUNDFONT, HELD_OUT_SOUNDFONT):
            result.append(f"{kind}:{number.removeprefix('kit')}@{font}{plus}{options}")
    return result


def credit(sound: str, material: Material) -> Credit | None:
    """Whose recordings sound in `sound`; None for our own synthesis."""
    kind, _, name = sound.partition("+")[0].partition(":")
    if kind in ("gm", "gmkit"):
        return SOUNDFONT_CREDITS[name.partition("@")[2] or DEFAULT_SOUNDFONT]
    if kind == "synth":
        return None
    folder = _KITS[name.rpartition("/")[0]][0] if kind == "kit" else _SETS[name][0]
    rows = material.under(f"instruments/{folder}/")
    return rows[0].as_credit() if rows else None
