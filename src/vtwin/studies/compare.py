"""Which of two plants is better: paired differences under common random numbers.

Every alternative runs the same replications with the same seed, so what differs is the plant
and not the luck. The verdict is data; `sentence` says it in English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import variance
from typing import TYPE_CHECKING, Literal

from vtwin.plant.trace import Tally
from vtwin.results.demand import keeps_up
from vtwin.results.kpi import KPIS, Measures, Summary, measure, summarise, unit_of
from vtwin.results.statistics import Interval, paired, replications_needed

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from vtwin.plant.program import Program

Call = Literal["better", "worse", "differs", "cannot_tell", "undefined"]

#: Below this spread relative to the mean, differences are rounding, not luck.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Difference:
    """One KPI of an alternative against the baseline.

    ``gain`` is alternative minus baseline. ``call`` is "better" or "worse" where the interval
    excludes zero ("differs" where neither direction is better), "cannot_tell" where it does
    not, "undefined" where a side has no value. ``more`` replications would settle it if the
    difference seen is the true one. ``crn_gain`` is how many times fewer replications common
    random numbers needed here: (var a + var b) / var(b - a).
    """

    kpi: str
    unit: str
    better: str
    baseline: Interval
    alternative: Interval
    gain: Interval
    call: Call
    more: int | None = None
    crn_gain: float | None = None
    identical: bool = False

    def to_json(self) -> dict[str, object]:
        """All fields; intervals as in the result JSON."""
        return {
            "unit": self.unit,
            "better": self.better,
            "baseline": self.baseline.to_json(),
            "alternative": self.alternative.to_json(),
            "gain": self.gain.to_json(),
            "call": self.call,
            "more_replications": self.more,
            "crn_gain": self.crn_gain,
            "identical": self.identical,
        }


@dataclass(frozen=True)
class Verdict:
    """What the comparison decides on its goal KPI.

    ``outcomes`` holds every alternative's difference on the goal, judged so that all hold
    together with the study's confidence (Bonferroni). ``best`` is the one label shown to beat
    every other, or None; ``possible_best`` are the labels nothing was shown to beat.
    """

    goal: str
    why_goal: str
    baseline: str
    confidence: float
    replications: int
    outcomes: Mapping[str, Difference]
    best: str | None
    possible_best: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """All fields, and the English sentence."""
        return {
            "goal": self.goal,
            "why_goal": self.why_goal,
            "baseline": self.baseline,
            "confidence": self.confidence,
            "replications": self.replications,
            "outcomes": {label: one.to_json() for label, one in self.outcomes.items()},
            "best": self.best,
            "possible_best": list(self.possible_best),
            "sentence": self.sentence(),
        }

    def sentence(self) -> str:
        """The verdict in English, one clause per alternative, best first."""
        from vtwin.studies.wording import sentence

        return sentence(self)


@dataclass(frozen=True)
class Comparison:
    """Alternatives against a baseline. Mappings are in the order given, baseline included."""

    baseline: str
    confidence: float
    replications: int
    seed: int
    summaries: Mapping[str, Summary]
    differences: Mapping[str, Mapping[str, Difference]]  # alternative -> KPI -> difference
    verdict: Verdict
    measures: Mapping[str, tuple[Measures, ...]] = field(repr=False, default_factory=dict)
    tallies: Mapping[str, tuple[Tally, ...]] = field(repr=False, default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Result JSON of every alternative, differences per KPI, and the verdict."""
        return {
            "baseline": self.baseline,
            "confidence": self.confidence,
            "replications": self.replications,
            "seed": self.seed,
            "results": {label: one.to_json() for label, one in self.summaries.items()},
            "differences": {
                label: {kpi: one.to_json() for kpi, one in each.items()}
                for label, each in self.differences.items()
            },
            "verdict": self.verdict.to_json(),
        }


def with_run(program: Program, *, seed: int | None = None) -> Program:
    """The same plant under another seed."""
    if seed is None or seed == program.run.seed:
        return program
    return replace(program, run=replace(program.run, seed=seed))


def compare(
    programs: Mapping[str, Program],
    baseline: str | None = None,
    replications: int = 20,
    *,
    confidence: float = 0.95,
    goal: str | None = None,
    seed: int | None = None,
    engine: str = "auto",
    executor: Executor | None = None,
    trace_first: bool = False,
    on_done: Callable[[str, int, Tally], None] | None = None,
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Comparison:
    """Run every program under common random numbers and compare it with the baseline.

    ``programs`` maps labels to plants, in the order in which to show them; ``baseline`` is one
    of the labels, by default the first. All run replications 0..n-1 with one seed, by
    default the baseline's. ``goal`` is the KPI that decides (see `choose_goal`). Stopped early,
    the replications that every plant has finished are compared. Raises ValueError for fewer
    than two programs, an unknown baseline or goal, and `KeyboardInterrupt` when stopped before
    every plant had one replication.
    """
    from vtwin.studies.run_many import run_many

    labels = list(programs)
    base = baseline if baseline is not None else labels[0]
    _check(labels, base, replications, goal)
    common = programs[base].run.seed if seed is None else seed
    tallies: dict[str, tuple[Tally, ...]] = {}
    for number, label in enumerate(labels):
        tallies[label] = tuple(
            run_many(
                with_run(programs[label], seed=common),
                range(replications),
                engine=engine,
                executor=executor,
                trace_first=trace_first,
                on_done=_labelled(on_done, label),
                on_progress=_part(on_progress, number, len(labels)),
                cancelled=cancelled,
            )
        )
    return compare_tallies(
        programs, tallies, base, confidence=confidence, goal=goal, seed=common, engine=engine
    )


def compare_tallies(
    programs: Mapping[str, Program],
    tallies: Mapping[str, Sequence[Tally]],
    baseline: str,
    *,
    confidence: float = 0.95,
    goal: str | None = None,
    seed: int | None = None,
    engine: str = "reference",
    passports: Mapping[str, Mapping[str, object]] | None = None,
    variants: Mapping[str, str | None] | None = None,
) -> Comparison:
    """Compare replications that exist already; only those that every plant has are used."""
    labels = list(programs)
    _check(labels, baseline, 1, goal)
    paired_tallies = _common_replications(tallies)
    measures = {
        label: tuple(measure(programs[label], tally) for tally in paired_tallies[label])
        for label in labels
    }
    summaries = {
        label: summarise(
            programs[label],
            measures[label],
            confidence,
            engine=engine,
            seed=seed,
            variant=(variants or {}).get(label, None if label == baseline else label),
            passport=(passports or {}).get(label),
        )
        for label in labels
    }
    currency = programs[baseline].currency
    alternatives = [label for label in labels if label != baseline]
    differences = {
        label: {
            kpi: difference(kpi, measures[baseline], measures[label], currency, confidence)
            for kpi in measures[baseline][0].kpis
            if kpi in measures[label][0].kpis
        }
        for label in alternatives
    }
    chosen, why = (goal, "asked for") if goal else choose_goal(programs, paired_tallies, measures)
    return Comparison(
        baseline=baseline,
        confidence=confidence,
        replications=len(measures[baseline]),
        seed=programs[baseline].run.seed if seed is None else seed,
        summaries=summaries,
        differences=differences,
        verdict=_verdict(chosen, why, baseline, measures, currency, confidence),
        measures=measures,
        tallies=paired_tallies,
    )


def _check(labels: Sequence[str], baseline: str, replications: int, goal: str | None) -> None:
    if len(labels) < 2:
        raise ValueError("a comparison needs at least two plants")
    if baseline not in labels:
        raise ValueError(f"the baseline {baseline!r} is none of {', '.join(labels)}")
    if replications < 1:
        raise ValueError("a comparison needs at least one replication")
    if goal is not None and (goal not in KPIS or "plant" not in KPIS[goal].scopes):
        raise ValueError(f"the goal {goal!r} is no KPI of a plant")


def _labelled(
    on_done: Callable[[str, int, Tally], None] | None, label: str
) -> Callable[[int, Tally], None] | None:
    if on_done is None:
        return None
    return lambda replication, tally: on_done(label, replication, tally)


def _part(
    on_progress: Callable[[float], None] | None, number: int, parts: int
) -> Callable[[float], None] | None:
    if on_progress is None:
        return None
    return lambda fraction: on_progress((number + fraction) / parts)


def _common_replications(
    tallies: Mapping[str, Sequence[Tally]],
) -> dict[str, tuple[Tally, ...]]:
    shared = set.intersection(*({t.replication for t in each} for each in tallies.values()))
    if not shared:
        raise KeyboardInterrupt("stopped before every plant had one replication")
    return {
        label: tuple(
            sorted(
                (t for t in each if t.replication in shared), key=lambda tally: tally.replication
            )
        )
        for label, each in tallies.items()
    }


def difference(
    kpi: str,
    baseline: Sequence[Measures],
    alternative: Sequence[Measures],
    currency: str | None,
    confidence: float,
) -> Difference:
    """The paired difference of one plant KPI; both sequences hold the same replications."""
    unit = unit_of(kpi, currency)
    a = [m.kpis[kpi] for m in baseline]
    b = [m.kpis[kpi] for m in alternative]
    gain = paired(a, b, unit, confidence)
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    gains = [y - x for x, y in pairs]
    call = _call(gain, KPIS[kpi].better)
    return Difference(
        kpi=kpi,
        unit=unit,
        better=KPIS[kpi].better,
        baseline=_side(kpi, a, unit, confidence),
        alternative=_side(kpi, b, unit, confidence),
        gain=gain,
        call=call,
        more=_more(gains, gain, confidence) if call == "cannot_tell" else None,
        crn_gain=_crn_gain(pairs),
        identical=bool(gains) and not any(gains),
    )


def _side(kpi: str, values: Sequence[float | None], unit: str, confidence: float) -> Interval:
    from vtwin.results.statistics import interval

    found = interval(values, unit, confidence)
    if found.mean is None:
        return replace(found, why=KPIS[kpi].undefined)
    return found


def _call(gain: Interval, better: str) -> Call:
    if gain.mean is None:
        return "undefined"
    if not gain.excludes_zero:
        return "cannot_tell"
    if better == "":
        return "differs"
    return "better" if (gain.mean > 0.0) == (better == "higher") else "worse"


def _more(gains: Sequence[float], gain: Interval, confidence: float) -> int | None:
    """Replications on top of these until an interval about the mean seen would exclude zero."""
    if not gain.mean or gain.half_width is None:
        return None
    # A hair inside the mean, because an interval that ends exactly at zero decides nothing.
    needed = replications_needed(gains, abs(gain.mean) * (1.0 - 1e-6), confidence)
    return None if needed is None else max(needed - len(gains), 1)


def _crn_gain(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < 2:
        return None
    together = variance([y - x for x, y in pairs])
    alone = variance([x for x, _ in pairs]) + variance([y for _, y in pairs])
    size = max(abs(value) for pair in pairs for value in pair)
    if together <= (_ROUNDING * size) ** 2 or alone == 0.0:
        return None
    return alone / together


def choose_goal(
    programs: Mapping[str, Program],
    tallies: Mapping[str, Sequence[Tally]],
    measures: Mapping[str, Sequence[Measures]],
) -> tuple[str, str]:
    """The KPI that decides, and why.

    Good pieces per day, unless every plant compared keeps up with demand: then the on-time
    share if any plant is ever late, else the mean lead time.
    """
    if not all(keeps_up(programs[label], tallies[label]) for label in programs):
        return "good_per_day", "the plant, not the demand, limits output"
    on_time = [m.kpis.get("on_time") for each in measures.values() for m in each]
    if any(share is not None and share < 1.0 for share in on_time):
        return "on_time", "every plant makes nearly all that was asked for, but not all in time"
    return "lead_time_s", "every plant makes all that was asked for in time"


def _verdict(
    goal: str,
    why: str,
    baseline: str,
    measures: Mapping[str, Sequence[Measures]],
    currency: str | None,
    confidence: float,
) -> Verdict:
    labels = list(measures)
    alternatives = [label for label in labels if label != baseline]
    each = 1.0 - (1.0 - confidence) / len(alternatives)
    outcomes = {
        label: difference(goal, measures[baseline], measures[label], currency, each)
        for label in alternatives
    }
    best, possible = _best(goal, measures, currency, confidence)
    return Verdict(
        goal=goal,
        why_goal=why,
        baseline=baseline,
        confidence=confidence,
        replications=len(measures[baseline]),
        outcomes=outcomes,
        best=best,
        possible_best=possible,
    )


def _best(
    goal: str, measures: Mapping[str, Sequence[Measures]], currency: str | None, confidence: float
) -> tuple[str | None, tuple[str, ...]]:
    """The label shown to beat all others, and the labels shown to be beaten by none.

    All pairs are compared at a confidence that makes them hold together (Bonferroni).
    """
    labels = list(measures)
    pairs = len(labels) * (len(labels) - 1) // 2
    each = 1.0 - (1.0 - confidence) / pairs

    def beats(a: str, b: str) -> bool:
        return difference(goal, measures[b], measures[a], currency, each).call == "better"

    wins = {a: {b for b in labels if b != a and beats(a, b)} for a in labels}
    best = next((a for a in labels if len(wins[a]) == len(labels) - 1), None)
    possible = tuple(a for a in labels if not any(a in beaten for beaten in wins.values()))
    return best, possible
