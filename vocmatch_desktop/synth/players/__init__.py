"""Players: from chords, beats and a way of playing to the notes of one part.

`sheet` is what they read (bars, chords, the sung line), `feel` how a written stroke becomes a played note, `patterns`
the notation of rhythms. Each player is a pure function `(sheet, bars, rng, …) -> tuple[Stroke, ...]` in beats;
`feel.perform` turns strokes into `types.Note` in seconds. Which player plays where is somebody else's to say.
"""
