"""Headers on every answer and the hosts that may ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, request

from dash_app.settings import is_loopback


def policy(hashes: list[str]) -> str:
    """The Content-Security-Policy: nothing from outside this server. Styles may be inline,
    because components set them as attributes; scripts may not, but for the hashed starter.
    """
    scripts = " ".join(["'self'", *hashes])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def secure(server: Flask, hashes: Callable[[], list[str]], max_bytes: int, host: str) -> None:
    """Limit requests and put the headers on. Only names of this computer are answered while
    bound to the loopback address, so that a page elsewhere cannot reach in by DNS rebinding.
    """
    server.config["MAX_CONTENT_LENGTH"] = max_bytes

    @server.before_request
    def gate() -> None:
        name = request.host.rsplit(":", 1)[0].strip("[]")
        if is_loopback(host) and not is_loopback(name):
            abort(403)
        origin = request.headers.get("Origin")
        if request.method == "POST" and origin and origin.split("://")[-1] != request.host:
            abort(403)

    @server.after_request
    def headers(response: Response) -> Response:
        fixed: dict[str, Any] = {
            "Content-Security-Policy": policy(hashes()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        response.headers.update(fixed)
        return response
