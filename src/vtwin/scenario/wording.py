"""Validation errors in the planner's words, each with file, line, column and the likely fix."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from vtwin.base.errors import Problem, did_you_mean
from vtwin.scenario.document import NOT_YET
from vtwin.scenario.tree import Node

Path = tuple[Any, ...]


def dotted(path: Iterable[Any]) -> str:
    """``("equipment", "mill-1", "count")`` -> ``"equipment.mill-1.count"``."""
    return ".".join(str(step) for step in path)


def problems_of(
    error: ValidationError, root: Node, model: type[BaseModel], above: Path = ()
) -> list[Problem]:
    """What is wrong, in the order found. ``root`` is the tree that was validated as
    ``model``; ``above`` the path that leads to it.
    """
    return [_problem(e, root, model, above) for e in error.errors(include_url=False)]


def _problem(error: Mapping[str, Any], root: Node, model: type[BaseModel], above: Path) -> Problem:
    kind, loc = error["type"], tuple(error["loc"])
    context = error.get("ctx") or {}
    path = dotted((*above, *loc))
    name = next((str(step) for step in reversed(loc) if isinstance(step, str)), "")
    if kind == "extra_forbidden":
        place = root.at(loc).key_where(path)
        return unknown_key(name, known_keys(model, loc[:-1]), place)
    if kind == "missing":
        place = root.at(loc[:-1]).key_where(path)
        owner = dotted((*above, *loc[:-1]))
        what = f"'{name}' is missing" + (f" in {owner}" if owner else "")
        return Problem("V117", what, place, _example(model, loc))
    if kind.startswith("V") and kind[1:].isdigit():
        place = root.at((*loc, *context.get("inside", ()))).where(path)
        told = f"{name}: {context['what']}" if name else str(context["what"])
        return Problem(kind, told, place, context.get("hint"))
    return _shape(kind, error, loc, root.at(loc).where(path))


def unknown_key(name: str, known: Iterable[str], place: Any) -> Problem:
    """An unknown key; a word the language knows but cannot play yet is told apart."""
    if name in NOT_YET:
        what = f"'{name}' ({NOT_YET[name]}) is not in the language yet"
        return Problem("V116", what, place, "leave it out for now")
    names = sorted(known)
    hint = did_you_mean(name, names) or ("known: " + ", ".join(names) if names else None)
    return Problem("V115", f"unknown key '{name}'", place, hint)


_SHAPES = {
    "dict_type": "must be a mapping: lines of `key: value`",
    "model_type": "must be a mapping: lines of `key: value`",
    "model_attributes_type": "must be a mapping: lines of `key: value`",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": "must be one text",
}


def _shape(kind: str, error: Mapping[str, Any], loc: Path, place: Any) -> Problem:
    name = next((str(step) for step in reversed(loc) if isinstance(step, str)), "")
    if error.get("input") is None and kind in _SHAPES:
        hint = f"write `{name}: {{}}` if there is nothing to say" if len(loc) > 1 else None
        return Problem("V117", f"'{name}' has no value", place, hint or _SHAPES[kind])
    if kind in _SHAPES:
        return Problem("V124", f"'{name}' {_SHAPES[kind]}", place)
    if kind == "literal_error":
        expected = str((error.get("ctx") or {}).get("expected", ""))
        words = [part.strip(" '") for part in expected.replace(" or ", ",").split(",")]
        written = str(error.get("input"))
        hint = did_you_mean(written, words) or "one of: " + ", ".join(words)
        return Problem("V204", f"'{name}' cannot be '{written}'", place, hint)
    return Problem("V203", f"'{name}': {error['msg'].lower()}", place)


_EXAMPLES = {
    "run": "such as `run: {horizon: 20 d, warmup: 2 d}`",
    "horizon": "such as `horizon: 20 d`",
    "name": "such as `name: Two-mill cell`",
    "equipment": "such as `equipment: {saw: {cycle: 2 min}}`",
    "vtwin": "write `vtwin: 1` in the first line",
    "after": "such as `after: {exponential: {mean: 90 h}}`",
    "repair": "such as `repair: 45 min`",
}


def _example(model: type[BaseModel], loc: Path) -> str | None:
    return _EXAMPLES.get(str(loc[-1]))


def known_keys(model: type[BaseModel], path: Path) -> list[str]:
    """The keys a model has at a path below it."""
    here: Any = model
    for step in path:
        here = _below(here, step)
        if here is None:
            return []
    found = _model_in(here)
    return sorted(found.model_fields) if found else []


def _below(kind: Any, step: Any) -> Any:
    model = _model_in(kind)
    if model is not None and step in model.model_fields:
        return model.model_fields[step].annotation
    for option in _options(kind):
        arguments = get_args(option)
        if get_origin(option) in (dict, tuple, list) and arguments:
            return arguments[1] if get_origin(option) is dict else arguments[0]
    return None


def _options(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _options(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        return [inner for option in get_args(kind) for inner in _options(option)]
    return [kind]


def _model_in(kind: Any) -> type[BaseModel] | None:
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None
