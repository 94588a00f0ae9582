"""Where the data that comes with vtwin lies: equipment models and runnable scenarios.

In an installed wheel they are inside the package (``vtwin/_shipped/<kind>``); in an editable
install and in a clone they are the folders at the top of the repository.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Kind = Literal["library", "scenarios"]


def shipped(kind: Kind) -> Path:
    """The folder of the shipped ``library`` (``<family>/<model>.yaml``) or ``scenarios``
    (``<name>/scenario.yaml``).

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    package = Path(__file__).resolve().parents[1]
    candidates = (package / "_shipped" / kind, package.parents[1] / kind)
    for folder in candidates:
        if folder.is_dir():
            return folder
    looked = " and ".join(str(c) for c in candidates)
    raise FileNotFoundError(f"vtwin's own {kind} folder is missing (looked at {looked})")
