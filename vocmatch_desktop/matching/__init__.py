"""How a take and a beat go together.

`rank.rank` has a first look at every beat (`shortlist`), then the exact search (`align`) for those that may be among
the best. The parts of a score are `notes`, `groove` and `space`; `fuse` weighs them against what transposing and
stretching cost; `reasons` finds the facts behind a score and `words` says them. Beats come from a `source.BeatSource`:
the library's vectors, or memory.
"""
