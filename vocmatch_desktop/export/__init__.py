"""What leaves for the DAW: file names, WAV metadata, session folders."""
