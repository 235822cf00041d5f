"""`python -m vocmatch_desktop` is the `vocmatch` command."""

if __name__ == "__main__":
    from vocmatch_desktop.cli import main  # not above: every spawned worker imports this module again

    main()
