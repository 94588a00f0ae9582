"""Words on the command line to one app call, and its answer to text and an exit code.

Exit codes: 0 done · 1 the user's problem, told on stderr with its code · 2 usage ·
130 stopped with Ctrl-C (what was finished is shown and kept).
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the ``vtwin`` command; always leaves by ``SystemExit``."""
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))


def run(arguments: list[str]) -> int:
    """Carry out one command line and return its exit code; no traceback ever escapes."""
    import click

    from vtwin.base.errors import Refused
    from vtwin.cli.commands import vtwin
    from vtwin.cli.output import INTERRUPTED, unexpected

    _utf8()
    try:
        code = vtwin.main(arguments, prog_name="vtwin", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as wrong:
        wrong.show(sys.stderr)
        return wrong.exit_code
    except (click.Abort, KeyboardInterrupt):
        kept = "the same command goes on from what is kept"
        if not {"run", "compare", "explain", "demo", "optimise", "sweep"} & set(arguments[:1]):
            kept = "nothing was written"
        print(f"Stopped before there was a result; {kept}.", file=sys.stderr)
        return INTERRUPTED
    except Refused as refused:
        for problem in refused.problems:
            print(problem, file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader went away (`vtwin … | head`): nothing to tell it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as surprise:
        return unexpected(surprise, arguments)
    return code if isinstance(code, int) else 0


def _utf8() -> None:
    """A console of another code page (CP949 on Korean Windows) must not end a run."""
    codecs.register_error(_PLAIN, _in_plain_letters)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(errors=_PLAIN)


#: What stands for a sign that the console has not.
_SIGNS = {"±": "+/-", "−": "-", "–": "-", "≈": "~", "·": "-", "×": "x", "→": "->", "…": "..."}
_PLAIN = "vtwin.plain"


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_SIGNS.get(sign, "?") for sign in wrong), error.end
