"""Sound from notes: our own instruments in plain numpy, recorded ones, soundfonts, and players who know what to play.

`players` turn chords and bars into notes; `sounds` finds what plays them: `sampler` and `kits` (recordings handed in),
`soundfont` (FluidSynth where it is installed), `tone_player`, with `amp` behind a guitar. `piano` plays a melody
everywhere: with a soundfont, or with `piano_model`.

The demo's beats and takes need none of them: `songs` and `takes` say what there is to play, `theory`, `melody`,
`score` and `styles` turn it into events, `tones`, `instruments`, `drums` and `voice` into sound, `effects`, `mixing`
and `master` into a finished mix. What is true of a song (key, beats, chords) is known exactly, so analysis and matching
are tested on it.
"""
