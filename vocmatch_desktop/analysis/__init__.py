"""What a sound is: pitch, chroma, key, beats, texture.

`beat.analyse_beat` listens to an instrumental and gives a `Fingerprint`, `take.analyse_take` listens to a voice and
gives `TakeFeatures`; both decode once, block by block. `spectra` takes the spectra that the others read: `tuning`,
`chroma` and `key` (harmony), `onsets`, `tempo`, `beats`, `metre` and `rhythm` (time), `texture` (bands, a busy lead).
`pitch` and `live` follow a voice, whole or while it is sung. `blob` makes bytes of a fingerprint for the library, and
`grid` lays the user's corrections over one.
"""
