"""Our own separation networks: six stems of any song, and a light one for slow machines.

`six` and `eco` are the networks, `sound` is what stands around them (spectra, masks, the loss), `recipe` what they are
trained on and how. Both are trained at half the rate they run at: with windows half as long, the bins below 11 kHz are
the same, and above it masks follow from what is below.
"""
