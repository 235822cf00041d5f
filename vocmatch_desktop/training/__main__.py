"""`python -m vocmatch_desktop.training TASK …`."""

from vocmatch_desktop.training.cli import main

if __name__ == "__main__":
    main()
