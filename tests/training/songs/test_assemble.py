from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from vocmatch_desktop.audio.files import write
from vocmatch_desktop.training.songs.assemble import Assembly, Options, Pace, utilisation
from vocmatch_desktop.training.songs.assemble_plan import EVENT, Events, Plan, cropped, together, without
from vocmatch_desktop.training.songs.assemble_planner import Planner
from vocmatch_desktop.training.songs.assemble_sound import Bank, assembled, place
from vocmatch_desktop.training.songs.pack_format import RATE as PACKED_RATE
from vocmatch_desktop.training.songs.pack_format import Snippet, SoundSet
from vocmatch_desktop.training.songs.pack_notes import PackedNotes, write_notes
from vocmatch_desktop.training.songs.stream_strips import Strip, Strips
from vocmatch_desktop.training.songs.unpack import PackedSong, Parts
from vocmatch_desktop.types import STEMS, Audio

RATE = 8_000
CPU = torch.device("cpu")
EVERYTHING = frozenset(STEMS)


def row(folder: Path, name: str, hertz: float, seconds: float, channels: int = 1) -> Strip:
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    path = folder / f"{name}.wav"
    write(path, Audio(np.repeat(wave[:, None], channels, axis=1).astype(np.float32), RATE))
    return Strips(folder / "strips", RATE).strip((path,))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    """A voice, a bass, a piano, a kit, and a real song with an untrusted rest; one composition to play."""
    from vocmatch_desktop.synth.players.drums import Groove, Hit
    from vocmatch_desktop.training.songs.composition import Composition
    from vocmatch_desktop.training.songs.record import Credit
    from vocmatch_desktop.types import Chord, Key, Note

    folder = tmp_path_factory.mktemp("parts")
    rows = {name: row(folder, name, hertz, 6.0) for name, hertz in (("voice", 220.0), ("bass", 55.0), ("piano", 262.0))}
    rows["kit"] = row(folder, "kit", 100.0, 1.0)
    rows |= {f"song-{stem}": row(folder, f"song-{stem}", 180.0, 5.0, 2) for stem in ("vocals", "drums", "other")}

    def notes(name: str, pitch: float, count: int) -> tuple[Snippet, ...]:
        frames = PACKED_RATE
        return tuple(Snippet(name, n * frames, frames, 2_000, pitch, 0.5, 127) for n in range(count))

    sets = (
        SoundSet("voice:v", "train", "voice", 0.05, {"": notes("voice", 57.0, 5)}),
        SoundSet("sampled:bass/yr/finger", "train", "notes", 0.1, {"": notes("bass", 33.0, 5)}),
        SoundSet("sampled:piano/splendid", "train", "notes", 0.1, {"": notes("piano", 60.0, 5)}),
        SoundSet("kit:uzu/0", "train", "kit", 0.0, {piece: notes("kit", 0.0, 1) for piece in ("kick", "snare", "hat")}),
    )
    melody = tuple(Note(n * 0.5, n * 0.5 + 0.4, 60.0 + n % 5, 60 + n % 5, 90) for n in range(64))
    chords = tuple(Chord(bar * 2.0, bar * 2.0 + 2, ("C", "Am", "F", "G")[bar % 4]) for bar in range(16))
    beats = tuple(n * 0.5 for n in range(64))
    song = Composition(
        "made/1", "train", 120.0, 4, beats, beats[::4], Key(0, False), chords, melody, (), (), (), Credit("", "", "")
    )
    hits = tuple(Hit(n / 2, 42 if n % 2 else 36, 100) for n in range(32))
    write_notes(folder / "notes.npz", [song], [("train", Groove("drummer1/1", "rock", 120.0, 4, 4, hits, False))])
    stems = {stem: (f"song-{stem}",) for stem in ("vocals", "drums", "other")}
    real = PackedSong("real", "train", 3_000.0, stems, frozenset(("vocals", "drums")))
    return Parts(RATE, rows, sets, (real,), PackedNotes.load(folder / "notes.npz"))


def event(**changes: float) -> Events:
    plain = {"example": 0, "stem": 0, "at": 0, "source": 4, "frames": 800, "ratio": 1.0, "left": 1.0, "right": 1.0}
    values = {**plain, "fade_in": 1, "fade_out": 1, **changes}
    return np.array([tuple(values[name] for name in EVENT.names or ())], EVENT)


def test_an_event_sounds_where_it_is_placed(parts: Parts) -> None:
    bank = Bank.load(parts.rows, RATE, CPU)
    start = bank.starts["bass"]
    own = parts.rows["bass"].crop(0, 800)[:, 0]
    for at in (-300, 0, 500, 1_500):
        placed = place(event(at=at, source=start, stem=2, right=0.5), 1, bank, 2_000)
        assert placed.shape == (1, 6, 2, 2_000)
        expected = np.zeros(2_000, np.float32)
        for n in range(800):
            if 0 <= at + n < 2_000:
                expected[at + n] = own[n]
        np.testing.assert_allclose(placed[0, 2, 0].numpy(), expected, atol=1e-4)
        np.testing.assert_allclose(placed[0, 2, 1].numpy(), expected / 2, atol=1e-4)
        assert not placed[0, [0, 1, 3, 4, 5]].any()


def test_events_add_up_whatever_the_chunks(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    from vocmatch_desktop.training.songs import assemble_sound

    bank = Bank.load(parts.rows, RATE, CPU)
    many = np.concatenate([event(at=97 * n, frames=100 + 40 * n, example=n % 2, stem=n % 6) for n in range(25)])
    whole = place(many, 2, bank, 4_000)
    monkeypatch.setattr(assemble_sound, "LARGEST", 1_500)
    torch.testing.assert_close(place(many, 2, bank, 4_000), whole)
    single = torch.stack([place(many[n : n + 1], 2, bank, 4_000) for n in range(25)]).sum(0)
    torch.testing.assert_close(single, whole)


def test_a_faster_event_sounds_higher(parts: Parts) -> None:
    bank = Bank.load(parts.rows, RATE, CPU)
    placed = place(event(source=bank.starts["piano"], frames=8_000, ratio=2 ** (7 / 12)), 1, bank, 8_000)[0, 0, 0]
    spectrum = np.abs(np.fft.rfft(placed.numpy() * np.hanning(8_000)))
    assert abs(int(np.argmax(spectrum)) - 262 * 2 ** (7 / 12)) < 1.5


def test_batches_sum_and_repeat(parts: Parts) -> None:
    bank = Bank.load(parts.rows, RATE, CPU)
    planner = Planner(parts, bank.starts, 1.0, "train")
    plans = planner.batch(1, 0, 9)
    mix, targets, trusted = assembled(plans, bank, RATE, 7)
    assert (mix.shape, targets.shape, trusted.shape) == ((9, 2, RATE), (9, 6, 2, RATE), (9, 6))
    torch.testing.assert_close(targets.sum(1), mix)
    assert torch.isfinite(targets).all()
    assert mix.abs().max() < 1
    again = assembled(planner.batch(1, 0, 9), bank, RATE, 7)
    assert torch.equal(again.mix, mix)
    assert not torch.equal(assembled(planner.batch(2, 0, 9), bank, RATE, 7).mix, mix)


def test_every_player_is_heard_and_only_real_rests_are_not_trusted(parts: Parts) -> None:
    planner = Planner(parts, Bank.load(parts.rows, RATE, CPU).starts, 2.0, "train")
    plans = [plan for number in range(10) for plan in planner.batch(3, number, 4)]
    heard = {STEMS[index] for plan in plans for index in np.unique(plan.events["stem"])}
    assert {"vocals", "drums", "bass", "piano"} <= heard
    for plan in plans:
        real = plan.bandwidth_hz is not None
        assert plan.trusted == EVERYTHING or real
        if real and STEMS.index("other") in plan.events["stem"]:
            assert plan.trusted == {"vocals", "drums"}


def test_what_ends_early_takes_its_example_with_it(parts: Parts) -> None:
    bank = Bank.load(parts.rows, RATE, CPU)
    noise = torch.randn(bank.sound.shape, generator=torch.Generator().manual_seed(1)).half() * 0.1
    loud = Bank(noise, bank.starts, RATE)
    plans = [Plan(event(frames=4_000), frozenset(), {}, EVERYTHING, hertz) for hertz in (2_000.0, None)]
    spectrum = torch.fft.rfft(assembled(plans, loud, 4_000, 1).mix).abs().square().mean(1)
    assert spectrum[0, 1_100:].mean() < 1e-3 * spectrum[0, 100:800].mean()
    assert spectrum[1, 1_100:].mean() > 1e-2 * spectrum[1, 100:800].mean()


def test_plans_can_be_cut_and_thinned() -> None:
    events = np.concatenate([event(at=0), event(at=1_000, stem=1), event(at=3_000, stem=2)])
    cut = cropped(events, 700, 1_000)
    assert list(cut["at"]) == [-700, 300]
    plan = without(Plan(events, EVERYTHING, {}, EVERYTHING), frozenset(("drums",)))
    assert list(plan.events["stem"]) == [0, 2]
    both = together([plan, plan])
    assert list(both["example"]) == [0, 0, 1, 1]


def test_the_stream_tells_its_pace(parts: Parts) -> None:
    assembly = Assembly(parts, Options(seconds=0.5, batch=2), CPU, 1)
    batches = iter(assembly)
    first = next(batches)
    assert first.mix.shape == (2, 2, RATE // 2)
    next(batches)
    pace = assembly.pace()
    assert pace.sound_s == 2 * 2 * 0.5
    assert pace.utilisation is None
    assert utilisation(CPU) is None
    assert "songs an hour" in Pace(3_600, 60, 3, 0.5).in_words
    assert "95 % not waiting, utilisation 50 %" in Pace(3_600, 60, 3, 0.5).in_words
