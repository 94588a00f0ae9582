"""Commands that simulate: one plant, several beside one another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vtwin.cli.commands.options import (
    Study,
    html_option,
    json_option,
    names,
    replications_option,
    store_options,
    study_options,
    takes_study,
    variant_option,
)
from vtwin.cli.output import INTERRUPTED, Output, progress, stoppable

if TYPE_CHECKING:
    from vtwin.app.runs import RunResult
    from vtwin.app.studies import Explanation
    from vtwin.app.studies import Study as Comparison


def _report(
    output: Output,
    study: Study,
    result: RunResult,
    explanation: Explanation | None = None,
    compared: Comparison | None = None,
) -> None:
    """Write the report, if one was asked for; only then is it made."""
    if study.html is None:
        return
    from vtwin.app.report import study_html

    if output.write(study.html, study_html(result, explanation, compared)):
        output.console.print(f"Report: {study.html}")


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("vtwin-out"),
    show_default=True,
    help="Folder for the report.",
)
@replications_option("How often each plant is repeated.")
@json_option
@store_options
@takes_study
def demo(study: Study) -> int:
    """The main job on the shipped plant, and what to try next."""
    from vtwin.app import demo as app
    from vtwin.app.report import study_html
    from vtwin.cli import text

    output = Output(study.json_to)
    console = output.console
    with stoppable() as stop, progress() as report:
        show = app.Demo(store=study.store, progress=report, stop=stop)
        console.print(text.plant(show.plant()))
        baseline = show.baseline(study.replications)
        console.print(text.result(baseline, name=False, limit=stop()))
        if not stop():
            console.print(text.explanation(show.explain()))
        comparison = None if stop() else show.compare()
        if comparison is not None:
            console.print(text.comparison(comparison))
        report_file = (study.out or Path()) / "demo.html"
        written = output.write(report_file, study_html(baseline, show.explanation, comparison))
    output.json(show.to_json())
    console.print(text.next_steps(report_file if written else None, show.name))
    output.finish()
    return INTERRUPTED if stop() else 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@variant_option
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
@takes_study
def run(study: Study, file: Path, trace_to: Path | None, fresh: bool) -> int:
    """Simulate a plant: KPIs with intervals, and what limits it."""
    from vtwin.app import runs
    from vtwin.cli import text

    output = Output(study.json_to)
    with stoppable() as stop, progress() as report:
        result = runs.run(
            file,
            variant=study.variant,
            replications=study.replications,
            trace=trace_to is not None or study.html is not None,
            fresh=fresh,
            progress=report,
            cancelled=stop,
            **study.simulated,
        )
    text.problems(result.warnings)
    output.console.print(text.result(result))
    text.problems(result.notes)
    output.json(result.to_json())
    if trace_to is not None:
        from vtwin.app.events import trace_csv

        output.write(trace_to, trace_csv(result))
    _report(output, study, result)
    output.finish()
    return INTERRUPTED if result.interrupted else 0


@click.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--variants", metavar="A,B", help="Which what-ifs (default: all of the file).")
@study_options
@json_option
@html_option
@store_options
@takes_study
def compare(study: Study, files: Sequence[Path], variants: str | None) -> int:
    """Which plant is better, by how much, with what certainty.

    One FILE: its baseline against its variants. Several: the first is the baseline.
    """
    from vtwin.app import studies
    from vtwin.cli import text

    output = Output(study.json_to)
    with stoppable() as stop, progress() as report:
        compared = studies.compare(
            list(files),
            names(variants),
            replications=study.replications,
            progress=report,
            cancelled=stop,
            **study.simulated,
        )
    text.problems(compared.warnings)
    output.console.print(text.comparison(compared))
    text.problems(compared.notes)
    output.json(compared.to_json())
    _report(output, study, compared.baseline, None, compared)
    output.finish()
    return INTERRUPTED if compared.interrupted else 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@variant_option
@study_options
@json_option
@html_option
@store_options
@takes_study
def explain(study: Study, file: Path) -> int:
    """Why it is slow: the bottleneck with proof, lost time by cause."""
    from vtwin.app import studies
    from vtwin.cli import text

    output = Output(study.json_to)
    with stoppable() as stop, progress() as report:
        explanation = studies.explain(
            file,
            variant=study.variant,
            replications=study.replications,
            progress=report,
            cancelled=stop,
            **study.simulated,
        )
    text.problems(explanation.run.warnings)
    output.console.print(text.explanation(explanation))
    text.problems(explanation.run.notes)
    output.json(explanation.to_json())
    _report(output, study, explanation.run, explanation)
    output.finish()
    return INTERRUPTED if stop() else 0
