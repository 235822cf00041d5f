"""VocMatch Desktop: sing a take, find the beats of your own library that go with it.

A take comes in on the left and leaves as files in a DAW on the right; every package in between does one thing:

    types, errors, whole, settings   what everybody may import; `whole`: files that are whole or not there
    audio, inference                 samples in and out; neural networks
    analysis, synth                  what a sound is; sound from notes
    library, matching                the user's beats; what goes together
    separation, melody, export       a song's stems; a vocal's notes; files for the DAW
    services                         the use cases, put together from these
    evaluation                       how well they do on labelled data
    jobs                             the two processes that run them
    commands, cli                    the shell
    ui                               the window, the only place where Qt is
    training                         where models are made, the only place where torch is; nobody imports it

Each imports only from the lines above it, and library, matching, separation, melody and export know nothing of each
other (import-linter sees to both).
"""

__version__ = "0.1.0"
