"""The real studio: the material's compositions, its band and its singers, all of one split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.synth.sounds import Sounds, render_part
from vocmatch_desktop.training.songs import band, compositions, instruments, singer
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.desk import Track
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.training.songs.record import Credit, Split
from vocmatch_desktop.training.songs.render import Options, Vocals, Written
from vocmatch_desktop.types import Float32, Note, Part

DOUBLED, HARMONISED = 0.3, 0.2
"""How often the lead is sung twice more at its sides, and how often a second voice follows it."""

ATTEMPTS = 50


def open_studio(material: Material, split: Split) -> MaterialStudio:
    """Reads the material's lists and hears its voices (from the cache, once they were heard).

    Raises:
        NotFound: Part of the material is missing; the sentence names the folder.
    """
    voices = singer.voices(material, split)
    names = compositions.names(material, split)
    if not voices or not names:
        raise NotFound(
            f"{material.folder} holds no {'voices' if names else 'compositions'} for {split}.",
            "VOCMATCH_MATERIAL must name the folder that holds data/.",
        )
    return MaterialStudio(material, split, names, voices, band.orchestra(material, split), instruments.sounds(material))


def styles_named(names: Sequence[str]) -> tuple[str, ...]:
    """`names` as they are where all are styles of the band; raises UserError that lists them otherwise."""
    if unknown := sorted(set(names) - set(band.STYLES)):
        raise UserError(f"There is no style {unknown[0]}.", f"The styles are {', '.join(sorted(band.STYLES))}.")
    return tuple(names)


@dataclass(frozen=True, slots=True, eq=False)
class MaterialStudio:
    """A studio of the material; see `render.Studio`."""

    material: Material
    split: Split
    names: tuple[str, ...]
    voices: tuple[singer.Voice, ...]
    orchestra: band.Orchestra
    sounds: Sounds

    def write(self, options: Options, rng: np.random.Generator) -> Written:
        """Draws a composition that can be read and suits a style wanted, and has the band arrange it."""
        skipped: list[str] = []
        for _ in range(ATTEMPTS):
            name = self.names[int(rng.integers(len(self.names)))]
            try:
                composition = compositions.load(self.material, name)
            except CorruptScore:
                skipped.append(name)
                continue
            styles = [s for s in band.styles_for(composition) if not options.styles or s in options.styles]
            if styles:
                style = styles[int(rng.integers(len(styles)))]
                song = band.adapted(composition, style, options.seconds, rng)
                return Written(song, style, band.arrange(song, style, rng, self.orchestra), tuple(skipped))
        raise UserError(
            f"None of {ATTEMPTS} compositions could be played as wanted ({len(skipped)} were damaged).",
            f"Check the archives in {self.material.folder / 'midi'}, or ask for other styles.",
        )

    def play(self, part: Part, frames: int) -> Float32:
        """As `synth.sounds.render_part`."""
        return render_part(part, frames, RATE, self.sounds)

    def sing(self, composition: Composition, frames: int, rng: np.random.Generator) -> Vocals:
        """A voice of the split sings the melody; now and then it is doubled, or a second voice goes along."""
        voice = self.voices[int(rng.integers(len(self.voices)))]
        how = singer.draw_for_separation(rng)
        doubled, harmonised = rng.random(2) < (DOUBLED, HARMONISED)
        lead = singer.sing(composition.melody, voice, how, frames, rng)
        tracks = [Track("lead", "vocals", lead.samples)]
        if how.engine != "raw":
            for _ in range(2 * int(doubled)):
                tracks.append(
                    Track("double", "vocals", singer.sing(composition.melody, voice, how, frames, rng).samples)
                )
            if harmonised:
                second = singer.sing(_harmony(composition, rng), voice, how, frames, rng)
                tracks.append(Track("harmony", "vocals", second.samples))
        return Vocals(tuple(tracks), lead.truth, how.engine, voice.credits)

    def credits(self, parts: Sequence[Part]) -> tuple[Credit, ...]:
        """Of the recorded instruments, the soundfonts and the drummers."""
        found = [instruments.credit(part.sound, self.material) for part in parts]
        return tuple(dict.fromkeys(credit for credit in found if credit is not None))


def _harmony(composition: Composition, rng: np.random.Generator) -> tuple[Note, ...]:
    """A second voice a third (two steps of the key's scale) above or below the melody."""
    scale = (0, 2, 3, 5, 7, 8, 10) if composition.key.minor else (0, 2, 4, 5, 7, 9, 11)
    steps = 2 if rng.random() < 0.7 else -2
    moved = []
    for note in composition.melody:
        octave, place = divmod(note.number - composition.key.tonic, 12)
        degree = max(index for index, tone in enumerate(scale) if tone <= place)
        up, target = divmod(degree + steps, 7)
        number = composition.key.tonic + 12 * (octave + up) + scale[target]
        moved.append(replace(note, number=number, pitch=float(number)))
    return tuple(moved)
