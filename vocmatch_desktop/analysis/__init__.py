"""What a sound is: pitch, chroma, key, beats, texture, gathered in a Fingerprint (beats) or TakeFeatures (takes)."""
