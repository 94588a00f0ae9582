"""Lots of material, causes of scrap and process templates: how they are read, and what they say
of the plant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

from vtwin.base.errors import did_you_mean
from vtwin.base.units import UnitError
from vtwin.plant.primitives import Material
from vtwin.plant.quantities import COUNT, MONEY, SHARE, Amount, Reading, inside, refuse
from vtwin.plant.template import Figure, Figures, Template, figure

if TYPE_CHECKING:
    from vtwin.scenario.draft import Draft


class Losses(NamedTuple):
    """Share of the pieces that are scrap, and of which cause, where that is told."""

    share: float
    causes: tuple[tuple[str, float], ...] = ()


class Stuff(NamedTuple):
    """What a product is made of: cost per piece, pieces per lot, name of the material."""

    cost: Amount | None = None
    lot: int | None = None
    name: str | None = None


_SCRAP_HINT: Final = "such as 2 %, or {cracks: 1.2 %, laps: 0.8 %}"
_STUFF_HINT: Final = "such as {cost: 11500 KRW, lot: 500 pieces, name: 42CrMo4 bar}"


def _losses(value: Any, context: Mapping[str, Any]) -> Losses:
    if isinstance(value, Losses):
        return value
    if not isinstance(value, Mapping):
        return Losses(float(SHARE.read(value, context)))
    causes = []
    for name, share in value.items():
        with inside(name):
            causes.append((str(name), float(SHARE.read(share, context))))
    if not causes:
        raise refuse("V117", "names no cause of scrap", _SCRAP_HINT)
    # The sum a person sees: 1.2 % and 0.8 % are 2 %, whatever their last binary digits.
    total = round(math.fsum(share for _, share in causes), 15)
    if total > 1.0:
        hint = "each share is one of all the pieces that come to the step"
        raise refuse("V203", f"the causes add up to {total * 100:.6g} %", hint)
    return Losses(total, tuple(c for c in causes if c[1] > 0))


def _stuff(value: Any, context: Mapping[str, Any]) -> Stuff:
    if isinstance(value, Stuff):
        return value
    if not isinstance(value, Mapping):
        return Stuff(MONEY.read(value, context))
    for key in value:
        if key not in ("cost", "lot", "name"):
            with inside(key):
                hint = did_you_mean(key, ("cost", "lot", "name")) or _STUFF_HINT
                raise refuse("V115", f"unknown key '{key}'", hint)
    with inside("cost"):
        cost = MONEY.read(value["cost"], context) if "cost" in value else None
    with inside("lot"):
        lot = COUNT.read(value["lot"], context) if "lot" in value else None
    name = value.get("name")
    if name is not None and (not isinstance(name, str) or not name or "/" in name):
        with inside("name"):
            raise refuse("V124", "the name of a material is a text without '/'", _STUFF_HINT)
    return Stuff(cost, lot, name)


def _figure(value: Any) -> Figure:
    if isinstance(value, Figure):
        return value
    if not isinstance(value, str):
        raise refuse("V124", "a number with its unit is due here", "such as 1150 °C")
    try:
        return figure(value)
    except UnitError as error:
        raise refuse("V201", error.message, error.hint) from None


def _figures(value: Any, what: str) -> Figures:
    if not isinstance(value, Mapping):
        raise refuse("V124", f"{what} is a mapping: name and figure", "such as {hardness: 45 HRC}")
    found = []
    for name, given in value.items():
        with inside(name):
            found.append((str(name), _figure(given)))
    return tuple(found)


_TEMPLATE_KEYS: Final = ("material", "composition", "settings", "property")
_TEMPLATE_HINT: Final = "a template has material, composition, settings and property"


def _template(value: Any, context: Mapping[str, Any]) -> Template:
    if isinstance(value, Template):
        return value
    if not isinstance(value, Mapping):
        raise refuse("V124", "a template is a mapping", _TEMPLATE_HINT)
    for key in value:
        if key not in _TEMPLATE_KEYS:
            with inside(key):
                hint = did_you_mean(key, _TEMPLATE_KEYS) or _TEMPLATE_HINT
                raise refuse("V115", f"unknown key '{key}'", hint)
    material = value.get("material")
    if material is not None and not isinstance(material, str):
        with inside("material"):
            raise refuse("V124", "the material is a text", "such as 42CrMo4")
    with inside("composition"):
        composition = _composition(value.get("composition", {}))
    with inside("settings"):
        settings = _settings(value.get("settings", {}))
    with inside("property"):
        properties = _figures(value.get("property", {}), "a property")
    return Template(material, composition, settings, properties)


def _composition(value: Any) -> Figures:
    found = _figures(value, "a composition")
    total = 0.0
    for name, one in found:
        with inside(name):
            if one.unit not in ("%", "ppm"):
                raise refuse("V201", f"'{one.text}' is no share", "write for example 0.42 %")
            total += float(SHARE.read(one.text, {}))
    if total > 1.0 + 1e-9:
        what = f"the composition adds up to {total * 100:.6g} %"
        raise refuse("V388", what, "leave the balance out, or check the shares")
    return found


def _settings(value: Any) -> tuple[tuple[str, Figures], ...]:
    if not isinstance(value, Mapping):
        hint = "such as {OP10: {billet temperature: 1150 °C}}"
        raise refuse("V124", "settings are a mapping by operation", hint)
    found = []
    for operation, figures in value.items():
        with inside(operation):
            found.append((str(operation), _figures(figures, "what is set")))
    return tuple(found)


_TEXT: Final = {"type": "string"}
_SHARE_SCHEMA: Final = SHARE.schema
Scrap = Annotated[
    Losses,
    Reading(
        _losses,
        Losses(0.01),
        {
            "anyOf": [
                _SHARE_SCHEMA,
                {"type": "object", "additionalProperties": _SHARE_SCHEMA, "minProperties": 1},
            ],
            "description": "a share, or each cause with its share",
            "examples": ["2 %", {"cracks": "1.2 %", "laps": "0.8 %"}],
        },
    ),
]
MaterialOf = Annotated[
    Stuff,
    Reading(
        _stuff,
        Stuff(),
        {
            "anyOf": [
                _TEXT,
                {
                    "type": "object",
                    "properties": {
                        "cost": _TEXT,
                        "lot": {"type": ["integer", "string"]},
                        "name": _TEXT,
                    },
                    "additionalProperties": False,
                },
            ],
            "description": "cost per piece started, or {cost, lot, name}: lots of so many pieces",
            "examples": ["11500 KRW", {"cost": "11500 KRW", "lot": "500 pieces"}],
        },
    ),
]
_FIGURES_SCHEMA: Final = {"type": "object", "additionalProperties": _TEXT}
TemplateOf = Annotated[
    Template,
    Reading(
        _template,
        Template(),
        {
            "type": "object",
            "properties": {
                "material": _TEXT,
                "composition": _FIGURES_SCHEMA,
                "settings": {"type": "object", "additionalProperties": _FIGURES_SCHEMA},
                "property": _FIGURES_SCHEMA,
            },
            "additionalProperties": False,
            "description": "material, composition, settings by operation, property",
        },
    ),
]


def check_quality(draft: Draft) -> None:
    """Note what is wrong with lots and templates."""
    sizes: dict[str, tuple[str, int]] = {}
    for product, entry in draft.document.products.items():
        stuff = entry.material
        if stuff is not None and stuff.lot is not None:
            first, lot = sizes.setdefault(stuff.name or product, (product, stuff.lot))
            if lot != stuff.lot:
                what = f"'{stuff.name}' comes in lots of {lot} for '{first}' and {stuff.lot} here"
                hint = "one material has one size of lot; give them names of their own otherwise"
                draft.fault("V389", what, ("products", product, "material"), hint)
        _check_settings(draft, product)


def _check_settings(draft: Draft, product: str) -> None:
    entry = draft.document.products[product]
    if entry.template is None or product not in draft.routes or product in draft.broken:
        return
    known = [step.operation.rpartition("/")[2] for step in draft.routes[product]]
    for operation, _ in entry.template.settings:
        if operation not in known:
            what = f"'{operation}' is no operation of '{product}'"
            hint = did_you_mean(operation, known) or "there are: " + ", ".join(known)
            path = ("products", product, "template", "settings", operation)
            draft.fault("V388", what, path, hint, key=True)


def materials(draft: Draft) -> dict[str, tuple[Material, tuple[str, ...]]]:
    """Materials that come in lots, by name, each with the products made of it."""
    lots: dict[str, int] = {}
    users: dict[str, list[str]] = {}
    for product, entry in draft.document.products.items():
        stuff = entry.material
        if stuff is None or (stuff.lot is None and stuff.name is None):
            continue
        name = stuff.name or product
        users.setdefault(name, []).append(product)
        if stuff.lot is not None:
            lots[name] = stuff.lot
    return {name: (Material(name, lots[name]), tuple(users[name])) for name in sorted(lots)}
