"""A vocal becomes notes, and notes become MIDI.

`contour.hear` listens (slow, once): pitch, level (`mel`) and what the network of `boundary` says of where notes begin
and end. `notes.find` cuts what was heard into notes (`changes`, an exact search; `tuning` finds the singer's grid of
semitones), `shape.shape` tidies them as people ask: three stages, and a changed option (`controls`) runs only its own
again. `live` does it all while somebody sings. `edits` are made by hand and kept as `revisions`; `midi` and `bends`
write them down.
"""
