"""VocMatch Desktop: sing a take, find the beats of your own library that go with it.

A take comes in on the left and leaves as files in a DAW on the right; every package in between does one thing:

    types, errors, settings      what everybody may import
    audio, inference             samples in and out; neural networks
    analysis, synth              what a sound is; sound from notes
    library, matching, export    the user's beats; what goes together; files for the DAW
    services                     the use cases, put together from these
    evaluation                   how well they do on labelled data
    jobs                         the two processes that run them
    commands, cli                the shell
    ui                           the window, the only place where Qt is

Each imports only from the lines above it, and library, matching and export know nothing of each other (import-linter
sees to both).
"""

__version__ = "0.1.0"
