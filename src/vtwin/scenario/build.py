"""From a document to a Program: put the plant together, check it as a whole, and number
everything by its name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vtwin.base.errors import Problem, Refused
from vtwin.plant.program import Program
from vtwin.scenario import (
    authority,
    batches,
    belts,
    branching,
    calendars,
    checks,
    experiments,
    kits,
    lives,
    loops,
    lower,
    ordering,
    reallocating,
    routes,
    setups,
    shelves,
    stations,
    transport,
)
from vtwin.scenario.document import Document
from vtwin.scenario.draft import Draft
from vtwin.scenario.load import Loaded, Resolved, in_order, load, variants


@dataclass(frozen=True)
class Built:
    """A program and what the checks warn of."""

    program: Program
    warnings: tuple[Problem, ...]


def build(
    loaded: Loaded, variant: str | None = None, *, overrides: Mapping[str, object] | None = None
) -> Program:
    """The program of a scenario or of one of its variants, with further changes by dotted
    path on top.

    Raises:
        Refused: with all problems of text, values and plant, in the order of the file.
    """
    return built(loaded.resolve(variant, overrides)).program


def built(resolved: Resolved) -> Built:
    """The program of something resolved, with the warnings. Raises Refused."""
    problems = list(resolved.problems)
    draft = drafted(resolved)
    if draft is not None:
        problems += draft.problems
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or draft is None:
        raise Refused(in_order(errors))
    program = lower.program(draft)
    warnings = [p for p in problems if p.severity == "warning"]
    return Built(program, tuple(in_order([*warnings, *checks.load_warnings(draft, program)])))


def check(path: str | os.PathLike[str]) -> list[Problem]:
    """Errors and warnings of a scenario and of each of its variants."""
    try:
        loaded = load(path)
    except Refused as refused:
        return in_order(refused.problems)
    found: list[Problem] = []
    for variant in (None, *variants(loaded)):
        try:
            new = list(built(loaded.resolve(variant)).warnings)
        except Refused as refused:
            new = list(refused.problems)
        if variant is not None:
            known = {(p.code, p.what) for p in found}
            new = [_in_variant(p, variant) for p in new if (p.code, p.what) not in known]
        found += new
    found += experiments.check(loaded)
    found += reallocating.check(loaded)
    return in_order(found)


def _in_variant(problem: Problem, variant: str) -> Problem:
    return replace(problem, what=f"variant '{variant}': {problem.what}")


def warnings(loaded: Loaded, variant: str | None = None) -> list[Problem]:
    """What the checks warn of; nothing while there are errors."""
    try:
        return list(built(loaded.resolve(variant)).warnings)
    except Refused:
        return []


def drafted(resolved: Resolved) -> Draft | None:
    """The plant put together as far as it goes, with every problem noted."""
    document: Document | None = resolved.document
    if document is None:
        return None
    draft = Draft(resolved, document)
    lives.read_dies(draft)
    stations.read_equipment(draft)
    belts.read_belts(draft)
    draft.problems += calendars.check(document, resolved.tree)
    routes.read_routes(draft)
    shelves.read_shelves(draft)
    branching.read_ways(draft)
    stations.lower_equipment(draft)
    lives.read_tools(draft)
    lives.read_restarts(draft)
    lives.read_modes(draft)
    loops.read_loops(draft)
    stations.join_stations(draft)
    batches.read_batches(draft)
    kits.read_kits(draft)
    transport.read_transport(draft)
    setups.read_setups(draft)
    authority.authorise(draft)
    ordering.read_orders(draft)
    kits.check_supply(draft)
    checks.check_plant(draft)
    return draft
