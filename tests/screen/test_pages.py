"""Every page in both languages, light and dark, wide and narrow: no error, nothing fetched from
outside, nothing wider than the window, no violation found by axe-core.
"""

import json
from importlib.resources import files

import pytest

# page -> address, what stands when it is drawn
PAGES = {
    "overview": ("/?scenario=moulding", "#floor .machine"),
    "compare": ("/compare?scenario=moulding", "#wip svg"),
    "runs": ("/runs", ".table"),
    "library": ("/library", ".equipment-family .model.here"),
}
EMPTY = {
    "never run": ("/?scenario=fresh", ".nothing-here"),
    "broken": ("/?scenario=broken", ".nothing-here pre"),
    "nothing compared": ("/compare?scenario=fresh", ".nothing-here"),
    "no such page": ("/nothing", ".nothing-here"),
    "no such scenario": ("/?scenario=nothing", ".nothing-here"),
}
#: Compressed bytes a page may cost, fonts included.
BUDGET = {"overview": 1_100_000, "compare": 2_800_000, "runs": 1_100_000, "library": 1_100_000}


def violations(page) -> list[str]:
    """What axe-core finds."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{v['id']}: {json.dumps([n['html'][:160] for n in v['nodes']][:3])}" for v in found]


def overflow(page) -> int:
    """Pixels by which the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("width", [1600, 820])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_when_drawn_then_it_is_sound(look, invented, name, language, theme, width):
    path, ready = PAGES[name]
    view = look(invented, language=language, theme=theme, width=width)
    page = view.go(path, ready)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert overflow(page) <= 0
    assert violations(page) == []
    assert 0 < view.bytes < BUDGET[name]


@pytest.mark.parametrize(
    ("language", "theme", "width"), [("ko", "light", 1600), ("en", "dark", 820)]
)
@pytest.mark.parametrize("name", EMPTY)
def test_page_when_there_is_nothing_to_show_then_it_says_so(
    look, invented, name, language, theme, width
):
    path, ready = EMPTY[name]
    page = look(invented, language=language, theme=theme, width=width).go(path, ready)
    assert page.inner_text(".nothing-here :is(h1, h2)")
    assert overflow(page) <= 0
    assert violations(page) == []


@pytest.mark.parametrize("colour", ["utilisation", "loss", "states", "queue"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_floor_when_coloured_then_labels_are_readable_and_large_enough(
    look, invented, theme, colour
):
    path = f"/?scenario=moulding&colour={colour}"
    page = look(invented, theme=theme).go(path, "#floor .machine")
    sizes = page.evaluate(
        "[...document.querySelectorAll('#floor text')].map(t => parseFloat(getComputedStyle(t).fontSize))"
    )
    assert min(sizes) >= 10.5
    assert page.get_attribute(f'[data-value="{colour}"]', "aria-pressed") == "true"
    assert len(page.query_selector_all("#floor .machine")) == 9
    assert page.text_content("#floor .tab-text") == "Limit 1"


def test_wall_when_opened_then_only_figures_remain_and_escape_leaves(look, invented):
    page = look(invented).go("/?scenario=moulding&wall=1", "#floor .machine")
    assert not page.is_visible(".nav")
    size = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.tile-value b')).fontSize)"
    )
    assert size >= 44
    page.keyboard.press("Escape")
    page.wait_for_selector(".nav", state="visible")
    assert "wall" not in page.url
