"""Drum patterns written for styles nobody recorded: house, trap, lo-fi, bossa, 3/4, 6/8 and more.

Each is a program for `drums.programmed`: General MIDI number → steps, sixteenths (in 6/8 twelve to a bar).
"""

from __future__ import annotations

from collections.abc import Mapping

from vocmatch_desktop.synth.players.drums import (
    BELL,
    CLAP,
    CLAVES,
    CLOSED,
    CONGA_HIGH,
    CONGA_LOW,
    CRASH,
    KICK,
    OPEN,
    PEDAL,
    RIDE,
    SHAKER,
    SNARE,
    STICK,
    TAMBOURINE,
    TOM_LOW,
)

Programs = tuple[Mapping[int, str], ...]

HOUSE: Programs = (
    {KICK: "X...X...X...X...", CLAP: "....X.......X...", OPEN: "..x...x...x...x.", SHAKER: "oxoxoxoxoxoxoxox"},
    {
        KICK: "X...X...X...X...|X...X...X...X..o",
        SNARE: "....x.......x...",
        CLOSED: "o.x.o.x.o.x.o.xo",
        STICK: "...x..x....x..x.",
        OPEN: "..............x.",
    },
    {KICK: "X...X...X...X...", CLAP: "....X.......X..o", CLOSED: "xoxoxoxoxoxoxoxo", RIDE: "..x...x...x...x."},
)
TRAP: Programs = (
    {
        KICK: "X.....x...x.....|X.....x......x.. / X.........x..x..|X..x......x..... ",
        CLAP: "........X.......",
        CLOSED: "x.x.x.xrx.x.x.x.|x.x.xtx.x.rrx.x. / x.xxx.xrx.x.x.rr|xtx.x.x.x.rtx.x.",
        OPEN: "......x.........|..............x.",
    },
    {
        KICK: "X..x......X.....|X......x..X..x.. / X.....X......x..|x..X.........X..",
        SNARE: "........X.......|........X......o",
        CLOSED: "x.x.x.x.x.xrx.x.|xxx.x.x.rrx.x.t.",
        STICK: "...x.......x....",
    },
)
LOFI: Programs = (
    {
        KICK: "X.........x.....|X......x..x..... / X.....x...x.....",
        SNARE: "....x.......x...|....x.......x..o",
        CLOSED: "x.x.x.xox.x.x.x.",
    },
    {
        KICK: "X......x..x..... / X.x.......x..x..",
        STICK: "....X.......X...",
        CLOSED: "x.o.x.o.x.o.x.oo",
        SHAKER: "oxoxoxoxoxoxoxox",
    },
)
BOSSA: Programs = (
    {KICK: "x..ox..ox..ox..o", STICK: "x..x..x...x..x..|..x..x..x..x..x.", CLOSED: "xoxoxoxoxoxoxoxo"},
    {KICK: "x..ox..ox..ox..o", STICK: "x..x...x..x.x...", RIDE: "x.x.x.x.x.x.x.x.", PEDAL: "....x.......x..."},
    {
        KICK: "x..ox..ox..ox..o",
        CLAVES: "x..x..x...x..x..",
        SHAKER: "xoooxoooxoooxooo",
        CONGA_LOW: "..........x.x...",
        CONGA_HIGH: "....x..x......o.",
    },
)
BACKBEAT: Programs = (
    {
        KICK: "X.......X.x..... / X.....x.X....... / X..x....X.x.....",
        SNARE: "....X.......X...",
        CLOSED: "x.o.x.o.x.o.x.o.",
    },
    {KICK: "X.......x.......", SNARE: "....X.......X...", CLOSED: "x...x...x...x...", TAMBOURINE: "..o...o...o...o."},
)
EDM: Programs = (
    {KICK: "X...X...X...X...", CLAP: "....X.......X...", CLOSED: "..x...x...x...x.", RIDE: "x.x.x.x.x.x.x.x."},
    {
        KICK: "X...X...X...X...|X...X...X..xX.x.",
        SNARE: "....X.......X...",
        OPEN: "..X...X...X...X.",
        SHAKER: "xoxoxoxoxoxoxoxo",
    },
)
DISCO: Programs = (
    {KICK: "X...X...X...X...", SNARE: "....X.......X...", OPEN: "..x...x...x...x.", CLOSED: "x.o.x.o.x.o.x.o."},
    {KICK: "X...X...X...X...", SNARE: "....X.......X...", CLOSED: "xxoxxxoxxxoxxxox", TAMBOURINE: "..x...x...x...x."},
)
WALTZ: Programs = (
    {KICK: "X...........", SNARE: "....o...o...", RIDE: "x...x...x...", PEDAL: "....x...x..."},
    {KICK: "X...........|X.......x...", STICK: "....x...x...", CLOSED: "x.o.x.o.x.o."},
    {KICK: "X.....x.....", SNARE: "........X...", CLOSED: "x.x.x.x.x.x.", CRASH: "............"},
)
SIX: Programs = (
    {KICK: "X.......x...|X.........x.", SNARE: "......X.....", CLOSED: "x.o.o.x.o.o."},
    {KICK: "X...........", STICK: "......X.....", RIDE: "x.x.x.x.x.x.", PEDAL: "......x....."},
    {KICK: "X...x.....x.", SNARE: "......X....o", CLOSED: "xoxoxoxoxoxo"},
)
REGGAE: Programs = (
    {KICK: "........X.......", STICK: "........X.......", CLOSED: "x.x.x.x.x.x.x.x."},
    {KICK: "X.......X.......", SNARE: "........X.......", CLOSED: "..x...x...x...x.", OPEN: "..............o."},
)
BOOM: Programs = (
    {
        KICK: "X......xx.x.....|X..X....x.x..... / X.....x...x..x..|X.....xX..x.....",
        SNARE: "....X.......X...|....X..o....X..o",
        CLOSED: "x.o.x.o.x.o.x.oo",
    },
)
RNB: Programs = (
    {KICK: "X......x..x.....|X......x.x......", CLAP: "....X.......X...", CLOSED: "x.xox.xox.xrx.xo"},
    {KICK: "X.....x...x..o..", SNARE: "....X.......X..o", CLOSED: "x.x.x.xtx.x.x.x.", STICK: "..............x."},
)
SYNTHWAVE: Programs = (
    {
        KICK: "X...X...X...X... / X.......X.x.....",
        SNARE: "....X.......X...",
        CLOSED: "x.x.x.x.x.x.x.x.",
        TOM_LOW: "................|..............x.",
    },
)
DANCEHALL: Programs = (
    {KICK: "X...x...X...x...", SNARE: "...x..x....x..x.", CLOSED: "x.x.x.x.x.x.x.x.", SHAKER: "oxoxoxoxoxoxoxox"},
    {KICK: "X...X...X...X...", STICK: "...X..X....X..X.", BELL: "x...x...x...x..."},
)
METAL: Programs = ({KICK: "X.xxX.xxX.xxX.xx / XxXxXxXxXxXxXxXx", SNARE: "....X.......X...", RIDE: "x...x...x...x..."},)
PUNK: Programs = ({KICK: "X...X.X.X...X.X.", SNARE: "..X...X...X...X.", CLOSED: "x.x.x.x.x.x.x.x."},)
SWING: Programs = ({RIDE: "x...x.x.x...x.x.", PEDAL: "....x.......x...", KICK: "o...o...o...o..."},)
COUNTRY: Programs = ({KICK: "X.......X.......", SNARE: "....x.......x...", CLOSED: "x.x.x.x.x.x.x.x."},)
FUNK: Programs = (
    {
        KICK: "X..x......x..x..|X..x..x...x.....",
        SNARE: "....X..o.o..X..o",
        CLOSED: "x.x.x.x.x.x.x.x.",
        OPEN: "..............x.",
    },
    {KICK: "X.x....x..x.....", SNARE: "....X..o.o.oX...", CLOSED: "xoxoxoxoxoxoxoxo"},
)
