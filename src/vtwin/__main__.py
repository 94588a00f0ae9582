"""``python -m vtwin``."""

from vtwin.cli import main

if __name__ == "__main__":
    main()
