"""The commands. Each is: words -> one app call -> text, JSON and files."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from vtwin import __version__
from vtwin.base.errors import nearest
from vtwin.cli.output import (
    INTERRUPTED,
    Output,
    problems_json,
    progress,
    searching,
    stoppable,
)

F = TypeVar("F", bound=Callable[..., Any])


class Commands(click.Group):
    """The group of commands; knows which one was probably meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order a person meets them, not alphabetical."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or a usage error with the nearest name."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            close = nearest(args[0], self.commands)
            hint = f" Did you mean '{close}'?" if close else " 'vtwin --help' lists them."
            raise click.UsageError(f"there is no command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vtwin", message="%(prog)s %(version)s")
def vtwin() -> None:
    """A digital twin of a factory: try a change before moving a single machine."""


def json_option(function: F) -> F:
    """``--json OUT``."""
    return click.option(
        "--json", "json_to", metavar="OUT", help="Also write the answer as JSON ('-': to stdout)."
    )(function)


def store_options(function: F) -> F:
    """``--store URL`` and ``--no-store``."""
    function = click.option(
        "--store", metavar="URL", help="Where runs are kept (SQLite file or database URL)."
    )(function)
    return click.option("--no-store", is_flag=True, help="Keep nothing.")(function)


def study_options(function: F) -> F:
    """How often, by which engine, from which seed."""
    function = click.option(
        "--replications", "-n", metavar="N|auto", help="How often it is repeated."
    )(function)
    function = click.option(
        "--engine", default="auto", show_default=True, metavar="NAME", help="Which engine runs it."
    )(function)
    function = click.option(
        "--cluster", metavar="ADDRESS", help="Run on a dask cluster (tcp://host:port, or local)."
    )(function)
    return click.option("--seed", type=click.IntRange(0, 10**15), help="Seed of the random draws.")(
        function
    )


def html_option(function: F) -> F:
    """``--html OUT``."""
    return click.option(
        "--html",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="OUT",
        help="Write a self-contained report with pictures.",
    )(function)


def _names(text: str | None) -> tuple[str, ...] | None:
    """``a,b`` as names; None where nothing was said."""
    return None if text is None else tuple(n.strip() for n in text.split(",") if n.strip())


# --------------------------------------------------------------------------------------------


@vtwin.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("vtwin-out"),
    show_default=True,
    help="Folder for the report.",
)
@click.option("--replications", "-n", metavar="N", help="How often each plant is repeated.")
@json_option
@store_options
def demo(
    out: Path, replications: str | None, json_to: str | None, store: str | None, no_store: bool
) -> int:
    """The main job on the shipped plant, and what to try next."""
    from vtwin.app import demo as app
    from vtwin.app import runs
    from vtwin.app.report import study_html
    from vtwin.cli import text

    output = Output(json_to)
    console = output.console
    with stoppable() as stop, progress() as report:
        show = app.Demo(store=False if no_store else store, progress=report, stop=stop)
        console.print(text.plant(show.plant()))
        baseline = show.baseline(runs.replications_asked(replications))
        console.print(text.result(baseline, name=False, limit=stop()))
        if not stop():
            console.print(text.explanation(show.explain()))
        comparison = None if stop() else show.compare()
        if comparison is not None:
            console.print(text.comparison(comparison))
        report_file = out / "demo.html"
        written = output.write(report_file, study_html(baseline, show.explanation, comparison))
    output.json(show.to_json())
    console.print(text.next_steps(report_file if written else None, show.name))
    output.finish()
    return INTERRUPTED if stop() else 0


@vtwin.command()
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


@vtwin.command()
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


@vtwin.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--variant", metavar="NAME", help="A named what-if of the file.")
@study_options
@json_option
@html_option
@click.option(
    "--trace",
    "trace_to",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Write every event of the first replication as CSV.",
)
@store_options
@click.option("--fresh", is_flag=True, help="Run even where the same run is kept already.")
def run(
    file: Path,
    variant: str | None,
    replications: str | None,
    engine: str,
    cluster: str | None,
    seed: int | None,
    json_to: str | None,
    html: Path | None,
    trace_to: Path | None,
    store: str | None,
    no_store: bool,
    fresh: bool,
) -> int:
    """Simulate a plant: KPIs with intervals, and what limits it."""
    from vtwin.app import runs
    from vtwin.cli import text

    output = Output(json_to)
    with stoppable() as stop, progress() as report:
        result = runs.run(
            file,
            variant=variant,
            replications=runs.replications_asked(replications),
            engine=engine,
            cluster=cluster,
            seed=seed,
            store=False if no_store else store,
            trace=trace_to is not None or html is not None,
            fresh=fresh,
            progress=report,
            cancelled=stop,
        )
    text.problems(result.warnings)
    output.console.print(text.result(result))
    text.problems(result.notes)
    output.json(result.to_json())
    if trace_to is not None:
        from vtwin.app.events import trace_csv

        output.write(trace_to, trace_csv(result))
    if html is not None:
        from vtwin.app.report import study_html

        if output.write(html, study_html(result)):
            output.console.print(f"Report: {html}")
    output.finish()
    return INTERRUPTED if result.interrupted else 0


@vtwin.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--variants", metavar="A,B", help="Which what-ifs (default: all of the file).")
@study_options
@json_option
@html_option
@store_options
def compare(
    files: Sequence[Path],
    variants: str | None,
    replications: str | None,
    engine: str,
    cluster: str | None,
    seed: int | None,
    json_to: str | None,
    html: Path | None,
    store: str | None,
    no_store: bool,
) -> int:
    """Which plant is better, by how much, with what certainty.

    One FILE: its baseline against its variants. Several: the first is the baseline.
    """
    from vtwin.app import runs, studies
    from vtwin.cli import text

    output = Output(json_to)
    with stoppable() as stop, progress() as report:
        study = studies.compare(
            list(files),
            _names(variants),
            replications=runs.replications_asked(replications),
            engine=engine,
            cluster=cluster,
            seed=seed,
            store=False if no_store else store,
            progress=report,
            cancelled=stop,
        )
    text.problems(study.warnings)
    output.console.print(text.comparison(study))
    text.problems(study.notes)
    output.json(study.to_json())
    if html is not None:
        from vtwin.app.report import study_html

        if output.write(html, study_html(study.baseline, None, study)):
            output.console.print(f"Report: {html}")
    output.finish()
    return INTERRUPTED if study.interrupted else 0


@vtwin.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--variant", metavar="NAME", help="A named what-if of the file.")
@study_options
@json_option
@html_option
@store_options
def explain(
    file: Path,
    variant: str | None,
    replications: str | None,
    engine: str,
    cluster: str | None,
    seed: int | None,
    json_to: str | None,
    html: Path | None,
    store: str | None,
    no_store: bool,
) -> int:
    """Why it is slow: the bottleneck with proof, lost time by cause."""
    from vtwin.app import runs, studies
    from vtwin.cli import text

    output = Output(json_to)
    with stoppable() as stop, progress() as report:
        explanation = studies.explain(
            file,
            variant=variant,
            replications=runs.replications_asked(replications),
            engine=engine,
            cluster=cluster,
            seed=seed,
            store=False if no_store else store,
            progress=report,
            cancelled=stop,
        )
    text.problems(explanation.run.warnings)
    output.console.print(text.explanation(explanation))
    text.problems(explanation.run.notes)
    output.json(explanation.to_json())
    if html is not None:
        from vtwin.app.report import study_html

        if output.write(html, study_html(explanation.run, explanation)):
            output.console.print(f"Report: {html}")
    output.finish()
    return INTERRUPTED if stop() else 0


@vtwin.command()
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
@click.option("--variant", metavar="NAME", help="A named what-if of the file.")
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
def sweep(
    file: Path,
    name: str | None,
    vary: tuple[str, ...],
    design: str | None,
    points: int | None,
    resolution: int | None,
    figures: str | None,
    precision: str | None,
    warmup: str | None,
    variant: str | None,
    workers: int | None,
    out: Path | None,
    replications: str | None,
    engine: str,
    cluster: str | None,
    seed: int | None,
    json_to: str | None,
    html: Path | None,
    store: str | None,
    no_store: bool,
) -> int:
    """Several things varied together, and what each of them does."""
    from vtwin.app import runs, sweeps
    from vtwin.cli import sweeps as said
    from vtwin.cli import text

    output = Output(json_to)
    wishes = sweeps.Wishes(
        vary=vary,
        design=design,
        points=points,
        resolution=resolution,
        figures=_names(figures),
        replications=runs.replications_asked(replications),
        precision=sweeps.precision_asked(precision),
        warmup=warmup,
    )
    with stoppable() as stop, progress() as report:
        result = sweeps.sweep(
            file,
            name,
            wishes,
            variant=variant,
            seed=seed,
            engine=engine,
            workers=workers,
            out=out,
            store=False if no_store else store,
            progress=report,
            cancelled=stop,
            cluster=cluster,
        )
    text.problems(result.warnings)
    output.console.print(said.sweep(result))
    text.problems(result.notes)
    output.json(result.to_json())
    if html is not None:
        from vtwin.app.sweep_report import sweep_html

        if output.write(html, sweep_html(result)):
            output.console.print(f"Report: {html}")
    output.finish()
    return INTERRUPTED if result.sweep.interrupted else 0


@vtwin.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--budget", type=int, metavar="REPLICATIONS", help="Replications in all (default: a guarantee)."
)
@click.option("--replications", "-n", metavar="N", help="Replications of the confirmation.")
@click.option("--seed", type=click.IntRange(0, 10**15), help="Seed of the random draws.")
@click.option("--workers", type=int, metavar="N", help="Threads at most (default: all cores).")
@click.option(
    "--engine", default="auto", show_default=True, metavar="NAME", help="Which engine runs it."
)
@click.option(
    "--search",
    default="neighbourhood",
    show_default=True,
    metavar="NAME",
    help="Whose proposals are simulated: neighbourhood, tpe, ga, de or random.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Run on a dask cluster (tcp://host:port, or local)."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Where the plan is saved as a variant (default: <name>-plan.yaml here).",
)
@click.option("--front", is_flag=True, help="Also what can be had of several goals at once.")
@json_option
@store_options
def optimise(
    file: Path,
    budget: int | None,
    replications: str | None,
    seed: int | None,
    workers: int | None,
    engine: str,
    search: str,
    cluster: str | None,
    out: Path | None,
    front: bool,
    json_to: str | None,
    store: str | None,
    no_store: bool,
) -> int:
    """The best reallocation of equipment and staff, as a plan.

    What may be changed, within which limits and at what price is said by the file's
    `reallocate:` section. Stopped, it goes on where it was.
    """
    from dataclasses import replace

    from vtwin.app import reallocation, runs
    from vtwin.cli import plans

    output = Output(json_to)
    asked = runs.replications_asked(replications)
    with stoppable() as stop, searching(budget) as report:
        found = reallocation.optimise(
            file,
            budget=budget,
            replications=asked if isinstance(asked, int) else None,
            seed=seed,
            workers=workers,
            engine=engine,
            search=search,
            cluster=cluster,
            store=False if no_store else store,
            out=out,
            front=front,
            progress=report,
            cancelled=stop,
        )
    target = out or reallocation.default_file(found)
    if output.write(target, found.text):
        found = replace(found, saved=target)
    output.console.print(plans.reallocated(found))
    output.json(found.to_json())
    output.finish()
    return INTERRUPTED if found.interrupted else 0


@vtwin.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--part", type=int, metavar="N", help="Everything that went into part N.")
@click.option("--lot", metavar="NAME/N", help="Where material lot N went.")
@click.option("--tool", metavar="TOOL#C/L", help="Where a tool, its copy C or its life L went.")
@click.option("--machine", metavar="NAME", help="What a machine made between --from and --to.")
@click.option("--worker", metavar="NAME", help="What a person worked on.")
@click.option("--from", "since", metavar="TIME", help="2 h from the start, or a date and time.")
@click.option("--to", "until", metavar="TIME", help="Up to then (default: the end).")
@click.option("--replication", default=0, type=click.IntRange(0), help="Which one is followed.")
@click.option("--variant", metavar="NAME", help="A named what-if of the file.")
@click.option("--engine", default="auto", show_default=True, metavar="NAME", help="Which engine.")
@click.option("--seed", type=click.IntRange(0, 10**15), help="Seed of the random draws.")
@click.option(
    "--travellers",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Write every step of all parts asked about as CSV.",
)
@json_option
def genealogy(
    file: Path,
    part: int | None,
    lot: str | None,
    tool: str | None,
    machine: str | None,
    worker: str | None,
    since: str | None,
    until: str | None,
    replication: int,
    variant: str | None,
    engine: str,
    seed: int | None,
    travellers: Path | None,
    json_to: str | None,
) -> None:
    """What went into a part; where something suspect went."""
    from vtwin.app import genealogy as app
    from vtwin.cli import histories

    question = app.Question(lot, tool, machine, worker, since, until)
    if len(question.asked) + (part is not None) > 1:
        raise click.UsageError("ask for one of --part, --lot, --tool, --machine and --worker.")
    if (since or until) and not (machine or worker):
        raise click.UsageError("--from and --to say when of a --machine or a --worker.")
    output = Output(json_to)
    followed = app.follow(file, variant=variant, replication=replication, engine=engine, seed=seed)
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


@vtwin.command()
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


@vtwin.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replications", "-n", metavar="N", help="How often it is repeated.")
@json_option
def validate(file: Path, replications: str | None, json_to: str | None) -> int:
    """The twin against history it has not seen."""
    from vtwin.app import history, runs
    from vtwin.cli import text

    output = Output(json_to)
    asked = runs.replications_asked(replications)
    number = asked if isinstance(asked, int) else history.REPLICATIONS
    with stoppable() as stop, progress() as report:
        result = history.validate(file, replications=number, progress=report, cancelled=stop)
    console = output.console
    console.print(text.lines(history.report_lines(result), console.width))
    output.json(result.to_json())
    output.finish()
    return INTERRUPTED if result.interrupted else 0


@vtwin.command()
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


@vtwin.command()
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


@vtwin.command()
@json_option
def schema(json_to: str | None) -> None:
    """The scenario language as JSON Schema, for editors."""
    from vtwin.app import scenarios

    output = Output(json_to or "-")
    output.json(scenarios.schema())
    output.finish()


@vtwin.command()
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
