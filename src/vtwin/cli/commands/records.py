"""Commands about what happened: to a part in the twin, and in the plant's own records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import click

from vtwin.cli.commands.options import (
    Study,
    engine_option,
    json_option,
    replications_option,
    seed_option,
    takes_study,
    variant_option,
)
from vtwin.cli.output import INTERRUPTED, Output, progress, stoppable


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--part", type=int, metavar="N", help="Everything that went into part N.")
@click.option("--lot", metavar="NAME/N", help="Where material lot N went.")
@click.option("--tool", metavar="TOOL#C/L", help="Where a tool, its copy C or its life L went.")
@click.option("--machine", metavar="NAME", help="What a machine made between --from and --to.")
@click.option("--worker", metavar="NAME", help="What a person worked on.")
@click.option("--from", "since", metavar="TIME", help="2 h from the start, or a date and time.")
@click.option("--to", "until", metavar="TIME", help="Up to then (default: the end).")
@click.option("--replication", default=0, type=click.IntRange(0), help="Which one is followed.")
@variant_option
@engine_option("Which engine.")
@seed_option
@click.option(
    "--travellers",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Write every step of all parts asked about as CSV.",
)
@json_option
@takes_study
def genealogy(
    study: Study,
    file: Path,
    part: int | None,
    lot: str | None,
    tool: str | None,
    machine: str | None,
    worker: str | None,
    since: str | None,
    until: str | None,
    replication: int,
    travellers: Path | None,
) -> None:
    """What went into a part; where something suspect went."""
    from vtwin.app import genealogy as app
    from vtwin.cli import histories

    question = app.Question(lot, tool, machine, worker, since, until)
    if len(question.asked) + (part is not None) > 1:
        raise click.UsageError("ask for one of --part, --lot, --tool, --machine and --worker.")
    if (since or until) and not (machine or worker):
        raise click.UsageError("--from and --to say when of a --machine or a --worker.")
    output = Output(study.json_to)
    followed = app.follow(
        file,
        variant=study.variant,
        replication=replication,
        engine=study.engine,
        seed=study.seed,
    )
    chosen: Sequence[int] | None = None
    if part is not None:
        card = followed.part(part)
        chosen = [part, *(one["part"] for one in card["components"])]
        output.console.print(histories.part(card))
        output.json(card)
    elif question.asked:
        called = followed.call_back(question)
        chosen = called.shipped
        output.console.print(histories.called(called))
        output.json(called.to_json())
    else:
        output.console.print(histories.followed(followed))
        output.json(followed.to_json())
    if travellers is not None:
        output.write(travellers, followed.csv(chosen))
    output.finish()


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path),
    metavar="MAP",
    help="Which column means what; not needed for state streams of machine tools.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    required=True,
    help="Folder for the scenario and its reports.",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="Use only what happened before this day.",
)
@json_option
def learn(
    data: Path, mapping: Path | None, out: Path, until: dt.datetime | None, json_to: str | None
) -> None:
    """A plant's records -> a scenario, and a report on the data."""
    from vtwin.app import history
    from vtwin.cli import text

    output = Output(json_to)
    if mapping is None:
        cell = history.learn_runs(data, out)
        text.problems(cell.problems)
        output.console.print(text.lines(history.report_lines(cell), output.console.width))
        output.console.print(f"\nNext:\n  vtwin run {out}")
        output.json(cell.to_json())
        output.finish()
        return
    day = None if until is None else until.date()
    with progress() as report:
        result = history.learn(data, mapping, out, day, report)
    console = output.console
    text.problems(result.problems)
    console.print(text.lines(history.report_lines(result), console.width))
    console.print(f"\nNext:\n  vtwin validate {out}\n  vtwin run {out}")
    output.json(result.to_json())
    output.finish()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@replications_option()
@json_option
@takes_study
def validate(study: Study, file: Path) -> int:
    """The twin against history it has not seen."""
    from vtwin.app import history
    from vtwin.cli import text

    output = Output(study.json_to)
    number = study.fixed_replications or history.REPLICATIONS
    with stoppable() as stop, progress() as report:
        result = history.validate(file, replications=number, progress=report, cancelled=stop)
    console = output.console
    console.print(text.lines(history.report_lines(result), console.width))
    output.json(result.to_json())
    output.finish()
    return INTERRUPTED if result.interrupted else 0
