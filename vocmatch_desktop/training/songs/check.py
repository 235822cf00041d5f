"""Measures rendered songs: do the stems sum to the mix, does our own analysis find the truth, do they sound like songs?

Long-term spectra are levels in octave bands against the whole; they and the loudnesses are compared with the released
multitracks of the material. Real songs of every split are looked at, none is learnt from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocmatch_desktop.analysis.beat import fingerprint_of
from vocmatch_desktop.analysis.spectra import RATE as ANALYSIS_RATE
from vocmatch_desktop.analysis.spectra import SpectrumPass
from vocmatch_desktop.audio.files import read
from vocmatch_desktop.audio.loudness import ABSOLUTE_GATE, integrated_lufs
from vocmatch_desktop.audio.mono import MonoMix
from vocmatch_desktop.audio.resample import resample
from vocmatch_desktop.training.songs.desk import FULL_SCALE
from vocmatch_desktop.training.songs.material import Material
from vocmatch_desktop.training.songs.readers import material_songs
from vocmatch_desktop.training.songs.record import F0_HOP_S, SongRecord
from vocmatch_desktop.training.songs.store import records
from vocmatch_desktop.types import SILENCE_DB, Audio, Fingerprint, Float32, Report

BANDS_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0)
TEMPO_TOLERANCE = 0.04
"""As tempo estimation is scored everywhere: within 4 %."""

REAL_PART_S = (40.0, 80.0)
"""From where and how much of a real song is looked at: not its intro."""

EIGHTHS_A_BEAT = 3
"""In 6/8 the record's beats are eighths. What is felt is the dotted quarter or, where it is slow, the eighth: both are
right."""

_FFT = 8192


@dataclass(frozen=True, slots=True)
class Sound:
    """How a song sounds. `bands`: dB of each of `BANDS_HZ` against the whole. `voice_over_band`: LU, None without."""

    name: str
    lufs: float
    voice_over_band: float | None
    bands: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What our analysis says of a rendered song, beside the truth.

    `tempo_ratio`: found / true, of the mix. `band_key`: the key found of the song without its voice. `pulses`: ratios
    at which the song may be counted: 1, and 3 in 6/8, where `true_bpm` is of the dotted quarter.
    """

    name: str
    style: str
    true_bpm: float
    tempo_ratio: float
    true_key: str
    found_key: str
    band_key: str
    pulses: tuple[float, ...] = (1.0,)

    @property
    def tempo_agrees(self) -> bool:
        """The tempo is right."""
        return _near(self.tempo_ratio, self.pulses)

    @property
    def tempo_octave_agrees(self) -> bool:
        """The tempo is right, or half or double of it."""
        return _near(self.tempo_ratio, [octave * pulse for octave in (0.5, 1.0, 2.0) for pulse in self.pulses])

    @property
    def key_agrees(self) -> bool:
        """Tonic and mode are right."""
        return self.true_key == self.found_key

    @property
    def band_key_agrees(self) -> bool:
        """Tonic and mode of the song without its voice are right."""
        return self.true_key == self.band_key


@dataclass(frozen=True, slots=True)
class Checked:
    """All figures. `null_steps`: largest |Σ stems − mix| in 24-bit steps, over all undamaged mixes; None as Opus.

    `key`, `band_key`, `tempo`, `tempo_octave`: shares of agreement, of the mixes and of the band alone.
    `inside`: share of the rendered songs whose level in a band lies within the real songs' range ± 3 dB, a band.
    `engines`: share of the sung minutes by how they came about.
    """

    songs: int
    null_steps: int | None
    key: float
    band_key: float
    tempo: float
    tempo_octave: float
    heard: tuple[Heard, ...]
    rendered: tuple[Sound, ...]
    real: tuple[Sound, ...]
    inside: tuple[float, ...]
    engines: Mapping[str, float]


def check(folder: Path, material: Material, report: Report) -> Checked:
    """Measures all rendered songs in `folder` against their own truth and against the material's real songs.

    Raises:
        NotFound: There are none.
    """
    found = records(folder)
    heard: list[Heard] = []
    rendered: list[Sound] = []
    steps: list[int] = []
    for number, record in enumerate(found):
        report(number / len(found), record.name)
        stems = _read(record.stems, 0.0, None)
        if record.mix is not None and record.mix.suffix == ".flac" and not record.mix_damage:
            steps.append(_null_steps(stems, read(record.mix).samples))
        if set(stems) - {"vocals"}:
            heard.append(_heard(record, stems))
        rendered.append(_sound(record, stems))
    real = tuple(_sound(song, _read(song.stems, *REAL_PART_S)) for song in material_songs(material))
    return Checked(
        songs=len(found),
        null_steps=max(steps, default=None),
        key=_share([one.key_agrees for one in heard]),
        band_key=_share([one.band_key_agrees for one in heard]),
        tempo=_share([one.tempo_agrees for one in heard]),
        tempo_octave=_share([one.tempo_octave_agrees for one in heard]),
        heard=tuple(heard),
        rendered=tuple(rendered),
        real=real,
        inside=_inside([sound.bands for sound in rendered], [sound.bands for sound in real]),
        engines=_engines(found),
    )


def in_words(checked: Checked) -> str:
    """The figures as lines of text."""
    null = "not measured" if checked.null_steps is None else f"{checked.null_steps} steps of 24 bits"
    lines = [
        f"{checked.songs} songs. Stems against the mix: {null}.",
        f"Of {len(checked.heard)} with instruments: key {checked.key:.0%} (without the voice {checked.band_key:.0%}), "
        f"tempo {checked.tempo:.0%}, tempo up to the octave {checked.tempo_octave:.0%}.",
    ]
    if checked.engines:
        lines.append(
            f"Of the sung time: {', '.join(f'{name} {share:.0%}' for name, share in checked.engines.items())}."
        )
    lines += [_sounds_in_words("rendered", checked.rendered)]
    if checked.real:
        lines += [_sounds_in_words("real", checked.real)]
        lines.append(f"  inside: {' '.join(f'{share:.0%}' for share in checked.inside)}")
    missed = [one for one in checked.heard if not (one.key_agrees and one.tempo_octave_agrees)]
    lines += [
        f"  {one.name} ({one.style}): key {one.true_key} heard as {one.found_key} (band {one.band_key}), "
        f"{one.true_bpm:.0f} BPM heard as {one.true_bpm * one.tempo_ratio:.0f}"
        for one in missed
    ]
    return "\n".join(lines)


def _sounds_in_words(what: str, sounds: Sequence[Sound]) -> str:
    voices = [one.voice_over_band for one in sounds if one.voice_over_band is not None]
    bands = np.median([one.bands for one in sounds], axis=0)
    return (
        f"{what:>8}: {_spread([one.lufs for one in sounds])} LUFS, voice over band {_spread(voices)} LU, "
        f"bands {' '.join(f'{level:.0f}' for level in bands)} dB"
    )


def _near(ratio: float, wanted: Sequence[float]) -> bool:
    return any(abs(ratio / one - 1) <= TEMPO_TOLERANCE for one in wanted)


def _share(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else 0.0


def _spread(values: Sequence[float]) -> str:
    return f"{np.median(values):.1f} ({min(values):.1f} … {max(values):.1f})" if values else "none"


def _engines(found: Sequence[SongRecord]) -> dict[str, float]:
    """Shares of the voiced time a vocal engine, by name."""
    seconds: dict[str, float] = {}
    for record in found:
        if record.vocal is not None and record.vocal_engine:
            voiced = float(record.vocal.voiced.sum()) * F0_HOP_S
            seconds[record.vocal_engine] = seconds.get(record.vocal_engine, 0.0) + voiced
    whole = max(sum(seconds.values()), 1e-9)
    return {name: seconds[name] / whole for name in sorted(seconds)}


def _null_steps(stems: Mapping[str, Float32], mix: Float32) -> int:
    """Largest difference between the stems' sum and the mix, in steps of their 24-bit integers."""
    total = -_steps(mix)
    for sound in stems.values():
        total += _steps(sound)
    return int(np.abs(total).max(initial=0))


def _steps(sound: Float32) -> NDArray[np.int32]:
    """Float32 holds 24-bit integers exactly."""
    return np.asarray(np.rint(sound * np.float32(FULL_SCALE)), np.int32)


def _heard(record: SongRecord, stems: Mapping[str, Float32]) -> Heard:
    assert record.key is not None
    sung = stems.get("vocals")
    band = np.sum([sound for name, sound in stems.items() if name != "vocals"], axis=0)
    alone = _fingerprint(band, record.rate)
    whole = alone if sung is None else _fingerprint(band + sung, record.rate)
    bpm = 60 / float(np.median(np.diff(record.beats_s)))
    six = record.beats_per_bar == 2 * EIGHTHS_A_BEAT
    bpm = bpm / EIGHTHS_A_BEAT if six else bpm
    return Heard(
        name=record.name,
        style=record.style,
        true_bpm=bpm,
        tempo_ratio=whole.grid.bpm / bpm,
        true_key=record.key.name,
        found_key=whole.best_key.name,
        band_key=alone.best_key.name,
        pulses=(1.0, float(EIGHTHS_A_BEAT)) if six else (1.0,),
    )


def _fingerprint(sound: Float32, rate: int) -> Fingerprint:
    """As `analyse_beat` of a file, of a sound [frames, channels]; its loudness is not asked for."""
    mono = Audio(MonoMix().feed(np.asarray(sound, np.float32))[:, None], rate)
    spectra = SpectrumPass()
    spectra.feed(resample(mono, ANALYSIS_RATE).samples[:, 0])
    return fingerprint_of(spectra.finish(), mono.duration_s, SILENCE_DB)


def _sound(record: SongRecord, stems: Mapping[str, Float32]) -> Sound:
    if not stems:
        return Sound(record.name, SILENCE_DB, None, (SILENCE_DB,) * len(BANDS_HZ))
    mix = np.sum(list(stems.values()), axis=0)
    rest = [sound for name, sound in stems.items() if name != "vocals"]
    over = None
    if "vocals" in stems and rest:
        voice, band = _lufs(stems["vocals"], record.rate), _lufs(np.sum(rest, axis=0), record.rate)
        over = voice - band if min(voice, band) > ABSOLUTE_GATE else None
    return Sound(record.name, _lufs(mix, record.rate), over, band_levels(mix, record.rate))


def _read(stems: Mapping[str, Sequence[Path]], from_s: float, duration_s: float | None) -> dict[str, Float32]:
    sounds = {}
    for name, paths in stems.items():
        parts = [_stereo(read(path, start_s=from_s, duration_s=duration_s).samples) for path in paths]
        sounds[name] = np.asarray(np.sum(parts, axis=0), np.float32)
    return sounds


def _stereo(sound: Float32) -> Float32:
    return np.repeat(sound, 2, axis=1) if sound.shape[1] == 1 else sound


def _lufs(sound: Float32, rate: int) -> float:
    return integrated_lufs(Audio(np.asarray(sound, np.float32), rate))


def band_levels(sound: Float32, rate: int) -> tuple[float, ...]:
    """Level of each octave band of `BANDS_HZ` in dB against the sum of all, mean over [frames, channels]."""
    mono = sound.mean(axis=1)
    frames = mono[: len(mono) // _FFT * _FFT].reshape(-1, _FFT) * np.hanning(_FFT)
    power = (np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0)
    hz = np.fft.rfftfreq(_FFT, 1 / rate)
    bands = [float(power[(hz >= centre / 2**0.5) & (hz < centre * 2**0.5)].sum()) for centre in BANDS_HZ]
    return tuple(float(10 * np.log10(band / max(sum(bands), 1e-12) + 1e-12)) for band in bands)


def _inside(rendered: Sequence[Sequence[float]], real: Sequence[Sequence[float]]) -> tuple[float, ...]:
    if not real or not rendered:
        return ()
    low, high = np.min(real, axis=0) - 3, np.max(real, axis=0) + 3
    within = (np.array(rendered) >= low) & (np.array(rendered) <= high)
    return tuple(float(share) for share in within.mean(axis=0))
