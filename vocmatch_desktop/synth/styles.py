"""What each style plays: drum grooves, bass lines, comping and the sound of its room."""

from __future__ import annotations

from dataclasses import dataclass

from vocmatch_desktop.synth.score import Layer, Role


@dataclass(frozen=True, slots=True)
class Style:
    """A way of playing.

    `swing`: 0 straight … ⅓ triplets, on pairs of `swing_unit` beats. `room_s`: reverberation time. `echo_beats`: time
    of the repeats. `tape`: through a worn cassette. `fills`: snare fills at the end of sections. `glue`: how hard the
    master's soft curve is driven. A pattern may hold two variants divided by `/`; a song picks one.
    """

    layers: tuple[Layer, ...]
    swing: float = 0.0
    swing_unit: float = 0.5
    beats_per_bar: int = 4
    steps_per_beat: int = 4
    room_s: float = 1.4
    echo_beats: float = 0.75
    tape: bool = False
    fills: bool = True
    glue: float = 1.0


def _play(role: Role, sound: str, pattern: str, gain_db: float, **how: float | str | None) -> Layer:
    return Layer(sound, role, pattern, gain_db, **how)  # type: ignore[arg-type]  # the keywords are Layer's own


def _drum(sound: str, pattern: str, gain_db: float, **how: float | str | None) -> Layer:
    return _play("drum", sound, pattern, gain_db, **{"sections": "VHO", "room": 0.06, **how})


def _bass(sound: str, pattern: str, gain_db: float, **how: float | str | None) -> Layer:
    return _play(
        "bass", sound, pattern, gain_db, **{"sections": "VHO", "centre": 38.0, "room": 0.0, "loose": 0.4, **how}
    )


STYLES: dict[str, Style] = {
    "boom-bap": Style(
        (
            _drum("kick_round", "X......xx.x.....|X..x....x.x..... / X.....x...x..x..|X.....xX..x.....", -5),
            _drum("snare_fat", "....X.......X...|....X..o....X..o", -7.5),
            _drum("hat_closed", "x.o.x.o.x.o.x.oo", -19, pan=0.25),
            _drum("hat_open", "..............x.|................", -23, pan=0.25, sections="H"),
            _bass("finger_bass", "1--...1.l-1-....|1--...3.5-a-.... / 1-----..1-..5-8-|1-----..1-..7-a-", -2),
            _play("chords", "electric_piano", "x-----..x-x-....|x-----....x-o--- / x---..x---..x-..", -5, centre=62.0,
                  pan=-0.2, room=0.2),
            _play("arp", "pluck", "..3...2...4...1.|..5...4...3.2...", -10, centre=67.0, pan=0.4, sections="HB",
                  echo=0.35, room=0.3),
            _play("lead", "bell", "X...x.x---..x---|................|X...x.x---..x-x-|X-------........", -12,
                  centre=76.0, sections="IH", echo=0.4, room=0.35),
        ),
        swing=0.2, room_s=1.1, echo_beats=0.75,
    ),
    "lo-fi": Style(
        (
            _drum("kick_round", "X.........x.....|X......x..x..... / X......o..x.....", -6),
            _drum("rim", "....X.......X...", -11, pan=0.1),
            _drum("brush", "....x.......x..o", -15),
            _drum("hat_closed", "x.x.x.xox.x.x.x.", -23, pan=0.3),
            _bass("sub_bass", "1-----..1---....|1-----..5---a-..", -3, loose=0.8),
            _play("chords", "electric_piano", "x-------x---x---|x-------....x--- / x-----x---------", -4, centre=61.0,
                  room=0.25),
            _play("chords", "glass_pad", "x---------------", -13, centre=66.0, room=0.3, sections="IHB"),
            _play("lead", "marimba", "..X.x...x...X...|x...x...X-......|..X.x...x...x...|X-..............", -11,
                  centre=74.0, sections="HB", echo=0.4, room=0.3, pan=-0.3),
        ),
        swing=0.24, room_s=1.3, tape=True, fills=False,
    ),
    "trap": Style(
        (
            _drum("kick_tight", "X.....x...x.....|X.....x......x.. / X.........x..x..|X..x......x.....", -6.5),
            _drum("clap", "........X.......", -8, room=0.16),
            _drum("snare_tight", "........X.......", -13),
            _drum("hat_closed", "x.x.x.xrx.x.x.x.|x.x.xtx.x.rrx.x. / x.xxx.xrx.x.x.rr|xtx.x.x.x.rtx.x.", -20,
                  pan=0.15),
            _drum("hat_open", "......x.........|..............x.", -25, pan=-0.2, sections="H"),
            _bass("bass_808", "1-------..1-....|1-----~---..1-a- / 1-----------1---|1---..1-~---....", -1,
                  centre=34.0),
            _play("arp", "bell", "1.3.2.4.1.3.5.2.|1.3.2.4.3.2.1... / 4...3...2...3.1.|4...5...3.......", -9,
                  centre=72.0, echo=0.3, room=0.35, sections="IVHB"),
            _play("chords", "warm_pad", "x---------------", -9, centre=60.0, ducked=0.3, room=0.2),
            _play("lead", "square_lead", "X-----x---x-----|........x-x-x---|X-----x---x-----|X-------........", -13,
                  centre=74.0, sections="H", echo=0.4, room=0.3),
        ),
        room_s=1.8, echo_beats=0.75, fills=False, glue=1.3,
    ),
    "house": Style(
        (
            _drum("kick_club", "X...X...X...X...", -5, sections="VHO"),
            _drum("clap", "....X.......X...", -10, room=0.14),
            _drum("hat_open", "..x...x...x...x.", -19, pan=0.1),
            _drum("shaker", "xoxoxoxoxoxoxoxo", -24, pan=-0.4),
            _bass("saw_bass", "..1-..1-..1-..8- / ..1-..1.1-..5-1-", -3, ducked=0.7, centre=37.0),
            _play("chords", "super_saw", "x--.x--.x---..x- / ..x-..x-..x-x---", -3, centre=63.0, ducked=0.6, room=0.2,
                  sections="HB"),
            _play("chords", "organ", "x..x..x...x..x.. / x--...x--...x-..", -5, centre=61.0, ducked=0.4,
                  sections="IV", room=0.15),
            _play("chords", "warm_pad", "x---------------", -10, centre=60.0, ducked=0.6, sections="HBO"),
            _play("lead", "saw_lead", "X---x-x---x-X---|..x-x---x---....", -12, centre=74.0, sections="H", echo=0.3,
                  room=0.2, ducked=0.3),
        ),
        room_s=1.4, echo_beats=0.75,
    ),
    "deep house": Style(
        (
            _drum("kick_round", "X...X...X...X...", -4.5),
            _drum("rim", "...x..x....x..x.", -17, pan=-0.3),
            _drum("clap", "....X.......X...", -12, room=0.2),
            _drum("hat_open", "..x...x...x...x.", -21, pan=0.15),
            _drum("shaker", "oxoxoxoxoxoxoxox", -25, pan=0.4),
            _bass("sub_bass", "..1-..1---1-..5-|..1-..1---8-..a-", -2, ducked=0.5),
            _play("chords", "electric_piano", "x--..x--..x--... / ..x--..x--..x---", -4, centre=62.0, ducked=0.3,
                  echo=0.25, room=0.25),
            _play("chords", "warm_pad", "x---------------", -11, centre=58.0, ducked=0.5),
            _play("lead", "soft_lead", "....X-x-x---x---|....x-x-X-------", -11, centre=74.0, sections="HB",
                  echo=0.45, room=0.4),
        ),
        swing=0.08, room_s=2.0, echo_beats=0.75, fills=False,
    ),
    "drum and bass": Style(
        (
            _drum("kick_tight", "X.........x.....|X.........x..x.. / X..........x....|X.x.......x.....", -6),
            _drum("snare_tight", "....X.......X...|....X..o.o..X..o", -7),
            _drum("hat_closed", "x.x.x.x.x.x.x.xo", -20, pan=0.2),
            _drum("ride", "x...x...x...x...", -25, pan=-0.3, sections="H"),
            _bass("reese_bass", "1---------1-....|1-------3---5--- / 1-----..1---..l-", -2, ducked=0.35, centre=36.0),
            _play("chords", "warm_pad", "x---------------", -6, centre=62.0, ducked=0.3, room=0.3),
            _play("arp", "electric_piano", "1..3..5..4..3.2. / 5...4.3...2.1...", -9, centre=67.0, echo=0.35,
                  room=0.3, sections="IVB"),
            _play("lead", "saw_lead", "X-------x---x---|x-----X---------|X-------x---x---|X---------------", -12,
                  centre=74.0, sections="H", echo=0.4, room=0.35),
        ),
        room_s=2.0, echo_beats=1.5, glue=1.3,
    ),
    "neo-soul": Style(
        (
            _drum("kick_round", "X......x..x.....|X..x......x..... / X.....x..x......|X.....x..x....x.", -5),
            _drum("snare_fat", "....X..o....X...|....X.......X.oo", -9),
            _drum("rim", "..........o....o", -18, pan=0.3),
            _drum("hat_closed", "xoxoxoxoxoxoxoxo", -22, pan=0.25),
            _bass("finger_bass", "1--..1.5-..7-8..|1--....3-5.7-a.. / 1----.8-..5-1...|1----.l-..1-3-5.", -2),
            _play("chords", "electric_piano", "x----.x--...x---|x---...x--...oo. / ..x---..x-----..|x-..x-----......",
                  -3, centre=63.0, room=0.22),
            _play("chords", "strings", "x---------------", -15, centre=67.0, room=0.35, sections="HB"),
            _play("arp", "muted_guitar", "..2..3..4..3..1.", -10, centre=69.0, pan=0.5, room=0.2, echo=0.2,
                  sections="VH"),
            _play("lead", "soft_lead", "..X-x-x---..x-x-|X-----..........|..X-x-x---..x---|X-------........", -12,
                  centre=76.0, sections="IB", echo=0.35, room=0.35),
        ),
        swing=0.18, room_s=1.5,
    ),
    "r&b": Style(
        (
            _drum("kick_round", "X.........x..x..|X..x......x..... / X.......x.x.....", -5),
            _drum("clap", "....X.......X...", -9, room=0.2),
            _drum("snare_fat", "....x.......x...", -14),
            _drum("hat_closed", "x.x.xxx.x.x.x.xr|x.x.x.x.xtx.x.x.", -22, pan=0.2),
            _bass("sub_bass", "1-----..1-..5---|1---....1-~---..", -1),
            _play("chords", "electric_piano", "x---------..x-..|x-----------....", -4, centre=62.0, room=0.3,
                  echo=0.1),
            _play("chords", "warm_pad", "x---------------", -11, centre=65.0, room=0.3, sections="IHBO"),
            _play("arp", "pluck", "4...3...2...3...|5...4...3..2.... / ..3...4...5...4.", -10, centre=67.0, pan=-0.4,
                  room=0.35, echo=0.3, sections="VB"),
            _play("lead", "bell", "X.......x.x.x---|X-------........", -14, centre=77.0, sections="H", room=0.4,
                  echo=0.4),
        ),
        swing=0.12, room_s=2.0, fills=False,
    ),
    "reggaeton": Style(
        (
            _drum("kick_club", "X...X...X...X...", -6),
            _drum("snare_tight", "...x..x....x..x.", -10),
            _drum("rim", "...x..x....x..x.", -16, pan=0.2),
            _drum("shaker", "x.xox.xox.xox.xo", -23, pan=-0.3),
            _drum("conga_high", "......x.......xx", -17, pan=0.4, sections="H"),
            _bass("sub_bass", "1--1--1.1--1--5. / 1--...1-1--...8-", -1, ducked=0.3),
            _play("chords", "pluck", "x..x..x.x..x..x. / ..x...x...x...x.", -6, centre=65.0, pan=-0.25, room=0.2),
            _play("chords", "warm_pad", "x---------------", -11, centre=62.0, ducked=0.3, sections="IHB"),
            _play("lead", "square_lead", "X--x--x-..x---..|X--x--x-........", -13, centre=74.0, sections="IH",
                  echo=0.35, room=0.25),
        ),
        room_s=1.3, echo_beats=0.75,
    ),
    "afrobeat": Style(
        (
            _drum("kick_round", "X..x..x...X..x..", -6),
            _drum("rim", "...x..x...x.x...", -12, pan=0.15),
            _drum("snare_tight", "............X..o", -13),
            _drum("shaker", "xoxxxoxxxoxxxoxx", -20, pan=-0.4),
            _drum("conga_low", "..x.....x.....x.", -14, pan=0.45),
            _drum("conga_high", "....x.x.....x..x", -16, pan=0.3),
            _bass("finger_bass", "1-.1..5-..8-.5.. / 1-..3-.5..1-8...", -1),
            _play("arp", "pluck", "1.34.3.24.5.43.2 / 4.3.4.5.3..4.2.1", -7, centre=65.0, pan=-0.35, room=0.18),
            _play("chords", "organ", "..x-..x-..x-..x-", -7, centre=62.0, pan=0.2, room=0.15),
            _play("chords", "brass", "................|x-x...x---......", -10, centre=64.0, sections="H", room=0.25),
            _play("lead", "marimba", "X.x.x..xx.x.X...|x.x.X..x........", -10, centre=74.0, sections="IB", room=0.2,
                  echo=0.15),
        ),
        swing=0.06, room_s=1.2,
    ),
    "synthwave": Style(
        (
            _drum("kick_tight", "X...X...X...X... / X.......X.X.....", -6),
            _drum("snare_fat", "....X.......X...", -7, room=0.45),
            _drum("hat_closed", "x.x.x.x.x.x.x.xx", -22, pan=0.2),
            _drum("tom", "..............xx", -14, pan=-0.4, sections="H"),
            _bass("saw_bass", "1.1.1.1.1.1.1.8. / 1.11.11.1.11.181", -3, ducked=0.35, centre=36.0),
            _play("chords", "super_saw", "x---------------", -8, centre=62.0, ducked=0.35, room=0.3),
            _play("arp", "square_lead", "1234543212345432 / 1.3.5.3.2.4.6.4.", -14, centre=67.0, pan=0.3, echo=0.35,
                  room=0.2, sections="IHB"),
            _play("lead", "saw_lead", "X-----x-x---x---|X-------x---x-x-|X-----x-x---x---|X-----------....", -10,
                  centre=74.0, sections="H", echo=0.35, room=0.35),
        ),
        room_s=2.2, echo_beats=0.75,
    ),
    "waltz ballad": Style(
        (
            _drum("kick_round", "X...........|X.......x...", -11, sections="H"),
            _drum("brush", "....x...x...", -15, sections="VH"),
            _bass("finger_bass", "1-------....|1-------5---", -5, sections="HB"),
            _play("arp", "piano", "1---3---5---|2---4---3--- / 1-3-4-5-4-3-", -2, centre=60.0, room=0.3),
            _play("chords", "piano", "x-----------", -7, centre=50.0, room=0.25),
            _play("chords", "strings", "x-----------", -10, centre=66.0, room=0.4, sections="HBO"),
            _play("lead", "soft_lead", "X-----x-x---|x-------x---|X-----x-x---|X-----------", -11, centre=74.0,
                  sections="IB", room=0.4, echo=0.15),
        ),
        beats_per_bar=3, room_s=2.4, fills=False,
    ),
    "slow 12/8": Style(
        (
            _drum("kick_round", "X.....x..x..", -7, sections="VH"),
            _drum("snare_fat", "...X.....X..", -11, sections="VH", room=0.25),
            _drum("hat_closed", "xoxxoxxoxxox", -23, sections="VH", pan=0.2),
            _drum("tambourine", "...x.....x..", -22, sections="H", pan=-0.3),
            _bass("finger_bass", "1-----5--1-.", -3),
            _play("arp", "piano", "123432123432|135343135343", -3, centre=60.0, room=0.3),
            _play("chords", "organ", "x-----------", -13, centre=62.0, sections="HO", room=0.3),
            _play("chords", "strings", "x-----------", -10, centre=67.0, sections="HB", room=0.4),
            _play("lead", "electric_guitar", "X--x-xx-----|x--x-xX-----", -12, centre=70.0, sections="IB", driven=1.4,
                  echo=0.3, room=0.35),
        ),
        steps_per_beat=3, room_s=2.2, fills=False, glue=0.8,
    ),
    "funk": Style(
        (
            _drum("kick_tight", "X..x......X..... / X.x.......x..x..", -6),
            _drum("snare_tight", "....X..o.o..X..o", -8),
            _drum("hat_closed", "xoxoxoxoxoxoxox.", -20, pan=0.25),
            _drum("hat_open", "...............x", -24, pan=0.25),
            _drum("cowbell", "x...x...x...x...", -25, pan=-0.4, sections="H"),
            _bass("slap_bass", "1..8.1..7.5.1.8. / 1.1..8.7..5.1..a", -1),
            _play("chords", "muted_guitar", "..xo..x.ox..x.xo", -6, centre=66.0, pan=0.45, room=0.1, loose=0.5),
            _play("chords", "electric_piano", "x-.....x-...x-.. / ..x-....x-x-....", -6, centre=62.0, pan=-0.3,
                  room=0.15),
            _play("chords", "brass", "x.....x-........|..........x.x--.", -8, centre=65.0, sections="H", room=0.2),
            _play("lead", "organ", "X.x.x-..x.x-....|x.x.X---........", -10, centre=74.0, sections="IB", room=0.2,
                  echo=0.15),
        ),
        swing=0.1, room_s=0.9,
    ),
    "rock": Style(
        (
            _drum("kick_tight", "X.....x.X....... / X.x.....X.x.....", -5.5),
            _drum("snare_fat", "....X.......X...", -6.5, room=0.16),
            _drum("hat_closed", "x.x.x.x.x.x.x.x.", -19, pan=0.3, sections="V"),
            _drum("ride", "x.x.x.x.x.x.x.x.", -22, pan=0.3, sections="HO"),
            _drum("tambourine", "....x.......x...", -22, pan=-0.4, sections="H"),
            _bass("finger_bass", "1.1.1.1.1.1.1.1. / 1.1.1.1.8.5.1.1.", -2, driven=0.8),
            _play("chords", "electric_guitar", "x---x-..x---x-x-", -8, centre=57.0, pan=-0.55, driven=2.2,
                  sections="HO", loose=0.6),
            _play("chords", "electric_guitar", "x---x-x-....x-x-", -8.5, centre=52.0, pan=0.55, driven=2.2,
                  sections="HO", loose=0.6),
            _play("arp", "electric_guitar", "1-3-5-4-3-4-5-3-", -5, centre=62.0, pan=-0.35, driven=0.5,
                  sections="IVB", room=0.2, echo=0.15),
            _play("chords", "organ", "x---------------", -15, centre=62.0, pan=0.2, sections="VB", room=0.2),
            _play("lead", "electric_guitar", "X---x-x-x---x---|x-x-X-----......", -9, centre=72.0, sections="B",
                  driven=2.4, echo=0.3, room=0.25),
        ),
        room_s=1.0, glue=1.3,
    ),
    "ambient": Style(
        (
            _drum("kick_round", "X...............", -12, sections="H", room=0.3),
            _drum("shaker", "....o.......o...", -26, sections="VH", pan=0.4, room=0.4),
            _bass("sub_bass", "1---------------", -6, sections="VHB"),
            _play("chords", "glass_pad", "x---------------", -3, centre=64.0, room=0.5),
            _play("chords", "warm_pad", "x---------------", -5, centre=55.0, room=0.4, sections="VHBO"),
            _play("arp", "pluck", "1...3.....5...4.|..2.....4...3... / ..3...5...4...6.", -10, centre=69.0, pan=0.3,
                  room=0.5, echo=0.5, sections="VHB"),
            _play("lead", "soft_lead", "X-------x-------|x-----x-X-------", -12, centre=74.0, sections="H", room=0.5,
                  echo=0.4),
        ),
        room_s=4.0, echo_beats=1.5, fills=False, glue=0.7,
    ),
}  # fmt: skip
"""Every style by its name."""
