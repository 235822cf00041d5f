"""Sound from notes in plain numpy; the demo's beats and takes are made with it.

`songs` and `takes` say what there is to play, `theory`, `melody`, `score` and `styles` turn it into events, `tones`,
`instruments`, `drums` and `voice` into sound, `effects`, `mixing` and `master` into a finished mix. What is true of a
song (key, beats, chords) is known exactly, so analysis and matching are tested on it.
"""
