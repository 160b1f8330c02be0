"""``python -m openilr`` is the command ``ilr``."""

from openilr.cli import main

if __name__ == "__main__":
    main()
