"""NC programs asked about by themselves: how long a machine of the library takes for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from vtwin.base.errors import Problem, Refused, Where, did_you_mean

if TYPE_CHECKING:
    from vtwin.plant.nc.clock import Split

MODEL: Final = "machining/machining_center"
#: What a machine does meanwhile, as the parts of the time are named.
PARTS: Final = ("cutting", "rapid", "tool_change", "spindle", "dwell", "other")


@dataclass(frozen=True, slots=True)
class NcTime:
    """Where the time of an NC program goes, s: by what the machine does, and at feed rate by
    tool.
    """

    file: str
    model: str
    total: float
    parts: Mapping[str, float]
    changes: int
    by_tool: Mapping[int, float]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "file": self.file,
            "model": self.model,
            "total_s": self.total,
            "parts_s": dict(self.parts),
            "tool_changes": self.changes,
            "cutting_by_tool_s": {str(tool): s for tool, s in self.by_tool.items()},
        }


def nc_time(file: Path, model: str = MODEL, changed: Mapping[str, str] | None = None) -> NcTime:
    """The time of an NC program on a machine of the library, some of whose parameters may be
    ``changed`` (as a scenario writes them).

    Raises:
        Refused: V101 to V104 for the file, V654 for the model, V703 if the model has no drives,
            V708 to V711 with file and line for the program, and what is wrong with a parameter.
    """
    from vtwin.app import scenarios
    from vtwin.equipment import machining
    from vtwin.plant.nc.program import MAX_BYTES, Source
    from vtwin.scenario.library import installed
    from vtwin.scenario.tree import read_text

    text = read_text(file, limit=MAX_BYTES, kind="program")
    name = scenarios.model(model).name
    found = installed().model(name)
    if found.family != machining.FAMILY.name:
        what = f"'{name}' is no machine tool"
        raise Refused(Problem("V654", what, hint="vtwin library machining lists them"))
    written = {key: node.plain() for key, node in found.parameters.items()} | dict(changed or {})
    try:
        machine = machining.MachineTool.model_validate(written)
    except ValidationError as error:
        raise Refused([_wrong(e) for e in error.errors(include_url=False)]) from None
    split = machining.nc_time(machine, Source(str(file), text))
    return _told(str(file), name, split)


def _told(file: str, model: str, split: Split) -> NcTime:
    parts = {part: getattr(split, part) for part in PARTS}
    return NcTime(file, model, split.total, parts, split.changes, dict(split.by_tool))


def _wrong(error: Any) -> Problem:
    """A parameter that is wrong, as a problem."""
    from vtwin.equipment.machining import MachineTool

    key = ".".join(str(step) for step in error["loc"])
    if error["type"] == "extra_forbidden":
        hint = did_you_mean(key, MachineTool.model_fields)
        return Problem("V115", f"a machine tool has no `{key}`", hint=hint)
    told = error.get("ctx") or {}
    code = error["type"] if error["type"].startswith("V") else "V203"
    return Problem(code, told.get("what") or error["msg"], Where(path=key), told.get("hint"))
