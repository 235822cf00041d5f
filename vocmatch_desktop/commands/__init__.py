"""The shell's commands, one module a noun; `cli` gathers them and draws the line between refusals and bugs.

Each module gives `register(app)` and imports its room only when a command runs, so that `--help` answers at once.
`options` and `given` say what arguments mean, `output` and `tables` how results are printed. (ARCHITECTURE.md counts
all of this as `cli.py`; it is a package so that every file stays short.)
"""
