"""What the web app is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Settings:
    """Where scenarios and results are, and who may come in."""

    scenarios: tuple[Path, ...] = ()
    store_url: str | None = None  # None: the default store of this user
    host: str = "127.0.0.1"
    port: int = 8050
    max_request_bytes: int = 2_000_000


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach the address."""
    return host in LOOPBACK or host.startswith("127.")
