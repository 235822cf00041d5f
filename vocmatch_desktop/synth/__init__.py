"""Sound from notes: oscillators, drums and bass lines in plain numpy; the demo's songs are written with it."""
