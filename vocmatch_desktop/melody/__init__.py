"""A vocal becomes notes, and notes become MIDI.

`contour.hear` listens (slow, once), `notes.find` cuts what was heard into notes (`changes`, an exact search), and
`shape.shape` tidies them as people ask: three stages, and a changed option runs only its own again. `tuning` finds the
singer's grid of semitones.
"""
