"""Commands that try many plants: experiments, and the optimiser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from vtwin.cli.commands.options import (
    Study,
    cluster_option,
    engine_option,
    html_option,
    json_option,
    names,
    replications_option,
    seed_option,
    store_options,
    study_options,
    takes_study,
    variant_option,
)
from vtwin.cli.output import INTERRUPTED, Output, progress, searching, stoppable


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--experiment", "name", metavar="NAME", help="One of the file's experiments.")
@click.option(
    "--vary",
    multiple=True,
    metavar="PATH=2..5",
    help="What varies: 2..5, 10..30 by 5, 30 s..90 s or a,b,c (may be said more than once).",
)
@click.option(
    "--design",
    type=click.Choice(["full", "fractional", "latin_hypercube", "sobol", "sensitivity"]),
    help="Which settings are simulated (default: as written, or full).",
)
@click.option("--points", type=click.IntRange(2), help="How many (latin_hypercube, sobol).")
@click.option("--resolution", type=click.IntRange(3, 5), help="What stays apart (fractional).")
@click.option("--figures", metavar="A,B", help="What is looked at; the first is judged by.")
@click.option("--precision", metavar="2 %", help="With --replications auto: how narrow.")
@click.option("--warmup", metavar="auto|8 h", help="auto: found by MSER-5 in pilot runs.")
@variant_option
@click.option("--workers", type=click.IntRange(1), help="Threads at most.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="Keep every replication in this table; the same command goes on from it.",
)
@study_options
@json_option
@html_option
@store_options
@takes_study
def sweep(
    study: Study,
    file: Path,
    name: str | None,
    vary: tuple[str, ...],
    design: str | None,
    points: int | None,
    resolution: int | None,
    figures: str | None,
    warmup: str | None,
) -> int:
    """Several things varied together, and what each of them does."""
    from vtwin.app import sweeps
    from vtwin.cli import sweeps as said
    from vtwin.cli import text

    output = Output(study.json_to)
    wishes = sweeps.Wishes(
        vary=vary,
        design=design,
        points=points,
        resolution=resolution,
        figures=names(figures),
        replications=study.replications,
        precision=study.precision,
        warmup=warmup,
    )
    with stoppable() as stop, progress() as report:
        result = sweeps.sweep(
            file,
            name,
            wishes,
            variant=study.variant,
            workers=study.workers,
            out=study.out,
            progress=report,
            cancelled=stop,
            **study.simulated,
        )
    text.problems(result.warnings)
    output.console.print(said.sweep(result))
    text.problems(result.notes)
    output.json(result.to_json())
    if study.html is not None:
        from vtwin.app.sweep_report import sweep_html

        if output.write(study.html, sweep_html(result)):
            output.console.print(f"Report: {study.html}")
    output.finish()
    return INTERRUPTED if result.sweep.interrupted else 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--budget", type=int, metavar="REPLICATIONS", help="Replications in all (default: a guarantee)."
)
@replications_option("Replications of the confirmation.")
@seed_option
@click.option("--workers", type=int, metavar="N", help="Threads at most (default: all cores).")
@engine_option()
@click.option(
    "--search",
    default="neighbourhood",
    show_default=True,
    metavar="NAME",
    help="Whose proposals are simulated: neighbourhood, tpe, ga, de or random.",
)
@cluster_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Where the plan is saved as a variant (default: <name>-plan.yaml here).",
)
@click.option("--front", is_flag=True, help="Also what can be had of several goals at once.")
@json_option
@html_option
@store_options
@takes_study
def optimise(study: Study, file: Path, budget: int | None, search: str, front: bool) -> int:
    """The best reallocation of equipment and staff, as a plan.

    What may be changed, within which limits and at what price is said by the file's
    `reallocate:` section. Stopped, it goes on where it was.
    """
    from vtwin.app import reallocation
    from vtwin.cli import plans, text

    output = Output(study.json_to)
    with stoppable() as stop, searching(budget) as report:
        found = reallocation.optimise(
            file,
            budget=budget,
            replications=study.fixed_replications,
            workers=study.workers,
            search=search,
            out=study.out,
            front=front,
            progress=report,
            cancelled=stop,
            **study.simulated,
        )
    target = study.out or reallocation.default_file(found)
    if output.write(target, found.text):
        found = replace(found, saved=target)
    output.console.print(plans.reallocated(found))
    text.problems(found.trouble)
    if found.recalled:
        total = found.outcome.spent + found.further
        click.echo(f"{found.recalled:,} of {total:,} replications were in the store", err=True)
    output.json(found.to_json())
    if study.html is not None:
        from vtwin.app.plan_report import plan_html

        if output.write(study.html, plan_html(found)):
            output.console.print(f"Report: {study.html}")
    output.finish()
    return INTERRUPTED if found.interrupted else 0
