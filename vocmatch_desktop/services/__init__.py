"""The use cases (index a folder, match a take, fit a beat, audition, record), called by shell and window alike."""
