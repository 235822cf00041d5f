"""Samples in, samples out.

Files: `files` reads and writes all formats in blocks, through `decoders`, `opus`, `resample` and `mono`; `growing` ones
can be read meanwhile. Signals: `stft`, `loudness`, `stretch`. Devices: `capture` records through a `tap` on the C
callback into a `takefile` that survives a crash; `playback` plays a scene (`mixing`) of `sources`, one `run` from start
to stop, and the files of a `deck` in step while they grow; `monitor` joins the two; `clock` says where on the played
grid a recorded sample lies. `virtual` is a sound card without hardware, to measure with.
"""
