"""Where a command's answer goes: text for people, JSON for scripts, progress for both."""

from __future__ import annotations

import errno
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from vtwin.app.wording import COMPILING
from vtwin.base.errors import Problem, Refused

if TYPE_CHECKING:
    from rich.console import Console

#: Exit code after Ctrl-C, as shells have it.
INTERRUPTED = 130
#: Columns of text that goes to a file or a pipe.
PIPED_WIDTH = 110


@dataclass
class Output:
    """One command's channels. ``json_to`` is a path, ``-`` for standard output, or None.

    With ``-`` the text for people moves to standard error, so that standard output holds
    JSON and nothing else.
    """

    json_to: str | None = None
    late: list[Problem] = field(default_factory=list)  # told after the result, then exit 1

    @property
    def console(self) -> Console:
        """The console for people."""
        from rich.console import Console

        class Piped(Console):
            """Leaves out the blanks that pad lines to the width of a terminal."""

            def print(self, *objects: Any, **how: Any) -> None:
                with self.capture() as captured:
                    super().print(*objects, **how)
                lines = captured.get().split("\n")
                self.file.write("\n".join(line.rstrip(" ") for line in lines))
                self.file.flush()

        stderr = self.json_to == "-"
        console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
        if not console.is_terminal:
            console = Piped(stderr=stderr, highlight=False, emoji=False, markup=False)
            console.width = PIPED_WIDTH
        return console

    def json(self, value: Mapping[str, Any] | list[Any]) -> None:
        """Write the answer as JSON, if that was asked for."""
        if self.json_to is None:
            return
        text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        if self.json_to == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            self.write(Path(self.json_to), text)

    def write(self, path: Path, text: str) -> bool:
        """Write a file whole or not at all; a folder that refuses is told after the result."""
        try:
            write_whole(path, text)
        except OSError as error:
            self.late.append(cannot_write(path, error))
            return False
        return True

    def finish(self) -> None:
        """Raise what could not be written, once everything else has been shown."""
        if self.late:
            raise Refused(self.late)


def write_whole(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` in one step, so that a full disk leaves the old file."""
    if path.is_symlink():
        path = Path(os.path.realpath(path))  # write what it points to, leave the link
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():  # a device such as /dev/full, or a folder
        path.write_text(text, encoding="utf-8")
        return
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "the file there is read-only")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def cannot_write(path: Path, error: OSError) -> Problem:
    """The problem told when a result could not be written where it was asked for."""
    return Problem(
        "V651",
        f"cannot write {path}: {error.strerror or error}",
        hint="the result above is complete; choose another folder",
    )


def problems_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems for scripts: code, severity, what, hint and place."""
    return [
        {
            "code": p.code,
            "severity": p.severity,
            "what": p.what,
            "hint": p.hint,
            "file": p.where.file,
            "line": p.where.line,
            "column": p.where.column,
            "path": p.where.path,
        }
        for p in problems
    ]


def unexpected(error: Exception, arguments: list[str]) -> int:
    """Tell a failure of vtwin itself in two lines; the whole story goes to a file."""
    story = "".join(traceback.format_exception(error))
    if os.environ.get("VTWIN_DEBUG"):
        sys.stderr.write(story)
        return 1
    message = str(error).strip().splitlines()
    first = f"{type(error).__name__}: {message[0]}" if message else type(error).__name__
    problem = Problem(
        "V599",
        f"vtwin failed unexpectedly: {first}",
        hint="this is a mistake in vtwin, not in your plant",
    )
    print(problem, file=sys.stderr)
    try:
        handle, name = tempfile.mkstemp(prefix="vtwin-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"vtwin {' '.join(arguments)}\nPython {sys.version}\n\n{story}")
        print(f"Details for a bug report: {name}", file=sys.stderr)
    except OSError:
        print("Run again with VTWIN_DEBUG=1 for the details.", file=sys.stderr)
    return 1


class Stop:
    """Ctrl-C as a polite request: the first one sets the flag, the second interrupts."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Whether to stop."""
        return self.asked


@contextmanager
def stoppable() -> Iterator[Stop]:
    """While inside, the first Ctrl-C only asks; work that looks at the flag ends cleanly."""
    import signal

    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True
        print("\nStopping after what is in hand … (Ctrl-C again: at once)", file=sys.stderr)

    try:
        before = signal.signal(signal.SIGINT, ask)
    except ValueError:  # not the main thread (a notebook, a test): no signals there
        yield stop
        return
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


Report = Callable[[str, float], None]


@contextmanager
def progress() -> Iterator[Report]:
    """A function ``report(what, share done)``: a live bar on a terminal, else a plain line
    now and then. Always on standard error.
    """
    if sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _Lines()


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def report(what: str, share: float) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=1.0)
            bar.update(tasks[what], completed=min(max(share, 0.0), 1.0))

        yield report


Search = Callable[[str, int, str | None], None]


@contextmanager
def searching(budget: int | None) -> Iterator[Search]:
    """A function ``report(what, replications spent, best so far)`` for work whose end is
    not known: a bar where there is a budget, else what was reached. On standard error.
    """
    total = f" of {budget}" if budget else ""

    def line(what: str, spent: int, best: str | None) -> str:
        reached = "" if best is None else f", best so far {best}"
        return f"{what}: {spent}{total} replications{reached}"

    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("estimating") as status:
            yield lambda what, spent, best: status.update(line(what, spent, best))
        return
    told = NowAndThen()

    def report(what: str, spent: int, best: str | None) -> None:
        told(line(what, spent, best))

    yield report


class NowAndThen:
    """Lines for a log: the first after three seconds, then one every ten."""

    def __init__(self, soonest: float = 3.0, every: float = 10.0) -> None:
        self._every = every
        self._next = time.monotonic() + soonest

    def __call__(self, text: str) -> None:
        """Print it, if it is time."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._every
            print(text, file=sys.stderr, flush=True)


class _Lines:
    """Progress where nobody watches a bar (a log, a pipe): nothing of what is done at once."""

    def __init__(self, soonest: float = 3.0, every: float = 10.0) -> None:
        self._every = every
        self._next = time.monotonic() + soonest
        self._told: dict[str, float] = {}

    def __call__(self, what: str, share: float) -> None:
        now = time.monotonic()
        if what == COMPILING:  # at once, since nothing more comes until it is done
            if share == 0.0:
                print(what, file=sys.stderr, flush=True)
            return
        last = self._told.get(what, 0.0)
        ended = share >= 1.0 > last > 0.0
        if share <= last or not (ended or now >= self._next):
            return
        self._told[what] = share
        self._next = max(self._next, now + self._every)
        print(f"{what} … {share:.0%}", file=sys.stderr, flush=True)
