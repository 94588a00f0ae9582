"""YAML text as a tree that remembers where every key and value was written.

Scalars stay the text a person wrote: what ``5`` or ``2018-12-01`` means is decided by the
schema, never by YAML 1.1. What YAML 1.1 would silently turn into something else (``no``,
``12:30:00``, ``010``) is refused here, with the remedy.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import yaml

from vtwin.base.errors import Problem, Refused, Where

MAX_BYTES = 10_000_000
MAX_ALIASES = 1_000
MAX_NODES = 2_000_000  # after aliases are written out
MAX_DEPTH = 60

#: Where an unquoted date is what the language expects.
DATE_KEYS = frozenset({"holidays", "days", "start", "release", "due"})

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL_WORD = re.compile(r"(?i:yes|no|on|off)\Z")
_BOOL = re.compile(r"(?i:true|false)\Z")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\Z")
_EXPONENT = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+\Z")
_ODD_NUMBER = re.compile(
    r"[-+]?(0[0-9_]+|0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7]+|[0-9]+(_[0-9]+)+(\.[0-9_]*)?"
    r"|\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?\Z")


class Node:
    """A value and where it stands: ``value`` is text, None, a list of nodes or a mapping of
    nodes; line and column (1-based) of the value and of its key.
    """

    __slots__ = ("column", "file", "key_column", "key_line", "line", "value")

    def __init__(
        self,
        value: str | list[Node] | dict[str, Node] | None,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        key: tuple[int, int] | None = None,
    ) -> None:
        self.value = value
        self.file = file
        self.line = line
        self.column = column
        self.key_line: int | None = key[0] if key else None
        self.key_column: int | None = key[1] if key else None

    def where(self, path: str | None = None) -> Where:
        """Where the value is written."""
        return Where(self.file, self.line, self.column, path)

    def key_where(self, path: str | None = None) -> Where:
        """Where the key is written (the value, if it has no key)."""
        if self.key_line is None:
            return self.where(path)
        return Where(self.file, self.key_line, self.key_column, path)

    def plain(self) -> Any:
        """The value as ordinary text, lists and dictionaries."""
        value = self.value
        if isinstance(value, dict):
            return {key: child.plain() for key, child in value.items()}
        if isinstance(value, list):
            return [child.plain() for child in value]
        return value

    def get(self, key: str) -> Node | None:
        """The child with this key, if this is a mapping that has it."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def entries(self) -> dict[str, Node]:
        """The children by key; empty when this is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def items(self) -> list[Node]:
        """The children of a list; empty when this is none."""
        return self.value if isinstance(self.value, list) else []

    def at(self, path: tuple[Any, ...]) -> Node:
        """The deepest node on a path of keys and positions; steps that lead nowhere are
        skipped, because validation adds steps of its own.
        """
        node = self
        for step in path:
            if isinstance(node.value, dict) and str(step) in node.value:
                node = node.value[str(step)]
            elif (
                isinstance(node.value, list)
                and isinstance(step, int)
                and 0 <= step < len(node.value)
            ):
                node = node.value[step]
        return node

    def copied(self, value: str | list[Node] | dict[str, Node] | None) -> Node:
        """Another value at the same place."""
        twin = Node(value, self.file, self.line, self.column)
        twin.key_line, twin.key_column = self.key_line, self.key_column
        return twin


def node_of(value: object, file: str | None = None) -> Node:
    """A tree from ordinary Python values (overrides given by a program or a command line)."""
    if isinstance(value, dict):
        return Node({str(k): node_of(v, file) for k, v in value.items()}, file)
    if isinstance(value, list | tuple):
        return Node([node_of(v, file) for v in value], file)
    if isinstance(value, bool):
        return Node("true" if value else "false", file)
    return Node(None if value is None else str(value), file)


def read_text(
    path: Path,
    *,
    limit: int = MAX_BYTES,
    name: str | None = None,
    kind: Literal["YAML", "CSV", "program"] = "YAML",
) -> str:
    """The text of a UTF-8 file; refuses what is missing, no file, too large or not UTF-8. A
    ``program`` of a control may be Latin-1.
    """
    shown = name or str(path)
    where = Where(file=shown)
    try:
        status = os.stat(path)
    except FileNotFoundError:
        raise Refused(Problem("V101", "there is no such file", where, _beside(path))) from None
    except (OSError, ValueError) as error:
        raise Refused(Problem("V102", f"cannot be opened: {_reason(error)}", where)) from None
    if not stat.S_ISREG(status.st_mode):
        raise Refused(Problem("V102", "is not a file", where, f"name the {kind} file itself"))
    if status.st_size > limit:
        size = f"{status.st_size / 1e6:.0f} MB, more than the {limit / 1e6:.0f} MB"
        hint = "put long tables (orders, records) into CSV files and name them"
        if kind != "YAML":
            hint = "is it the right file? leave out what is not simulated"
        raise Refused(Problem("V103", f"the file has {size} a text file may have", where, hint))
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(Problem("V102", f"cannot be read: {_reason(error)}", where)) from None
    if kind == "program" and b"\0" not in raw[:1000]:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    return decode(raw, where)


def decode(raw: bytes, where: Where) -> str:
    """UTF-8 bytes (a byte-order mark is allowed) as text; names the likely other encoding."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        place = Where(where.file, line, None, where.path)
        likely = _likely_encoding(raw)
        hint = f"it looks like {likely}: save it as UTF-8" if likely else "save it as UTF-8"
        raise Refused(Problem("V104", "the file is not UTF-8", place, hint)) from None


def _likely_encoding(raw: bytes) -> str | None:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "UTF-16"
    for codec, name in (("cp949", "CP949 (Korean Windows)"), ("shift_jis", "Shift-JIS")):
        try:
            raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return name
    return None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _beside(path: Path) -> str | None:
    from vtwin.base.errors import did_you_mean

    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"there is no folder {path.parent} either"
    return did_you_mean(path.name, names)


def parse(text: str, file: str) -> tuple[Node, list[Problem]]:
    """The tree of one YAML document and the traps found in it.

    Raises :class:`Refused` where no tree can be made (syntax, alias bomb, nothing in it).
    """
    composer = _Composer(text, file)
    try:
        root = composer.document()
    except yaml.YAMLError as error:
        raise Refused(_syntax_problem(error, file, text)) from None
    if root is None or root.value is None:
        hint = "start with `vtwin: 1`, or let `vtwin new NAME` write a scenario to start from"
        raise Refused(Problem("V105", "the file is empty", Where(file, 1, 1), hint))
    if not isinstance(root.value, dict):
        what = "the file must be a mapping: lines of `key: value`"
        raise Refused([Problem("V107", what, root.where()), *composer.problems])
    return root, composer.problems


def parse_value(text: str, file: str | None) -> Node:
    """The tree of a value given outside a file (``--set equipment.lathes.count=4``)."""
    if text.strip() in _NULL:
        return Node(None, file)
    composer = _Composer(text, file or "")
    try:
        node = composer.document()
    except yaml.YAMLError:
        return Node(text, file)
    if composer.problems:
        raise Refused(
            [Problem(p.code, p.what, Where(path=file), p.hint) for p in composer.problems]
        )
    return node if node is not None else Node(None, file)


def _syntax_problem(error: yaml.YAMLError, file: str, text: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if isinstance(error, yaml.reader.ReaderError) and (letter := _NO_TEXT.search(text)):
        return _bad_letter(file, text, letter.start())
    said = getattr(error, "problem", None) or str(error).splitlines()[0]
    where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
    hint = None
    if "'\\t'" in said or "tab " in said.lower():
        hint = "indent with spaces, never with tabs"
    elif "mapping values are not allowed" in said or "did not find expected" in said:
        hint = "check the indentation and the brackets of this line and the one above"
    return Problem("V106", f"this is not YAML: {said}", where, hint)


#: What YAML does not allow in a text, quoted or not.
_NO_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _bad_letter(file: str, text: str, at: int) -> Problem:
    where = Where(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
    number = ord(text[at])
    what = f"this is not YAML: a control character (U+{number:04X}) that no text may hold"
    return Problem("V106", what, where, "delete it and type the line again")


def _loader() -> Any:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Composer:
    """Events -> nodes without recursion, so that depth is a number and not a crash."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_loader()))
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open: set[str] = set()
        self._aliases = 0
        self._nodes = 0

    def document(self) -> Node | None:
        """The one document of the stream."""
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self._stop(
                        "V123", "a second document starts here", event, "one file, one `---`"
                    )
                root = self._node(next(self._events))
        return root

    def _stop(self, code: str, what: str, event: Any, hint: str | None = None) -> None:
        raise Refused([*self.problems, Problem(code, what, self._where(event), hint)])

    def _where(self, event: Any) -> Where:
        mark = event.start_mark
        return Where(self.file, mark.line + 1, mark.column + 1)

    def _node(self, first: Any) -> Node:
        stack: list[_Open] = []
        event = first
        while True:
            done: Node | None = None
            if isinstance(event, yaml.ScalarEvent):
                done = self._scalar(event, stack)
            elif isinstance(event, yaml.AliasEvent):
                done = self._alias(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._start(event, stack)
            else:  # the end of a collection
                done = self._end(stack)
            if done is not None:
                if not stack:
                    return done
                self._put(stack[-1], done, event)
            event = next(self._events)

    def _count(self, event: Any, number: int = 1) -> None:
        self._nodes += number
        if self._nodes > MAX_NODES:
            what = f"written out, the file has more than {MAX_NODES:,} values"
            self._stop("V113", what, event, "aliases (*name) multiply what they repeat")

    def _start(self, event: Any, stack: list[_Open]) -> None:
        self._count(event)
        if len(stack) >= MAX_DEPTH:
            self._stop("V114", f"nested deeper than {MAX_DEPTH} levels", event)
        self._no_tag(event)
        mark = event.start_mark
        mapping = isinstance(event, yaml.MappingStartEvent)
        if mapping and stack and stack[-1].wants_key:
            self._stop("V107", "a mapping cannot be a key", event)
        node = Node({} if mapping else [], self.file, mark.line + 1, mark.column + 1)
        if event.anchor:
            self._open.add(event.anchor)
        stack.append(_Open(node, mapping, event.anchor, self._nodes))

    def _end(self, stack: list[_Open]) -> Node:
        top = stack.pop()
        if top.anchor:
            self._open.discard(top.anchor)
            self._anchors[top.anchor] = (top.node, self._nodes - top.before + 1)
        return top.node

    def _alias(self, event: Any) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._stop("V113", f"more than {MAX_ALIASES:,} aliases (*name)", event)
        if event.anchor in self._open:
            self._stop("V113", f"*{event.anchor} contains itself", event)
        if event.anchor not in self._anchors:
            self._stop("V106", f"*{event.anchor} stands for nothing written above", event)
        node, size = self._anchors[event.anchor]
        self._count(event, size)
        return node.copied(node.value)

    def _scalar(self, event: Any, stack: list[_Open]) -> Node:
        self._count(event)
        self._no_tag(event)
        mark = event.start_mark
        text: str | None = event.value
        is_key = bool(stack) and stack[-1].wants_key
        if event.implicit[0]:  # unquoted
            if text in _NULL:
                text = None
            else:
                self._traps(event, is_key, stack)
        node = Node(text, self.file, mark.line + 1, mark.column + 1)
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        return node

    def _no_tag(self, event: Any) -> None:
        if event.tag and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            hint = "write the plain value, quoted if it is text"
            self.problems.append(
                Problem("V123", f"tags such as {tag} are not used here", self._where(event), hint)
            )

    def _put(self, top: _Open, child: Node, event: Any) -> None:
        value: Any = top.node.value
        if not top.mapping:
            value.append(child)
            return
        if top.wants_key:
            self._key(top, child, event)
            return
        if top.key is not None:
            child.key_line, child.key_column = top.key_place
            value[top.key] = child
        top.wants_key = True

    def _key(self, top: _Open, key: Node, event: Any) -> None:
        text = key.value
        top.wants_key = False
        top.key = None
        if not isinstance(text, str):
            self.problems.append(Problem("V107", "a key must be a name", key.where()))
            return
        first = top.node.entries().get(text)
        if text == "<<":
            hint = "use `extends:`, `model:` or `variants:`"
            self.problems.append(
                Problem("V123", "merge keys (<<) are not used here", key.where(), hint)
            )
        elif first is not None:
            what = f"'{text}' is written twice, first in line {first.key_line}"
            self.problems.append(
                Problem("V108", what, key.where(), "rename one of them, or remove it")
            )
        else:
            top.key = text
            top.key_place = (key.line or 0, key.column or 0)

    def _traps(self, event: Any, is_key: bool, stack: list[_Open]) -> None:
        text: str = event.value
        first = text[0]
        if first.isalpha():
            if _BOOL_WORD.match(text):
                if not (is_key and text == "on"):
                    what = f"YAML reads {text} as true or false"
                    hint = f"quote it ('{text}') if it is a name, else write true or false"
                    self.problems.append(Problem("V109", what, self._where(event), hint))
            elif is_key and _BOOL.match(text):
                what = f"YAML reads {text} as true or false, not as a name"
                self.problems.append(
                    Problem("V109", what, self._where(event), f"quote it ('{text}')")
                )
            return
        if not (first.isdigit() or first in "+-."):
            return
        if _SEXAGESIMAL.match(text):
            what = f"YAML 1.1 reads {text} as a number to the base of 60"
            hint = "quote a time of day ('12:30'); write a duration with its unit (12.5 h)"
            self.problems.append(Problem("V110", what, self._where(event), hint))
        elif _EXPONENT.match(text):
            what = f"{text} is read as text by some YAML readers and as a number by others"
            hint = f"{_written_out(text)}, or quote it if it is a name"
            self.problems.append(Problem("V111", what, self._where(event), hint))
        elif not is_key and _ODD_NUMBER.match(text):
            what = f"{text} means different numbers to different YAML readers"
            hint = f"write the plain number, or quote it ('{text}') if it is a name"
            self.problems.append(Problem("V111", what, self._where(event), hint))
        elif _DATE.match(text) and not _date_is_due(is_key, stack):
            what = f"YAML reads {text} as a date, and no date is due here"
            self.problems.append(Problem("V112", what, self._where(event), f"quote it ('{text}')"))


class _Open:
    """A collection being filled."""

    __slots__ = ("anchor", "before", "key", "key_place", "mapping", "node", "wants_key")

    def __init__(self, node: Node, mapping: bool, anchor: str | None, before: int) -> None:
        self.node = node
        self.mapping = mapping
        self.anchor = anchor
        self.before = before
        self.wants_key = mapping
        self.key: str | None = None
        self.key_place = (0, 0)


def _date_is_due(is_key: bool, stack: list[_Open]) -> bool:
    """Whether the nearest keys expect a date (`days` has dates as keys, in a list or not)."""
    keys = [o.key for o in stack[:-1] if o.mapping] if is_key else [o.key for o in stack]
    return any(
        key in DATE_KEYS or (key or "").endswith((".start", ".holidays")) for key in keys[-2:]
    )


def _written_out(text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return "write it out"
    if abs(number) > 1e15 or (number and abs(number) < 1e-6):
        return "write it out with its unit"
    return f"write {number:.12g}"
