"""Plans → sound, in batches on a device: every event of a batch is placed at once, then all stems pass the desk.

Everything a plan may need lies in the device's memory, so nothing but events of forty bytes crosses the bus.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vocmatch_desktop.training.songs.assemble_plan import Events, Plan, together
from vocmatch_desktop.training.songs.stream import Example
from vocmatch_desktop.training.songs.stream_strips import Strip
from vocmatch_desktop.types import STEMS

LARGEST = 2**24
"""Samples that are gathered at a time; bounds the memory placing takes to about a gigabyte."""

FRACTION_BITS = 16
"""Positions in the bank are fixed-point: exact at any distance, which float32 is not."""

ROOM_S = 1.2
EQ_POINTS = 6
_CABINET_HZ = 5_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """All rows one after another on a device: `sound` float16 [frames, 2]; `starts`: row → its first frame."""

    sound: Tensor
    starts: Mapping[str, int]
    rate: int

    @classmethod
    def load(cls, rows: Mapping[str, Strip], rate: int, device: torch.device) -> Bank:
        """Copies the rows to the device, one at a time; four frames of silence stand between them."""
        starts: dict[str, int] = {}
        at = 4
        for name, strip in rows.items():
            starts[name] = at
            at += strip.frames + 4
        sound = torch.zeros((at, 2), dtype=torch.float16, device=device)
        for name, strip in rows.items():
            held = np.fromfile(strip.path, np.float16).reshape(strip.frames, strip.channels)
            sound[starts[name] : starts[name] + strip.frames] = torch.from_numpy(held).to(device)
        return cls(sound, starts, rate)


def assembled(plans: Sequence[Plan], bank: Bank, frames: int, seed: int) -> Example:
    """A batch: mix [b, 2, n], targets [b, 6, 2, n], trusted [b, 6], on the bank's device."""
    generator = torch.Generator(bank.sound.device).manual_seed(seed)
    stems = place(together(plans), len(plans), bank, frames)
    stems = driven(stems, plans, bank.rate)
    stems = at_the_desk(stems, plans, bank.rate, generator)
    peak = stems.sum(1).abs().amax((1, 2)).clamp_min(1e-9)
    ceiling = 0.5 + 0.49 * torch.rand(len(plans), generator=generator, device=stems.device)
    stems = stems * (ceiling / peak).clamp_max(4.0)[:, None, None, None]
    trusted = torch.tensor([[stem in plan.trusted for stem in STEMS] for plan in plans], device=stems.device)
    return Example(stems.sum(1), stems, trusted)


def place(events: Events, batch: int, bank: Bank, frames: int) -> Tensor:
    """All events of a batch where they belong, float32 [batch, 6, 2, frames]."""
    device = bank.sound.device
    out = torch.zeros((batch * len(STEMS) * frames, 2), device=device)
    for chunk in _chunks(events[np.argsort(events["frames"], kind="stable")]):
        columns = {
            name: torch.from_numpy(np.ascontiguousarray(chunk[name])).to(device) for name in chunk.dtype.names or ()
        }
        step = torch.arange(int(chunk["frames"].max()), device=device)
        length = columns["frames"][:, None]
        at = columns["at"][:, None] + step
        fixed = (columns["ratio"].double() * 2**FRACTION_BITS).round().long()[:, None] * step
        within = (step < length) & (at >= 0) & (at < frames)
        event, _ = torch.nonzero(within, as_tuple=True)
        position = fixed[within]
        source = columns["source"][event] + (position >> FRACTION_BITS)
        value = _between(bank.sound, source, (position & (2**FRACTION_BITS - 1)) / 2**FRACTION_BITS)
        moment = step.expand_as(within)[within]
        fade_in = (moment + 1) / columns["fade_in"][event].clamp_min(1)
        fade_out = (columns["frames"][event] - moment) / columns["fade_out"][event].clamp_min(1)
        value *= torch.minimum(fade_in, fade_out).clamp_max(1.0)[:, None]
        value *= torch.stack([columns["left"], columns["right"]], 1)[event]
        row = (columns["example"][event] * len(STEMS) + columns["stem"][event]).long()
        out.index_add_(0, row * frames + at[within], value.float())
    return out.view(batch, len(STEMS), frames, 2).transpose(2, 3).contiguous()


def _chunks(ordered: Events) -> Iterator[Events]:
    """Runs of events of similar length whose padded rectangle is at most `LARGEST` samples."""
    first = 0
    for index in range(1, len(ordered) + 1):
        if index == len(ordered) or (index + 1 - first) * int(ordered["frames"][index]) > LARGEST:
            yield ordered[first:index]
            first = index


def _between(sound: Tensor, source: Tensor, fraction: Tensor) -> Tensor:
    """Catmull-Rom interpolation of the bank at `source` + `fraction`, float32 [k, 2]."""
    last = len(sound) - 1
    p, q, r, s = (sound[(source + step).clamp(0, last)].float() for step in (-1, 0, 1, 2))
    t = fraction.float()[:, None]
    return q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)))


def driven(stems: Tensor, plans: Sequence[Plan], rate: int) -> Tensor:
    """Stems that go through an amplifier: a tanh at their own gain, then a cabinet that ends at 5 kHz."""
    gains = torch.tensor([[plan.drive.get(stem, 0.0) for stem in STEMS] for plan in plans], device=stems.device)
    if not bool((gains > 0).any()):
        return stems
    loud = stems.abs().amax((2, 3), keepdim=True).clamp_min(1e-6)
    gain = gains[:, :, None, None]
    shaped = torch.tanh(gain * stems / loud) * loud
    spectrum = torch.fft.rfft(shaped)
    hertz = torch.linspace(0, rate / 2, spectrum.shape[-1], device=stems.device)
    spectrum = spectrum / (1 + (hertz / _CABINET_HZ) ** 4)
    return torch.where(gain > 0, torch.fft.irfft(spectrum, stems.shape[-1]), stems)


def at_the_desk(stems: Tensor, plans: Sequence[Plan], rate: int, generator: torch.Generator) -> Tensor:
    """Random level, polarity, sides, tone and room for every stem of a batch: one FFT there and one back.

    Tone: ±9 dB (2 σ) at `EQ_POINTS` frequencies, 60 Hz … 16 kHz, joined smoothly. Rooms: decaying noise, only for stems
    that are dry. What ends at a lower bandwidth takes its whole example with it.
    """
    batch, count, _, frames = stems.shape
    device = stems.device
    tail = round(ROOM_S * rate)
    size = 1 << (frames + tail - 1).bit_length()

    def draw(*shape: int) -> Tensor:
        return torch.rand((batch, count, *shape), generator=generator, device=device)

    hertz = torch.linspace(0, rate / 2, size // 2 + 1, device=device)
    gain_db = _tone(4.5 * torch.randn((batch, count, EQ_POINTS), generator=generator, device=device), hertz)
    gain_db = gain_db + (12 * draw(1) - 8)
    polarity = torch.where(draw(1) < 0.5, -1.0, 1.0)
    curve = (10 ** (gain_db / 20) * polarity)[:, :, None, :] * _ends(plans, hertz)[:, None, None, :]
    spectrum = torch.fft.rfft(stems, size) * curve
    spectrum = spectrum * torch.fft.rfft(_rooms(plans, tail, rate, generator, device), size)
    sound = torch.fft.irfft(spectrum, size)[..., :frames]
    return torch.where(draw(1, 1) < 0.5, sound, sound.flip(2))


def _tone(points_db: Tensor, hertz: Tensor) -> Tensor:
    """Gains at log-spaced frequencies, joined by straight lines over log frequency: [b, 6, bins]."""
    place = torch.log2(hertz.clamp_min(60.0) / 60.0) / np.log2(16_000 / 60) * (EQ_POINTS - 1)
    place = place.clamp(0, EQ_POINTS - 1 - 1e-4)
    left = place.long()
    part = place - left
    joined: Tensor = points_db[..., left] * (1 - part) + points_db[..., left + 1] * part
    return joined


def _ends(plans: Sequence[Plan], hertz: Tensor) -> Tensor:
    """1 below an example's bandwidth, 0 above, [b, bins]."""
    ends = torch.tensor([plan.bandwidth_hz or 1e9 for plan in plans], device=hertz.device)[:, None]
    return ((ends - hertz) / (ends / 6)).clamp(0, 1)


def _rooms(plans: Sequence[Plan], tail: int, rate: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """Impulse responses [b, 6, 2, tail]: the direct sound and, for dry stems, a room 6–26 dB below (RT60 .15–1.2 s)."""
    shape = (len(plans), len(STEMS))
    dry = torch.tensor([[stem in plan.room for stem in STEMS] for plan in plans], device=device)
    noise = torch.randn((*shape, 2, tail), generator=generator, device=device)
    rt60 = 0.15 * 8 ** torch.rand(shape, generator=generator, device=device)
    time = torch.arange(tail, device=device) / rate
    room = noise * 10 ** (-3 * time / rt60[..., None])[:, :, None]
    wet = 10 ** (-(6 + 20 * torch.rand(shape, generator=generator, device=device)) / 20) * dry
    room = room * (wet[..., None] / room.square().sum(-1).sqrt())[..., None]
    room[..., 0] += 1.0
    return room
