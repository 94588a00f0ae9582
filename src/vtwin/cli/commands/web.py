"""The command that serves the web app."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from vtwin.cli.commands.options import json_option
from vtwin.cli.output import Output


@click.command()
@click.argument("scenarios", type=click.Path(path_type=Path), nargs=-1)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to answer at.")
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8050,
    show_default=True,
    help="Port to answer at.",
)
@click.option("--open/--no-open", "browser", default=True, help="Open a browser when it is up.")
@click.option("--store", metavar="URL", help="Where runs are kept.")
@json_option
def serve(
    scenarios: Sequence[Path],
    host: str,
    port: int,
    browser: bool,
    store: str | None,
    json_to: str | None,
) -> None:
    """The web app, on this computer, in Korean and English."""
    from dash_app.app import serve as start
    from vtwin.app.scenarios import servable
    from vtwin.cli import text

    output = Output(json_to)
    files, troubles = servable(scenarios)
    text.problems(troubles)
    output.json({"url": f"http://{host}:{port}/", "scenarios": [str(f) for f in files]})
    output.finish()
    start(files, host, port, store_url=store, open_browser=browser)
