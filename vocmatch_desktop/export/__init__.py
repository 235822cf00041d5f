"""What leaves for the DAW: where on the grid files begin (`placing`), what they are called (`names`), the tempo inside
a WAV (`wavmeta`), project files (`rpp`).

`services.fitting`, `padding` and `exporting` write the files; here is what a DAW needs to know of them.
"""
