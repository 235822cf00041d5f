"""The shell's commands, one module a room; each gives `register(app)` and imports its room when a command runs."""
