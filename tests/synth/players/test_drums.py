from __future__ import annotations

import re

import numpy as np
import pytest

from vocmatch_desktop.synth.players import beats, drums, sheet
from vocmatch_desktop.synth.players.drums import CRASH, KICK, SNARE, Groove, Hit
from vocmatch_desktop.synth.players.sheet import Sheet
from vocmatch_desktop.types import Key

_GROOVE = Groove(
    "drummer1/session1/1",
    "rock",
    120.0,
    4,
    2,
    (Hit(0.01, KICK, 110), Hit(1.02, SNARE, 100), Hit(2.0, KICK, 90), Hit(3.0, SNARE, 96), Hit(3.98, KICK, 110)),
)
_FILL = Groove("drummer1/session1/2", "rock", 120.0, 4, 1, (Hit(2.0, 47, 100), Hit(2.5, 43, 100)), fill=True)


def _page(bars: int, beats_per_bar: int = 4, sections: tuple[tuple[float, float, str], ...] = ()) -> Sheet:
    times = (np.arange(bars * beats_per_bar) * 0.5).tolist()
    return sheet.read(times, bars * beats_per_bar * 0.5, times[::beats_per_bar], [], Key(0, False), sections)


def test_a_performance_goes_round_with_its_microtiming(rng: np.random.Generator) -> None:
    page = _page(3)
    strokes = drums.performed(page, page.bars, rng, _GROOVE)
    assert sorted(s.beat for s in strokes if s.number == KICK)[:4] == pytest.approx([0.01, 2.0, 3.98, 8.01])
    assert {s.beat for s in strokes if s.number == SNARE} == {1.02, 3.0, 9.02, 11.0}


def test_a_short_bar_leaves_out_and_a_long_one_repeats(rng: np.random.Generator) -> None:
    times = (np.arange(8) * 0.5).tolist()
    page = sheet.read(times, 4.0, [0.0, 1.0], [], Key(0, False))
    strokes = drums.performed(page, page.bars, rng, _GROOVE)
    assert all(s.beat < 8 for s in strokes)
    assert [s.beat for s in strokes if s.number == SNARE and s.beat < 2] == [1.02]


def test_a_section_may_end_in_a_fill_and_the_next_begins_on_a_crash() -> None:
    page = _page(8, sections=((0.0, 8.0, "verse"), (8.0, 16.0, "chorus")))
    played = [drums.performed(page, page.bars, np.random.default_rng(seed), _GROOVE, (_FILL,)) for seed in range(8)]
    filled = [strokes for strokes in played if any(s.number == 43 and s.beat < 16 for s in strokes)]
    assert 0 < len(filled) <= 8
    assert all(any(s.number == CRASH and s.beat == 16 for s in strokes) for strokes in filled)


@pytest.mark.parametrize(
    ("programs", "beats_per_bar"), [(beats.HOUSE, 4), (beats.TRAP, 4), (beats.LOFI, 4), (beats.BOSSA, 4),
                                    (beats.WALTZ, 3), (beats.SIX, 6)]
)  # fmt: skip
def test_authored_patterns_put_the_kick_on_the_bar_line(
    programs: beats.Programs, beats_per_bar: int, rng: np.random.Generator
) -> None:
    page = _page(4, beats_per_bar)
    for program in programs:
        strokes = drums.programmed(page, page.bars, rng, program, roll=0.0)
        kicks = {s.beat for s in strokes if s.number == KICK}
        assert {float(bar.beat) for bar in page.bars} <= kicks
        assert all(0 <= s.beat < page.bars[-1].end and 0 < s.velocity <= 1 for s in strokes)


def _plain(text: str) -> str:
    return "".join(text.split())


def test_every_pattern_is_as_long_as_a_bar() -> None:
    lengths = {
        name: {len(bar) for program in programs for text in program.values() for bar in re.split(r"[|/]", _plain(text))}
        for name, programs in vars(beats).items()
        if name.isupper() and isinstance(programs, tuple)
    }
    assert {name: found for name, found in lengths.items() if found != {12 if name in ("WALTZ", "SIX") else 16}} == {}


def test_machines_roll_at_the_end_of_a_section(rng: np.random.Generator) -> None:
    page = _page(2)
    strokes = drums.programmed(page, page.bars, rng, {SNARE: "....X.......X..."}, roll=1.0)
    roll = [s for s in strokes if s.beat >= 7]
    assert [s.beat for s in roll] == [7.0, 7.25, 7.5, 7.75]
    assert [s.velocity for s in roll] == sorted(s.velocity for s in roll)
