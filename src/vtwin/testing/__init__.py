"""The exam shipped with the interface."""
