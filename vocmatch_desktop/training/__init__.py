"""Where models are made: data, networks, loops, export to ONNX (extra "train"). Torch is imported nowhere else.

`songs` makes songs whose every stem, note, chord and beat is known; `probe` measures whether what is learnt from them
carries over to real recordings; `notes` and `separation` make networks that are shipped. Each task is one command:
`python -m vocmatch_desktop.training TASK …`.
"""
