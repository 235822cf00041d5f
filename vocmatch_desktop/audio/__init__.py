"""Samples in, samples out: files, resampling, STFT, loudness, stretch and shift, capture, playback, clock."""
