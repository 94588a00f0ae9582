"""Words on the command line to one app call, and its answer to text and an exit code."""


def main() -> None:
    """Entry point of the ``vtwin`` command."""
    raise SystemExit(2)
