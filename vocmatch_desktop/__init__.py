"""VocMatch Desktop: sing a take, find the beats of your own library that go with it."""

__version__ = "0.1.0"
