"""Commands about a plant as it is written: files, the library, programs of machines."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from vtwin.cli.commands.options import html_option, json_option, variant_option
from vtwin.cli.output import Output, problems_json


@click.command()
@click.argument("name", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    metavar="SCENARIO",
    help="Start from a copy of a shipped line (forging, press …), or from an equipment model.",
)
@json_option
def new(name: Path, source: str | None, json_to: str | None) -> None:
    """A scenario folder to start from."""
    from vtwin.app import scenarios

    output = Output(json_to)
    file = scenarios.new(name, source=source)
    said = shlex.quote(str(name))
    output.console.print(f"Written: {file}\nNext:    vtwin check {said}\n         vtwin run {said}")
    output.json({"written": str(file)})
    output.finish()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(file: Path, json_to: str | None) -> int:
    """Problems with line numbers; exit 1 if there are any."""
    from vtwin.app import scenarios
    from vtwin.cli import text

    output = Output(json_to)
    checked = scenarios.check(file)
    text.problems(checked.problems)
    output.console.print(text.checked(checked))
    output.json(checked.to_json() | {"problems": problems_json(checked.problems)})
    output.finish()
    return 0 if checked.ok else 1


@click.command()
@click.argument("name", required=False)
@json_option
def library(name: str | None, json_to: str | None) -> None:
    """List the equipment models, or show one, or one family."""
    from vtwin.app import scenarios
    from vtwin.cli import text

    output = Output(json_to)
    family = None if name is None else scenarios.family_entry(name)
    if name is None:
        families, troubles = scenarios.library()
        text.problems(troubles)
        output.console.print(text.library(families))
        models = [m.to_json() for entry in families for m in entry.models]
        told = {"families": [f.to_json() for f in families], "models": models}
        output.json(told | {"problems": problems_json(troubles)})
    elif family is not None:
        output.console.print(text.library([family]))
        output.json(family.to_json() | {"models": [m.to_json() for m in family.models]})
    else:
        model = scenarios.model(name)
        output.console.print(text.model(model))
        output.json(model.to_json())
    output.finish()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--on", "model", metavar="MODEL", help="Machine of the library.")
@click.option(
    "--set", "changed", multiple=True, metavar="KEY=VALUE", help="Another value of the machine."
)
@json_option
def nc(file: Path, model: str | None, changed: Sequence[str], json_to: str | None) -> None:
    """Where the time of an NC program goes on a machine."""
    from vtwin.app import programs
    from vtwin.cli import text

    output = Output(json_to)
    pairs = [pair.partition("=") for pair in changed]
    if any(not sign for _, sign, _ in pairs):
        raise click.UsageError("--set needs KEY=VALUE, such as --set rapid_override=50%")
    values = {key.strip(): value.strip() for key, _, value in pairs}
    found = programs.nc_time(file, model or programs.MODEL, values)
    output.console.print(text.nc_time(found))
    output.json(found.to_json())
    output.finish()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@variant_option
@click.option("--product", metavar="NAME", help="Only its line; default: the mix of all.")
@json_option
@html_option
def balance(
    file: Path, variant: str | None, product: str | None, json_to: str | None, html: Path | None
) -> None:
    """Takt and line balance: station cycles, efficiency, smoothness."""
    from vtwin.app import balancing
    from vtwin.cli.balancing import balanced

    output = Output(json_to)
    found = balancing.balance(file, variant, product=product)
    output.console.print(balanced(found))
    output.json(found.to_json())
    if html is not None and output.write(html, balancing.html(found)):
        output.console.print(f"Report: {html}")
    output.finish()


@click.command()
@json_option
def schema(json_to: str | None) -> None:
    """The scenario language as JSON Schema, for editors."""
    from vtwin.app import scenarios

    output = Output(json_to or "-")
    output.json(scenarios.schema())
    output.finish()
