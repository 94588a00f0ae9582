"""The smallest plant that shows an equipment model at work, as scenario text.

One product, one step, one piece of equipment, as many items as it can take: enough to try a
model, to explain it, and to compare the engines by it. What a model cannot do without besides
its parameters (the mass of a part, a mould) it says itself in its file, under ``example:`` and
there under ``step:`` (keys of the route step, such as ``{temperature: 850 °C, mass: 10 kg}``),
``equipment:`` (such as ``{serves: [bench]}``), ``tool:`` (a mould or die mounted at the step),
``product:``, ``people:`` and ``run:``.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Final

import yaml

from vtwin.base.errors import Problem, Refused, Where
from vtwin.plant.family import Family, Step
from vtwin.scenario.document import TransportEntry
from vtwin.scenario.library import Model

_KEYS: Final = ("step", "equipment", "tool", "product", "people", "run")


class Role(Enum):
    """What equipment is in a plant."""

    MACHINE = "machine"  # does steps of a route
    BUFFER = "buffer"  # keeps items between machines
    HELPER = "helper"  # attends machines
    VEHICLE = "vehicle"  # brings items


def role(family: Family, model: Model) -> Role:
    """What equipment of this model is. Raises pydantic's ValidationError and Refused for
    parameters that cannot be.
    """
    params = family.params.model_validate(parameters(family, model))
    words = family.words("it", params)
    if words and set(words) <= set(TransportEntry.model_fields) and "speed" in words:
        return Role.VEHICLE
    if family.helper is not None and family.helper("it", params) is not None:
        return Role.HELPER
    return Role.BUFFER if family.lower("it", params, ()).is_buffer else Role.MACHINE


def parameters(family: Family, model: Model) -> dict[str, Any]:
    """The parameters of a model, those its example adds with them."""
    plain = {key: node.plain() for key, node in model.parameters.items()}
    more = _example(model)["equipment"]
    return plain | {k: v for k, v in more.items() if k in family.params.model_fields}


def plant(family: Family, model: Model) -> str:
    """The text of the smallest plant. Raises Refused (V704) for an example that is none."""
    example = _example(model)
    kind = role(family, model)
    name = re.sub(r"\W", "_", model.name.partition("/")[2])
    document: dict[str, Any] = {
        "vtwin": 1,
        "name": f"{model.name} at work",
        "run": {"horizon": "8 h", "replications": 2, "seed": 1} | example["run"],
    }
    entry = {"model": model.name} | example["equipment"]
    stores = kind is Role.BUFFER or (kind is Role.MACHINE and family.loops is not None)
    if stores and not example["step"]:
        return _text(_between(document, name, entry))
    step = {"op": "work", "on": name} | example["step"]
    if kind is Role.MACHINE and not _knows_its_time(family, model, example):
        step["cycle"] = "1 min"
    equipment = {name: entry}
    if kind is Role.HELPER:
        served = entry.get("serves") or ["bench"]
        equipment = {other: {} for other in served} | {name: entry | {"serves": served}}
        step = {"op": "work", "on": served[0], "cycle": "1 min"} | example["step"]
    if kind is Role.VEHICLE:
        equipment = {"here": {"at": ["1 m", "1 m"]}, "there": {"at": ["31 m", "1 m"]}}
        document["transport"] = {name: entry}
    route = [step]
    if kind is Role.VEHICLE:
        route = [
            {"op": "begin", "on": "here", "cycle": "1 min"},
            {"op": "end", "on": "there", "by": name, "cycle": "1 min"} | example["step"],
        ]
    if example["tool"]:
        document["tools"] = {"tool": {"on": name} | example["tool"]}
        step |= {"tool": "tool"}
    document["products"] = {"part": example["product"] | {"route": route}}
    document["orders"] = [{"product": "part", "saturated": True}]
    document["equipment"] = equipment
    if example["people"]:
        document["people"] = example["people"]
    return _text(document)


def _between(document: dict[str, Any], name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """A place between two machines of which now one, now the other is faster, or over both."""
    times = {"exponential": {"mean": "3 min"}}
    equipment = {"before": {"cycle": times}, name: entry, "after": {"cycle": times}}
    line = ["before", "after"] if "over" in entry else list(equipment)
    return document | {"line": line, "equipment": equipment}


def _knows_its_time(family: Family, model: Model, example: dict[str, dict[str, Any]]) -> bool:
    """Whether the equipment says itself how long the step takes; if not, the step must."""
    own = {k: v for k, v in example["step"].items() if k in family.step.model_fields}
    if "cycle" in example["step"] or "cycle" in example["tool"]:
        return True
    given = family.step.model_validate(own).model_dump()
    step = Step("part/work", None, {k: v for k, v in given.items() if v is not None})
    params = family.params.model_validate(parameters(family, model))
    if "belt" in family.words("it", params):
        return True
    try:
        family.lower("it", params, (step,))
    except Refused:
        return False
    return True


def _example(model: Model) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {key: {} for key in _KEYS}
    problems = []
    for key, node in model.example.entries().items():
        if key in found and node.entries():
            found[key] = node.plain()
            continue
        hint = f"an example has {', '.join(_KEYS)}, each with keys of its own"
        problems.append(
            Problem("V704", f"unknown key '{key}' in an example", node.key_where(), hint)
        )
    if problems:
        raise Refused(problems)
    if model.example.value is not None and not isinstance(model.example.value, dict):
        raise Refused(Problem("V704", "an example is a mapping", Where(str(model.path))))
    return found


def _text(document: dict[str, Any]) -> str:
    """A scenario as people write it: a line per thing, what it has in braces."""
    lines: list[str] = []
    for key, value in document.items():
        if key in ("vtwin", "name", "line", "run"):
            lines.append(f"{key}: {_flow(value)}")
            continue
        lines.append(f"{key}:")
        if isinstance(value, list):
            lines += [f"  - {_flow(entry)}" for entry in value]
            continue
        for name, entry in value.items():
            if key == "products":
                lines += [f"  {name}:", *_product(entry)]
            else:
                lines.append(f"  {name}: {_flow(entry)}")
    return "\n".join(lines) + "\n"


def _product(entry: dict[str, Any]) -> list[str]:
    lines = [f"    {key}: {_flow(value)}" for key, value in entry.items() if key != "route"]
    return [*lines, "    route:", *(f"      - {_flow(step)}" for step in entry["route"])]


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if re.fullmatch(r"[\w°%./ -]*[\w°%]", text) and text != "" else _quoted(text)


def _quoted(text: str) -> str:
    dumped: str = yaml.safe_dump(text, allow_unicode=True, default_style='"', width=10**6)
    return dumped.strip()


__all__ = ["Role", "parameters", "plant", "role"]
