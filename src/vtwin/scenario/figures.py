"""Which figures a plant has: names of goals, limits and what experiments look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from vtwin.base.errors import did_you_mean
from vtwin.results.formulas import KPIS
from vtwin.scenario.decisions import KNOWN_BEFOREHAND
from vtwin.scenario.document import Document

#: Parts of a plant that have figures of their own.
SCOPES: Final = ("products", "equipment", "people", "transport", "carriers", "tools")


def unmeasurable(document: Document, name: str) -> str | None:
    """Why a plant has no figure of this name (``good_per_day``, ``people.setter.busy``), with
    the nearest one that it has; None if it has it.
    """
    section, dot, rest = name.partition(".")
    owner, _, key = rest.rpartition(".")
    if dot and section in SCOPES:
        known: Mapping[str, Any] = getattr(document, section)
        if owner not in known:
            return did_you_mean(owner, known) or f"there is no '{owner}' in {section}"
        return None if key in KPIS else did_you_mean(key, KPIS) or "see docs/kpi.md"
    figures = [k for k, kpi in KPIS.items() if "plant" in kpi.scopes]
    if name not in figures:
        return did_you_mean(name, [*figures, *KNOWN_BEFOREHAND]) or (
            "there are: " + ", ".join([*figures, *KNOWN_BEFOREHAND])
        )
    if name in ("on_time", "tardiness_s") and not any(
        order.due is not None or order.table for order in document.orders
    ):
        return "no order has a due date: write `due:` at the orders"
    if name == "unit_cost" and not _has_prices(document):
        return "the plant has no prices: write `cost:` at equipment or people"
    return None


def _has_prices(document: Document) -> bool:
    machines = any(entry.cost is not None for entry in document.equipment.values())
    people = any(group.cost is not None for group in document.people.values())
    material = any(product.material is not None for product in document.products.values())
    return machines or people or material
