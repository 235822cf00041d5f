"""Metrics, benchmarks and spreadsheets: how well the program does on labelled data."""
