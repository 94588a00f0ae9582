"""The web app: a factory that connects pages to a desk, and the server that runs it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dash import Dash, html, set_props
from flask import Response, abort, request

from dash_app import ids
from dash_app.pages.compare import callbacks as compare
from dash_app.pages.compare import figures as compare_figures
from dash_app.pages.overview import callbacks as overview
from dash_app.security import secure
from dash_app.settings import Settings, is_loopback
from dash_app.shell import callbacks as shell
from dash_app.shell.layout import frame
from dash_app.words import LANGUAGES, Words, load, preferred
from vtwin.app.desk import Desk, Problem, Refused

HERE = Path(__file__).parent
DATA = "/data"  # long series the pictures fetch themselves
INDEX = """<!DOCTYPE html>
<html lang="{language}" data-theme="{theme}">
<head>
{metas}<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{favicon}{css}
</head>
<body>
{app_entry}
<footer hidden>{config}{scripts}{renderer}</footer>
</body>
</html>"""


def create_app(settings: Settings, desk: Desk) -> Dash:
    """A Dash app that shows what is on a desk. Keeps no state of its own."""
    catalogues = {language: load(language) for language in LANGUAGES}
    app = Localised(
        __name__,
        assets_folder=str(HERE / "assets"),
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title=None,  # type: ignore[arg-type]
        title="vtwin",
        enable_mcp=False,
        on_error=unforeseen(catalogues),
    )
    app.layout = lambda: frame(catalogues[language()])
    shell.register(app, desk, catalogues)
    overview.register(app, desk, catalogues)
    compare.register(app, desk, catalogues)
    series(app, desk, catalogues)
    secure(app.server, inline_hashes(app), settings.max_request_bytes, settings.host)
    compress(app)
    return app


def unforeseen(catalogues: dict[str, Words]) -> Callable[[Exception], None]:
    """What a callback that failed leaves on the screen: a sentence instead of nothing."""

    def tell(error: Exception) -> None:
        if isinstance(error, Refused):
            text = str(error)
        else:
            logging.getLogger("vtwin").error("a callback failed", exc_info=error)
            text = catalogues[language()]("empty.failed")
        set_props(ids.NOTICE, {"children": html.Div(text, className="notice")})

    return tell


def language() -> str:
    """The language of the present request."""
    return preferred(request.cookies.get("language"), request.headers.get("Accept-Language"))


class Localised(Dash):
    """Dash whose first page already has its language and theme, so that nothing flickers."""

    def interpolate_index(self, **kwargs: Any) -> str:  # type: ignore[override]
        """Fill the page; see dash.Dash.interpolate_index."""
        theme = "dark" if request.cookies.get("theme") == "dark" else "light"
        return INDEX.format(language=language(), theme=theme, **kwargs)


def inline_hashes(app: Dash) -> Callable[[], list[str]]:
    """Hashes of the inline scripts Dash writes, asked for when all callbacks are known."""
    known: list[str] = []

    def hashes() -> list[str]:
        if not known:
            known.extend(f"'{h.strip(chr(39))}'" for h in app.csp_hashes())
        return known

    return hashes


def series(app: Dash, desk: Desk, catalogues: dict[str, Words]) -> None:
    """Long series as plain JSON beside the callbacks: drawn on canvas, never kept in a store."""

    def answer(body: dict[str, Any]) -> Response:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return Response(text, mimetype="application/json", headers={"Cache-Control": "no-store"})

    def run_ids() -> list[str]:
        named = request.args.getlist("run")
        if (
            not named
            or len(named) > 20
            or not all(re.fullmatch(r"[\w.:-]{1,80}", n) for n in named)
        ):
            abort(400)
        return named

    def gantt() -> Response:
        words = catalogues[language()]
        return answer(compare_figures.gantt(desk.gantt(run_ids()[0]), words))

    def wip() -> Response:
        return answer(compare_figures.wip(desk.wip(run_ids()), catalogues[language()]))

    app.server.add_url_rule(f"{DATA}/gantt", view_func=gantt)
    app.server.add_url_rule(f"{DATA}/wip", view_func=wip)


def compress(app: Dash) -> None:
    """Compress what is sent."""
    from flask_compress import Compress

    app.server.config["COMPRESS_ALGORITHM"] = ["br", "gzip"]
    app.server.config["COMPRESS_BR_LEVEL"] = 4
    Compress(app.server)


def check_address(host: str) -> None:
    """Refuse to be reachable from outside while nobody has to log in."""
    if not is_loopback(host):
        what = f"the web app has no log-in yet and answers this computer only, not {host}"
        raise Refused(Problem("V663", what, hint="leave out --host, or use 127.0.0.1"))


def serve(
    scenarios: list[Path],
    host: str = "127.0.0.1",
    port: int = 8050,
    store_url: str | None = None,
    open_browser: bool = False,
) -> None:
    """Show these scenarios (none: the shipped ones) in the browser until Ctrl-C; simulations run
    in a process beside.

    Raises:
        Refused: a scenario or the store cannot be read, or the address is not this computer's.
    """
    import threading
    import webbrowser

    import waitress

    from vtwin.app.live import LiveDesk
    from vtwin.app.workbench import attended

    check_address(host)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    desk = LiveDesk.open(scenarios, store_url)
    settings = Settings(tuple(scenarios), store_url, host, port)
    app = create_app(settings, desk)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/"
    try:
        server = waitress.create_server(app.server, host=host, port=port, threads=6, ident="vtwin")
    except OSError as error:
        what = f"port {port} of {host} cannot be used: {error.strerror or error}"
        hint = "another program may hold it; name another with --port"
        raise Refused(Problem("V662", what, hint=hint)) from error
    with attended(desk.store.url):
        print(f"vtwin is at {address}  (Ctrl-C ends it)", flush=True)
        if open_browser:
            threading.Timer(1.0, webbrowser.open, (address,)).start()
        server.run()
