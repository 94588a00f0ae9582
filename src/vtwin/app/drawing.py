"""What all pictures are drawn on: a quiet frame as inline SVG, coloured by the page (light or
dark) through CSS variables and lettered in the reader's own fonts.
"""

from __future__ import annotations

import re
import warnings
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal

from vtwin.plant.primitives import MachineState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Drawn in these stand-ins, which the page's CSS variables replace.
INK, LINE, ACCENT, SOFT, ALARM = "#010101", "#020202", "#030303", "#040404", "#050505"
_VARIABLES = {INK: "ink", LINE: "line", ACCENT: "accent", SOFT: "soft", ALARM: "alarm"}
STATE_INK = {state: f"#0101{10 + state:02x}" for state in MachineState}
_VARIABLES |= {ink: f"state-{state.name.lower()}" for state, ink in STATE_INK.items()}

WIDTH = 9.0  # inches; the page scales it


def frame(height: float) -> tuple[Any, Axes]:
    """A figure of the page's width, ``height`` inches high, and its only axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    plain_frame(axes, "x")
    return figure, axes


def plain_frame(axes: Axes, grid: Literal["x", "y"]) -> None:
    """No box, quiet ticks, lines of one direction only."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(colors=INK, length=0, labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.grid(axis=grid, color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def _spell_out(figure: Any) -> None:
    """Numbers along the axes as a person writes them: 4,000,000 and not 4 with 1e6 apart."""
    from matplotlib.ticker import FuncFormatter, ScalarFormatter

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_formatter(), ScalarFormatter):
                axis.set_major_formatter(FuncFormatter(spelt))


def spelt(value: float, _place: int | None = None) -> str:
    """``4,000,000``, ``0.25``, ``−20,000``."""
    return f"{value:,.6f}".rstrip("0").rstrip(".").replace("-", "\N{MINUS SIGN}")


def _as_written(figure: Any) -> None:
    """Texts stay as they are written: a name with two $ is no formula."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_parse_math(False)


def svg(figure: Any, title: str) -> str:
    """The figure as one element of a page; ``title`` is what is read out in its place."""
    import matplotlib as mpl

    _spell_out(figure)
    _as_written(figure)
    text = StringIO()
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": title, "font.size": 9}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # Texts stay texts: the reader's fonts draw them, whatever the ones here lack (Korean).
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    body = text.getvalue()
    body = body[body.index("<svg") :]
    for ink, variable in _VARIABLES.items():
        body = body.replace(ink, f"var(--{variable})")
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r"""font: ([\d.]+)px [^;"]*""", r"font-size: \1px", body)
    body = re.sub(r"""font-family: [^;"]*;?""", "", body)
    body = re.sub(
        r'(<svg [^>]*?)width="[^"]*" height="[^"]*"|height="[^"]*pt"', r"\1", body, count=1
    )
    return body.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)
