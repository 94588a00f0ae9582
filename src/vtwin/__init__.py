"""vtwin: try a change to the plant before moving a single machine."""

__version__ = "0.1.0"
