"""The scenario reference and the equipment pages, generated from the schema, the families and
the library, so that they can never say something else than the program.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vtwin.base.shipped import shipped
from vtwin.equipment import catalog
from vtwin.plant.family import Family
from vtwin.plant.quantities import DISTRIBUTIONS, Reading, reading_of
from vtwin.scenario import document, questions, smallest, statechart
from vtwin.scenario.document import NOT_YET, Document
from vtwin.scenario.library import Library, Model
from vtwin.scenario.tree import Node

#: Sections in the order a person reads them: title, model, how it is written.
SECTIONS: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("The file", Document, "top level"),
    ("run", document.Run, "`run: {horizon: 20 d, warmup: 2 d, replications: 20, seed: 7}`"),
    ("calendars", document.CalendarEntry, "`calendars: {<id>: {…}}`; `always` is built in"),
    ("products", document.ProductEntry, "`products: {<id>: {…}}`"),
    ("products.<id>.route", document.StepEntry, "a list of steps; a name alone is `on:` it"),
    ("orders", document.OrderEntry, "a list"),
    ("tools", document.ToolEntry, "`tools: {<id>: {…}}`"),
    ("equipment", document.EquipmentEntry, "`equipment: {<id>: {…}}`, and the family's own keys"),
    ("equipment.<id>.failures", document.FailureEntry, "`failures: {<id>: {…}}`"),
    (
        "equipment.<id>.maintenance",
        document.MaintenanceEntry,
        "`maintenance: {greasing: {every: 168 h, takes: 1 h, by: mechanic}}`",
    ),
    ("equipment.<id>.tool", document.WearEntry, "`tool: {life: 120 pieces, change: 4 min}`"),
    ("equipment.<id>.dies", document.DieEntry, "`dies: {D12: {life: 80000 strokes, renew: 6 h}}`"),
    (
        "equipment.<id>.restart",
        document.RestartEntry,
        "`restart: {scrap: 6 shots, after: 5 min}`",
    ),
    (
        "equipment.<id>.warming",
        document.WarmingEntry,
        "`warming: {takes: 20 min, after: 8 h}`",
    ),
    ("equipment.<id>.setup", document.SetupEntry, "`setup: {…}`"),
    ("equipment.<id>.power", document.PowerEntry, "`power: {working: 12 kW, idle: 3 kW}`"),
    ("people", document.PeopleEntry, "`people: {<id>: {…}}`; the id is a skill, too"),
    (
        "transport",
        document.TransportEntry,
        "`transport: {<id>: {count: 2, speed: 1.2 m/s, serves: furnace}}`",
    ),
    ("transport.battery", document.BatteryEntry, "`battery: {lasts: 8 h, charge: 1.5 h}`"),
    ("costs", document.Costs, "`costs: {energy: 145 KRW/kWh}`"),
    ("layout", document.LayoutEntry, "`layout: {floor: [60 m, 35 m]}`"),
    (
        "layout.aisles",
        document.AislesEntry,
        "`aisles: {points: {A: [2 m, 6 m], B: [12 m, 6 m]}, one_way: [[A, B]]}`",
    ),
    ("layout.areas", document.AreaEntry, "`areas: {<id>: {…}}`"),
    (
        "experiments",
        questions.ExperimentEntry,
        "`experiments: {<id>: {vary: {<path>: 2..5}, design: full}}`",
    ),
    ("reallocate", questions.ReallocateEntry, "`reallocate: {range: {<path>: 2..5}, …}`"),
    ("reallocate.move", questions.MoveEntry, "`move: {people: [setter, operator]}`"),
    (
        "reallocate.assign",
        questions.AssignEntry,
        "`assign: {crew: {of: [people.kim.skills, people.lee.skills], to: [[load], [weld]]}}`",
    ),
    ("reallocate.goal", questions.GoalEntry, "`goal: [{maximise: good_per_day, within: 1 %}]`"),
    ("variants", document.VariantEntry, "`variants: {<id>: {set: {<path>: <value>}}}`"),
)


def reference() -> str:
    """``docs/scenario-reference.md``: every key of the language."""
    lines = [
        "# Scenario reference\n",
        "Every key a scenario file may have. Quantities carry their unit (`3.2 min`, `2 %`, "
        "`1.5 kW`); a random time is a duration or a mapping with one key, the distribution. "
        "Unknown and duplicate keys are refused with the nearest known one.\n",
        "`extends: base.yaml` puts this file over another one; `set: {<path>: <value>}` and "
        "`remove: [<path>]` change it by dotted path. In a path `*` stands for every id, and a "
        "list entry is named by its `op`, `order` or `product`, or by its position from 0.\n",
    ]
    for title, model, written in SECTIONS:
        lines += [f"## {title}\n", f"{(model.__doc__ or '').strip()} Written as: {written}.\n"]
        lines += _keys(model)
        lines.append("")
    lines += ["## Distributions\n", "| Kind | Parameters |", "|---|---|"]
    for kind, parameters in DISTRIBUTIONS.items():
        lines.append(f"| `{kind}` | {', '.join(f'`{name}`' for name, _ in parameters)} |")
    lines += ["", "## Not in the language yet\n"]
    lines += [f"- `{word}`: {meaning}" for word, meaning in sorted(NOT_YET.items())]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Word:
    """A key as it is written: an example or its choices, its meaning, its default."""

    written: str  # in Markdown
    meaning: str
    default: str  # "" for none


def words(model: type[BaseModel], given: Mapping[str, Node] | None = None) -> dict[str, Word]:
    """Every key of a model; of one that comes in kinds those of the kind ``given`` says."""
    kind = (given or {}).get("kind")
    own = getattr(model, "own", {}).get(kind.value) if kind else None
    return {
        name: Word(
            _value(field.annotation, list(field.metadata)),
            field.description or _meaning(field.annotation),
            _default(field),
        )
        for name, field in model.model_fields.items()
        if own is None or name == "kind" or name in own
    }


def _keys(model: type[BaseModel], *, defaults: bool = False) -> list[str]:
    head = "| Key | Written as | Default | Meaning |" if defaults else "| Key | Value | Meaning |"
    lines = [head, re.sub(r"[^|]+", "---", head)]
    for name, word in words(model).items():
        needed = " **(required)**" if model.model_fields[name].is_required() else ""
        default = f" {f'`{_cell(word.default)}`' if word.default else ''} |" if defaults else ""
        lines.append(f"| `{name}` | {word.written} |{default} {_cell(word.meaning)}{needed} |")
    return lines


def _default(field: FieldInfo) -> str:
    """What holds where a key is not written, as a person would write it; empty for nothing."""
    value = None if field.is_required() else field.get_default(call_default_factory=True)
    if value is None or value == () or value == {}:
        return ""
    reading = reading_of(field)
    return as_text(reading.write(value) if reading else value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _meaning(kind: Any) -> str:
    for option in _flat(kind):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return (option.__doc__ or "").strip().split("\n")[0].rstrip(".")
    return ""


def _flat(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        readings = [m for m in get_args(kind)[1:] if isinstance(m, Reading)]
        return list(readings) or _flat(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        return [inner for option in get_args(kind) for inner in _flat(option)]
    if origin in (dict, tuple, list):
        return [inner for option in get_args(kind)[-1:] for inner in _flat(option)]
    return [kind]


def _value(kind: Any, metadata: list[Any]) -> str:
    """How a value is written, in short."""
    if any(get_origin(option) is dict for option in _options(kind)) and not metadata:
        return "mapping by id" if "Any" not in str(kind) else "mapping"
    for reading in [m for m in metadata if isinstance(m, Reading)] or [
        option for option in _flat(kind) if isinstance(option, Reading)
    ]:
        return _from_schema(reading.schema)
    options = _options(kind)
    words = [f"`{word}`" for option in options for word in _literals(option)]
    if words:
        return " · ".join(words)
    for option in options:
        origin = get_origin(option)
        if origin is dict:
            return "mapping by id"
        if origin in (tuple, list):
            return "list"
        if isinstance(option, type) and issubclass(option, BaseModel):
            return "mapping"
        if option is str:
            return "text"
        if option is bool:
            return "`true` · `false`"
    return "any"


def _options(kind: Any) -> list[Any]:
    if get_origin(kind) in (Union, types.UnionType):
        return [o for o in get_args(kind) if o is not type(None)]
    return [kind]


def _literals(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if str(kind).startswith("typing.Literal") else ()


def _from_schema(schema: dict[str, Any]) -> str:
    examples = schema.get("examples")
    if examples:
        shown = str(examples[0]).replace("'", "") if isinstance(examples[0], list) else examples[0]
        return f"`{shown}`"
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "boolean":
        return "`true` · `false`"
    return _cell(str(schema.get("description") or schema.get("type") or "see below"))


def equipment_page(family: Family, models: Sequence[Model]) -> str:
    """``docs/equipment/<family>.md``: states, parameters, signals and models of a family, and a
    plant to try it in.
    """
    lines = [
        f"# {family.name}\n",
        f"{family.doc['en']}.\n",
        f"{family.doc['ko']}.\n",
        f"Footprint: {family.shape.width:g} m × {family.shape.depth:g} m. "
        f"Models: {', '.join(f'[{m.name}](#{_anchor(m.name)})' for m in models)}.\n",
        *_states(family, models),
        *_example(family, models),
        "## Parameters\n",
        "What an entry of this family may have; a model of the library gives typical values, and "
        "whatever the scenario says goes first.\n",
        *_keys(family.params, defaults=True),
        "",
    ]
    if family.step.model_fields:
        lines += ["## At a route step\n", *_keys(family.step, defaults=True), ""]
    lines += [
        "## Signals\n",
        "| Signal | Direction | Type | Meaning | 뜻 |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{s.name}` | {s.direction} | {s.type} | {_cell(s.meaning)} | {_cell(s.ko)} |"
        for s in family.signals
    ]
    lines += ["", "## Models\n"]
    for model in models:
        lines += [f"### {model.name}\n", f"{model.doc.get('en', '')}.\n"]
        lines += [f"{model.doc.get('ko', '')}.\n"]
        lines += ["| Parameter | Value | Source |", "|---|---|---|"]
        for name, node in model.parameters.items():
            value, source = _cell(as_text(node.plain())), _cell(model.sources[name])
            lines.append(f"| `{name}` | {value} | {source} |")
        lines.append("")
    return "\n".join(lines)


def _anchor(title: str) -> str:
    """The address of a heading within its page."""
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))


def _states(family: Family, models: Sequence[Model]) -> list[str]:
    told = "; ".join(statechart.HEADS[kind][0].lower() for kind in statechart.roles(family, models))
    return [
        "## States\n",
        f"![The states of {told}]({family.name}.svg)\n",
        "At every instant it is in exactly one of them ([semantics](../semantics.md)); set-up and "
        "waits come only where something asks for them.\n",
    ]


def _example(family: Family, models: Sequence[Model]) -> list[str]:
    """The smallest plant of the first model, and the commands that write and run it."""
    if not models:
        return []
    first = models[0]
    return [
        "## Try it\n",
        "```console",
        f"$ vtwin new try-it --from {first.name}",
        "$ vtwin run try-it",
        "```\n",
        "The first writes this plant; any other model of the library can stand there as well.\n",
        f"```yaml\n{smallest.plant(family, first)}```\n",
    ]


def as_text(value: Any) -> str:
    """A written value on one line, as YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {as_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(as_text(v) for v in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def pages() -> dict[str, str]:
    """Every page by its path below ``docs/``."""
    library = Library([shipped("library")])
    found = {"scenario-reference.md": reference()}
    for name in sorted(catalog.BUILT_IN):
        models = [library.model(m) for m in library.names() if m.startswith(f"{name}/")]
        family = catalog.family(name)
        found[f"equipment/{name}.md"] = equipment_page(family, models)
        found[f"equipment/{name}.svg"] = statechart.picture(family, models)
    return found
