"""The use cases: plain functions from a frozen spec to a frozen result, called by shell, window and workers alike.

Beats: `indexing` (`listening` hears one file, `pool` spreads them over processes). Takes: `recording` with its `guides`
(click or beat), `record_take` for the shell, `calibration`, `live` pitch. Match: `matching` ranks the library,
`pairing` lays one beat under a take; `audition` renders both, `fitting` and `padding` write them for the DAW (as
`bars`) and `exporting` a session of them (with `known_stems`); `laying` bends and repeats a beat. Songs: `separation`
takes one apart, `stem_files` writes its stems in other formats, `song_store` keeps those of the Stems room and `songs`
works on them, `models` brings networks. Voices: `melody`, with `melody_edits`. The program itself: `demo`, `demo_tour`
(with `demo_stems`), `bench` (with `bench_matching`), `doctor`, `leftovers`. What several of them need: `reports`,
`streams`, `scratch`, `heights`, `identity`, `lifeline`.
"""
