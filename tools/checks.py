"""Every check in one command: ``python -m tools.checks`` (exit 1 when any fails).

Style (ruff), types (mypy strict), which room may import which (import-linter) and whether the
generated pages are up to date.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("style", [str(BIN / "ruff"), "check", "."]),
    ("layout", [str(BIN / "ruff"), "format", "--check", "."]),
    ("types", [str(BIN / "mypy")]),
    ("rooms", [str(BIN / "lint-imports")]),
    ("pages", [sys.executable, "-m", "tools.pages", "--check"]),
)


def main() -> int:
    """Run every check, print the output of those that fail; the exit code."""
    failed = 0
    for name, command in CHECKS:
        begun = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:8} {verdict:6} {time.perf_counter() - begun:5.1f} s", flush=True)
        if done.returncode:
            failed += 1
            print(done.stdout + done.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
