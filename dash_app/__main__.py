"""``python -m dash_app SCENARIO…``: the web app without the command line around it."""

from __future__ import annotations

import sys
from pathlib import Path

from dash_app.app import serve

if __name__ == "__main__":
    serve([Path(name) for name in sys.argv[1:]])
