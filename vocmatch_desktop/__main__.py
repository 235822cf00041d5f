"""`python -m vocmatch_desktop` is the `vocmatch` command."""

from vocmatch_desktop.cli import main

if __name__ == "__main__":
    main()
