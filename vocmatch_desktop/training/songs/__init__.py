"""Songs whose truth is known to the sample: sung and played from real voices, instruments and compositions.

`compositions` reads what there is to play, `singer` sings it, `synth.players` and `synth`'s instruments play it, `desk`
mixes it, `render` makes one song of it all and `record` says what is true of it. `readers` give real multitracks the
same record. `stream` feeds either to a network, `pack` takes the parts to a machine that lacks them.
"""
