"""The real studio: the material's compositions, its band and its singers, all of one split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vocmatch_desktop.errors import NotFound, UserError
from vocmatch_desktop.synth.sounds import Sounds, render_part
from vocmatch_desktop.training.songs import band, compositions, grooves, instruments, singer
from vocmatch_desktop.training.songs.band_styles import STYLES
from vocmatch_desktop.training.songs.composition import Composition
from vocmatch_desktop.training.songs.desk import Track
from vocmatch_desktop.training.songs.effects import RATE
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.midi import CorruptScore
from vocmatch_desktop.training.songs.record import Credit, Split
from vocmatch_desktop.training.songs.render import Options, Vocals, Written
from vocmatch_desktop.training.songs.tonality import bears_out
from vocmatch_desktop.types import Float32, Part

DOUBLED, HARMONISED = 0.3, 0.2
"""How often the lead is sung twice more at its sides, and how often a second voice follows it."""

HARMONIES = (2, 2, 2, -2, 5, -5)
"""Steps of the scale between the lead and a second voice: mostly a third above."""

PLACES: tuple[singer.Place, ...] = ("studio", "room", "phone")
PLACE_SHARES = (0.75, 0.2, 0.05)
"""Where voices are recorded, and how often: songs are mostly made in studios."""

LEAST_SUNG, MANY_UNITS = 0.1, 200
"""What a voice of no units would weigh, and how many make a whole singer: two vowels alone soon sound all alike."""

OLD_TUNES, OLD_SHARE = "openewld/", 0.15

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
    if unknown := sorted(set(names) - set(STYLES)):
        raise UserError(f"There is no style {unknown[0]}.", f"The styles are {', '.join(sorted(STYLES))}.")
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
        """Draws a composition that can be read, suits a style wanted and bears its key out; the band arranges it."""
        skipped: list[str] = []
        who = self._singer(rng)
        for _ in range(ATTEMPTS):
            name = self._name(rng)
            try:
                composition = compositions.load(self.material, name)
            except CorruptScore:
                skipped.append(name)
                continue
            styles = [s for s in band.styles_for(composition) if not options.styles or s in options.styles]
            if styles:
                style = styles[int(rng.integers(len(styles)))]
                song = band.adapted(composition, style, options.seconds, rng)
                if not bears_out(song):
                    continue
                song = who.suited(song, rng)
                return Written(song, style, band.arrange(song, style, rng, self.orchestra), who, tuple(skipped))
        raise UserError(
            f"None of {ATTEMPTS} compositions could be played as wanted ({len(skipped)} were damaged).",
            f"Check the archives in {self.material.folder / 'midi'}, or ask for other styles.",
        )

    def _name(self, rng: np.random.Generator) -> str:
        """Mostly pop; now and then a tune of a hundred years ago."""
        old = [name for name in self.names if name.startswith(OLD_TUNES)]
        pop = [name for name in self.names if not name.startswith(OLD_TUNES)]
        chosen = (old if rng.random() < OLD_SHARE else pop) or old or pop
        return chosen[int(rng.integers(len(chosen)))]

    def play(self, part: Part, frames: int) -> Float32:
        """As `synth.sounds.render_part`."""
        return render_part(part, frames, RATE, self.sounds)

    def _singer(self, rng: np.random.Generator) -> VoiceSinger:
        """A voice and how it sings; voices that know few syllables come seldom."""
        weights = np.array([LEAST_SUNG + min(1.0, len(voice.units) / MANY_UNITS) for voice in self.voices])
        voice = self.voices[int(rng.choice(len(self.voices), p=weights / weights.sum()))]
        return VoiceSinger(voice, singer.draw_for_separation(rng))

    def credits(self, parts: Sequence[Part]) -> tuple[Credit, ...]:
        """Of the recorded instruments and the soundfonts; of all drummers and patterns where there are drums."""
        found = [instruments.credit(part.sound, self.material) for part in parts]
        if any(part.stem == "drums" for part in parts):
            found += [grooves.CREDIT, grooves.PATTERN_CREDIT]
        return tuple(dict.fromkeys(credit for credit in found if credit is not None))


@dataclass(frozen=True, slots=True, eq=False)
class VoiceSinger:
    """A voice of the material; see `render.Singer`."""

    voice: singer.Voice
    how: singer.Singing

    def suited(self, song: Composition, rng: np.random.Generator) -> Composition:
        """The song in a key for this singer: any, unless what is sung is untouched recordings."""
        if self.how.engine != "raw":
            return song
        steps = singer.fitting_transposition(song.melody, self.voice, song.chords, song.key, rng)
        return compositions.transposed(song, steps)

    def sing(self, composition: Composition, frames: int, rng: np.random.Generator) -> Vocals:
        """The voice sings the melody; now and then it is doubled, or second voices go along."""
        place = PLACES[int(rng.choice(len(PLACES), p=PLACE_SHARES))]
        lead = singer.sing(
            composition.melody, self.voice, self.how, frames, rng, chords=composition.chords, key=composition.key
        )
        sung = [("lead", lead)]
        if lead.engine != "raw":
            sung += self._company(lead, composition, frames, rng)
        tracks = [Track(name, "vocals", singer.recorded(one.samples, place, rng)) for name, one in sung]
        return Vocals(tuple(tracks), lead.truth, lead.engine, self.voice.credits)

    def _company(
        self, lead: singer.Sung, composition: Composition, frames: int, rng: np.random.Generator
    ) -> list[tuple[str, singer.Sung]]:
        """Whoever sings along with a lead."""
        doubled, harmonised = (rng.random(2) < (DOUBLED, HARMONISED)).tolist()
        company = [("double", singer.double(lead, self.voice, self.how, frames, rng)) for _ in range(2 * doubled)]
        if harmonised:
            steps = int(rng.choice(HARMONIES))
            second = singer.harmony(lead, composition.key, steps, self.voice, self.how, frames, rng)
            company.append(("harmony", second))
        return company
