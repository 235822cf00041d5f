"""The styles: tempi, drums, and who plays what. Patterns are sixteenths (6/8: twelve to a bar)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from vocmatch_desktop.synth.players import beats, guitar, keys
from vocmatch_desktop.synth.players.feel import Feel
from vocmatch_desktop.training.songs.band_seats import (
    EVERYWHERE,
    DrumSeat,
    Style,
    answers,
    arpeggios,
    bassist,
    comping,
    doubles,
    everywhere,
    guitarist,
    padding,
    pianist,
    picking,
    riffs,
    stabs,
    strumming,
    walker,
    written_lead,
    written_piano,
)

_TIGHT = Feel(loose_s=0.004, uneven=0.05)
_GRID = Feel(loose_s=0.001, uneven=0.02, together_s=0.0)
_LAZY = Feel(swing=0.18, unit=0.25, loose_s=0.01, late_s=0.012)
_SHUFFLE = Feel(swing=1 / 3, unit=0.5, loose_s=0.008)

_ACOUSTIC = ("drums.acoustic",)
_MACHINES = ("drums.electronic", "drums.808")
_KEYS = ("piano.grand", "piano.electric")

_ALL: tuple[Style, ...] = (
    Style("pop", (84, 132), DrumSeat((*_ACOUSTIC, "drums.electronic"), ("pop", "rock", "soul"), beats.BACKBEAT,
        ("pop",), 0.6), (
        bassist("bass.finger", "bass.pick", "bass.synth", verse="1-------1-----5- / 1-----1-1-------",
                chorus="1-1-1-1-1-1-1-1- / 1---1-1-5---1-a-"),
        guitarist("acoustic", "guitar.steel", plays=strumming("D-d-d-u-d-d-d-u- / D---d-u---u-d-u-"), chance=0.8),
        guitarist("clean", "guitar.clean", plays=picking("1.3.4.3.2.3.4.3. / 1.2.3.4.5.4.3.2.", 5), chance=0.7),
        pianist("piano", *_KEYS, plays=comping("x---x---x---x--- / x-----x-----x---",
            "1-------1------- / o-------5-------")),
        written_piano(), written_lead("other.bell", "other.lead", "other.strings"),
        padding("other.pad", "other.strings"), answers("other.bell", "other.lead", "other.flute"),
        arpeggios("other.pluck", chance=0.3), doubles("other.strings", "other.pad"),
    )),
    Style("rock", (96, 160), DrumSeat(_ACOUSTIC, ("rock", "punk"), beats.BACKBEAT, ("rock",), 0.9, _TIGHT), (
        bassist("bass.pick", "bass.finger", verse="1-1-1-1-1-1-1-1- / 1---1---1---1-a-", chorus="1-1-1-1-1-1-1-5-"),
        guitarist("rhythm", "guitar.crunch", "guitar.distorted", takes=2, group="rhythm", plays=(
            ("V", partial(guitar.chugged, pattern="x.x.x.x.x.x.x.x.")),
            (EVERYWHERE, partial(guitar.power, pattern="X---x-x-x---x-x- / X-----x-----x-x- / X-------X-------")))),
        guitarist("clean", "guitar.clean", group="second", chance=0.4, plays=picking("1.2.3.4.3.2.3.4.", 3)),
        pianist("piano", *_KEYS, chance=0.35, plays=comping("x-x-x-x-x-x-x-x-", "o-------o-------")),
        padding("other.organ", chance=0.4),
        riffs("guitar.distorted", "guitar.crunch", pattern="X-x-x---x-x-x---|X-x-x---X-------",
                                                  stem="guitar", chance=0.4),
    )),
    Style("metal", (110, 180), DrumSeat(_ACOUSTIC, ("punk", "rock"), beats.METAL, (), 0.4, _TIGHT), (
        bassist("bass.pick", verse="1.111.111.111.11 / 1-1-1-1-1-1-1-1-", chorus="1-1-1-1-1-1-1-1-", short=0.9),
        guitarist("rhythm", "guitar.distorted", takes=2, group="rhythm", plays=(
            ("VB", partial(guitar.chugged, pattern="X.xxX.xxX.xxX.xx / X.xxx.x.X.xxx.x.")),
            (EVERYWHERE, partial(guitar.power, pattern="X-------X------- / X---x---X-x-x---")))),
        riffs("guitar.distorted", pattern="X-x-x-x-X-x-x---", stem="guitar", sections="ILO", chance=0.6),
        padding("other.strings", "other.choir", sections="CBL", chance=0.4),
    )),
    Style("punk", (150, 180), DrumSeat(_ACOUSTIC, ("punk", "rock"), beats.PUNK, (), 0.7, _TIGHT), (
        bassist("bass.pick", verse="1-1-1-1-1-1-1-1-"),
        guitarist("rhythm", "guitar.distorted", "guitar.crunch", takes=2, group="rhythm", plays=everywhere(
            partial(guitar.power, pattern="X-x-x-x-X-x-x-x-"))),
        riffs("guitar.crunch", pattern="X---x-x-x---x---", stem="guitar", chance=0.3),
    )),
    Style("funk", (88, 120), DrumSeat(_ACOUSTIC, ("funk", "soul"), beats.FUNK, ("funk",), 0.9, _TIGHT), (
        bassist("bass.slap", "bass.finger", verse="1..g..8.1.g.5.7. / 1-.g1..1..5-g.a.",
            chorus="1.g1..8..g5.7.8. / 1..1..8-..7-5.a.",
                short=0.7),
        guitarist("scratch", "guitar.clean", "guitar.muted", plays=strumming("s.Dss.usDss.us.u / d..su.s.d..su.su",
            position=7, top=3), feel=_TIGHT),
        pianist("epiano", "piano.electric", chance=0.8, plays=comping("x..x..x...x..x.. / ..x...x...x...x.")),
        stabs("other.brass", pattern="X...........x.x. / ....x..x........", chance=0.7),
        padding("other.organ", chance=0.4),
        answers("other.sax", "other.brass"),
    )),
    Style("soul", (70, 112), DrumSeat(_ACOUSTIC, ("soul", "gospel", "blues"), beats.BACKBEAT, ("rhythmblues",), 0.9), (
        bassist("bass.finger", verse="1-----5-1---3-5- / 1---..1-5---..a-"),
        guitarist("clean", "guitar.clean", plays=strumming("....D.......D... / ..d...D...d.D...", position=5, top=3),
            chance=0.8),
        pianist("piano", *_KEYS, plays=comping("x---x---x-x-x--- / x-------x-------", "1-------5-------")),
        padding("other.organ", "other.strings"), stabs("other.brass", pattern="X-......x-..X---", chance=0.6),
        answers("other.sax"),
    )),
    Style("rnb", (60, 100), DrumSeat(_MACHINES, ("hiphop", "soul"), beats.RNB, (), 0.25, _LAZY), (
        bassist("bass.synth", "bass.808", "bass.finger", verse="1-----..1-----.. / 1---------1-5---",
            chorus="1---..1-..1-5-a-", feel=_LAZY),
        pianist("epiano", "piano.electric", feel=_LAZY, plays=comping("x-------..x----- / x-----x---x-----",
            "1-------........")),
        guitarist("clean", "guitar.clean", "guitar.nylon", chance=0.5, plays=picking("1..3.4..2..4.3..", 5),
            feel=_LAZY),
        padding("other.pad", chance=0.7), arpeggios("other.bell", "other.pluck", steps=2, chance=0.4),
        answers("other.bell", "other.flute"),
    )),
    Style("trap", (120, 160), DrumSeat(("drums.808",), (), beats.TRAP, (), 0.0, _GRID), (
        bassist("bass.808", verse="1-------..1-.... / 1-----------1---", chorus="1-----~---..1-a- / 1---..1-~---....",
            centre=33.0,
                feel=_GRID, options="+slide"),
        pianist("piano", *_KEYS, chance=0.6, plays=everywhere(partial(keys.broken,
            pattern="1...2...3...4... / 1.2.3...4.3.2...", low=52.0))),
        guitarist("nylon", "guitar.nylon", "guitar.clean", chance=0.5, plays=picking("1...3...4...3...", 3)),
        arpeggios("other.bell", "other.pluck", steps=2, chance=0.7, low=67.0),
        padding("other.pad", "other.choir", "other.strings", chance=0.8),
        riffs("other.lead", "other.flute", pattern="X-----x---x-----|........x-x-x---", chance=0.5, centre=74.0),
    )),
    Style("boom-bap", (80, 100), DrumSeat((*_MACHINES, "drums.acoustic"), ("hiphop",), beats.BOOM, (), 0.4, _LAZY), (
        bassist("bass.upright", "bass.finger", "bass.synth", verse="1--...1.l-1-.... / 1-----..1-..5-8-", feel=_LAZY),
        pianist("piano", *_KEYS, feel=_LAZY, plays=comping("x-----..x-x-.... / x---..x---..x-..")),
        guitarist("clean", "guitar.clean", chance=0.4, plays=picking("..3...2...4...1.", 5), feel=_LAZY),
        stabs("other.brass", "other.strings", pattern="x.........x.....", sections=EVERYWHERE),
        answers("other.sax", "other.flute", "other.bell"),
    )),
    Style("house", (116, 130), DrumSeat(("drums.electronic",), (), beats.HOUSE, (), 0.0, _GRID, "IVCBLO"), (
        bassist("bass.synth", verse="..1-..1-..1-..8- / ..1-..1.1-..5-1-",
            chorus="..1-..1-..1-..1- / 1..1..1...1.8.5.", feel=_GRID),
        pianist("piano", *_KEYS, chance=0.8, plays=comping("x..x..x...x..x.. / x--x--x---x-x---"), feel=_TIGHT),
        stabs("other.organ", "other.lead", pattern="x--.x--.x---..x- / ..x-..x-..x-x---", sections="CBLIO",
            chance=0.7),
        padding("other.pad", "other.strings", chance=0.7), arpeggios("other.pluck", chance=0.5),
        riffs("other.lead", pattern="X---x-x---x-X---"),
        guitarist("funk", "guitar.clean", chance=0.3, plays=strumming("s.ds.su.s.ds.su.", position=7, top=3),
            feel=_TIGHT),
    )),
    Style("edm", (122, 145), DrumSeat(("drums.electronic",), (), beats.EDM, (), 0.0, _GRID), (
        bassist("bass.synth", verse="1---------------", chorus="..1-..1-..1-..1- / 1-1-1-1-1-1-1-1-", feel=_GRID),
        pianist("piano", "piano.grand", chance=0.6, plays=comping("x-----x-----x--- / x-------x-------",
            "1---------------")),
        stabs("other.lead", "other.strings", pattern="X--X--X---X-X--- / X.X.X.X.X.X.X.X.", sections="CL", chance=0.9,
            centre=67.0),
        padding("other.pad", chance=0.8), arpeggios("other.pluck", "other.lead", chance=0.7),
        guitarist("clean", "guitar.clean", "guitar.steel", chance=0.4, plays=picking("1.3.2.4.3.5.4.3.", 5)),
        riffs("other.lead", pattern="X-x-x-X-x-x-X-x-", sections="CL", centre=76.0),
    )),
    Style("disco", (106, 128), DrumSeat((*_ACOUSTIC, "drums.electronic"), ("dance", "disco"), beats.DISCO, ("disco",),
        0.3, _TIGHT), (
        bassist("bass.finger", "bass.synth", verse="1-8-1-8-1-8-1-8- / 1.1.8.1.1.1.8.5.", short=0.8, feel=_TIGHT),
        guitarist("rhythm", "guitar.clean", plays=strumming("s.DusuDus.DusuDu / ..Du..Du..Du..Du", position=7, top=3),
            feel=_TIGHT),
        pianist("piano", *_KEYS, chance=0.7, plays=comping("..x-..x-..x-..x-")),
        padding("other.strings", chance=0.9, centre=70.0),
        stabs("other.brass", "other.strings", pattern="X.........X.X..."),
    )),
    Style("indie", (100, 150), DrumSeat(_ACOUSTIC, ("rock", "pop"), beats.BACKBEAT, (), 0.8), (
        bassist("bass.pick", "bass.finger", verse="1-1-1-1-1-1-1-1-", chorus="1-1-1-5-1-1-8-5-"),
        guitarist("clean", "guitar.clean", plays=picking("1.3.2.4.3.4.2.3. / 1.4.3.2.4.3.2.3.", 4), group="second"),
        guitarist("strummed", "guitar.crunch", "guitar.clean", takes=2, group="rhythm", chance=0.8,
                  plays=strumming("D-d-d-d-d-d-d-d- / D-dudududududu..", position=2)),
        pianist("keys", *_KEYS, chance=0.35, plays=comping("x-------x-------")),
        padding("other.pad", "other.organ", chance=0.5),
        riffs("other.lead", "other.bell", pattern="X-x-x---x-x-X---"),
    )),
    Style("lo-fi", (66, 92), DrumSeat((*_MACHINES, "drums.acoustic"), ("hiphop",), beats.LOFI, (), 0.2, _LAZY,
        "IVCBLO"), (
        bassist("bass.finger", "bass.synth", "bass.upright", verse="1-----..1---.... / 1-----..5---a-..", feel=_LAZY),
        pianist("epiano", "piano.electric", "piano.electric", "piano.grand", feel=_LAZY,
            plays=comping("x-------x---x--- / x-----x---------")),
        guitarist("nylon", "guitar.nylon", "guitar.clean", chance=0.6, plays=picking("1...2.3.4...3.2.", 3),
            feel=_LAZY),
        padding("other.pad", chance=0.5), answers("other.bell", "other.flute", "other.sax"),
    )),
    Style("bossa", (104, 150), DrumSeat((*_ACOUSTIC, "drums.brush"), ("bossa", "brazilian", "latin"), beats.BOSSA,
        ("bossanova",), 0.35), (
        bassist("bass.upright", "bass.finger", verse="1-----5-5-----1- / 1-----5-1-----5-"),
        guitarist("nylon", "guitar.nylon", plays=strumming("d..d..d...d..d.. / d-.d-.d-..d-.d-.", position=3, top=4)),
        pianist("piano", *_KEYS, chance=0.7, plays=comping("x..x..x...x..... / ..x..x....x..x..")),
        padding("other.strings", chance=0.3), answers("other.flute", "other.sax", chance=0.7),
    )),
    Style("swing", (96, 180), DrumSeat(("drums.brush", "drums.acoustic"), ("jazz",), beats.SWING, (), 0.6, _SHUFFLE), (
        walker("bass.upright", "bass.finger", feel=_SHUFFLE),
        pianist("piano", "piano.grand", feel=_SHUFFLE,
            plays=comping("x-....x-........|....x-........x- / ......x-......x-")),
        guitarist("rhythm", "guitar.clean", chance=0.6, plays=strumming("d-..d-..d-..d-..", position=3, top=4)),
        answers("other.sax", "other.brass", "other.flute", chance=0.8),
        stabs("other.brass", pattern="......X-......X-", chance=0.4),
    )),
    Style("ballad", (60, 84), DrumSeat((*_ACOUSTIC, "drums.brush"), ("pop", "soul", "rock"), beats.BACKBEAT,
        ("ballad",), 0.7, sections="CBLO", chance=0.7), (
        bassist("bass.finger", verse="1--------------- / 1-------5-------", chorus="1-----1-5---1-a-"),
        pianist("ballad", "piano.grand", "piano.grand", "piano.electric", plays=everywhere(keys.ballad)),
        pianist("broken", "piano.grand", plays=everywhere(partial(keys.broken,
            pattern="1.2.3.4.5.4.3.2. / 1.3.5.3.4.3.5.3."))),
        written_piano(),
        guitarist("acoustic", "guitar.nylon", "guitar.steel", chance=0.6, plays=picking("1.3.2.3.4.3.2.3.")),
        padding("other.strings", "other.pad", chance=0.9), written_lead("other.strings", "other.flute"),
        answers("other.flute", "other.sax"),
        doubles("other.strings", octaves=1, chance=0.2),
    )),
    Style("folk", (76, 130), DrumSeat((*_ACOUSTIC, "drums.brush"), ("country", "rock"), beats.BACKBEAT, (), 0.5,
        chance=0.5), (
        bassist("bass.upright", "bass.finger", verse="1-------5-------"),
        guitarist("strummed", "guitar.steel", plays=strumming("D---d-u-D---d-u- / D---d-u---u-d-u-"), group="guitar"),
        guitarist("picked", "guitar.steel", "guitar.nylon", plays=picking("1.3.2.4.1.3.2.4. / 1.4.2.3.1.4.2.3."),
            group="second"),
        pianist("piano", "piano.grand", chance=0.4, plays=everywhere(keys.stride)),
        padding("other.strings", chance=0.3),
        answers("other.flute", chance=0.4),
    )),
    Style("country", (84, 150), DrumSeat(_ACOUSTIC, ("country", "rock"), beats.COUNTRY, (), 0.6), (
        bassist("bass.finger", "bass.upright", verse="1-------5-------|1-------5---3-a-"),
        guitarist("boom-chick", "guitar.steel", plays=strumming("d---D-u-d---D-u-")),
        guitarist("lead", "guitar.clean", group="second", chance=0.6, plays=picking("1.2.3.4.2.3.4.3.", 2)),
        pianist("piano", "piano.grand", chance=0.6, plays=everywhere(keys.stride)),
        padding("other.strings", "other.organ", chance=0.3),
    )),
    Style("reggae", (68, 96), DrumSeat(_ACOUSTIC, ("reggae",), beats.REGGAE, ("reggae",), 0.5), (
        bassist("bass.finger", verse="1-..3-5-..1-.... / ..1-1-..5-3-1-.."),
        guitarist("skank", "guitar.clean", "guitar.muted", plays=strumming("....D.......D... / ..D...D...D...D.",
            position=5, top=4)),
        pianist("bubble", "piano.grand", "piano.electric", chance=0.7, plays=comping("..x...x...x...x.")),
        padding("other.organ", chance=0.5),
        stabs("other.organ", "other.brass", pattern="..xo..xo..xo..xo", sections=EVERYWHERE),
        answers("other.brass", "other.sax"),
    )),
    Style("synthwave", (80, 118), DrumSeat(("drums.electronic", "drums.808"), (), beats.SYNTHWAVE, (), 0.0, _GRID), (
        bassist("bass.synth", verse="1-1-1-1-1-1-1-1- / 1.1.1.8.1.1.1.8.", feel=_GRID),
        padding("other.pad", "other.strings", chance=1.0), arpeggios("other.lead", "other.pluck", chance=0.8),
        riffs("other.lead", pattern="X---x---x-x-X---", centre=74.0),
        pianist("epiano", "piano.electric", chance=0.4, plays=comping("x-------x-----x-")),
        guitarist("muted", "guitar.muted", "guitar.clean", chance=0.6, plays=picking("1.1.2.1.3.1.2.1.", 3)),
    )),
    Style("tropical", (88, 118), DrumSeat(("drums.electronic",), (), beats.DANCEHALL, (), 0.0, _TIGHT), (
        bassist("bass.synth", "bass.808", verse="1--1--1---1-1---", feel=_GRID),
        guitarist("clean", "guitar.clean", "guitar.nylon", plays=picking("1..2..3.4..3..2.", 5), chance=0.7),
        pianist("piano", *_KEYS, plays=comping("x--x--x---x-x--- / ..x...x...x...x.")),
        arpeggios("other.pluck", "other.bell", chance=0.7),
        padding("other.pad", chance=0.5),
        riffs("other.flute", "other.bell", "other.pluck", pattern="X..x..x.X..x..x."),
    )),
    Style("waltz", (84, 180), DrumSeat((*_ACOUSTIC, "drums.brush"), (), beats.WALTZ, (), 0.3, chance=0.8), (
        bassist("bass.upright", "bass.finger", verse="1-----------|5-----------"),
        pianist("piano", "piano.grand", plays=everywhere(keys.stride)),
        guitarist("acoustic", "guitar.nylon", "guitar.steel", chance=0.7, plays=strumming("....d---d---")),
        guitarist("picked", "guitar.steel", "guitar.clean", chance=0.6, plays=picking("1.2.3.4.3.2."),
            group="second"),
        padding("other.strings", chance=0.7), answers("other.flute", "other.brass"),
        doubles("other.strings", "other.flute"),
    ), 3),
    Style("slow three", (72, 120), DrumSeat(_ACOUSTIC, (), beats.WALTZ, (), 0.0), (
        bassist("bass.finger", "bass.pick", verse="1-------1-..", chorus="1---1---1-a-"),
        pianist("broken", *_KEYS, plays=everywhere(partial(keys.broken, pattern="1.2.3.4.3.2."))),
        guitarist("rhythm", "guitar.crunch", "guitar.clean", takes=2, chance=0.7, plays=strumming("D---d-u-d-u-")),
        padding("other.organ", "other.pad"), answers("other.lead", "other.bell"),
    ), 3),
    Style("six-eight", (126, 180), DrumSeat(_ACOUSTIC, (), beats.SIX, (), 0.2, chance=0.85), (
        bassist("bass.finger", verse="1-------5--- / 1---------a-", chorus="1---1-5---a-"),
        pianist("triplets", *_KEYS, plays=comping("x-o-o-x-o-o-", "1-----5-----")),
        pianist("broken", "piano.grand", plays=everywhere(partial(keys.broken, pattern="1.2.3.4.3.2."))),
        written_piano(),
        guitarist("picked", "guitar.steel", "guitar.clean", plays=picking("1.2.3.4.3.2."), chance=0.8),
        guitarist("rhythm", "guitar.crunch", group="rhythm", takes=2, chance=0.3, plays=strumming("D-----d---u-")),
        padding("other.organ", "other.strings", chance=0.7), stabs("other.brass", pattern="......X.....", chance=0.3),
        answers("other.sax"),
    ), 6),
)  # fmt: skip

STYLES: Mapping[str, Style] = {style.name: style for style in _ALL}
"""Every style by name."""
