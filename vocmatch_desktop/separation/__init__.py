"""A song comes apart into stems that add up to it.

`estimator` is what a family of models must be able to do, `overlap` runs it over sound of any length, `channels` over
any number of channels, and `separate` writes the stems at the source's own rate, with what is left of the mix in the
last of them: whatever a network gets wrong, the stems sum to the mix.

`families` finds out of which family a model's graph is and opens it; each family (`htdemucs`, `mdx`, `umx`, `own`) has
a file of its own, `facts` is what a card may add, `level` the loudness of the whole song for those that want to know
it.
"""
