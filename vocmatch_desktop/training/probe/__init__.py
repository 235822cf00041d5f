"""The transfer probe: does a network that learnt from our songs work on recordings it has nothing to do with?

One small network (`network`) and one budget of steps are fixed; only the material changes (`recipes`). `arm` trains it
on one recipe, `thermometers` measure it on real and held-out songs beside silence, the mixture and an ideal mask,
`table` keeps and prints every recipe that was tried. Figures of one table compare recipes with each other; they say
nothing about how well a real separation network will do.
"""
