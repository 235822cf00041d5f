"""What a DAW needs to know of the files that leave for it.

`placing` says where on the grid they begin, `names` what they are called, `wavmeta` puts tempo and key inside a WAV,
`rpp` writes a project. `services.fitting`, `padding` and `exporting` make the files with it.
"""
