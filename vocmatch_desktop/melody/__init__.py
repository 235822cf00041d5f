"""A vocal becomes notes, and notes become MIDI."""
